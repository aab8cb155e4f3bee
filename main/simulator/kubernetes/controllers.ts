import { INSTANCE_MANAGER } from './apps.ts'
import { budgetStatus } from './disruptions.ts'
import type { Kubelets } from './kubelets.ts'
import { unawaited, type KubeWorld } from './kube-world.ts'
import {
  controllerOf,
  isReady,
  timestamp,
  type KubeNode,
  type OwnerReference,
  type Pod,
  type PodTemplate,
  type Workload,
} from './objects.ts'
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

/** The controller manager and the scheduler: they look again after every change. */
export function createControllers(world: KubeWorld, kubelets: Kubelets): Controllers {
  const { store } = world
  /** While the cluster's past is made: when pods of a node had started. */
  let past: ((node: string) => number) | undefined
  let due = false
  const managers = new Map<string, OwnerReference>()

  store.subscribe(({ plural }) => {
    if (due || past || (plural !== 'pods' && plural !== 'nodes' && plural !== 'poddisruptionbudgets')) return
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
    for (const set of store.list('replicasets')) fillReplicaSet(set, of(set))
    for (const set of store.list('statefulsets')) fillStatefulSet(set, of(set))
    for (const set of store.list('daemonsets')) fillDaemonSet(set, of(set), nodes)
    keepInstanceManagers(nodes, pods)
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
    const alive = pods.filter((pod) => !isLeaving(pod)).length
    for (let count = alive; count < (set.spec.replicas ?? 1); count++) place(create(set, {}))
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
    for (const node of nodes) {
      const nodeName = node.metadata.name
      if (taken.has(nodeName) || obstacle(set.spec.template.spec.tolerations, node)) continue
      begin(create(set, { nodeName, labels: { 'pod-template-generation': '1' } }))
    }
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

function byOwner(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const owned = new Map<string, Pod[]>()
  for (const pod of pods) {
    const uid = controllerOf(pod)?.uid ?? ''
    const of = owned.get(uid)
    if (of) of.push(pod)
    else owned.set(uid, [pod])
  }
  return owned
}

function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined
}

function isHomeless(pod: Pod): boolean {
  return pod.spec.nodeName === undefined && !isLeaving(pod)
}

/** Counts, as each kind tells them. */
function writeStatuses(world: KubeWorld, nodes: readonly KubeNode[]): void {
  const { store } = world
  const pods = byOwner(store.list('pods'))
  const countsOf = ({ metadata }: Workload): { readonly alive: number; readonly ready: number } => {
    const alive = (pods.get(metadata.uid) ?? []).filter((pod) => !isLeaving(pod))
    return { alive: alive.length, ready: alive.filter(isReady).length }
  }
  for (const set of store.list('replicasets')) {
    const { alive, ready } = countsOf(set)
    const status = {
      replicas: alive,
      fullyLabeledReplicas: alive,
      ...positive({ readyReplicas: ready, availableReplicas: ready }),
      observedGeneration: 1,
    }
    const stored = store.put('replicasets', { ...set, status })
    const owner = controllerOf(stored)
    const deployment = owner && store.get('deployments', set.metadata.namespace, owner.name)
    if (!deployment) continue
    const wanted = deployment.spec.replicas ?? 1
    store.put('deployments', {
      ...deployment,
      status: {
        observedGeneration: 1,
        replicas: alive,
        updatedReplicas: alive,
        ...positive({
          readyReplicas: ready,
          availableReplicas: ready,
          unavailableReplicas: Math.max(0, wanted - ready),
        }),
      },
    })
  }
  for (const set of store.list('statefulsets')) {
    const { alive, ready } = countsOf(set)
    store.put('statefulsets', {
      ...set,
      status: {
        observedGeneration: 1,
        replicas: alive,
        currentReplicas: alive,
        updatedReplicas: alive,
        readyReplicas: ready,
        availableReplicas: ready,
      },
    })
  }
  for (const set of store.list('daemonsets')) {
    const { alive, ready } = countsOf(set)
    const { tolerations } = set.spec.template.spec
    const wanted = nodes.filter((node) => !obstacle(tolerations, node)).length
    store.put('daemonsets', {
      ...set,
      status: {
        observedGeneration: 1,
        currentNumberScheduled: Math.min(alive, wanted),
        desiredNumberScheduled: wanted,
        numberMisscheduled: Math.max(0, alive - wanted),
        numberReady: ready,
        updatedNumberScheduled: alive,
        ...positive({ numberAvailable: ready, numberUnavailable: Math.max(0, wanted - ready) }),
      },
    })
  }
  for (const budget of store.list('poddisruptionbudgets'))
    store.put('poddisruptionbudgets', { ...budget, status: budgetStatus(store, budget) })
}

/** Kubernetes leaves these counts out when they are nought. */
function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
