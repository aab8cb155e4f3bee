import { useEffect, useRef } from 'react'
import type { Run } from '#contract/runs.ts'
import { isActive } from '../ipc/stores/runs-store.ts'
import { useRuns } from '../ipc/stores/stores-context.ts'
import { useText, type TextTools } from '../ui/i18n/text.tsx'
import { runPlace, runTitle, runVerdict } from '../ui/run-words.ts'

/** Runs long enough that a person looks elsewhere meanwhile. */
const LONG_ONES: ReadonlySet<Run['kind']> = new Set(['upgrade', 'rollback', 'reboot', 'kubernetes'])

/**
 * What the tab says of runs: `41 %` before its title while one goes; and, where the person has allowed messages of this
 * page, one when a run ends or asks. Only the browser host needs it: the other has the task bar.
 */
export function useToldOutside(host: 'electron' | 'browser'): string | undefined {
  const text = useText()
  const runs = useRuns((state) => state.runs)
  const told = useRef<ReadonlyMap<string, string>>(new Map())
  useEffect(() => {
    if (host !== 'browser') return
    for (const run of runs) {
      const before = told.current.get(run.id)
      const now = stateOf(run)
      if (before === undefined || before === now || now === 'going') continue
      notify(`${runTitle(run, text)}, ${runPlace(run, text)}`, runVerdict(run, text, Date.now(), true).words)
    }
    told.current = new Map(runs.map((run) => [run.id, stateOf(run)]))
  }, [host, runs, text])
  return host === 'browser' ? progressOf(runs, text) : undefined
}

function stateOf(run: Run): string {
  if (run.outcome !== undefined || !LONG_ONES.has(run.kind)) return run.outcome ?? 'going'
  return run.question === undefined ? 'going' : `asks ${run.question.id}`
}

/** Steps that ended, of all that there are. */
export function progressOf(runs: readonly Run[], { format }: TextTools): string | undefined {
  const steps = runs.filter((run) => isActive(run) && LONG_ONES.has(run.kind)).flatMap((run) => run.steps)
  if (steps.length === 0) return undefined
  const done = steps.filter(({ state }) => state !== 'waiting' && state !== 'running').length
  return format.percent((done / steps.length) * 100)
}

/** Nobody is asked for the permission by itself: the browser offers it beside the address. */
function notify(title: string, body: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  new Notification(title, { body })
}
