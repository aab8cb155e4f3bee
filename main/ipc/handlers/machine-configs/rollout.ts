import type { RolloutChange, RolloutPart } from '#contract/config-rollout.ts'
import type { ApplyMode, ModeChoice, Review } from '#contract/machine-configs.ts'
import { RunId, type NodeAddress, type NodeRef } from '#contract/names.ts'
import { runApplyMany, type ManyPart } from '../../../domain/machine-config/apply-many.ts'
import { carryOver, type LeftOut } from '../../../domain/machine-config/carry/carry-over.ts'
import type { ConfigFacts } from '../../../domain/machine-config/config-facts.ts'
import { knowConfig, readDraft, type KnownConfig } from '../../../domain/machine-config/review.ts'
import { TalosFailure, toWireError } from '../../../domain/talos-failure.ts'
import type { MethodHandler } from '../../handlers.ts'
import type { ConfigDesk, MachineConfigHandlers } from './desk.ts'
import type { KeptReview } from './kept-reviews.ts'
import type { KnownNode } from './known-nodes.ts'
import { draftBase, type Reviewer } from './reviewing.ts'
import { applyRequestOf, requireSendable } from './sending.ts'

/** The same change on several nodes of one cluster: each node's own review, then one run that takes them in turn. */
export function createRolloutHandlers(
  desk: ConfigDesk,
  reviewer: Reviewer,
): Pick<MachineConfigHandlers, 'machine-configs.review-many' | 'machine-configs.apply-many'> {
  const { clusters, runs, clock, schemas, sha256, nodes, reviews, trials, rememberRun } = desk

  type DraftOf = (ref: NodeRef, known: KnownNode, facts: ConfigFacts) => Promise<Carried>
  interface Carried {
    readonly draft: KnownConfig
    readonly left: readonly LeftOut[]
  }

  async function draftsOf(
    context: NodeRef['context'],
    change: RolloutChange,
    signal: AbortSignal,
  ): Promise<DraftOf> {
    if (change.kind === 'texts') {
      const texts = new Map(change.texts.map(({ node, text }) => [node, text]))
      return async (ref, known, facts) => {
        const text = texts.get(ref.node)
        if (text === undefined) {
          throw new TalosFailure('not-found', 'There is no text for this node.', { node: ref.node })
        }
        return { draft: readDraft(text, await draftBase(desk, ref, known, text), facts), left: [] }
      }
    }
    const source: NodeRef = { context, node: change.node }
    const [known, facts] = await Promise.all([nodes.read(source, signal), schemas.facts()])
    const base = known.staged ?? known.active
    const draft = readDraft(change.text, await draftBase(desk, source, known, change.text), facts)
    return async (ref, other) => {
      if (ref.node === source.node) return { draft, left: [] }
      // Like the editor, from what waits on the disk where something does.
      const { text, left } = carryOver(base, draft, other.staged ?? other.active)
      return { draft: knowConfig(text, facts, other.active.vault), left }
    }
  }

  async function partOf(ref: NodeRef, draftOf: DraftOf, signal: AbortSignal): Promise<RolloutPart> {
    let left: readonly LeftOut[] = []
    try {
      const { review, node } = await reviewer.review(
        ref,
        async (known, facts) => {
          const carried = await draftOf(ref, known, facts)
          left = carried.left
          return carried.draft
        },
        signal,
      )
      return {
        node: ref.node,
        hostname: node.hostname ?? ref.node,
        role: node.role ?? 'unknown',
        talosVersion: node.talosVersion,
        review,
        unchanged: review.table.counts.all === 0,
        left: [...left],
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof TalosFailure)) throw error
      const bare = { node: ref.node, hostname: ref.node, role: 'unknown' as const }
      return { ...bare, unchanged: false, left: [], error: toWireError(error) }
    }
  }

  const reviewMany: MethodHandler<'machine-configs.review-many'> = async (input, signal) => {
    const { context, change } = input
    const draftOf = await draftsOf(context, change, signal)
    const parts: RolloutPart[] = []
    // One after the other: a review of 10,000 lines is worth a moment, and sixty at once are not.
    for (const node of new Set(input.nodes)) parts.push(await partOf({ context, node }, draftOf, signal))
    const found = parts.flatMap(({ review, unchanged }) =>
      review === undefined || unchanged ? [] : [review],
    )
    const modes = commonModes(found)
    const preselected = preselectedOf(found, modes)
    return {
      parts,
      modes: [...modes],
      ...(preselected === undefined ? {} : { preselected }),
      touchesNetwork: found.some(({ table }) =>
        table.groups.some(({ rows }) =>
          rows.some(({ risks }) => risks.some(({ code }) => code.startsWith('touches-'))),
        ),
      ),
    }
  }

  const applyMany: MethodHandler<'machine-configs.apply-many'> = async ({ context, mode, parts }) => {
    const { talos } = await clusters.cluster(context)
    const facts = await schemas.facts()
    const many: (ManyPart & { readonly kept: KeptReview })[] = []
    const seen = new Set<NodeAddress>()
    for (const { node, reviewId, accepted } of parts) {
      const ref = { context, node }
      if (seen.has(node)) throw new TalosFailure('plan-stale', 'A node stands in the list twice.', { node })
      seen.add(node)
      trials.refuse(ref)
      const kept = reviews.get(reviewId, ref)
      requireSendable(kept, mode, accepted)
      many.push({
        kept,
        isControlPlane: kept.role !== 'worker',
        request: applyRequestOf(kept, mode),
        deps: {
          talos,
          clock,
          hash: sha256,
          know: (text) => knowConfig(text, facts, kept.draft.vault),
          keep: (config, why, runId) => rememberRun(ref, config, why, runId),
        },
      })
    }
    const first = many[0]
    if (first === undefined) throw new TalosFailure('plan-stale', 'No node was chosen.')
    const counts = many.map(({ kept }) => kept.table.counts.all)
    const runId = await runs.start(
      {
        kind: 'apply',
        context,
        node: first.request.node,
        hostname: first.request.hostname,
        nodes: many.map(({ request: { node, hostname } }) => ({ node, hostname })),
        title: {
          key: 'run.apply-many',
          parameters: { nodes: String(many.length), count: String(Math.max(...counts)), mode },
        },
        talosctl: many.map(({ kept }) => kept.talosctl[mode]).join('\n'),
        exclusive: true,
        stoppable: true,
      },
      runApplyMany(many),
    )
    return { runId: RunId.parse(runId) }
  }

  return { 'machine-configs.review-many': reviewMany, 'machine-configs.apply-many': applyMany }
}

/** A way is offered where every node offers it; the first refusal says why not. */
function commonModes(reviews: readonly Review[]): readonly ModeChoice[] {
  const [first] = reviews
  if (first === undefined) return []
  return first.modes
    .filter(({ mode }) => mode !== 'try')
    .map((choice) => {
      const all = reviews.flatMap(({ modes }) => modes.filter(({ mode }) => mode === choice.mode))
      const refusal = all.find(({ offered }) => !offered)
      if (refusal !== undefined) return refusal
      // Where it reboots one of them, that is what has to be known.
      return all.find(({ reason }) => reason === 'auto-reboots') ?? choice
    })
}

/** What each node alone would take, where they agree; else storing it, which costs nothing now. */
function preselectedOf(reviews: readonly Review[], modes: readonly ModeChoice[]): ApplyMode | undefined {
  const isOffered = (mode: ApplyMode): boolean => modes.some((one) => one.mode === mode && one.offered)
  const wanted = new Set(reviews.map(({ preselected }) => preselected))
  const [only] = wanted
  if (wanted.size === 1 && only !== undefined && isOffered(only)) return only
  if (!wanted.has('staged') && isOffered('no-reboot')) return 'no-reboot'
  return isOffered('staged') ? 'staged' : undefined
}
