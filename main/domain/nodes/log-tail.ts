import type { LogBatch, LogLine } from '#contract/nodes.ts'
import type { ClockPort } from '../clock-port.ts'

/** Lines kept for a window that cannot keep up; older ones are dropped and counted. */
const KEEP_LINES = 50_000
const BATCH_LINES = 2_000
/** A node sends what it has without a mark at its end: this long without a line means that is was all. */
const QUIET_MS = 150
/** A log that is never quiet has to be shown as well. */
const BACKLOG_MS = 1_000

export type LogTailEvent =
  | { readonly kind: 'snapshot'; readonly item: LogBatch }
  | { readonly kind: 'ready' }
  | { readonly kind: 'change'; readonly item: LogBatch }

interface Options {
  readonly lines: AsyncIterable<string>
  readonly parse: (line: string) => LogLine
  /** Newest lines of the backlog to keep. */
  readonly tailLines: number
  readonly clock: ClockPort
  readonly signal: AbortSignal
}

/**
 * Follows a log for one reader. One connection gives the backlog and what follows, so no line is lost between the
 * two. Memory is bounded: when the reader is slower than the node, the oldest waiting lines go, counted.
 */
export async function* tailLog({
  lines,
  parse,
  tailLines,
  clock,
  signal,
}: Options): AsyncIterable<LogTailEvent> {
  const waiting: string[] = []
  let first = 0
  let dropped = 0
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let wake: () => void = () => undefined
  let limit = tailLines
  let lastLineAt = clock.now()

  function take(line: string): void {
    waiting.push(line)
    lastLineAt = clock.now()
    if (waiting.length - first > limit) {
      first += 1
      // The backlog beyond what was asked for is no loss; lines of a live log are.
      if (limit === KEEP_LINES) dropped += 1
    }
    if (first > 10_000 && first * 2 > waiting.length) {
      waiting.splice(0, first)
      first = 0
    }
    wake()
  }

  async function pump(): Promise<void> {
    try {
      for await (const line of lines) take(line)
    } catch (error) {
      failure = { error }
    }
    ended = true
    wake()
  }

  function batch(): LogBatch {
    const upTo = Math.min(waiting.length, first + BATCH_LINES)
    const item = { lines: waiting.slice(first, upTo).map(parse), dropped }
    first = upTo
    dropped = 0
    if (first === waiting.length) {
      waiting.length = 0
      first = 0
    }
    return item
  }

  const pumping = pump()
  const until = clock.now() + BACKLOG_MS
  while (!hasEnded() && clock.now() - lastLineAt < QUIET_MS && clock.now() < until) {
    await clock.sleep(QUIET_MS - (clock.now() - lastLineAt), signal)
  }
  while (waiting.length > first) yield { kind: 'snapshot', item: batch() }
  limit = KEEP_LINES
  yield { kind: 'ready' }
  for (;;) {
    if (waiting.length > first) {
      yield { kind: 'change', item: batch() }
      continue
    }
    if (hasEnded()) break
    await new Promise<void>((resolve) => (wake = resolve))
  }
  await pumping
  const failed = failure as { readonly error: unknown } | undefined
  if (failed !== undefined) throw failed.error

  function hasEnded(): boolean {
    return ended
  }
}
