import type { Run, RunStep, VerdictRow } from '#contract/runs.ts'
import type { TextTools } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { stepName } from '../../ui/run-words.ts'

/** Where one node of a run stands: its `steps` and its `rows` of the verdict, which is read only when the run ends. */
export function standing(
  run: Pick<Run, 'outcome' | 'endedAt'>,
  steps: readonly RunStep[],
  rows: readonly VerdictRow[],
  text: TextTools,
): { readonly kind: StateKind; readonly words: string } {
  const { t } = text
  const failed = steps.find(({ state }) => state === 'failed')
  if (failed !== undefined) {
    return { kind: 'decide', words: `${stepName(failed, text)}, ${t('step.state.failed')}` }
  }
  const running = steps.find(({ state }) => state === 'running')
  if (running !== undefined) {
    const detail = running.detail === undefined ? [] : [text.said(running.detail)]
    return { kind: 'busy', words: [stepName(running, text), ...detail].join(', ') }
  }
  if (steps.every(({ state }) => state === 'waiting' || state === 'skipped')) {
    return run.outcome === undefined
      ? { kind: 'plain', words: t('step.state.waiting') }
      : { kind: 'unknown', words: t('run.nodes.not-reached') }
  }
  if (run.outcome === undefined) {
    const done = steps.filter(({ state }) => state === 'done').length
    return { kind: 'plain', words: t('run.nodes.so-far', { done, all: steps.length }) }
  }
  // Nothing was read back yet: where it was cut off says more than how many rows there are.
  const cut = steps.find(({ state }) => state === 'unknown')
  if (cut !== undefined && run.outcome === 'interrupted' && run.endedAt === undefined) {
    return { kind: 'decide', words: t('run.nodes.cut', { step: stepName(cut, text) }) }
  }
  const proven = rows.filter(({ outcome }) => outcome === 'proven').length
  const differs = rows.some(({ outcome }) => outcome === 'differs')
  const words = t('run.nodes.proven', { proven, all: rows.length })
  return { kind: differs ? 'decide' : proven === rows.length && proven > 0 ? 'proven' : 'unknown', words }
}
