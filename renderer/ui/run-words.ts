import type { Run, RunOutcome, RunStep } from '#contract/runs.ts'
import { knownKey } from './i18n/catalogue.ts'
import type { TextTools } from './i18n/text.tsx'
import type { StateKind } from './icons.tsx'
import { plainVersion } from './node-state.ts'

/** The colour of each verdict. Only what was read back is proven. */
export const OUTCOME_KIND: Readonly<Record<RunOutcome, StateKind>> = {
  proven: 'proven',
  'proven-with-differences': 'caution',
  'fell-back': 'decide',
  'not-ready': 'decide',
  reverted: 'plain',
  refused: 'decide',
  'refused-after-drain': 'decide',
  failed: 'decide',
  stopped: 'caution',
  unknown: 'unknown',
  interrupted: 'decide',
}

/** What a run does, in the person's language: `Upgrade Talos 1.13.9 → 1.14.0`. */
export function runTitle(run: Pick<Run, 'title' | 'kind'>, text: TextTools): string {
  const { mode } = run.title.parameters
  // A mode changes the sentence, so each has its own: `run.reboot-powercycle`, `run.apply-try`.
  const key =
    (mode === undefined ? undefined : knownKey(`${run.title.key}-${mode}`)) ?? knownKey(run.title.key)
  if (key !== undefined) return text.fill(key, withPlainVersions(run.title.parameters))
  const rest = Object.values(run.title.parameters).join(' → ')
  return rest === '' ? text.t(`run.kind.${run.kind}`) : `${text.t(`run.kind.${run.kind}`)}, ${rest}`
}

/** A value may be several, `v1.11.6, v1.13.9`. */
function withPlainVersions(parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const plain = (value: string): string => value.split(', ').map(plainVersion).join(', ')
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, plain(value)]))
}

/** Where a run is: its node, or how many. */
export function runPlace(run: Pick<Run, 'hostname' | 'nodes'>, { t }: TextTools): string {
  const count = run.nodes?.length ?? 1
  return count > 1 ? t('rolling.title.several', { count }) : run.hostname
}

/** A step's name in the person's language, else as main wrote it. */
export function stepName(step: Pick<RunStep, 'name'>, text: TextTools): string {
  const key = knownKey(`step.${step.name}`)
  return key === undefined ? step.name : text.fill(key, {})
}

export interface RunVerdict {
  readonly kind: StateKind
  readonly words: string
}

/** One line about how it stands or ended. `nowMs` for the running time; `brief` leaves out what the step found. */
export function runVerdict(run: Run, text: TextTools, nowMs: number, brief = false): RunVerdict {
  const { t, format } = text
  if (run.outcome !== undefined) {
    return { kind: OUTCOME_KIND[run.outcome], words: outcomeWords(run, run.outcome, t) }
  }
  if (run.trial !== undefined && run.trial.decided === undefined) {
    return { kind: 'decide', words: t('run.trial', { time: format.time(run.trial.revertsAt) }) }
  }
  if (run.question !== undefined) return { kind: 'decide', words: t('run.asks') }
  const step = run.steps.find((one) => one.state === 'running')
  if (step === undefined) return { kind: 'busy', words: t('run.waiting') }
  const words =
    step.startedAt === undefined
      ? stepName(step, text)
      : t('run.step.running', {
          step: stepName(step, text),
          time: format.stopwatch((nowMs - Date.parse(step.startedAt)) / 1000),
        })
  return {
    kind: 'busy',
    words: step.detail === undefined || brief ? words : `${words}, ${text.said(step.detail)}`,
  }
}

/** With how much of it was proven: of several nodes those, of one its facts. */
function outcomeWords({ nodes = [], verdict }: Run, outcome: RunOutcome, t: TextTools['t']): string {
  const word = t(`outcome.${outcome}`)
  const isProven = (one: { readonly outcome?: string | undefined }): boolean => one.outcome === 'proven'
  if (nodes.length > 1 && nodes.some(({ state }) => state !== undefined)) {
    return t('outcome.of-nodes', { word, proven: nodes.filter(isProven).length, all: nodes.length })
  }
  if (verdict.length === 0) return word
  return t('outcome.of', { word, proven: verdict.filter(isProven).length, all: verdict.length })
}

/** Seconds since the start, or from start to end. */
export function runSeconds(run: Pick<Run, 'startedAt' | 'endedAt'>, nowMs: number): number {
  const end = run.endedAt === undefined ? nowMs : Date.parse(run.endedAt)
  return Math.max(0, (end - Date.parse(run.startedAt)) / 1000)
}
