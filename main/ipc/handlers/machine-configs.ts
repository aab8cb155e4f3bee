import type { ConfigForEditing, RedactedConfig } from '#contract/machine-configs.ts'
import type { NodeRef } from '#contract/names.ts'
import { toInstant } from '../../domain/clock-port.ts'
import { distinctSecrets } from '../../domain/machine-config/carry/earlier-secrets.ts'
import { exportChanges } from '../../domain/machine-config/export-changes.ts'
import { schemaVersionFor } from '../../domain/machine-config/node-reading.ts'
import { createMergeRules } from '../../domain/machine-config/patches/merge-rules.ts'
import { parseConfig } from '../../domain/machine-config/parse-config.ts'
import { entryOf, nameOf } from '../../domain/machine-config/placeholders.ts'
import { problemsOf, readDraft, type KnownConfig } from '../../domain/machine-config/review.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import type { MethodHandler } from '../handlers.ts'
import { createComparingHandlers } from './machine-configs/comparing.ts'
import {
  createConfigDesk,
  type MachineConfigDeps,
  type MachineConfigHandlers,
} from './machine-configs/desk.ts'
import { createFieldNotes } from './machine-configs/fields.ts'
import { createHistoryHandlers } from './machine-configs/history.ts'
import type { KnownNode } from './machine-configs/known-nodes.ts'
import { schemaOf } from './machine-configs/schema.ts'
import { createMergingHandlers } from './machine-configs/merging.ts'
import { parseInTurns } from './machine-configs/parse-in-turns.ts'
import { createReviewer, draftBase } from './machine-configs/reviewing.ts'
import { createRolloutHandlers } from './machine-configs/rollout.ts'
import { createSendingHandlers } from './machine-configs/sending.ts'

/** Texts longer than this get no notes on old keys: some 25,000 lines. */
const NOTED = 1_000_000

/** Configurations: read, edited as drafts, reviewed, sent, proven, and looked up again. Secrets stay on this side. */
export function createMachineConfigHandlers(deps: MachineConfigDeps): MachineConfigHandlers {
  const desk = createConfigDesk(deps)
  const { clock, drafts, history, schemas, log, sha256, nodes, reviews, trials, remember } = desk
  const reviewer = createReviewer(desk)
  const fields = createFieldNotes(desk)

  function shown(config: KnownConfig, resourceVersion: string): RedactedConfig {
    return {
      text: config.config.text,
      hash: sha256(config.real),
      resourceVersion,
      readAt: toInstant(clock.now()),
      secrets: config.secrets,
    }
  }

  /** A draft of it is read against the secrets in force, so those that differ are told apart by name. */
  function staged(config: KnownConfig, { active, stagedVersion }: KnownNode): RedactedConfig {
    const { text } = distinctSecrets(config, active.vault, sha256(config.real))
    return { ...shown(config, stagedVersion ?? ''), text }
  }

  /** What waits on the disk is kept once: it stands beside what is in force, so it is not the newest of the two. */
  async function rememberStaged(ref: NodeRef, config: KnownConfig | undefined): Promise<void> {
    if (config === undefined) return
    const isKept = await history.text(ref, sha256(config.real)).then(
      (text) => text !== undefined,
      () => false,
    )
    if (isKept) return
    await remember(ref, config, 'read').catch((error: unknown) => {
      log.error('config-history-not-kept', error, { node: ref.node, why: 'read' })
    })
  }

  const read: MethodHandler<'machine-configs.read'> = async (ref, signal) => {
    const [known, draft] = await Promise.all([nodes.read(ref, signal), drafts.load(ref)])
    await remember(ref, known.active, 'read').catch((error: unknown) => {
      log.error('config-history-not-kept', error, { node: ref.node, why: 'read' })
    })
    await rememberStaged(ref, known.staged)
    const schema = schemaVersionFor(known.talosVersion, await schemas.versions())
    const tryPendingUntil = trials.until(ref)
    const answer: ConfigForEditing = {
      active: shown(known.active, known.activeVersion),
      talosVersion: known.talosVersion,
      ...schema,
      ...(known.staged === undefined ? {} : { persistent: staged(known.staged, known) }),
      ...(draft === undefined ? {} : { draft }),
      ...(tryPendingUntil === undefined ? {} : { tryPendingUntil }),
    }
    return answer
  }

  const review: MethodHandler<'machine-configs.review'> = async ({ text, ...ref }, signal) => {
    const made = await reviewer.review(
      ref,
      async (known, facts) => readDraft(text, await draftBase(desk, ref, known, text), facts),
      signal,
    )
    return made.review
  }

  return {
    ...createSendingHandlers(desk),
    ...createHistoryHandlers(desk),
    ...createComparingHandlers(desk),
    ...createMergingHandlers(desk),
    ...createRolloutHandlers(desk, reviewer),
    ...fields.handlers,
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
      const base = await draftBase(desk, ref, known, text)
      const config = parseConfig(text)
      await parseInTurns(config, base.trusted(), signal)
      const problems = problemsOf(config, base, facts, known.talosVersion)
      // Notes on old keys of a huge text are not worth what they cost main at every pause in typing.
      if (text.length > NOTED || problems.some(({ severity }) => severity === 'error'))
        return { problems: [...problems] }
      const notes = await fields.legacy(text, known.talosVersion)
      return { problems: [...problems, ...notes] }
    },
    'machine-configs.review': review,
    'machine-configs.export-changes': async ({ reviewId, format, ...ref }) => {
      const kept = reviews.get(reviewId, ref)
      const rules = createMergeRules(await schemas.mergeRules(), kept.talosVersion)
      return exportChanges({ ...kept, rules }, format)
    },
    'machine-configs.reveal': async ({ placeholder, ...ref }, signal) => {
      const known = await nodes.read(ref, signal)
      const { vault } = await draftBase(desk, ref, known, placeholder)
      const entry = entryOf(vault, nameOf(placeholder) ?? '')
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
