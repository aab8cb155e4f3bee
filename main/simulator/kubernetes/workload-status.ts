import { budgetStatus } from './disruptions.ts'
import { type KubeWorld, nowOf } from './kube-world.ts'
import {
  controllerOf,
  isReady,
  type KubeNode,
  type KubeObject,
  type Pod,
  type Workload,
  type WorkloadCondition,
} from './objects.ts'
import { templateHash } from './template-hash.ts'
import { obstacle } from './tolerations.ts'

/** By the uid of what looks after them; those nobody looks after under the empty one. */
export function byOwner<T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const owned = new Map<string, T[]>()
  for (const object of objects) {
    const uid = controllerOf(object)?.uid ?? ''
    const of = owned.get(uid)
    if (of) of.push(object)
    else owned.set(uid, [object])
  }
  return owned
}

export function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined
}

/** Counts, as each kind tells them. */
export function writeStatuses(world: KubeWorld, nodes: readonly KubeNode[]): void {
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
    store.put('replicasets', { ...set, status })
  }
  const owned = byOwner(store.list('replicasets'))
  for (const deployment of store.list('deployments')) {
    const { metadata, spec } = deployment
    const sets = owned.get(metadata.uid) ?? []
    const hash = templateHash(spec.template)
    const counts = sets.map((set) => ({
      ...countsOf(set),
      isCurrent: set.metadata.name.endsWith(`-${hash}`),
    }))
    const sum = (key: 'alive' | 'ready', of = counts): number => of.reduce((all, one) => all + one[key], 0)
    const wanted = spec.replicas ?? 1
    const updated = sum(
      'alive',
      counts.filter(({ isCurrent }) => isCurrent),
    )
    const isDone = updated === wanted && sum('alive') === wanted && sum('ready') === wanted
    store.put('deployments', {
      ...deployment,
      status: {
        observedGeneration: metadata.generation ?? 1,
        ...positive({
          replicas: sum('alive'),
          updatedReplicas: updated,
          readyReplicas: sum('ready'),
          availableReplicas: sum('ready'),
          unavailableReplicas: Math.max(0, wanted - sum('ready')),
        }),
        conditions: conditionsOf(
          deployment,
          // A quarter of them may be away, rounded down, where nobody says otherwise.
          {
            isAvailable: sum('ready') >= wanted - Math.floor(wanted / 4),
            isDone,
            set: `${metadata.name}-${hash}`,
          },
          nowOf(world),
        ),
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
    const hash = templateHash(set.spec.template)
    const updated = (pods.get(set.metadata.uid) ?? []).filter(
      (pod) => !isLeaving(pod) && pod.metadata.labels?.['controller-revision-hash'] === hash,
    ).length
    const wanted = nodes.filter((node) => !obstacle(tolerations, node)).length
    store.put('daemonsets', {
      ...set,
      status: {
        observedGeneration: set.metadata.generation ?? 1,
        currentNumberScheduled: Math.min(alive, wanted),
        desiredNumberScheduled: wanted,
        numberMisscheduled: Math.max(0, alive - wanted),
        numberReady: ready,
        updatedNumberScheduled: updated,
        ...positive({ numberAvailable: ready, numberUnavailable: Math.max(0, wanted - ready) }),
      },
    })
  }
  for (const budget of store.list('poddisruptionbudgets'))
    store.put('poddisruptionbudgets', { ...budget, status: budgetStatus(store, budget) })
}

/** In the words of the deployment controller; a time of change stays where nothing changed. */
function conditionsOf(
  // One that was just applied has none yet.
  { status }: Partial<Pick<Workload, 'status'>>,
  found: { readonly isAvailable: boolean; readonly isDone: boolean; readonly set: string },
  now: string,
): readonly WorkloadCondition[] {
  const { isAvailable, isDone, set } = found
  const told: readonly Pick<WorkloadCondition, 'type' | 'status' | 'reason' | 'message'>[] = [
    {
      type: 'Available',
      status: isAvailable ? 'True' : 'False',
      reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
    },
    {
      type: 'Progressing',
      status: 'True',
      reason: isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
      message: `ReplicaSet "${set}" ${isDone ? 'has successfully progressed' : 'is progressing'}.`,
    },
  ]
  return told.map((one) => {
    const before = status?.conditions?.find(({ type }) => type === one.type)
    const isSame = before?.reason === one.reason && before.message === one.message
    return {
      type: one.type,
      status: one.status,
      lastUpdateTime: isSame ? before.lastUpdateTime : now,
      lastTransitionTime: before?.status === one.status ? before.lastTransitionTime : now,
      reason: one.reason,
      message: one.message,
    }
  })
}

/** Kubernetes leaves these counts out when they are nought. */
function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
