import type { ConfigForEditing, HistoryEntry, ModeChoice, RedactedConfig } from '#contract/machine-configs.ts'
import { RunId, type NodeRef } from '#contract/names.ts'
import { toInstant, type ClockPort } from '../../domain/clock-port.ts'
import type { LogPort } from '../../domain/log-port.ts'
import { toConfigFailure } from '../../domain/machine-config/apply-refusal.ts'
import { runApply } from '../../domain/machine-config/apply-run.ts'
import type { KeptWhy } from '../../domain/machine-config/apply-scene.ts'
import { readDryRun } from '../../domain/machine-config/dry-run.ts'
import { editorSchema } from '../../domain/machine-config/editor-schema.ts'
import { applyCommands } from '../../domain/machine-config/modes.ts'
import { readNodeFacts, schemaVersionFor } from '../../domain/machine-config/node-reading.ts'
import { isInLines } from '../../domain/machine-config/config-facts.ts'
import { nameOf } from '../../domain/machine-config/placeholders.ts'
import { valuesOf } from '../../domain/machine-config/redact.ts'
import {
  knowConfig,
  problemsOf,
  readDraft,
  reviewDraft,
  type KnownConfig,
} from '../../domain/machine-config/review.ts'
import type { JsonSchema, SchemaPort } from '../../domain/machine-config/schema-port.ts'
import type { DraftPort, HistoryPort } from '../../domain/machine-config/store-ports.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import type { RunsPort } from '../../domain/runs/run-port.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import type { Handlers, MethodHandler } from '../handlers.ts'
import { createKeptReviews, type KeptReview } from './machine-configs/kept-reviews.ts'
import { createKnownNodes } from './machine-configs/known-nodes.ts'
import { createOpenTrials } from './machine-configs/open-trials.ts'

type MachineConfigHandlers = Pick<Handlers, Extract<keyof Handlers, `machine-configs.${string}`>>

export interface MachineConfigDeps {
  readonly clusters: ClustersPort
  readonly runs: RunsPort
  readonly clock: ClockPort
  readonly drafts: DraftPort
  readonly history: HistoryPort
  readonly schemas: SchemaPort
  readonly log: LogPort
  /** Who does it, for the history. */
  readonly who: string
  /** SHA-256 in hex. */
  readonly sha256: (text: string) => string
  readonly newId: () => string
  /** When a try ends that a run cut off by a crash had begun on the node, as the journal has it. */
  readonly earlierTrial?: (ref: NodeRef) => string | undefined
}

const TRY_SECONDS = 120

/** What a review says of a mode with which the node restarts. */
const RESTARTS: ReadonlySet<ModeChoice['reason']> = new Set(['auto-reboots', 'reboots-the-node'])

