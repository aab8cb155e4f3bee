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

/** The steps of a run in their order, each with its time and what it found. */
export function RunStops({ run }: { readonly run: Run }) {
  const text = useText()
  const { t, format } = text
  return (
    <Timeline
      label={t('run.steps')}
      stops={run.steps.map((step) => ({
        id: step.id,
        state: STOP[step.state],
        at: step.startedAt === undefined ? undefined : format.time(step.startedAt),
        what: (
          <>
            {stepName(step, text)}
            {step.state !== 'done' && <span className="dim">, {t(`step.state.${step.state}`)}</span>}
            {step.detail !== undefined && <span className="meta run-detail">{step.detail}</span>}
          </>
        ),
      }))}
    />
  )
}
