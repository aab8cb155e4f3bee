import type { LoadSnapshot, SimulatedRandom } from '../machine-api.ts'

interface Wave {
  /** Share of a core. */
  readonly height: number
  /** Seconds. */
  readonly period: number
  readonly phase: number
}

/** Smooth, seeded figures: a sum of slow waves around a base, plus what a boot costs in its first minutes. */
export interface LoadModel {
  /** Busy cores (1 = one core fully) at that many seconds since boot. */
  busy(seconds: number): number
  /** Busy core-seconds since boot: the integral of `busy`, so counters only ever rise. */
  busySeconds(seconds: number): number
  /** Share of memory in use. */
  memoryShare(seconds: number): number
  /** Share of EPHEMERAL in use. */
  diskShare(seconds: number): number
}

const BOOT_COST = 1.6
const BOOT_FADES = 45

export function createLoadModel(random: SimulatedRandom, role: 'controlplane' | 'worker'): LoadModel {
  const base = (role === 'controlplane' ? 0.34 : 0.22) * (0.8 + 0.5 * random.next())
  const waves: Wave[] = [
    { height: base * 0.28, period: 37 + 20 * random.next(), phase: random.next() * 6.28 },
    { height: base * 0.22, period: 260 + 120 * random.next(), phase: random.next() * 6.28 },
    { height: base * 0.3, period: 3200 + 900 * random.next(), phase: random.next() * 6.28 },
  ]
  const memory = 0.24 + 0.2 * random.next()
  const disk = 0.1 + 0.25 * random.next()
  return {
    busy: (at) =>
      waves.reduce(
        (sum, { height, period, phase }) => sum + height * Math.sin((6.2832 * at) / period + phase),
        base,
      ) +
      BOOT_COST * Math.exp(-at / BOOT_FADES),
    busySeconds: (at) =>
      waves.reduce((sum, { height, period, phase }) => {
        const speed = 6.2832 / period
        return sum + (height / speed) * (Math.cos(phase) - Math.cos(speed * at + phase))
      }, base * at) +
      BOOT_COST * BOOT_FADES * (1 - Math.exp(-at / BOOT_FADES)),
    memoryShare: (at) => memory * (1 - 0.55 * Math.exp(-at / 80)) + 0.012 * Math.sin(at / 410),
    diskShare: (at) => disk + 0.004 * Math.sin(at / 5000) + Math.min(0.05, at / 90_000_000),
  }
}

export interface LoadContext {
  readonly bootTime: number
  readonly now: number
  readonly cores: number
  readonly memoryBytes: number
  readonly mounts: LoadSnapshot['mounts']
}

export function loadSnapshot(model: LoadModel, context: LoadContext): LoadSnapshot {
  const at = Math.max(0, (context.now - context.bootTime) / 1000)
  const busy = Math.min(model.busySeconds(at), at * context.cores * 0.97)
  const total = Math.round((context.memoryBytes / 1024) * 0.965)
  const used = Math.round(total * model.memoryShare(at))
  const cached = Math.round(total * 0.31 * (1 - Math.exp(-at / 600)))
  const buffers = Math.round(total * 0.002)
  const rounded = (seconds: number): number => Math.round(seconds * 100) / 100
  const load = (window: number): number => {
    const earlier = Math.max(0, at - window)
    const mean =
      at > earlier ? (model.busySeconds(at) - model.busySeconds(earlier)) / (at - earlier) : model.busy(at)
    return rounded(mean * 1.35)
  }
  return {
    bootTime: Math.floor(context.bootTime / 1000),
    cpu: {
      user: rounded(busy * 0.62),
      nice: rounded(busy * 0.004),
      system: rounded(busy * 0.3),
      idle: rounded(at * context.cores - busy - at * 0.006),
      iowait: rounded(at * 0.006),
      irq: 0,
      softIrq: rounded(busy * 0.07),
      steal: 0,
    },
    load: [load(60), load(300), load(900)],
    memory: {
      total,
      free: Math.max(0, total - used - cached - buffers),
      available: total - used,
      buffers,
      cached,
    },
    mounts: context.mounts,
  }
}
