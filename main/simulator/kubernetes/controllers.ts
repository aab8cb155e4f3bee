import { INSTANCE_MANAGER } from './apps.ts'
import type { Kubelets } from './kubelets.ts'
import { unawaited, type KubeWorld } from './kube-world.ts'
import {
  controllerOf,
  isReady,
  timestamp,
  type KubeNode,
  type OwnerReference,
  type Plural,
  type Pod,
  type PodTemplate,
  type Workload,
} from './objects.ts'
import { rollOutDeployments, surplusOf } from './rollouts.ts'
import { templateHash } from './template-hash.ts'
import { byOwner, isLeaving, writeStatuses } from './workload-status.ts'
import { newPod } from './pods.ts'
import { schedule, untroubled } from './scheduler.ts'
import { obstacle } from './tolerations.ts'
import { ownerOf } from './workloads.ts'

export interface Controllers {
  /** Brings about what workloads want: the pods of a cluster that has lived for a while. */
  populate(startedOn: (node: string) => number): void
  /** The pod of Longhorn that holds that node's volumes; undefined where it has none. */
  instanceManagerOn(node: string): Pod | undefined
}

const PODS_AFTER_BOOT = 45_000
const LOOKED_AT: readonly Plural[] = [
  'pods',
  'nodes',
  'poddisruptionbudgets',
  'deployments',
  'daemonsets',
  'replicasets',
]

/**
 * The controller manager and the scheduler: they look again after every change.
 * @param isNew nobody has put anything into the cluster, Longhorn's managers and what was forgotten in it among it
 */
export function createControllers(world: KubeWorld, kubelets: Kubelets, isNew: boolean): Controllers {
  const { store } = world
  /** While the cluster's past is made: when pods of a node had started. */
  let past: ((node: string) => number) | undefined
  let due = false
  const managers = new Map<string, OwnerReference>()

  store.subscribe(({ plural }) => {
    if (due || past || !LOOKED_AT.includes(plural)) return
    due = true
    // After all that changes in this turn, and once for all of it.
    unawaited(
      Promise.resolve().then(() => {
        due = false
        if (!world.end.aborted) reconcile()
      }),
      world.end,
    )
  })

  function reconcile(): void {
    const nodes = store.list('nodes').map((node) => (past ? untroubled(node) : node))
    const pods = byOwner(store.list('pods'))
    const of = (workload: Workload): readonly Pod[] => pods.get(workload.metadata.uid) ?? []
    removeOrphans(pods)
    rollOutDeployments(world, past !== undefined, of)
    for (const set of store.list('replicasets')) fillReplicaSet(set, of(set))
    for (const set of store.list('statefulsets')) fillStatefulSet(set, of(set))
    for (const set of store.list('daemonsets')) fillDaemonSet(set, of(set), nodes)
    if (!isNew) keepInstanceManagers(nodes, pods)
    if (!past) for (const pod of store.list('pods')) if (isHomeless(pod)) place(pod)
    writeStatuses(world, nodes)
  }

  function place(pod: Pod): void {
    const placed = schedule(world, pod, past ? untroubled : undefined)
    if (placed.spec.nodeName !== undefined) begin(placed)
  }

  function begin(pod: Pod): void {
    if (!past) {
      kubelets.start(pod)
      return
    }
    const started = timestamp(past(pod.spec.nodeName ?? '') + PODS_AFTER_BOOT)
    // A node's own pods lived through its last boot, the others came after it.
    const isOld = controllerOf(pod)?.kind === 'DaemonSet'
    const metadata = isOld ? pod.metadata : { ...pod.metadata, creationTimestamp: started }
    kubelets.hasStarted({ ...pod, metadata }, started)
  }

  function create(workload: Workload, more: Partial<Parameters<typeof newPod>[1]>): Pod {
    const { metadata, spec } = workload
    return store.put(
      'pods',
      newPod(world, {
        namespace: metadata.namespace ?? '',
        owner: ownerOf(workload),
        template: spec.template,
        ...(more.name === undefined ? { generateName: `${metadata.name}-` } : {}),
        ...(past ? { created: metadata.creationTimestamp } : {}),
        ...more,
      }),
    )
  }

  function fillReplicaSet(set: Workload, pods: readonly Pod[]): void {
    const alive = pods.filter((pod) => !isLeaving(pod))
    const wanted = set.spec.replicas ?? 1
    for (let count = alive.length; count < wanted; count++) place(create(set, {}))
    for (const pod of surplusOf(alive, wanted)) kubelets.remove(pod, pod.spec.terminationGracePeriodSeconds)
  }

  /** What a deleted workload leaves behind goes with it. */
  function removeOrphans(pods: ReadonlyMap<string, readonly Pod[]>): void {
    for (const set of store.list('replicasets')) {
      const owner = controllerOf(set)
      if (!owner || store.get('deployments', set.metadata.namespace, owner.name)?.metadata.uid === owner.uid)
        continue
      store.remove('replicasets', set)
      for (const pod of pods.get(set.metadata.uid) ?? []) leave(pod)
    }
    for (const pod of [...pods.values()].flat()) {
      const owner = controllerOf(pod)
      if (owner?.kind !== 'DaemonSet') continue
      const set = store.get('daemonsets', pod.metadata.namespace, owner.name)
      if (set?.metadata.uid !== owner.uid) leave(pod)
    }
  }

  function leave(pod: Pod): void {
    if (!isLeaving(pod)) kubelets.remove(pod, pod.spec.terminationGracePeriodSeconds)
  }

  /** Names are kept, so the next of a name comes when the last one is really gone. */
  function fillStatefulSet(set: Workload, pods: readonly Pod[]): void {
    for (let ordinal = 0; ordinal < (set.spec.replicas ?? 1); ordinal++) {
      const name = `${set.metadata.name}-${ordinal}`
      if (pods.some(({ metadata }) => metadata.name === name)) continue
      const labels = {
        'apps.kubernetes.io/pod-index': String(ordinal),
        'statefulset.kubernetes.io/pod-name': name,
      }
      place(create(set, { name, labels }))
    }
  }

  function fillDaemonSet(set: Workload, pods: readonly Pod[], nodes: readonly KubeNode[]): void {
    const taken = new Set(pods.map(({ spec }) => spec.nodeName))
    const hash = templateHash(set.spec.template)
    const labels = {
      [REVISION]: hash,
      'pod-template-generation': String(set.metadata.generation ?? 1),
    }
    let isWhole = true
    for (const node of nodes) {
      const nodeName = node.metadata.name
      if (taken.has(nodeName) || obstacle(set.spec.template.spec.tolerations, node)) continue
      begin(create(set, { nodeName, labels }))
      isWhole = false
    }
    if (past || !isWhole) return
    // One after the other, those that do not work first (maxUnavailable 1).
    const old = pods.filter((pod) => !isLeaving(pod) && pod.metadata.labels?.[REVISION] !== hash)
    const isBusy = pods.some((pod) => isLeaving(pod) || (!isReady(pod) && !old.includes(pod)))
    const next = old.find((pod) => !isReady(pod)) ?? old[0]
    if (next && !isBusy) leave(next)
  }

  /** One per node that Longhorn manages; made again only where pods may come. */
  function keepInstanceManagers(nodes: readonly KubeNode[], pods: ReadonlyMap<string, readonly Pod[]>): void {
    for (const node of nodes) {
      const nodeName = node.metadata.name
      const known = managers.get(nodeName)
      if (known && pods.has(known.uid)) continue
      if (obstacle([], node)) continue
      const owner = known ?? instanceManager(world)
      managers.set(nodeName, owner)
      const { namespace } = INSTANCE_MANAGER
      begin(
        store.put(
          'pods',
          newPod(world, {
            namespace,
            name: owner.name,
            owner,
            template: INSTANCE_MANAGER_TEMPLATE,
            labels: instanceManagerLabels(nodeName),
            nodeName,
          }),
        ),
      )
    }
  }

  return {
    populate(startedOn) {
      past = startedOn
      reconcile()
      if (!isNew) place(store.put('pods', newPod(world, LEFT_BEHIND)))
      // The first round counted no pods yet: they came with it.
      writeStatuses(world, store.list('nodes'))
      past = undefined
    },
    instanceManagerOn(node) {
      const owner = managers.get(node)
      return owner && store.get('pods', INSTANCE_MANAGER.namespace, owner.name)
    },
  }
}

