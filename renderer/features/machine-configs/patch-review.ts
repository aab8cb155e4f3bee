import type { RolloutPart, RolloutReview } from '#contract/config-rollout.ts'
import type { NodePatch } from '#contract/patches.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import { nodeName } from '../../ui/node-state.ts'

type Named = Pick<NodeSummary, 'address' | 'role' | 'hostname' | 'talosVersion'>

/** The nodes of which a review is asked: those that the patch changes. */
export function textsToReview(
  made: readonly NodePatch[],
): readonly { readonly node: NodePatch['node']; readonly text: string }[] {
  return made.flatMap((one) =>
    one.kind === 'draft' && !one.unchanged ? [{ node: one.node, text: one.text }] : [],
  )
}

/**
 * Every chosen node in the order chosen: with its review, or as one that has the patch already (nothing is sent there,
 * whatever waits on its disk), or with what kept it from being read.
 */
export function joinPatchReview(
  made: readonly NodePatch[],
  nodes: readonly Named[],
  reviewed: RolloutReview | undefined,
): RolloutReview {
  const parts = made.flatMap((one): readonly RolloutPart[] => {
    const part = reviewed?.parts.find(({ node }) => node === one.node)
    if (part !== undefined) return [part]
    const summary = nodes.find(({ address }) => address === one.node)
    const bare = {
      node: one.node,
      hostname: summary === undefined ? one.node : nodeName(summary),
      role: summary?.role ?? 'unknown',
      talosVersion: summary?.talosVersion,
      left: [],
    }
    if (one.kind === 'failed') return [{ ...bare, unchanged: false, error: one.error }]
    return one.unchanged ? [{ ...bare, unchanged: true }] : []
  })
  return { ...(reviewed ?? { modes: [], touchesNetwork: false }), parts }
}
