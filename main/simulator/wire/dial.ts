import type { SimulatedMachine } from '../machine-api.ts'
import type { Node } from './call.ts'
import { expired, unknownAuthority, unreachable } from './routing.ts'

/** Milliseconds until the kernel gives up asking who has an address: three times a second apart. */
const NO_ANSWER = 3000
/** gRPC's pause after a dial that failed, and how it grows; apid holds it below 15 s (behaviour.md §2.2). */
const PAUSE = { first: 1000, factor: 1.6, most: 15_000 }

interface Failure {
  readonly pause: number
  /** Until then a call fails at once with what the last dial met. */
  readonly until: number
  readonly error: Error
}

const failures = new WeakMap<SimulatedMachine, Map<string, Failure>>()

/**
 * The machine another one hands a call on to.
 * @throws UNAVAILABLE: at once where its port is refused, its certificate ran out or a dial has just failed, after a while where nothing answers
 */
export async function reach(self: Node, target: string, signal: AbortSignal): Promise<Node> {
  const known = failures.get(self.machine) ?? new Map<string, Failure>()
  failures.set(self.machine, known)
  const { clock } = self.machine
  const find = (): SimulatedMachine | undefined => self.cluster.find(target)
  if (find()?.isUp !== true && find()?.isSilent === true) {
    const last = known.get(target)
    if (last && clock.now() < last.until) throw last.error
    await clock.sleep(NO_ANSWER, signal)
    if (find()?.isUp !== true) {
      const pause = Math.min(PAUSE.most, (last?.pause ?? PAUSE.first / PAUSE.factor) * PAUSE.factor)
      const error = unreachable(target, find()?.spec, true)
      known.set(target, { pause, until: clock.now() + pause, error })
      throw error
    }
  }
  const machine = find()
  const stranger = machine ? undefined : self.stranger(target)
  if (stranger) throw stranger.isUp ? unknownAuthority(stranger) : unreachable(target, stranger.spec)
  if (!machine?.isUp) throw unreachable(target, machine?.spec)
  if (machine.certificateExpired === true) throw expired(clock.now())
  known.delete(target)
  return { ...self, machine }
}
