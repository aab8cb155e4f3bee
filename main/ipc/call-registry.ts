/** One running call or stream. Disposing it takes it out of the registry; it does not abort it. */
export interface RunningCall extends Disposable {
  readonly id: string
  readonly signal: AbortSignal
  abort(): void
}

export interface CallRegistry {
  /** `undefined` when the id is in use or too many run at once. */
  begin(id: string): RunningCall | undefined
  cancel(id: string): void
  abortAll(): void
  readonly size: number
}

/** What one window runs. Ids are per call, never per method, so that one of two equal calls can be cancelled. */
export function createCallRegistry(most = 512): CallRegistry {
  const running = new Map<string, AbortController>()
  let closed = false
  return {
    begin(id) {
      if (closed || running.has(id) || running.size >= most) return undefined
      const controller = new AbortController()
      running.set(id, controller)
      return {
        id,
        signal: controller.signal,
        abort: () => controller.abort(),
        [Symbol.dispose]: () => {
          if (running.get(id) === controller) running.delete(id)
        },
      }
    },
    cancel(id) {
      running.get(id)?.abort()
    },
    abortAll() {
      closed = true
      for (const controller of running.values()) controller.abort()
      running.clear()
    },
    get size() {
      return running.size
    },
  }
}
