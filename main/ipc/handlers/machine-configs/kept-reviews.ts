import { MOST_NODES } from '#contract/config-rollout.ts'
import type { ChangeTable, ModeChoice, Review } from '#contract/machine-configs.ts'
import type { NodeRef } from '#contract/names.ts'
import type { KnownConfig } from '../../../domain/machine-config/review.ts'
import { createKept } from '../kept.ts'

/** A review with what must not cross: both configurations with their secrets. */
export interface KeptReview {
  readonly ref: NodeRef
  readonly base: KnownConfig
  readonly draft: KnownConfig
  /** What waited on the disk for the next reboot. */
  readonly staged?: KnownConfig
  readonly talosVersion: string
  /** ISO 8601. */
  readonly computedAt: string
  readonly hostname: string
  readonly role?: 'controlplane' | 'worker' | 'init' | 'unknown'
  readonly table: ChangeTable
  readonly modes: readonly ModeChoice[]
  readonly stops: Review['stops']
  readonly toAccept: Review['toAccept']
  readonly blocking: boolean
  readonly talosctl: Review['talosctl']
}

export interface KeptReviews {
  keep(id: string, review: KeptReview): void
  /** Throws `plan-stale` for one that is not kept any more or is another node's. */
  get(id: string, ref: NodeRef): KeptReview
}

/** Each holds a configuration or two; a person looks at one at a time, or at one per node. */
const KEPT = MOST_NODES + 10

export function createKeptReviews(): KeptReviews {
  const kept = createKept<KeptReview>(KEPT, 'This review is not kept any more. Review the draft again.')
  return {
    keep: (id, review) => kept.keep(id, review),
    get: (id, { context, node }) =>
      kept.get(id, ({ ref }) => ref.context === context && ref.node === node, { node }),
  }
}
