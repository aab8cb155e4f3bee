import type { Run, RunStep } from '#contract/runs.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { stepName } from '../../ui/run-words.ts'
import { Timeline, type StopState } from '../../ui/Timeline.tsx'

const STOP: Readonly<Record<RunStep['state'], StopState>> = {
  waiting: 'ahead',
  running: 'busy',
  done: 'done',
  failed: 'bad',
  skipped: 'ahead',
  unknown: 'gap',
}

/** What a run did so far, in order, each step with its time and what it found; and, while it is under way, what comes. */
export function RunStops({ run, ahead = false }: { readonly run: Run; readonly ahead?: boolean }) {
  const text = useText()
  const { t, format } = text
  return (
    <Timeline
      label={t('run.steps')}
      stops={run.steps
        .filter((step) => isShown(step, ahead))
        .map((step) => ({
          id: step.id,
          state: STOP[step.state],
          at: step.startedAt === undefined ? undefined : format.time(step.startedAt),
          what: (
            <>
              {stepName(step, text)}
              {step.state !== 'done' && <span className="dim">, {t(`step.state.${step.state}`)}</span>}
              {step.detail !== undefined && <span className="meta run-detail">{text.said(step.detail)}</span>}
            </>
          ),
        }))}
    />
  )
}

/** Of a try, keeping and going back are both still ahead: only one of them will be. */
function isShown(step: RunStep, ahead: boolean): boolean {
  return step.state === 'waiting' ? ahead : step.state !== 'skipped'
}