export function instanceManagerLabels(node: string): Readonly<Record<string, string>> {
  return { 'longhorn.io/component': 'instance-manager', 'longhorn.io/node': node }
}

const INSTANCE_MANAGER_TEMPLATE: PodTemplate = {
  metadata: { labels: {} },
  spec: {
    containers: [{ name: 'instance-manager', image: INSTANCE_MANAGER.image }],
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    serviceAccountName: 'longhorn-service-account',
    priorityClassName: 'longhorn-critical',
    schedulerName: 'default-scheduler',
    tolerations: [],
  },
}

/** Somebody started it by hand to look at the network, and forgot it: nobody makes it again. */
const LEFT_BEHIND = {
  namespace: 'home',
  name: 'netshoot',
  template: {
    metadata: { labels: { run: 'netshoot' } },
    spec: {
      containers: [{ name: 'netshoot', image: 'docker.io/nicolaka/netshoot:v0.14' }],
      restartPolicy: 'Always' as const,
      terminationGracePeriodSeconds: 30,
      serviceAccountName: 'default',
      schedulerName: 'default-scheduler',
      tolerations: [],
    },
  },
}

function instanceManager({ random }: KubeWorld): OwnerReference {
  return {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'InstanceManager',
    name: `instance-manager-${random.bytes(16).toString('hex')}`,
    uid: random.uuid(),
    controller: true,
    blockOwnerDeletion: true,
  }
}

const REVISION = 'controller-revision-hash'

function isHomeless(pod: Pod): boolean {
  return pod.spec.nodeName === undefined && !isLeaving(pod)
}
