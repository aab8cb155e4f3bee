import { ChevronDown, ChevronUp } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { isActive } from '../../ipc/stores/runs-store.ts'
import { useRuns } from '../../ipc/stores/stores-context.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { IconButton, LinkButton } from '../../ui/Button.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { hrefOf, useRoute } from '../../ui/route.ts'
import { runPlace, runTitle, runVerdict } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { MINUTE_MS, useNow } from '../../ui/use-now.ts'
import { TaskTable } from './TaskTable.tsx'
import './tasks.css'

/** Newest in the log of the frame; all of them have a page. */
const SHOWN = 40

/** At the bottom of every screen: what was done, newest on top; folds to one line. */
export function TaskLog({ open, onToggle }: { readonly open: boolean; readonly onToggle: () => void }) {
  const { t } = useText()
  const route = useRoute()
  const runs = useRuns((state) => state.runs)
  const nowMs = useNow(MINUTE_MS)
  const running = runs.filter(isActive).length
  const day = new Date(nowMs).toDateString()
  const today = runs.filter((run) => new Date(run.startedAt).toDateString() === day).length
  useSpokenVerdicts()
  const counts = [
    running > 0 ? t('runs.running', { count: running }) : undefined,
    today > 0 ? t('runs.today', { count: today }) : undefined,
  ].filter((part) => part !== undefined)
  const fold = (
    <IconButton
      size="small"
      label={open ? t('runs.fold') : t('runs.unfold')}
      icon={open ? ChevronDown : ChevronUp}
      aria-expanded={open}
      onClick={onToggle}
    />
  )
  if (!open) {
    return (
      <section className="task-log task-log-folded" aria-label={t('runs.title')} data-pane>
        {fold}
        <span className="label">{t('runs.title')}</span>
        <NewestTask />
        <span className="to-end">{counts.join(' · ')}</span>
      </section>
    )
  }
  return (
    <section className="task-log" aria-label={t('runs.title')} data-pane>
      <div className="task-log-head">
        <span className="label">{t('runs.title')}</span>
        <span className="meta">{counts.join(' · ')}</span>
        <span className="buttons to-end">
          <LinkButton kind="bare" size="small" href={hrefOf({ at: 'tasks' })}>
            {t('runs.all')}
          </LinkButton>
          {fold}
        </span>
      </div>
      {runs.length === 0 ? (
        <p className="task-log-empty meta">{t('runs.none.text')}</p>
      ) : (
        <div className="task-log-rows" tabIndex={-1}>
          <TaskTable sticky runs={runs.slice(0, SHOWN)} current={route.at === 'run' ? route.id : undefined} />
        </div>
      )}
    </section>
  )
}

function NewestTask() {
  const text = useText()
  const nowMs = useNow()
  const run = useRuns((state) => state.runs.find(isActive) ?? state.runs[0])
  if (run === undefined) return <span>{text.t('runs.none.title')}</span>
  const verdict = runVerdict(run, text, nowMs)
  return (
    <a className="task-log-newest" href={hrefOf({ at: 'run', id: run.id })}>
      <span>{text.format.when(run.startedAt, nowMs)}</span>
      <span>{runPlace(run, text)}</span>
      <State kind={verdict.kind}>
        {runTitle(run, text)}: {verdict.words}
      </State>
    </a>
  )
}

/** Says a run's verdict once, when it ends while the window is open. */
function useSpokenVerdicts(): void {
  const text = useText()
  const announce = useAnnounce()
  const runs = useRuns((state) => state.runs)
  const wasActive = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    for (const run of runs) {
      if (isActive(run) || !wasActive.current.has(run.id)) continue
      announce(
        text.t('run.spoken.done', {
          what: runTitle(run, text),
          node: runPlace(run, text),
          verdict: runVerdict(run, text, Date.now()).words,
        }),
      )
    }
    wasActive.current = new Set(runs.filter(isActive).map((run) => run.id))
  }, [runs, announce, text])
}
