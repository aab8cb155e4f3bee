import type { SimulatedClock } from '../machine-api.ts'
import { boot } from './boot.ts'
import { createManualClock, type ManualClock } from './clock.ts'
import type { MachineCore } from './core.ts'
import { writeNoise } from './noise.ts'

const HOUR = 3_600_000
/** A first boot that is not ready by then stays as it is. */
const PATIENCE = 15 * 60_000

/** Resolves when running and ready; the very first time, unless told to live through it, at once and in the past. */
export async function powerOn(core: MachineCore, world: SimulatedClock, instant: boolean): Promise<void> {
  if (core.life.power) return
  if (core.life.returning) return ready(core)
  core.life.plug = new AbortController()
  if (core.life.firstBoot && instant) await bootInThePast(core, world)
  else {
    core.life.firstBoot = false
    await Promise.race([Promise.all([boot(core), ready(core)]), told(core, ['MAINTENANCE'])])
  }
}

/** Boots on a clock of its own that began some hours or days ago, then lets the hours since leave their traces. */
async function bootInThePast(core: MachineCore, world: SimulatedClock): Promise<void> {
  const ago = HOUR * (2 + core.random.integer(200))
  const past = createManualClock(world.now() - ago)
  core.clock.borrow(past)
  try {
    const waits = (): boolean => core.life.maintenance !== undefined
    const booted = boot(core)
    await past.runUntil(() => core.life.ready || (waits() && core.life.toldUp), PATIENCE)
    // In maintenance the boot goes on once there is a config.
    if (!waits()) await booted
    leaveTraces(core, past, world.now() - 60_000)
  } finally {
    core.life.firstBoot = false
    core.clock.giveBack()
  }
}

function leaveTraces(core: MachineCore, past: ManualClock, until: number): void {
  const lines = 240
  const step = (until - past.now()) / lines
  for (let line = 0; line < lines; line++) {
    past.skip(step)
    writeNoise(core)
  }
}

function ready(core: MachineCore): Promise<void> {
  return told(core, ['RUNNING', 'MAINTENANCE'])
}

/** Resolves with the first MachineStatusEvent of those stages that says ready; rejects when the cable is pulled. */
function told(core: MachineCore, stages: readonly string[]): Promise<void> {
  const plug = core.life.plug.signal
  return new Promise((resolve, reject) => {
    const stop = core.events.subscribe(({ type, payload }) => {
      const status = payload['status'] as { readonly ready: boolean } | undefined
      if (type !== 'MachineStatusEvent' || !status?.ready || !stages.includes(String(payload['stage'])))
        return
      stop()
      resolve()
    })
    plug.addEventListener(
      'abort',
      () => {
        stop()
        reject(plug.reason as Error)
      },
      { once: true },
    )
  })
}
