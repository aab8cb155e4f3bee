import type { RunHead, RunJournalPort, StampedRunEvent } from '../../main/domain/runs/run-port.ts'

export interface MemoryJournal extends RunJournalPort {
  readonly kept: Map<string, { head: RunHead; events: StampedRunEvent[] }>
  /** Called before each append; throw to make the disk fail. */
  beforeAppend: (stamped: StampedRunEvent) => void | Promise<void>
}

/** A journal that survives the engine but not the test. */
export function createMemoryJournal(): MemoryJournal {
  const kept: MemoryJournal['kept'] = new Map()
  const journal: MemoryJournal = {
    kept,
    beforeAppend: () => undefined,
    async begin(head) {
      kept.set(head.id, { head, events: [] })
    },
    async append(id, stamped) {
      await journal.beforeAppend(stamped)
      kept.get(id)!.events.push(stamped)
    },
    async load() {
      return [...kept.values()]
    },
  }
  return journal
}
