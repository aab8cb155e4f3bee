import { createHash } from 'node:crypto'
import type { SimulatedRandom } from '../machine-api.ts'

/** Small fast counter generator (sfc32) seeded through SHA-256: the same seed, number or text, gives the same cluster. */
export function createRandom(seed: number | string): SimulatedRandom {
  const hash = createHash('sha256').update(String(seed)).digest()
  let a = hash.readUInt32LE(0)
  let b = hash.readUInt32LE(4)
  let c = hash.readUInt32LE(8)
  let counter = 1

  function word(): number {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }

  function bytes(count: number): Buffer {
    const made = Buffer.alloc(count)
    for (let at = 0; at < count; at++) made[at] = word() >>> 24
    return made
  }

  return {
    next: () => word() / 0x1_0000_0000,
    integer: (belowThis) => Math.floor((word() / 0x1_0000_0000) * belowThis),
    bytes,
    uuid() {
      const made = bytes(16)
      made[6] = ((made[6] ?? 0) & 0x0f) | 0x40
      made[8] = ((made[8] ?? 0) & 0x3f) | 0x80
      const hex = made.toString('hex')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    },
  }
}

/** A stream of its own, so that what one part draws does not move what another draws. */
export function forkRandom(random: SimulatedRandom, label: string): SimulatedRandom {
  return createRandom(`${label}:${random.bytes(16).toString('hex')}`)
}

/** Base values moved by up to that share either way: `jitter(random, 100, 0.2)` is 80 … 120. */
export function jitter(random: SimulatedRandom, base: number, share: number): number {
  return Math.round(base * (1 - share + 2 * share * random.next()))
}

export function pick<T>(random: SimulatedRandom, list: readonly [T, ...T[]]): T {
  return list[random.integer(list.length)] ?? list[0]
}
