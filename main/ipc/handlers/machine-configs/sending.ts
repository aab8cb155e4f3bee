import type { ApplyMode, ModeChoice } from '#contract/machine-configs.ts'
import { RunId } from '#contract/names.ts'
import { toConfigFailure } from '../../../domain/machine-config/apply-refusal.ts'
import { runApply } from '../../../domain/machine-config/apply-run.ts'
import { expectOutcome, readDryRun } from '../../../domain/machine-config/dry-run.ts'
import type { ApplyRequest } from '../../../domain/machine-config/apply-scene.ts'
import { applyCommands } from '../../../domain/machine-config/modes.ts'
import { valuesOf } from '../../../domain/machine-config/redact.ts'
import { knowConfig } from '../../../domain/machine-config/review.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'
import type { MethodHandler } from '../../handlers.ts'
import type { ConfigDesk, MachineConfigHandlers } from './desk.ts'
import type { KeptReview } from './kept-reviews.ts'

/** Seconds of a try when the person chose none. */
export const TRY_SECONDS = 120

/** What a review says of a mode with which the node restarts. */
const RESTARTS: ReadonlySet<ModeChoice['reason']> = new Set(['auto-reboots', 'reboots-the-node'])

type SendingHandlers = Pick<
  MachineConfigHandlers,
  'machine-configs.apply' | 'machine-configs.dry-run' | 'machine-configs.keep' | 'machine-configs.revert'
>

/** What a review is followed by: the node's own reading of it, sending it, and the decision over a try. */
export function createSendingHandlers(desk: ConfigDesk): SendingHandlers {
  const { clusters, runs, clock, schemas, sha256, reviews, trials, rememberRun } = desk

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
    const body = runApply(applyRequestOf(kept, mode, trySeconds), {
      talos,
      clock,
      hash: sha256,
      know: (text) => knowConfig(text, facts, kept.draft.vault),
      keep: (config, why, runId) => rememberRun(ref, config, why, runId),
    })
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
      const { linesAdded, linesRemoved } = table
      const ours = { linesAdded, linesRemoved, outcome: expectOutcome(table, mode) }
      return readDryRun(answer, valuesOf(draft.vault, base.vault), ours)
    } catch (error) {
      throw toConfigFailure(error, draft, base)
    }
  }

  return {
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
  }
}

/** What is sent of a review, exactly as it was shown. */
export function applyRequestOf(kept: KeptReview, mode: ApplyMode, trySeconds = TRY_SECONDS): ApplyRequest {
  return {
    node: kept.ref.node,
    hostname: kept.hostname,
    mode,
    trySeconds,
    base: kept.base,
    ...(kept.staged === undefined ? {} : { staged: kept.staged }),
    draft: kept.draft,
    restarts: kept.modes.some((one) => one.mode === mode && RESTARTS.has(one.reason)),
    talosVersion: kept.talosVersion,
  }
}

/** The person has seen it, ticked what must be ticked, and chosen a way that the node takes. */
export function requireSendable(review: KeptReview, mode: string, accepted: readonly string[]): void {
  const where = { node: review.ref.node }
  const waiting = review.staged !== undefined && review.staged.real !== review.draft.real
  if (review.draft.real === review.base.real && !waiting) {
    throw new TalosFailure('config-unchanged', 'The draft is what the node runs already.', where)
  }
  const stop = review.stops[0]
  if (stop !== undefined) {
    throw new TalosFailure(
      'config-other-cluster',
      `This is the configuration of another cluster: ${stop.fields.join(', ')} differ from the node's.`,
      where,
    )
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
