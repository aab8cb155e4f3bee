import type { SimulatedMachine } from '../machine-api.ts'
import { nowOf, type KubeWorld } from './kube-world.ts'
import { isReady, timestamp, type Pod } from './objects.ts'
import { creating, newPod, ready, running, unready } from './pods.ts'
import { EVERYTHING } from './tolerations.ts'
import { ownerOf } from './workloads.ts'

export const STATIC_POD_STATUS = 'StaticPodStatuses.kubernetes.talos.dev'

const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

export interface StaticPods {
  /**
   * Makes the mirror pods of a control plane what its StaticPodStatuses say.
   * @param component only that one; the others may be about to change
   */
  sync(machine: SimulatedMachine, node: string, component?: string): void
}

/** The pod a kubelet is to run, as Talos gives it (StaticPods.kubernetes). */
interface StaticPod {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
  readonly spec: { readonly containers: readonly { readonly image: string }[] }
}

export function createStaticPods(world: KubeWorld): StaticPods {
  const { store } = world

  function sync(machine: SimulatedMachine, node: string, only?: string): void {
    if (machine.spec.role !== 'controlplane') return
    for (const component of COMPONENTS) if (only === undefined || only === component) syncOne(component)

    function syncOne(component: string): void {
      const name = `${component}-${node}`
      const known = store.get('pods', 'kube-system', name)
      const key = { namespace: 'k8s', type: STATIC_POD_STATUS, id: `kube-system/${name}` }
      const status = machine.resources.get(key)
      if (!(status?.yamlSpec.includes('phase: Running') ?? false)) {
        if (known) store.put('pods', unready(known, nowOf(world)))
        return
      }
      const wanted = machine.resources.get({
        namespace: 'k8s',
        type: 'StaticPods.kubernetes.talos.dev',
        id: component,
      })?.spec as StaticPod | undefined
      if (!wanted) return
      const since = timestamp(status?.updated ?? world.clock.now())
      if (known && isUnchanged(known, wanted)) {
        if (isReady(known)) return
        // A kubelet that came back finds the containers it had; after a reboot they were started anew.
        const place = { podIP: machine.spec.address }
        store.put(
          'pods',
          hasRunSince(known, machine.load().bootTime * 1000)
            ? ready(known, nowOf(world))
            : running(world, known, place, since),
        )
        return
      }
      // Another image or other arguments make another pod of the same name.
      if (known) store.remove('pods', known)
      const fresh = mirrorPod(node, component, wanted, since)
      if (!fresh) return
      const seen = creating(fresh, machine.spec.address, since)
      store.put('pods', running(world, seen, { podIP: machine.spec.address }, since))
    }
  }

  function mirrorPod(node: string, component: string, wanted: StaticPod, created: string): Pod | undefined {
    const owner = store.get('nodes', undefined, node)
    if (!owner) return undefined
    const hash = world.random.bytes(16).toString('hex')
    return newPod(world, {
      namespace: 'kube-system',
      name: `${component}-${node}`,
      owner: { ...ownerOf(owner), blockOwnerDeletion: false },
      nodeName: node,
      created,
      labels: { component, 'k8s-app': component, tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.hash': hash,
        'kubernetes.io/config.mirror': hash,
        'kubernetes.io/config.source': 'file',
        ...wanted.metadata.annotations,
      },
      template: {
        metadata: { labels: {} },
        spec: {
          containers: [{ name: component, image: imageOf(wanted) }],
          hostNetwork: true,
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          serviceAccountName: '',
          priorityClassName: 'system-cluster-critical',
          schedulerName: 'default-scheduler',
          tolerations: EVERYTHING,
        },
      },
    })
  }

  return { sync }
}

function hasRunSince(pod: Pod, boot: number): boolean {
  const [first] = pod.status.containerStatuses ?? []
  const startedAt = first?.state.running?.startedAt
  return startedAt !== undefined && Date.parse(startedAt) >= boot
}

function isUnchanged(pod: Pod, wanted: StaticPod): boolean {
  return (
    pod.spec.containers[0]?.image === imageOf(wanted) &&
    pod.metadata.annotations?.[VERSION] === wanted.metadata.annotations[VERSION]
  )
}

function imageOf({ spec }: StaticPod): string {
  return spec.containers[0]?.image ?? ''
}

/** Of the config its pod was made of (behaviour.md §6). */
const VERSION = 'talos.dev/config-version'
