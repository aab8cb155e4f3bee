import type { NodeRef } from '#contract/names.ts'
import type { ClockPort } from '../../../domain/clock-port.ts'
import type { RunEvent } from '../../../domain/runs/run-port.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'

/** Tries that run on nodes now. While one does, nothing else may be sent to its node (behaviour.md §4.2). */
export interface OpenTrials {
  /** Until when, as far as this app knows. */
  until(ref: NodeRef): string | undefined
  /** Throws `config-try-pending`. */
  refuse(ref: NodeRef): void
  /** Passes a run's events on and notes its try. */
  follow(ref: NodeRef, events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent, void, void>
}

/** `earlier`: tries of runs that were cut off, by the journal; the node's timer does not know that the app was away. */
export function createOpenTrials(
  clock: ClockPort,
  earlier: (ref: NodeRef) => string | undefined = () => undefined,
): OpenTrials {
  const open = new Map<string, string>()
  const keyOf = (ref: NodeRef): string => `${ref.context}\0${ref.node}`

  function until(ref: NodeRef): string | undefined {
    const instant = open.get(keyOf(ref)) ?? earlier(ref)
    return instant !== undefined && Date.parse(instant) > clock.now() ? instant : undefined
  }
  return {
    until,
    refuse(ref) {
      const instant = until(ref)
      if (instant === undefined) return
      throw new TalosFailure('config-try-pending', `A try runs on ${ref.node} until ${instant}.`, {
        node: ref.node,
      })
    },
    async *follow(ref, events) {
      try {
        for await (const event of events) {
          if (event.kind === 'trial') open.set(keyOf(ref), event.revertsAt)
          yield event
        }
      } finally {
        open.delete(keyOf(ref))
      }
    },
  }
}
