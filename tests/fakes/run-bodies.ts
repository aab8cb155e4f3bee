import { ContextName } from '#contract/names.ts'
import { createRunEngine, type RunEngineParts } from '../../main/domain/runs/run-engine.ts'
import type { RunControl, RunEvent, RunRequest } from '../../main/domain/runs/run-port.ts'
import { createManualClock } from './manual-clock.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { createRecordingLog } from './recording-log.ts'

export const casa = ContextName.parse('casa')
export const request: RunRequest = {
  kind: 'upgrade',
  context: casa,
  node: '10.0.20.13',
  hostname: 'bronce-3',
  title: { key: 'runs.title.upgrade', parameters: {} },
  talosctl: 'talosctl -n 10.0.20.13 upgrade',
  exclusive: true,
  stoppable: true,
}
export const proven: RunEvent = { kind: 'verdict', rows: [], outcome: 'proven' }

export function setUpRuns(journal = createMemoryJournal(), more: Pick<RunEngineParts, 'clusterOf'> = {}) {
  const log = createRecordingLog()
  const clock = createManualClock()
  let next = 0
  const engine = createRunEngine({
    journal,
    clock,
    newId: () => `run-${journal.kept.size}-${next++}`,
    who: 'ana',
    log,
    ...more,
  })
  return { engine, journal, log, clock }
}

export function gate() {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

/** A body that waits at a gate and then says what it was told. */
export function held(events: readonly RunEvent[] = [proven]) {
  const { passed, open } = gate()
  return {
    open,
    async *body({ signal }: RunControl): AsyncGenerator<RunEvent> {
      yield { kind: 'planned', steps: [{ id: 'pull', name: 'pull' }] }
      yield { kind: 'step-started', id: 'pull' }
      const ended = new Promise((_, reject) => {
        const onAbort = (): void => reject(signal.reason as Error)
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort)
      })
      await Promise.race([passed, ended])
      yield* events
    },
  }
}
