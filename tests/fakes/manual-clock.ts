import type { ClockPort } from '../../main/domain/clock-port.ts'

export interface ManualClock extends ClockPort {
  /** Moves time on and wakes every sleeper whose time has come, in order; lets what they wake run. */
  advance(milliseconds: number): Promise<void>
  readonly sleepers: number
}

/** Time that stands still until a test turns it. */
export function createManualClock(start = Date.UTC(2026, 10, 23)): ManualClock {
  let now = start
  const sleeping = new Set<{ readonly at: number; readonly wake: () => void }>()
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const entry = { at: now + milliseconds, wake: done }
        function done(): void {
          sleeping.delete(entry)
          signal.removeEventListener('abort', onAbort)
          resolve()
        }
        function onAbort(): void {
          sleeping.delete(entry)
          reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
        }
        if (signal.aborted) onAbort()
        else {
          signal.addEventListener('abort', onAbort, { once: true })
          sleeping.add(entry)
        }
      }),
    async advance(milliseconds) {
      const until = now + milliseconds
      for (;;) {
        const due = [...sleeping].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        now = Math.max(now, due.at)
        due.wake()
        await settle()
      }
      now = until
      await settle()
    },
    get sleepers() {
      return sleeping.size
    },
  }
}

/** Lets everything run that can run without time passing. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      setImmediate(resolve)
    })
  })
}
