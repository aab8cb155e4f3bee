import type { ActionCheck, ActionRow } from '#contract/node-actions.ts'
import { counted, podsEvidence, type KubernetesReading } from '../upgrades/kubernetes-reading.ts'
import { valueOf, type Known } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'

/**
 * What becomes of a node's pods. A reboot moves none. Talos drains before a shutdown and a graceful reset by itself: for
 * five minutes, and what a budget holds then stops all the same; what nobody makes anew it leaves (behaviour.md §5.4).
 */
export type PodsFate = 'pods-stop' | 'pods-drained' | 'pods-erased'

/** Kubernetes as it was read for a plan; absent where there is none to ask. */
export type PodsReading = Known<KubernetesReading> | undefined

/** Warns where something is held by a budget, or made anew by nobody. Evidence as an upgrade's plan words it. */
export function podChecks(facts: NodeFacts, reading: PodsReading, fate: PodsFate): readonly ActionCheck[] {
  const name = valueOf(facts.kubernetesNode)?.name
  if (reading === undefined || name === undefined) return []
  if (!reading.known) return [{ id: fate, outcome: 'unknown', evidence: reading.reason }]
  const { evidence, stubborn } = podsEvidence(reading.value, name)
  return [{ id: fate, outcome: stubborn > 0 ? 'warn' : 'pass', evidence }]
}

/** The row of the pods: how many have a place to lose, and what happens to them. */
export function podsRow(facts: NodeFacts, reading: PodsReading, after: string): ActionRow {
  const name = valueOf(facts.kubernetesNode)?.name
  const count =
    reading?.known === true && name !== undefined ? podsEvidence(reading.value, name).leave : undefined
  return {
    fact: 'pods',
    ...(count === undefined ? {} : { before: counted(count, 'pod') }),
    after,
    note: 'changes',
  }
}
