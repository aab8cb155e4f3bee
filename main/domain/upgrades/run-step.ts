import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure } from '../talos-failure.ts'

/** Part of a run: events on the way, a value at the end. */
export type RunPart<T> = AsyncGenerator<RunEvent, T, void>

export interface StepResult<T> {
  readonly value: T
  readonly detail?: string
  /** `done` when absent; `failed` for a step that ended without what it waited for. */
  readonly state?: 'done' | 'failed' | 'unknown'
}

/** One step: its start before its work, its end after. A failure ends the step and goes on to the run. */
export async function* runStep<T>(
  id: string,
  control: RunControl,
  work: () => RunPart<StepResult<T>>,
): RunPart<T> {
  yield { kind: 'step-started', id }
  let result: StepResult<T>
  try {
    result = yield* work()
  } catch (error) {
    // When the app is closing nobody knows how the step went on: it stays without an end.
    if (!control.signal.aborted) {
      const detail = error instanceof TalosFailure ? { detail: error.message } : {}
      yield { kind: 'step-ended', id, state: 'failed', ...detail }
    }
    throw error
  }
  const { value, detail, state = 'done' } = result
  yield { kind: 'step-ended', id, state, ...(detail === undefined ? {} : { detail }) }
  return value
}

/** Id of a node's step in a run of several. */
export function stepIdOf(node: string, step: string): string {
  return `${node}/${step}`
}

/** Part of a run that is about one node: its steps and rows carry the node from here on. */
export async function* inNode<T>(node: string, part: RunPart<T>): RunPart<T> {
  try {
    let next = await part.next()
    while (next.done !== true) {
      yield ofNode(node, next.value)
      next = await part.next()
    }
    return next.value
  } finally {
    // Whoever stops listening here lets go of what the part holds open.
    await part.return(undefined as never)
  }
}

function ofNode(node: string, event: RunEvent): RunEvent {
  // One node's turn may hold steps of others, which are marked as theirs already.
  if ('id' in event && event.id.includes('/')) return event
  switch (event.kind) {
    case 'step-started':
    case 'step-progress':
    case 'step-ended':
      return { ...event, id: stepIdOf(node, event.id) }
    case 'expected':
    case 'verdict':
    case 'node-ended':
      return { ...event, rows: event.rows.map((row) => ({ ...row, node })) }
    case 'planned':
    case 'output':
    case 'node-started':
    case 'layers':
    case 'boot-timed':
    case 'question':
    case 'trial':
    case 'probe':
    case 'decided':
      return event
  }
}

/** Thrown between two steps when the person asked to stop. */
export function throwIfStopped(control: RunControl, node: string): void {
  if (control.stopRequested()) throw new TalosFailure('cancelled', 'Stopped between two steps.', { node })
}

/** `48 s`, `1:19` from a minute on. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** `171.0 MiB` */
export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
