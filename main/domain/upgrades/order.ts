import type { PlanOptions } from '#contract/upgrades.ts'
import { isControlPlane } from './node-facts.ts'
import type { PreparedNode } from './plan.ts'

/**
 * The order in which nodes go: the chosen kind first, within a kind by name, etcd's leader last among the control
 * planes so that it hands over at most once (behaviour.md §5.2). A node of unknown role counts as a control plane.
 */
export function orderNodes(
  nodes: readonly PreparedNode[],
  order: PlanOptions['order'],
): readonly PreparedNode[] {
  const rank = ({ plan }: PreparedNode): number => {
    const holdsEtcd = plan.role === 'unknown' || isControlPlane(plan.role)
    return Number(holdsEtcd === (order === 'workers-first'))
  }
  return nodes.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(a.plan.leader) - Number(b.plan.leader) ||
      a.plan.hostname.localeCompare(b.plan.hostname, 'en', { numeric: true }),
  )
}
