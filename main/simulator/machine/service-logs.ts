const RING_BYTES = 1024 * 1024

/** Logs by id, each in a ring of 1 MiB (behaviour.md §8.3). An id exists from its first registration on. */
export interface ServiceLogs {
  register(id: string): void
  write(id: string, line: string): void
  has(id: string): boolean
  ids(): readonly string[]
  /** `undefined` for an id that was never registered. */
  lines(id: string): readonly string[] | undefined
  subscribe(id: string, listener: (line: string) => void): () => void
  reset(): void
}

interface Ring {
  lines: string[]
  first: number
  bytes: number
}

export function createServiceLogs(): ServiceLogs {
  const rings = new Map<string, Ring>()
  const listeners = new Map<string, Set<(line: string) => void>>()

  function register(id: string): Ring {
    const found = rings.get(id)
    if (found) return found
    const ring: Ring = { lines: [], first: 0, bytes: 0 }
    rings.set(id, ring)
    return ring
  }

  return {
    register: (id) => void register(id),
    write(id, line) {
      const ring = register(id)
      ring.lines.push(line)
      ring.bytes += line.length + 1
      while (ring.bytes > RING_BYTES) {
        ring.bytes -= (ring.lines[ring.first] ?? '').length + 1
        ring.first++
      }
      // Shifting an array of many thousands for each line would make a flood quadratic.
      if (ring.first > 4096) {
        ring.lines = ring.lines.slice(ring.first)
        ring.first = 0
      }
      for (const listener of listeners.get(id) ?? []) listener(line)
    },
    has: (id) => rings.has(id),
    ids: () => [...rings.keys()].sort(),
    lines(id) {
      const ring = rings.get(id)
      return ring?.lines.slice(ring.first)
    },
    subscribe(id, listener) {
      const of = listeners.get(id) ?? new Set()
      of.add(listener)
      listeners.set(id, of)
      return () => of.delete(listener)
    },
    reset: () => rings.clear(),
  }
}
