import type { SimulatedClock, SimulatedRandom } from '../machine-api.ts'

const RING = 20_000

type Facility = 'kern' | 'user' | 'daemon'
type Priority = 'err' | 'warning' | 'notice' | 'info' | 'debug'

/** The kernel's ring buffer as `Dmesg` shows it: one frame per message (behaviour.md §8.2). */
export interface KernelLog {
  write(facility: Facility, priority: Priority, text: string): void
  /** A line of machined's: `user: warning: [...]: [talos] text`. */
  talos(text: string, fields?: Readonly<Record<string, unknown>>): void
  /** A line of a controller: with its component and name as JSON behind the text. */
  controller(name: string, text: string, fields?: Readonly<Record<string, unknown>>): void
  frames(): readonly string[]
  subscribe(listener: (frame: string) => void): () => void
  reset(): void
}

export function createKernelLog(clock: Pick<SimulatedClock, 'now'>, random: SimulatedRandom): KernelLog {
  const listeners = new Set<(frame: string) => void>()
  let ring: string[] = []
  let lastMillisecond = 0
  let nanoseconds = 0
  // Writing a date out takes longer than all the rest of a line.
  let lastSecond = Number.NaN
  let secondText = ''

  function stamp(): string {
    const now = clock.now()
    // Within one simulated millisecond the lines still have to differ and to rise.
    nanoseconds =
      now === lastMillisecond
        ? Math.min(nanoseconds + 400 + random.integer(3000), 999_999)
        : random.integer(600_000)
    lastMillisecond = now
    const second = Math.floor(now / 1000)
    if (second !== lastSecond) {
      lastSecond = second
      secondText = new Date(second * 1000).toISOString().slice(0, -4)
    }
    const milliseconds = String(Math.floor(now) - second * 1000).padStart(3, '0')
    return `${secondText}${milliseconds}${String(nanoseconds).padStart(6, '0')}Z`
  }

  function write(facility: Facility, priority: Priority, text: string): void {
    const frame = `${facility}: ${priority.padStart(7)}: [${stamp()}]: ${text}\n`
    ring.push(frame)
    if (ring.length > RING + 1000) ring = ring.slice(-RING)
    for (const listener of [...listeners]) listener(frame)
  }

  function talos(text: string, fields?: Readonly<Record<string, unknown>>): void {
    write('user', 'warning', `[talos] ${text}${fields ? ` ${goJson(fields)}` : ''}`)
  }

  return {
    write,
    talos,
    controller: (name, text, fields = {}) =>
      talos(text, { component: 'controller-runtime', controller: name, ...fields }),
    frames: () => ring.slice(-RING),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reset() {
      ring = []
    },
  }
}

/** The `{"key": "value", …}` that zap's console encoder puts behind a message: blanks after colon and comma. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${goJson(field)}`)
    return `{${fields.join(', ')}}`
  }
  return JSON.stringify(value)
}
