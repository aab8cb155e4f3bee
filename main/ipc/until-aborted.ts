/**
 * What `work` gives, unless `signal` is aborted first: then it rejects with `reason()`. Nothing stays behind on
 * either once it is settled. `Promise.race` against a promise that lives as long as a stream would keep every value
 * that ever came through it.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(reason())
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    work
      .then(resolve, (error: unknown) => reject(signal.aborted ? reason() : toError(error)))
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('thrown without an Error', { cause: thrown })
}
