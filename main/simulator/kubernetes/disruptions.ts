import { ApiFailure } from './api-failure.ts'
import type { ObjectStore } from './object-store.ts'
import { controllerOf, isReady, type LabelSelector, type Pod, type PodDisruptionBudget } from './objects.ts'

type BudgetStatus = PodDisruptionBudget['status']

/** What the budget allows at this moment; computed from the pods, so two evictions in a row never share one allowance. */
export function budgetStatus(store: ObjectStore, budget: PodDisruptionBudget): BudgetStatus {
  const pods = store
    .list('pods')
    .filter(
      (pod) => pod.metadata.namespace === budget.metadata.namespace && matches(budget.spec.selector, pod),
    )
  const { minAvailable, maxUnavailable } = budget.spec
  const isCount = typeof minAvailable === 'number'
  const expectedPods = isCount ? pods.length : scaleOf(store, pods)
  const desiredHealthy = isCount
    ? minAvailable
    : minAvailable === undefined
      ? Math.max(0, expectedPods - amountOf(maxUnavailable ?? 0, expectedPods))
      : amountOf(minAvailable, expectedPods)
  const currentHealthy = pods.filter((pod) => isReady(pod) && !isLeaving(pod)).length
  return {
    observedGeneration: budget.metadata.generation ?? 1,
    disruptionsAllowed: expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0,
    currentHealthy,
    desiredHealthy,
    expectedPods,
  }
}

/**
 * Whether the pod may be evicted now, by the rules of the Eviction subresource.
 * @throws ApiFailure 429 in the API server's words while a budget forbids it, 500 where more than one covers the pod
 */
export function assertEvictable(store: ObjectStore, pod: Pod): void {
  if (pod.status.phase === 'Pending' || isLeaving(pod)) return
  const budgets = store
    .list('poddisruptionbudgets')
    .filter(
      (budget) => budget.metadata.namespace === pod.metadata.namespace && matches(budget.spec.selector, pod),
    )
  const [budget, second] = budgets
  if (!budget) return
  if (second)
    throw new ApiFailure(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  const status = budgetStatus(store, budget)
  if (!isReady(pod)) {
    // One that does no work is no loss, as long as the others are enough (IfHealthyBudget).
    const enough = status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0
    if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || enough) return
  }
  if (status.disruptionsAllowed > 0) return
  throw new ApiFailure(
    429,
    'TooManyRequests',
    "Cannot evict pod as it would violate the pod's disruption budget.",
    {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget.metadata.name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
        },
      ],
    },
  )
}

export function matches({ matchLabels }: LabelSelector, { metadata }: Pod): boolean {
  return Object.entries(matchLabels).every(([key, value]) => metadata.labels?.[key] === value)
}

function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined
}

/** Replicas that the controllers of these pods want. */
function scaleOf(store: ObjectStore, pods: readonly Pod[]): number {
  const namespace = pods[0]?.metadata.namespace
  const controllers = new Map(
    pods.flatMap((pod) => {
      const owner = controllerOf(pod)
      return owner ? [[owner.uid, owner] as const] : []
    }),
  )
  let scale = 0
  for (const { kind, name } of controllers.values()) {
    const plural = kind === 'ReplicaSet' ? 'replicasets' : kind === 'StatefulSet' ? 'statefulsets' : undefined
    scale += (plural && store.get(plural, namespace, name)?.spec.replicas) ?? 0
  }
  return scale
}

/** `2` or `50%` of a scale; parts of a pod count whole. */
function amountOf(value: number | string, scale: number): number {
  if (typeof value === 'number') return value
  const share = Number(value.replace('%', ''))
  return Math.ceil((share / 100) * scale)
}
