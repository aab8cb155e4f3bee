import { z } from 'zod'
import { method } from './define.ts'
import { ApplyMode, ModeChoice, Review } from './machine-configs.ts'
import { ContextName, NodeAddress, RunId } from './names.ts'
import { NodeRole } from './nodes.ts'
import { WireError } from './wire-error.ts'

const CONFIG_TEXT = z.string().max(8_000_000)

/** More than this many nodes take one after the other hours; a homelab has a dozen. */
export const MOST_NODES = 64

/** What is sent to several nodes: the change that a draft of one of them makes, or a text for each. */
export const RolloutChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('draft'), node: NodeAddress, text: CONFIG_TEXT }),
  z.object({
    kind: z.literal('texts'),
    texts: z.array(z.object({ node: NodeAddress, text: CONFIG_TEXT })).max(MOST_NODES),
  }),
])
export type RolloutChange = z.infer<typeof RolloutChange>

/** A node's part: its own review, or why there is none. */
export const RolloutPart = z.object({
  node: NodeAddress,
  hostname: z.string(),
  role: NodeRole,
  talosVersion: z.string().optional(),
  review: Review.optional(),
  /** The node has all of it already. */
  unchanged: z.boolean(),
  /** Parts of the change that were left out here: the node has something else there, or no line could be found. */
  left: z.array(z.object({ document: z.string(), path: z.string(), why: z.enum(['differs', 'unwritable']) })),
  error: WireError.optional(),
})
export type RolloutPart = z.infer<typeof RolloutPart>

export const RolloutReview = z.object({
  parts: z.array(RolloutPart),
  /** Offered only where every node offers it; a try is decided beside its own clock, one node at a time. */
  modes: z.array(ModeChoice),
  preselected: ApplyMode.optional(),
  /** Some of it can cut nodes off: it should be tried on one node first. */
  touchesNetwork: z.boolean(),
})
export type RolloutReview = z.infer<typeof RolloutReview>

export const configRolloutContract = {
  'machine-configs.review-many': method(
    z.object({
      context: ContextName,
      change: RolloutChange,
      nodes: z.array(NodeAddress).min(1).max(MOST_NODES),
    }),
    RolloutReview,
  ),
  /** One after the other in the order given, stopping at the first that is not proven; one run for all of them. */
  'machine-configs.apply-many': method(
    z.object({
      context: ContextName,
      mode: ApplyMode.exclude(['try']),
      parts: z
        .array(z.object({ node: NodeAddress, reviewId: z.string(), accepted: z.array(z.string()) }))
        .min(1)
        .max(MOST_NODES),
    }),
    z.object({ runId: RunId }),
  ),
} as const
