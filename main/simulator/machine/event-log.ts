import type { MachineEvent, SimulatedClock, SimulatedRandom } from '../machine-api.ts'

const RING = 1000
const BASE32HEX = '0123456789abcdefghijklmnopqrstuv'

/** The event ring of one boot (behaviour.md §8.4). */
export interface EventLog {
  publish(type: MachineEvent['type'], payload: Readonly<Record<string, unknown>>, actorId?: string): void
  history(): readonly MachineEvent[]
  subscribe(listener: (event: MachineEvent) => void): () => void
  /** A new boot: the ring is empty and ids come from another process. Subscribers stay. */
  reset(): void
}

export function createEventLog(clock: Pick<SimulatedClock, 'now'>, random: SimulatedRandom): EventLog {
  const listeners = new Set<(event: MachineEvent) => void>()
  let ring: MachineEvent[] = []
  let process = random.bytes(5)
  let counter = random.integer(0x10000)
  return {
    publish(type, payload, actorId = '') {
      const event: MachineEvent = { id: xid(clock.now(), process, counter++), actorId, type, payload }
      ring.push(event)
      if (ring.length > RING) ring.shift()
      for (const listener of [...listeners]) listener(event)
    },
    history: () => [...ring],
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reset() {
      ring = []
      process = random.bytes(5)
      counter = random.integer(0x10000)
    },
  }
}

/** Twenty characters that sort by time: four bytes of Unix seconds, five of machine and process, three of counter. */
function xid(milliseconds: number, process: Buffer, counter: number): string {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(Math.floor(milliseconds / 1000) >>> 0, 0)
  process.copy(bytes, 4, 0, 5)
  bytes.writeUIntBE(counter % 0x1_00_00_00, 9, 3)
  let text = ''
  let value = 0
  let bits = 0
  for (const byte of bytes) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32HEX.charAt((value >>> bits) & 31)
    }
    value &= (1 << bits) - 1
  }
  return text + BASE32HEX.charAt((value << (5 - bits)) & 31)
}
