import { budgetStatus } from './disruptions.ts'
import type { KubeWorld } from './kube-world.ts'
import { controllerOf, isReady, type KubeNode, type KubeObject, type Pod, type Workload } from './objects.ts'
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
    store.put('deployments', {
      ...deployment,
      status: {
        observedGeneration: metadata.generation ?? 1,
        ...positive({
          replicas: sum('alive'),
          updatedReplicas: sum(
            'alive',
            counts.filter(({ isCurrent }) => isCurrent),
          ),
          readyReplicas: sum('ready'),
          availableReplicas: sum('ready'),
          unavailableReplicas: Math.max(0, wanted - sum('ready')),
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

/** Kubernetes leaves these counts out when they are nought. */
function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
