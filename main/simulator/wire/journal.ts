import { randomBytes } from 'node:crypto'
import type { SimulatedMachine, StoreEvent } from '../machine-api.ts'

/** Events of one kind that a node remembers, less the gap it keeps to its writers (COSI in-memory state). */
const CAPACITY = 1024
const GAP = 4

interface Kind {
  readonly ring: StoreEvent[]
  writePosition: number
  readonly waiting: Set<() => void>
}

export interface JournalEvent {
  readonly event: StoreEvent
  readonly position: number
}

/**
 * The history of a machine's resources since it booted: what watches read, tail and resume from. Positions count
 * per kind; a bookmark is a position with a cookie of this boot, so that none survives a reboot (behaviour.md §3.2).
 */
export interface Journal {
  /** Where the next event of that kind will be written. */
  position(namespace: string, type: string): number
  /** From `position` on; `overrun` when the reader is more than the whole ring behind. */
  read(namespace: string, type: string, position: number): readonly JournalEvent[] | 'overrun'
  /** Resolves once something is at `position`, or the signal aborts. */
  wait(namespace: string, type: string, position: number, signal: AbortSignal): Promise<void>
  bookmark(position: number): Buffer
  /** The bookmarked position, or undefined when it is not of this boot or too old. */
  resume(namespace: string, type: string, bookmark: Buffer): number | undefined
  /** Oldest position that can still be tailed from. */
  oldest(namespace: string, type: string): number
}

export const JOURNAL_CAPACITY = CAPACITY

const journals = new WeakMap<SimulatedMachine, Journal>()

/** The journal of a machine; it remembers from the first time it is asked for, so ask before the machine starts. */
export function journalOf(machine: SimulatedMachine): Journal {
  const known = journals.get(machine)
  if (known) return known
  const made = createJournal(machine)
  journals.set(machine, made)
  return made
}

function createJournal(machine: SimulatedMachine): Journal {
  let kinds = new Map<string, Kind>()
  let cookie = randomBytes(8)
  let boot = machine.bootId

  /** Nothing is remembered across a boot; an API that was only out of reach for a while loses nothing. */
  function startAnew(): void {
    if (machine.bootId === boot) return
    boot = machine.bootId
    kinds = new Map()
    cookie = randomBytes(8)
  }

  function kindOf(namespace: string, type: string): Kind {
    startAnew()
    const name = `${namespace}/${type}`
    const found = kinds.get(name)
    if (found) return found
    const made: Kind = { ring: [], writePosition: 0, waiting: new Set() }
    kinds.set(name, made)
    return made
  }

  /** Of one that somebody reads: what was put off until then has happened already. */
  function readOf(namespace: string, type: string): Kind {
    machine.resources.settle(namespace, type)
    return kindOf(namespace, type)
  }

  const oldestOf = (kind: Kind): number => Math.max(0, kind.writePosition - CAPACITY + GAP)

  machine.resources.subscribe((event) => {
    const kind = kindOf(event.resource.namespace, event.resource.type)
    kind.ring[kind.writePosition % CAPACITY] = event
    kind.writePosition += 1
    for (const wake of [...kind.waiting]) wake()
  })
  return {
    position: (namespace, type) => readOf(namespace, type).writePosition,
    oldest: (namespace, type) => oldestOf(readOf(namespace, type)),
    read(namespace, type, position) {
      const kind = readOf(namespace, type)
      if (kind.writePosition - position > CAPACITY) return 'overrun'
      const events: JournalEvent[] = []
      for (let at = position; at < kind.writePosition; at += 1) {
        const event = kind.ring[at % CAPACITY]
        if (event) events.push({ event, position: at })
      }
      return events
    },
    async wait(namespace, type, position, signal) {
      const kind = kindOf(namespace, type)
      if (kind.writePosition > position || signal.aborted) return
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          kind.waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        kind.waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
    },
    bookmark(position) {
      startAnew()
      const bytes = Buffer.alloc(16)
      cookie.copy(bytes)
      bytes.writeBigInt64BE(BigInt(position), 8)
      return bytes
    },
    resume(namespace, type, bookmark) {
      startAnew()
      if (bookmark.length !== 16 || !bookmark.subarray(0, 8).equals(cookie)) return undefined
      const kind = readOf(namespace, type)
      const position = Number(bookmark.readBigInt64BE(8))
      const known = position >= -1 && position < kind.writePosition
      return known && position >= oldestOf(kind) - 1 ? position : undefined
    },
  }
}
