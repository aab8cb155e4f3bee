import type { ClockPort } from '../clock-port.ts'
import { TalosFailure } from '../talos-failure.ts'

/**
 * Passes a stream on, and gives it up as `timeout` when nothing came for `milliseconds`. Only for streams that may
 * be cut off without harm: a pull, never an installer.
 */
export async function* untilStalled<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  limits: {
    readonly clock: ClockPort
    readonly milliseconds: number
    readonly signal: AbortSignal
    readonly what: string
    readonly node: string
  },
): AsyncGenerator<T, void, void> {
  const { clock, milliseconds, signal, what, node } = limits
  const cut = new AbortController()
  const items = open(AbortSignal.any([signal, cut.signal]))[Symbol.asyncIterator]()
  const stalled = Symbol('stalled')
  try {
    for (;;) {
      const patience = new AbortController()
      const silence = clock
        .sleep(milliseconds, patience.signal)
        .then(() => stalled)
        .catch(() => stalled)
      const next = await Promise.race([items.next(), silence]).finally(() => patience.abort())
      if (typeof next === 'symbol') {
        throw new TalosFailure('timeout', `${what} on ${node} stands still.`, { node })
      }
      if (next.done === true) return
      yield next.value
    }
  } finally {
    cut.abort()
  }
}
