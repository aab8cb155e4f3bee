import type { SimulatedClock } from '../machine-api.ts'

/** A clock that stands still until it is told to move: for tests, and for a first boot that happened in the past. */
export interface ManualClock extends SimulatedClock {
  /** Moves time on by that many milliseconds, running each timer at its own moment, in order. */
  advance(milliseconds: number): Promise<void>
  /** Runs timers one moment at a time until `done`; rejects when `limit` simulated milliseconds have gone by. */
  runUntil(done: () => boolean, limit: number): Promise<void>
  /** Moves time on without running anything: what was due meanwhile goes off late. */
  skip(milliseconds: number): void
  /** Whoever still sleeps here sleeps the rest on another clock. */
  handOver(to: SimulatedClock): void
}

interface Timer {
  readonly due: number
  readonly order: number
  readonly signal: AbortSignal | undefined
  readonly fire: () => void
}

const LONGEST_TIMEOUT = 2_000_000_000

/** Wall time, in which work takes `speed` times less. */
export function createClock(speed = 1): SimulatedClock {
  async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return wait(milliseconds / speed, signal)
  }
  async function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    let left = milliseconds
    do {
      // setTimeout takes 31 bits; a longer one would fire at once.
      const step = Math.min(left, LONGEST_TIMEOUT)
      await realSleep(step, signal)
      left -= step
    } while (left > 0)
  }
  return { speed, now: () => Date.now(), sleep, wait }
}

function realSleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal))
      return
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    function stop(): void {
      clearTimeout(timer)
      if (signal) reject(reasonOf(signal))
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
}

export function createManualClock(start = Date.UTC(2026, 2, 1, 10, 0, 0)): ManualClock {
  let time = start
  let order = 0
  let timers: Timer[] = []

  function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(reasonOf(signal))
        return
      }
      const timer: Timer = {
        due: time + Math.max(0, milliseconds),
        order: order++,
        signal,
        fire() {
          signal?.removeEventListener('abort', stop)
          resolve()
        },
      }
      function stop(): void {
        timers = timers.filter((other) => other !== timer)
        if (signal) reject(reasonOf(signal))
      }
      signal?.addEventListener('abort', stop, { once: true })
      timers.push(timer)
    })
  }

  /** The next timer not later than `limit` goes off; false when there is none. */
  function fireNext(limit: number): boolean {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.due > limit) continue
      if (!next || timer.due < next.due || (timer.due === next.due && timer.order < next.order)) next = timer
    }
    if (!next) return false
    const chosen = next
    timers = timers.filter((timer) => timer !== chosen)
    time = Math.max(time, chosen.due)
    chosen.fire()
    return true
  }

  return {
    speed: 1,
    now: () => time,
    sleep,
    wait: sleep,
    skip(milliseconds) {
      time += milliseconds
    },
    handOver(to) {
      const sleepers = timers
      timers = []
      // An abort is told by the sleeper's own listener.
      for (const { due, signal, fire } of sleepers)
        to.sleep(Math.max(0, due - time), signal).then(fire, () => undefined)
    },
    async advance(milliseconds) {
      const goal = time + milliseconds
      await settled()
      while (fireNext(goal)) await settled()
      time = goal
    },
    async runUntil(done, limit) {
      const goal = time + limit
      await settled()
      while (!done()) {
        if (!fireNext(goal)) throw new Error(`not done after ${limit} simulated milliseconds`)
        await settled()
      }
    },
  }
}

/** The clock of one machine: the world's, but for the first boot and for a skew. */
export interface MachineClock extends SimulatedClock {
  /** Milliseconds by which this machine is wrong. */
  skew: number
  /** Lives on another clock until `giveBack`; what still sleeps then sleeps its rest in the world's time. */
  borrow(clock: ManualClock): void
  giveBack(): void
}

export function createMachineClock(world: SimulatedClock): MachineClock {
  let borrowed: ManualClock | undefined
  let skew = 0

  function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return (borrowed ?? world).sleep(milliseconds, signal)
  }

  return {
    get speed() {
      // What lies in the past was not hurried.
      return (borrowed ?? world).speed
    },
    get skew() {
      return skew
    },
    set skew(milliseconds) {
      skew = milliseconds
    },
    borrow(clock) {
      borrowed = clock
    },
    giveBack() {
      const past = borrowed
      borrowed = undefined
      past?.handOver(world)
    },
    now: () => (borrowed ?? world).now() + skew,
    sleep,
    wait: (milliseconds, signal) =>
      borrowed ? sleep(milliseconds, signal) : world.wait(milliseconds, signal),
  }
}

/** Lets every promise that can go on do so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
