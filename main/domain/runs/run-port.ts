import type {
  BootTiming,
  Run,
  RunAnswer,
  RunLayer,
  RunOutcome,
  RunQuestion,
  RunStep,
  VerdictRow,
} from '#contract/runs.ts'
import type { WireError } from '#contract/wire-error.ts'

/** What happens in a run, in order. The state of the run is a fold of these (`applyRunEvent`). */
export type RunEvent =
  | { readonly kind: 'planned'; readonly steps: readonly Pick<RunStep, 'id' | 'name' | 'node'>[] }
  /** What the verdict will ask, told before the first step, so that a run cut off can still be judged. */
  | { readonly kind: 'expected'; readonly rows: readonly VerdictRow[] }
  | { readonly kind: 'step-started'; readonly id: string }
  | {
      readonly kind: 'step-progress'
      readonly id: string
      readonly detail?: string
      readonly progress?: number
    }
  | {
      readonly kind: 'step-ended'
      readonly id: string
      readonly state: 'done' | 'failed' | 'skipped' | 'unknown'
      readonly detail?: string
    }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'node-started'; readonly node: string }
  /** `rows` take the place of what was expected of this node. */
  | {
      readonly kind: 'node-ended'
      readonly node: string
      readonly rows: readonly VerdictRow[]
      readonly outcome: RunOutcome
      readonly error?: WireError
    }
  | { readonly kind: 'layers'; readonly node: string; readonly layers: readonly RunLayer[] }
  /** Without a question: the one that stood is settled. */
  | { readonly kind: 'question'; readonly question?: RunQuestion }
  /** A node this run restarted is ready again. */
  | { readonly kind: 'boot-timed'; readonly timing: BootTiming }
  | { readonly kind: 'trial'; readonly revertsAt: string }
  | { readonly kind: 'probe'; readonly ok: boolean; readonly latencyMs?: number }
  | { readonly kind: 'decided'; readonly how: 'kept' | 'reverted' }
  | {
      readonly kind: 'verdict'
      readonly rows: readonly VerdictRow[]
      readonly outcome: RunOutcome
      readonly error?: WireError
    }

/** An event and when it happened, ISO 8601; this is what the journal keeps. */
export interface StampedRunEvent {
  readonly at: string
  readonly event: RunEvent
}

/** What is known of a run before its first event. */
export type RunHead = Pick<
  Run,
  'id' | 'kind' | 'context' | 'node' | 'hostname' | 'nodes' | 'title' | 'who' | 'startedAt' | 'talosctl'
>

/** Runs on disk. `append` resolves after the bytes are safe (fsync): a step may start only then. */
export interface RunJournalPort {
  begin(head: RunHead): Promise<void>
  append(id: string, event: StampedRunEvent): Promise<void>
  /** Every run kept, oldest first; a torn last line is left out. */
  load(): Promise<readonly { readonly head: RunHead; readonly events: readonly StampedRunEvent[] }[]>
}

/** What a run in progress may ask of the engine that drives it. */
export interface RunControl {
  readonly id: string
  /** Aborted only when the app itself ends; a run is never cut off in the middle by a click. */
  readonly signal: AbortSignal
  /** True once the person asked to stop; look between two steps. */
  stopRequested(): boolean
  /** True once the person asked to end the run when the node under way is done. */
  stopAfterNode(): boolean
  /** The person's answer to that question, once; `undefined` while there is none. */
  takeAnswer(questionId: string): RunAnswer | undefined
  /** During a confirmed try: resolves when the person keeps or reverts. */
  decision(): Promise<'keep' | 'revert'>
}

/** The part of a run's head that its starter knows; id, who and when are the engine's. */
export type RunRequest = Pick<
  RunHead,
  'kind' | 'context' | 'node' | 'hostname' | 'nodes' | 'title' | 'talosctl'
> & {
  /** One exclusive run per context at a time; a second is refused with `run-active`. */
  readonly exclusive: boolean
  readonly stoppable: boolean
}

/**
 * Starts runs and keeps them whether or not anyone watches. Each event is journalled before the body goes on, so a
 * step begins only after its `step-started` is on disk. A body that throws ends its run as `failed` with the error.
 */
export interface RunsPort {
  start(request: RunRequest, body: (control: RunControl) => AsyncIterable<RunEvent>): Promise<string>
  /** Delivers a decision to a run in a try; `run-not-found` otherwise. */
  decide(id: string, decision: 'keep' | 'revert'): void
}
