import type { StreamFrame } from '#contract/bridge.ts'
import type { ClockPort } from '../domain/clock-port.ts'
import type { StreamEvent } from './handlers.ts'
import { toError, untilAborted } from './until-aborted.ts'
import { sizeOf } from './value-size.ts'

/** A frame holds so much at most; one that is larger by a single item goes alone. */
const FRAME_LIMIT = { items: 256, bytes: 64 * 1024 } as const
/** A window draws 60 times a second; frames that come more often are work for nobody. */
const FRAME_INTERVAL_MS = 16

/** How many frames the reader has room for. */
export interface Credit {
  give(frames: number): void
  /** Resolves when there is room; rejects when `signal` is aborted. */
  available(signal: AbortSignal): Promise<void>
  take(): void
}

export function createCredit(initial: number): Credit {
  const most = 1024
  let left = initial
  let wake: (() => void) | undefined
  return {
    give(frames) {
      left = Math.min(most, left + frames)
      if (left > 0) wake?.()
    },
    available(signal) {
      if (signal.aborted) return Promise.reject(toError(signal.reason))
      if (left > 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const onAbort = () => reject(toError(signal.reason))
        signal.addEventListener('abort', onAbort, { once: true })
        wake = () => {
          wake = undefined
          signal.removeEventListener('abort', onAbort)
          resolve()
        }
      })
    },
    take() {
      left -= 1
    },
  }
}

type Pulled<T> =
  StreamEvent<T> | { readonly kind: 'done' } | { readonly kind: 'threw'; readonly error: unknown }

export interface Pump<T> {
  readonly events: AsyncIterable<StreamEvent<T>>
  /** Parses an item on its way out; throws when the handler yielded something the contract does not have. */
  readonly parse: (item: T) => unknown
  readonly send: (frame: StreamFrame) => void
  readonly credit: Credit
  readonly clock: ClockPort
  readonly signal: AbortSignal
}

/**
 * Moves what a handler yields into frames, in order: snapshot frames, `ready`, change frames. The handler is asked
 * for the next event only while the reader has credit for the frame it would go into. Changes are gathered so that
 * at most 60 frames a second leave; the first after a quiet time leaves at once. Resolves when the handler is done;
 * rejects with what it threw, or when `signal` is aborted.
 */
export async function pump<T>({ events, parse, send, credit, clock, signal }: Pump<T>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  const reason = () => toError(signal.reason)
  let pulled: Promise<Pulled<T>> | undefined
  let lastSentAt = Number.NEGATIVE_INFINITY
  // A failure is kept as an outcome, so that what was gathered before it leaves first.
  const next = () =>
    (pulled ??= iterator.next().then(
      (result): Pulled<T> => (result.done === true ? { kind: 'done' } : result.value),
      (error: unknown): Pulled<T> => ({ kind: 'threw', error }),
    ))
  try {
    for (;;) {
      await credit.available(signal)
      const first = await untilAborted(next(), signal, reason)
      pulled = undefined
      if (first.kind === 'done') return
      if (first.kind === 'threw') throw toError(first.error)
      if (first.kind === 'ready') {
        credit.take()
        send({ kind: 'ready' })
        continue
      }
      const frame = await gather(first)
      signal.throwIfAborted()
      credit.take()
      lastSentAt = clock.now()
      send(frame)
    }
  } finally {
    // A generator that waits inside `next` ends through its signal; waiting for it here would hang a closed window.
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }

  /** Fills one frame: until it is full, another kind of event comes, or its time to leave has come. */
  async function gather(first: Extract<StreamEvent<T>, { item: T }>): Promise<StreamFrame> {
    const items: unknown[] = []
    let bytes = 0
    const add = (item: T): boolean => {
      const parsed = parse(item)
      items.push(parsed)
      bytes += sizeOf(parsed, { bytes: FRAME_LIMIT.bytes, depth: 64 })
      return items.length < FRAME_LIMIT.items && bytes < FRAME_LIMIT.bytes
    }
    using leave = timeToLeave()
    let room = add(first.item)
    while (room) {
      const event = await untilAborted(Promise.race([next(), leave.promise]), signal, reason)
      if (event?.kind !== first.kind) break
      pulled = undefined
      room = add(event.item)
    }
    return { kind: first.kind === 'snapshot' ? 'snapshot' : 'changes', items }
  }

  function timeToLeave(): Disposable & { readonly promise: Promise<undefined> } {
    const stop = new AbortController()
    const wait = Math.max(0, Math.min(FRAME_INTERVAL_MS, lastSentAt + FRAME_INTERVAL_MS - clock.now()))
    const promise = clock.sleep(wait, stop.signal).then(
      () => undefined,
      () => undefined,
    )
    return { promise, [Symbol.dispose]: () => stop.abort() }
  }
}
