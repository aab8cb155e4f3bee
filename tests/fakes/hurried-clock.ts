import type { ClockPort } from '../../main/domain/clock-port.ts'
import { systemClock } from '../../main/talos/system-clock.ts'

/** Real time that goes `speed` times faster: half an hour of waiting is nine seconds at 200. Starts at the true time. */
export function createHurriedClock(speed: number): ClockPort {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * speed,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / speed, signal),
  }
}
