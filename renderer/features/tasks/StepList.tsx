import type { RunStep } from '#contract/runs.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { stepName } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { Timeline, type Stop, type StopState } from '../../ui/Timeline.tsx'
import { useNow } from '../../ui/use-now.ts'

const STATES: Readonly<Record<RunStep['state'], StopState>> = {
  waiting: 'ahead',
  running: 'busy',
  done: 'done',
  failed: 'bad',
  skipped: 'ahead',
  unknown: 'gap',
}

/** The steps of one node from top to bottom: a node has too many for a line. */
export function StepList({ label, steps }: { readonly label: string; readonly steps: readonly RunStep[] }) {
  const text = useText()
  const nowMs = useNow()
  return (
    <Timeline
      label={label}
      stops={steps.filter(({ state }) => state !== 'skipped').map((step) => stopOf(step, text, nowMs))}
    />
  )
}

function stopOf(step: RunStep, text: TextTools, nowMs: number): Stop {
  const { t, format } = text
  const end = step.endedAt === undefined ? nowMs : Date.parse(step.endedAt)
  const took =
    step.startedAt === undefined ? undefined : format.stopwatch((end - Date.parse(step.startedAt)) / 1000)
  return {
    id: step.id,
    state: STATES[step.state],
    ...(step.startedAt === undefined ? {} : { at: format.time(step.startedAt) }),
    what: (
      <>
        <b>{stepName(step, text)}</b>{' '}
        {step.state === 'failed' && <State kind="decide">{t('step.state.failed')}</State>}
        {step.state === 'unknown' && <State kind="unknown">{t('step.state.unknown')}</State>}
        {step.state === 'running' && <State kind="busy">{t('step.state.running')}</State>}
        {step.detail !== undefined && <span className="meta"> {text.said(step.detail)}</span>}
      </>
    ),
    ...(took === undefined ? {} : { end: took }),
  }
}
