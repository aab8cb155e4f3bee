import type { ConfigForEditing, RedactedConfig } from '#contract/machine-configs.ts'
import { toInstant } from '../../domain/clock-port.ts'
import { exportChanges } from '../../domain/machine-config/export-changes.ts'
import { applyCommands } from '../../domain/machine-config/modes.ts'
import { readNodeFacts, schemaVersionFor } from '../../domain/machine-config/node-reading.ts'
import { nameOf } from '../../domain/machine-config/placeholders.ts'
import { problemsOf, readDraft, reviewDraft, type KnownConfig } from '../../domain/machine-config/review.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import type { MethodHandler } from '../handlers.ts'
import {
  createConfigDesk,
  type MachineConfigDeps,
  type MachineConfigHandlers,
} from './machine-configs/desk.ts'
import { createHistoryHandlers } from './machine-configs/history.ts'
import { schemaOf } from './machine-configs/schema.ts'
import { createSendingHandlers, TRY_SECONDS } from './machine-configs/sending.ts'

/** Configurations: read, edited as drafts, reviewed, sent, proven, and looked up again. Secrets stay on this side. */
export function createMachineConfigHandlers(deps: MachineConfigDeps): MachineConfigHandlers {
  const desk = createConfigDesk(deps)
  const { clock, drafts, schemas, log, sha256, newId, nodes, reviews, trials, remember } = desk

  function shown(config: KnownConfig, resourceVersion: string): RedactedConfig {
    return {
      text: config.config.text,
      hash: sha256(config.real),
      resourceVersion,
      readAt: toInstant(clock.now()),
      secrets: config.secrets,
    }
  }

  const read: MethodHandler<'machine-configs.read'> = async (ref, signal) => {
    const [known, draft] = await Promise.all([nodes.read(ref, signal), drafts.load(ref)])
    await remember(ref, known.active, 'read').catch((error: unknown) => {
      log.error('config-history-not-kept', error, { node: ref.node, why: 'read' })
    })
    const schema = schemaVersionFor(known.talosVersion, await schemas.versions())
    const tryPendingUntil = trials.until(ref)
    const answer: ConfigForEditing = {
      active: shown(known.active, known.activeVersion),
      talosVersion: known.talosVersion,
      ...schema,
      ...(known.staged === undefined ? {} : { persistent: shown(known.staged, known.stagedVersion ?? '') }),
      ...(draft === undefined ? {} : { draft }),
      ...(tryPendingUntil === undefined ? {} : { tryPendingUntil }),
    }
    return answer
  }

  const review: MethodHandler<'machine-configs.review'> = async ({ text, ...ref }, signal) => {
    const since = clock.now()
    const known = await nodes.read(ref, signal)
    const [facts, node] = await Promise.all([
      schemas.facts(),
      readNodeFacts(
        known.cluster.talos,
        { node: ref.node, talosVersion: known.talosVersion, otherSlotVersion: desk.otherSlot?.(ref) },
        signal,
      ),
    ])
    const base = known.active
    const draft = readDraft(text, base, facts)
    const tryPending = trials.until(ref) !== undefined
    const parts = reviewDraft({ base, draft, facts, node, tryPending })
    const reviewId = newId()
    const computedAt = toInstant(clock.now())
    const hostname = node.hostname ?? ref.node
    const talosctl = applyCommands({
      context: ref.context,
      node: ref.node,
      hostname,
      trySeconds: TRY_SECONDS,
    })
    reviews.keep(reviewId, {
      ref,
      base,
      draft,
      ...(known.staged === undefined ? {} : { staged: known.staged }),
      talosVersion: known.talosVersion,
      computedAt,
      hostname,
      table: parts.table,
      modes: parts.modes,
      stops: parts.stops,
      toAccept: parts.toAccept,
      blocking: parts.problems.some((problem) => problem.severity === 'error'),
      talosctl,
    })
    return {
      ...parts,
      reviewId,
      baseHash: sha256(base.real),
      computedAt,
      tookMs: clock.now() - since,
      talosctl,
    }
  }

  return {
    ...createSendingHandlers(desk),
    ...createHistoryHandlers(desk),
    'machine-configs.read': read,
    'machine-configs.schema': async ({ version }) => ({ schema: await schemaOf(schemas, version) }),
    'machine-configs.save-draft': async ({ text, baseHash, ...ref }) => {
      const draft = { text, baseHash, savedAt: toInstant(clock.now()) }
      await drafts.save(ref, draft)
      return draft
    },
    'machine-configs.discard-draft': async (ref) => {
      await drafts.discard(ref)
      return {}
    },
    'machine-configs.problems': async ({ text, ...ref }, signal) => {
      const [known, facts] = await Promise.all([nodes.recent(ref, signal), schemas.facts()])
      return { problems: [...problemsOf(text, known.active, facts, known.talosVersion)] }
    },
    'machine-configs.review': review,
    'machine-configs.export-changes': async ({ reviewId, format, ...ref }) =>
      exportChanges(reviews.get(reviewId, ref), format),
    'machine-configs.reveal': async ({ placeholder, ...ref }, signal) => {
      const name = nameOf(placeholder)
      const known = await nodes.read(ref, signal)
      const entry = [known.active, known.staged].map((config) => config?.vault.get(name ?? '')).find(Boolean)
      if (entry === undefined) {
        throw new TalosFailure(
          'config-placeholder-unresolved',
          'This placeholder stands for no secret of this node.',
          {
            node: ref.node,
          },
        )
      }
      return { value: entry.value }
    },
  }
}