/** Configurations: read, edited as drafts, reviewed, sent, proven, and looked up again. Secrets stay on this side. */
export function createMachineConfigHandlers(deps: MachineConfigDeps): MachineConfigHandlers {
  const { clusters, runs, clock, drafts, history, schemas, log, who, sha256, newId } = deps
  const nodes = createKnownNodes({ clusters, schemas })
  const reviews = createKeptReviews()
  const trials = createOpenTrials(clock, deps.earlierTrial)

  async function remember(ref: NodeRef, config: KnownConfig, why: KeptWhy, runId?: string): Promise<void> {
    const entry: HistoryEntry = {
      hash: sha256(config.real),
      at: toInstant(clock.now()),
      why,
      who,
      ...(runId === undefined ? {} : { runId: RunId.parse(runId) }),
    }
    await history.add(ref, entry, config.real)
  }
  /** Before something is sent its copy must be safe; afterwards a full disk must not hide what became of it. */
  async function rememberRun(ref: NodeRef, config: KnownConfig, why: KeptWhy, runId: string): Promise<void> {
    if (why === 'before-apply') return remember(ref, config, why, runId)
    await remember(ref, config, why, runId).catch((error: unknown) => {
      log.error('config-history-not-kept', error, { node: ref.node, why })
    })
  }
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
      readNodeFacts(known.cluster.talos, ref.node, known.talosVersion, signal),
    ])
    const base = known.active
    const draft = readDraft(text, base, facts)
    const tryPending = trials.until(ref) !== undefined
    const parts = reviewDraft({ base, draft, facts, node, tryPending })
    const reviewId = newId()
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
      hostname,
      table: parts.table,
      modes: parts.modes,
      toAccept: parts.toAccept,
      blocking: parts.problems.some((problem) => problem.severity === 'error'),
      talosctl,
    })
    return {
      ...parts,
      reviewId,
      baseHash: sha256(base.real),
      computedAt: toInstant(clock.now()),
      tookMs: clock.now() - since,
      talosctl,
    }
  }

  const apply: MethodHandler<'machine-configs.apply'> = async (input) => {
    const { reviewId, mode, accepted } = input
    const ref = { context: input.context, node: input.node }
    trials.refuse(ref)
    const kept = reviews.get(reviewId, ref)
    requireSendable(kept, mode, accepted)
    const { talos } = await clusters.cluster(ref.context)
    const facts = await schemas.facts()
    if (mode === 'try') await trials.noDryRun(ref)
    const trySeconds = input.trySeconds ?? TRY_SECONDS
    const commands = applyCommands({ ...ref, hostname: kept.hostname, trySeconds })
    const body = runApply(
      {
        node: ref.node,
        hostname: kept.hostname,
        mode,
        trySeconds,
        base: kept.base,
        ...(kept.staged === undefined ? {} : { staged: kept.staged }),
        draft: kept.draft,
        restarts: kept.modes.some((one) => one.mode === mode && RESTARTS.has(one.reason)),
        talosVersion: kept.talosVersion,
      },
      {
        talos,
        clock,
        hash: sha256,
        know: (text) => knowConfig(text, facts, kept.draft.vault),
        keep: (config, why, runId) => rememberRun(ref, config, why, runId),
      },
    )
    const runId = await runs.start(
      {
        kind: 'apply',
        ...ref,
        hostname: kept.hostname,
        title: {
          key: 'run.apply',
          parameters: {
            count: String(kept.table.counts.all),
            mode,
            ...(mode === 'try' ? { seconds: String(trySeconds) } : {}),
          },
        },
        talosctl: commands[mode],
        exclusive: true,
        stoppable: mode !== 'try',
      },
      (control) => trials.follow(ref, body(control), mode === 'try' ? trySeconds : undefined),
    )
    return { runId: RunId.parse(runId) }
  }

  const dryRun: MethodHandler<'machine-configs.dry-run'> = async ({ reviewId, mode, ...ref }, signal) => {
    const { base, draft, table } = reviews.get(reviewId, ref)
    const { talos } = await clusters.cluster(ref.context)
    try {
      // Even a dry run would stop the timer of a try.
      const answer = await trials.dryRun(ref, () =>
        talos.applyConfiguration(
          ref.node,
          { text: draft.real, mode, dryRun: true, ...(mode === 'try' ? { trySeconds: TRY_SECONDS } : {}) },
          signal,
        ),
      )
      return readDryRun(answer, valuesOf(draft.vault, base.vault), table)
    } catch (error) {
      throw toConfigFailure(error, draft, base)
    }
  }

  async function schema(version: string): Promise<Record<string, unknown>> {
    const [versions, accepted, facts, own] = await Promise.all([
      schemas.versions(),
      schemas.accepted(),
      schemas.facts(),
      schemas.schema(version),
    ])
    if (own === undefined) throw new TalosFailure('not-found', `There is no schema of Talos ${version}.`)
    const earlier = new Map<string, JsonSchema>()
    for (const line of versions) {
      const found = line === version ? undefined : await schemas.schema(line)
      if (found !== undefined) earlier.set(line, found)
    }
    const kinds = facts.kinds
      .filter((kind) => isInLines(version, kind.since, undefined))
      .map(({ kind }) => kind)
    return editorSchema({ version, schema: own, earlier, accepted, kinds })
  }

  return {
    'machine-configs.read': read,
    'machine-configs.schema': async ({ version }) => ({ schema: await schema(version) }),
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
    'machine-configs.dry-run': dryRun,
    'machine-configs.apply': apply,
    'machine-configs.keep': async ({ runId }) => {
      runs.decide(runId, 'keep')
      return {}
    },
    'machine-configs.revert': async ({ runId }) => {
      runs.decide(runId, 'revert')
      return {}
    },
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
    'machine-configs.history': async (ref) => ({ entries: [...(await history.list(ref))] }),
    'machine-configs.history-text': async ({ hash, ...ref }) => {
      const [text, facts] = await Promise.all([history.text(ref, hash), schemas.facts()])
      if (text === undefined) {
        throw new TalosFailure('not-found', 'The history has no configuration of that hash.', {
          node: ref.node,
        })
      }
      return { text: knowConfig(text, facts).config.text }
    },
  }
}

/** The person has seen it, ticked what must be ticked, and chosen a way that the node takes. */
function requireSendable(review: KeptReview, mode: string, accepted: readonly string[]): void {
  const where = { node: review.ref.node }
  const waiting = review.staged !== undefined && review.staged.real !== review.draft.real
  if (review.draft.real === review.base.real && !waiting) {
    throw new TalosFailure('config-unchanged', 'The draft is what the node runs already.', where)
  }
  if (review.blocking) {
    throw new TalosFailure('plan-blocked', 'The draft has errors. They are listed with their lines.', where)
  }
  const choice = review.modes.find((one) => one.mode === mode)
  if (choice?.offered !== true) {
    throw new TalosFailure(
      'plan-blocked',
      `The mode ${mode} is not offered here: ${choice?.reason ?? ''}.`,
      where,
    )
  }
  const open = review.toAccept.filter((one) => !accepted.includes(one.id))
  if (open.length > 0) {
    const subjects = open.map((one) => `${one.risk} (${one.subject})`).join(', ')
    throw new TalosFailure('plan-blocked', `Not accepted yet: ${subjects}.`, where)
  }
}
