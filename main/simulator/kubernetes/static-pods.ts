import type { SimulatedMachine } from '../machine-api.ts'
import { imageIn } from './node-objects.ts'
import { nowOf, type KubeWorld } from './kube-world.ts'
import { isReady, timestamp, type Pod } from './objects.ts'
import { creating, newPod, running, unready } from './pods.ts'
import { EVERYTHING } from './tolerations.ts'
import { ownerOf } from './workloads.ts'

export const STATIC_POD_STATUS = 'StaticPodStatuses.kubernetes.talos.dev'

/** Component and the resource its image comes from. */
const COMPONENTS = [
  ['kube-apiserver', 'APIServerConfigs'],
  ['kube-controller-manager', 'ControllerManagerConfigs'],
  ['kube-scheduler', 'SchedulerConfigs'],
] as const

export interface StaticPods {
  /** Makes the mirror pods of a control plane what its StaticPodStatuses say. */
  sync(machine: SimulatedMachine, node: string): void
}

export function createStaticPods(world: KubeWorld): StaticPods {
  const { store } = world

  function sync(machine: SimulatedMachine, node: string): void {
    if (machine.spec.role !== 'controlplane') return
    for (const [component, type] of COMPONENTS) {
      const name = `${component}-${node}`
      const known = store.get('pods', 'kube-system', name)
      const status = machine.resources.get({
        namespace: 'k8s',
        type: STATIC_POD_STATUS,
        id: `kube-system/${name}`,
      })
      const runs = status?.yamlSpec.includes('phase: Running') ?? false
      if (!runs) {
        if (known) store.put('pods', unready(known, nowOf(world)))
        continue
      }
      const image = imageIn(machine, 'controlplane', type)
      const [config] = machine.resources.list('controlplane', `${type}.kubernetes.talos.dev`)
      if (image === undefined || !config) continue
      const since = timestamp(status?.updated ?? world.clock.now())
      if (known && isUnchanged(known, image, String(config.version))) {
        if (!isReady(known)) store.put('pods', running(world, known, { podIP: machine.spec.address }, since))
        continue
      }
      // Another image or other arguments make another pod of the same name.
      if (known) store.remove('pods', known)
      const fresh = mirrorPod(node, component, image, String(config.version), since)
      if (!fresh) continue
      const seen = creating(fresh, machine.spec.address, since)
      store.put('pods', running(world, seen, { podIP: machine.spec.address }, since))
    }
  }

  function mirrorPod(
    node: string,
    component: string,
    image: string,
    configVersion: string,
    created: string,
  ): Pod | undefined {
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
        'talos.dev/config-version': configVersion,
      },
      template: {
        metadata: { labels: {} },
        spec: {
          containers: [{ name: component, image }],
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

function isUnchanged(pod: Pod, image: string, configVersion: string): boolean {
  return (
    pod.spec.containers[0]?.image === image &&
    pod.metadata.annotations?.['talos.dev/config-version'] === configVersion
  )
}
