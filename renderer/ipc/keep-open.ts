import type { StreamName } from '#contract/bridge.ts'
import type { Input, Item } from '#contract/index.ts'
import type { WireError } from '#contract/wire-error.ts'
import type { TalosClient } from './talos-client.ts'

export interface SteadyReader<T> {
  /** Everything that exists, at once, each time the stream starts over; replaces what was known. */
  readonly onSnapshot: (items: readonly T[]) => void
  readonly onChanges: (items: readonly T[]) => void
  /** The stream broke. When it may be tried again it is, by itself. */
  readonly onError?: (error: WireError) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000

/**
 * A stream that is opened again when it breaks, with waits of 0.5 s doubling to 10 s. The snapshot is handed over
 * whole, so a screen keeps what it shows until there is something newer. Returns the function that closes it.
 */
export function keepOpen<K extends StreamName>(
  client: TalosClient,
  name: K,
  input: Input<K>,
  reader: SteadyReader<Item<K>>,
): () => void {
  let wait = FIRST_WAIT_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let closeStream: (() => void) | undefined
  let wanted = true

  function again() {
    if (!wanted) return
    timer = setTimeout(start, wait)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }

  function start() {
    let snapshot: Item<K>[] = []
    closeStream = client.open(name, input, {
      onItems: (items, phase) => {
        if (phase === 'snapshot') snapshot.push(...items)
        else reader.onChanges(items)
      },
      onReady: () => {
        wait = FIRST_WAIT_MS
        reader.onSnapshot(snapshot)
        snapshot = []
      },
      onEnd: again,
      onError: (error) => {
        if (!wanted) return
        reader.onError?.(error)
        if (error.retryable) again()
      },
    })
  }

  start()
  return () => {
    wanted = false
    clearTimeout(timer)
    closeStream?.()
  }
}
