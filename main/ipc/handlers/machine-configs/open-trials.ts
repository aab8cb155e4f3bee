import type { NodeRef } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { toInstant, type ClockPort } from '../../../domain/clock-port.ts'
import type { RunEvent } from '../../../domain/runs/run-port.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'

/** Tries that run on nodes now. While one does, nothing else may be sent to its node (behaviour.md §4.2). */
export interface OpenTrials {
  /** Until when, as far as this app knows. */
  until(ref: NodeRef): string | undefined
  /** Throws `config-try-pending`. */
  refuse(ref: NodeRef): void
  /** Makes a dry run, which must not reach a node that tries. Throws `config-try-pending`. */
  dryRun<T>(ref: NodeRef, ask: () => Promise<T>): Promise<T>
  /** Resolves when no dry run is on its way: one that arrives late would stop the try that is about to begin. */
  noDryRun(ref: NodeRef): Promise<void>
  /** Passes an apply's events on and notes its try. `trySeconds`: absent when it is none. */
  follow(
    ref: NodeRef,
    events: AsyncIterable<RunEvent>,
    trySeconds?: number,
  ): AsyncGenerator<RunEvent, void, void>
}

/** Milliseconds in which a try that was sent is answered or lost. */
const ANSWERED_WITHIN = 60_000

/** `earlier`: tries of runs that were cut off, by the journal; the node's timer does not know that the app was away. */
export function createOpenTrials(
  clock: ClockPort,
  earlier: (ref: NodeRef) => string | undefined = () => undefined,
  clusterOf: (context: string) => string = (context) => context,
): OpenTrials {
  const open = new Map<string, string>()
  const asking = new Map<string, Set<Promise<unknown>>>()
  // One node through two contexts has one timer.
  const keyOf = (ref: NodeRef): string => `${clusterOf(ref.context)}\0${ref.node}`

  function until(ref: NodeRef): string | undefined {
    const instant = open.get(keyOf(ref)) ?? earlier(ref)
    return instant !== undefined && Date.parse(instant) > clock.now() ? instant : undefined
  }
  function refuse(ref: NodeRef): void {
    const instant = until(ref)
    if (instant === undefined) return
    throw new TalosFailure('config-try-pending', `A try runs on ${ref.node} until ${instant}.`, {
      node: ref.node,
    })
  }

  return {
    until,
    refuse,
    async dryRun(ref, ask) {
      refuse(ref)
      const key = keyOf(ref)
      const mine = asking.get(key) ?? new Set()
      asking.set(key, mine)
      const answer = ask()
      mine.add(answer)
      try {
        return await answer
      } finally {
        mine.delete(answer)
        if (mine.size === 0) asking.delete(key)
      }
    },
    async noDryRun(ref) {
      await Promise.allSettled(asking.get(keyOf(ref)) ?? new Set<Promise<unknown>>())
    },
    async *follow(ref, events, trySeconds) {
      const key = keyOf(ref)
      let over = false
      try {
        for await (const event of events) {
          if (event.kind === 'trial') open.set(key, event.revertsAt)
          if (event.kind === 'verdict') over = true
          yield event
          // From here on the node's timer may run, whatever becomes of the answer.
          if (trySeconds !== undefined && isSending(event)) {
            open.set(key, toInstant(clock.now() + ANSWERED_WITHIN + trySeconds * 1000))
          }
        }
      } finally {
        // A run that broke off without a verdict leaves the node's timer going.
        if (over) open.delete(key)
      }
    },
  }
}

function isSending(event: RunEvent): boolean {
  return event.kind === 'step-started' && event.id === 'apply'
}

/**
 * When the node itself ends a try that a run began and a crash cut off; `undefined` when there is none. Cut off before
 * the answer came, it is the latest instant at which the node's timer can run out.
 */
export function endOfTrial(runs: readonly Run[], node: string): string | undefined {
  const run = runs.findLast(
    (one) => one.kind === 'apply' && one.node === node && one.outcome === 'interrupted',
  )
  if (run?.trial !== undefined) return run.trial.revertsAt
  const { mode, seconds } = run?.title.parameters ?? {}
  const sentAt = run?.steps.find(({ id }) => id === 'apply')?.startedAt
  if (mode !== 'try' || seconds === undefined || sentAt === undefined) return undefined
  return toInstant(Date.parse(sentAt) + ANSWERED_WITHIN + Number(seconds) * 1000)
}
