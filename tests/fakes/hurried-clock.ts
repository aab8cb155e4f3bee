import type { ClockPort } from '../../main/domain/clock-port.ts'
import { systemClock } from '../../main/talos/system-clock.ts'

export interface HurriedClock extends ClockPort {
  /** That much more time has gone by at once: who sleeps and is due by then wakes, as if all of it had been waited for. */
  skip(milliseconds: number): void
}

interface Sleeper {
  readonly due: number
  readonly wake: AbortController
}

/** Real time that goes `speed` times faster: half an hour of waiting is nine seconds at 200. Starts at the true time. */
export function createHurriedClock(speed: number): HurriedClock {
  const start = Date.now()
  const sleepers = new Set<Sleeper>()
  let skipped = 0
  const now = (): number => start + (Date.now() - start) * speed + skipped
  return {
    now,
    async sleep(milliseconds, signal) {
      const wake = new AbortController()
      const sleeper = { due: now() + milliseconds, wake }
      sleepers.add(sleeper)
      try {
        await systemClock.sleep(milliseconds / speed, AbortSignal.any([signal, wake.signal]))
      } catch (error) {
        if (signal.aborted || !wake.signal.aborted) throw error
      } finally {
        sleepers.delete(sleeper)
      }
    },
    skip(milliseconds) {
      skipped += milliseconds
      for (const { due, wake } of sleepers) if (due <= now()) wake.abort()
    },
  }
}
