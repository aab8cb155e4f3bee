import type { Review } from '#contract/machine-configs.ts'
import type { NodeRef } from '#contract/names.ts'
import { toInstant } from '../../../domain/clock-port.ts'
import { tagsIn, tagOf, withTagged } from '../../../domain/machine-config/carry/earlier-secrets.ts'
import type { ConfigFacts } from '../../../domain/machine-config/config-facts.ts'
import { applyCommands } from '../../../domain/machine-config/modes.ts'
import { readNodeFacts } from '../../../domain/machine-config/node-reading.ts'
import { knowConfig, reviewDraft, type KnownConfig } from '../../../domain/machine-config/review.ts'
import type { NodeFacts } from '../../../domain/machine-config/node-facts.ts'
import { ask } from '../../../domain/upgrades/known.ts'
import type { ConfigDesk } from './desk.ts'
import type { KnownNode } from './known-nodes.ts'
import { TRY_SECONDS } from './sending.ts'

export interface Reviewed {
  readonly review: Review
  readonly node: NodeFacts
}

/** Makes reviews and keeps what must not cross, so that exactly what was shown can be sent. */
export interface Reviewer {
  /** `draftOf` makes the draft from what the node has at this moment; what it throws is thrown. */
  review(
    ref: NodeRef,
    draftOf: (known: KnownNode, facts: ConfigFacts) => KnownConfig | Promise<KnownConfig>,
    signal: AbortSignal,
  ): Promise<Reviewed>
}

export function createReviewer(desk: ConfigDesk): Reviewer {
  const { clock, schemas, log, nodes, reviews, trials, sha256, newId, remember } = desk
  return {
    async review(ref, draftOf, signal) {
      const since = clock.now()
      const known = await nodes.read(ref, signal)
      await remember(ref, known.active, 'read').catch((error: unknown) => {
        log.error('config-history-not-kept', error, { node: ref.node, why: 'read' })
      })
      const [facts, node] = await Promise.all([
        schemas.facts(),
        readNodeFacts(
          known.cluster.talos,
          { node: ref.node, talosVersion: known.talosVersion, otherSlotVersion: desk.otherSlot?.(ref) },
          signal,
        ),
      ])
      const base = known.active
      const draft = await draftOf(known, facts)
      const tryPending = trials.until(ref) !== undefined
      const parts = reviewDraft({ base, draft, facts, node, tryPending })
      const reviewId = newId()
      const computedAt = toInstant(clock.now())
      const hostname = node.hostname ?? ref.node
      const talosctl = applyCommands({ ...ref, hostname, trySeconds: TRY_SECONDS })
      reviews.keep(reviewId, {
        ref,
        base,
        draft,
        ...(known.staged === undefined ? {} : { staged: known.staged }),
        talosVersion: known.talosVersion,
        computedAt,
        hostname,
        ...(node.role === undefined ? {} : { role: node.role }),
        table: parts.table,
        modes: parts.modes,
        stops: parts.stops,
        toAccept: parts.toAccept,
        blocking: parts.problems.some((problem) => problem.severity === 'error'),
        talosctl,
      })
      const review = {
        ...parts,
        reviewId,
        baseHash: sha256(base.real),
        computedAt,
        tookMs: clock.now() - since,
        talosctl,
      }
      return { review, node }
    },
  }
}

/**
 * What placeholders of a draft stand for: secrets of the node, under tagged names those of what waits on its disk and
 * of its history, and those of saved patches.
 */
export async function draftBase(
  {
    history,
    schemas,
    sha256,
    patchSecrets,
  }: Pick<ConfigDesk, 'history' | 'schemas' | 'sha256' | 'patchSecrets'>,
  ref: NodeRef,
  known: Pick<KnownNode, 'active' | 'staged'>,
  text: string,
): Promise<KnownConfig> {
  let { vault } = known.active
  const facts = await schemas.facts()
  for (const tag of tagsIn(text)) {
    const here = [known.active, known.staged].find(
      (config) => config !== undefined && tagOf(sha256(config.real)) === tag,
    )
    if (here !== undefined) {
      vault = withTagged(vault, here.vault, sha256(here.real))
      continue
    }
    const entry = (await history.list(ref)).find(({ hash }) => tagOf(hash) === tag)
    const kept = entry === undefined ? undefined : await history.text(ref, entry.hash)
    if (entry !== undefined && kept !== undefined) {
      vault = withTagged(vault, knowConfig(kept, facts).vault, entry.hash)
    }
  }
  // What only the disk has stands under its own name.
  const patched = (await patchSecrets?.(ref, text)) ?? []
  return { ...known.active, vault: new Map([...patched, ...(known.staged?.vault ?? []), ...vault]) }
}

/** Talos' version and facts of a node that may not answer: a comparison does without. */
export async function factsIfThere(
  { nodes }: Pick<ConfigDesk, 'nodes'>,
  ref: NodeRef,
  signal: AbortSignal,
): Promise<{ readonly known: KnownNode; readonly facts: NodeFacts } | undefined> {
  const found = await ask(signal, async () => {
    const known = await nodes.recent(ref, signal)
    const { talosVersion } = known
    const asked = { node: ref.node, talosVersion, otherSlotVersion: undefined }
    const facts = await readNodeFacts(known.cluster.talos, asked, signal)
    return { known, facts }
  })
  return found.known ? found.value : undefined
}
