import type { ReactNode } from 'react'
import type { RunStep } from '#contract/runs.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { stepName } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { StopLine, type LineStop, type StopState } from '../../ui/Timeline.tsx'
import { useNow } from '../../ui/use-now.ts'

const STOP_STATES: Readonly<Record<RunStep['state'], StopState>> = {
  waiting: 'ahead',
  running: 'busy',
  done: 'done',
  failed: 'bad',
  skipped: 'ahead',
  unknown: 'gap',
}

/** The stops of a run over the page: upright what happened and when, slanted what is to come. */
export function RunLine({ steps }: { readonly steps: readonly RunStep[] }) {
  const text = useText()
  const nowMs = useNow()
  const shown = steps.filter((step) => step.state !== 'skipped')
  if (shown.length === 0) return null
  return <StopLine label={text.t('run.steps')} stops={shown.map((step) => lineStop(step, text, nowMs))} />
}

function lineStop(step: RunStep, text: TextTools, nowMs: number): LineStop {
  const { format } = text
  const { startedAt } = step
  const detail = step.detail === undefined ? undefined : text.said(step.detail)
  const end = step.endedAt === undefined ? nowMs : Date.parse(step.endedAt)
  const took =
    startedAt === undefined || (step.endedAt === undefined && step.state !== 'running')
      ? undefined
      : format.stopwatch((end - Date.parse(startedAt)) / 1000)
  const more =
    step.state === 'running'
      ? [step.progress === undefined ? undefined : format.percent(step.progress * 100), detail]
      : // A detail tells its own time where it matters.
        [detail ?? took]
  const words = more.filter((part) => part !== undefined).join(', ')
  return {
    id: step.id,
    state: STOP_STATES[step.state],
    title: stepName(step, text),
    word: stepWord(step, took, text),
    more: words === '' ? undefined : words,
  }
}

function stepWord(step: RunStep, took: string | undefined, { t, format }: TextTools): ReactNode {
  switch (step.state) {
    case 'done':
      return step.startedAt === undefined ? t('step.state.done') : format.time(step.startedAt)
    case 'running':
      return (
        <State kind="busy">
          {t('step.state.running')}
          {took !== undefined && `, ${took}`}
        </State>
      )
    case 'failed':
      return <State kind="decide">{t('step.state.failed')}</State>
    case 'unknown':
      return <State kind="unknown">{t('step.state.unknown')}</State>
    case 'waiting':
    case 'skipped':
      return t(`step.state.${step.state}`)
  }
}
