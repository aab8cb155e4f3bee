import { TalosFailure } from '../talos-failure.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { quorumAtRisk } from '../upgrades/preflight.ts'

/** Throws `plan-blocked` when etcd would lose its quorum with this member away. */
export function awaySafely(facts: NodeFacts): void {
  const risk = quorumAtRisk(facts)
  if (risk !== undefined) throw new TalosFailure('plan-blocked', `etcd: ${risk}`, { node: facts.node })
}
