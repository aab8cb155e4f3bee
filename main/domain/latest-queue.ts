/**
 * Carries the newest value of each key to one slow reader: a key set twice before it is read is delivered once.
 * That is the back-pressure of every live view: memory is bounded by the number of keys.
 */
export interface LatestQueue<K, V> extends AsyncIterable<readonly [K, V]> {
  set(key: K, value: V): void
  /** Keys that wait to be read. */
  readonly size: number
  /** Ends the iteration after what is queued was read. */
  end(): void
  /** Ends it with an error, at once. */
  fail(error: unknown): void
}

export function createLatestQueue<K, V>(): LatestQueue<K, V> {
  const waiting = new Map<K, V>()
  let wake: (() => void) | undefined
  let ended = false
  let failure: { readonly error: unknown } | undefined

  function signal(): void {
    wake?.()
    wake = undefined
  }

  return {
    set(key, value) {
      if (ended) return
      waiting.set(key, value)
      signal()
    },
    get size() {
      return waiting.size
    },
    end() {
      ended = true
      signal()
    },
    fail(error) {
      failure ??= { error }
      signal()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        // A cast keeps the compiler from narrowing what another turn of the loop may have changed.
        const failed = failure as { readonly error: unknown } | undefined
        if (failed !== undefined) throw failed.error
        const next = waiting.entries().next()
        if (next.done !== true) {
          waiting.delete(next.value[0])
          yield next.value
          continue
        }
        if (ended) return
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

/** The same for a single thing: that it changed, not how often. */
export interface Pulse {
  set(): void
  end(): void
  /** True when it changed since the last time this was asked (waits for it); false once it has ended. */
  changed(): Promise<boolean>
}

export function createPulse(): Pulse {
  const queue = createLatestQueue<'it', undefined>()
  const reading = queue[Symbol.asyncIterator]()
  return {
    set: () => queue.set('it', undefined),
    end: () => queue.end(),
    changed: async () => (await reading.next()).done !== true,
  }
}
