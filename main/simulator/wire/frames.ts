/** Joins what pushes (events, subscriptions) to what pulls (a server stream). */
export interface FrameQueue<T> extends AsyncIterable<T> {
  push(frame: T): void
  /** No more frames; those already pushed are still read. */
  end(error?: Error): void
  /** Frames not yet read. */
  readonly waiting: number
}

/** Ends quietly when `signal` aborts: nobody listens any more. One reader only. */
export function createFrameQueue<T>(signal: AbortSignal): FrameQueue<T> {
  let frames: T[] = []
  let reading = 0
  let ended = false
  let failure: Error | undefined
  let wake: () => void = () => undefined
  signal.addEventListener('abort', () => wake(), { once: true })

  async function* read(): AsyncGenerator<T> {
    while (!signal.aborted) {
      if (frames.length > 0) {
        const batch = frames
        frames = []
        reading = batch.length
        for (const frame of batch) {
          reading -= 1
          yield frame
        }
        continue
      }
      if (ended) {
        if (failure) throw failure
        return
      }
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  return {
    push(frame) {
      if (ended) return
      frames.push(frame)
      wake()
    },
    end(error) {
      ended = true
      failure = error
      wake()
    },
    get waiting() {
      return frames.length + reading
    },
    [Symbol.asyncIterator]: read,
  }
}
