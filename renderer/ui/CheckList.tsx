import type { ReactNode } from 'react'
import { useText } from './i18n/text.tsx'
import type { StateKind } from './icons.tsx'
import { State } from './State.tsx'
import './check-list.css'

type Outcome = 'block' | 'warn' | 'unknown' | 'pass'

const KIND: Readonly<Record<Outcome, StateKind>> = {
  block: 'decide',
  warn: 'caution',
  unknown: 'unknown',
  pass: 'proven',
}
const ORDER = ['block', 'warn', 'unknown', 'pass'] as const

/** One thing that was asked before anything is sent. */
export interface ListedCheck {
  readonly id: string
  readonly title: string
  readonly outcome: Outcome
  /** What was read, in the machine's words. */
  readonly evidence: string
  /** What follows from it, where it did not pass. */
  readonly advice: ReactNode
}

/** Counts, then what blocks, what is only to be known, what nobody could tell, and in one line each what passed. */
export function CheckList({
  checks,
  askedAt,
}: {
  readonly checks: readonly ListedCheck[]
  readonly askedAt: string
}) {
  const { said, format } = useText()
  const words = (evidence: string): string => evidenceText(said(evidence), format.date)
  return (
    <CheckFrame
      checks={checks}
      outcomeOf={({ outcome }) => outcome}
      askedAt={askedAt}
      open={({ id, outcome, title, advice, evidence }) => (
        <OpenCheck key={id} outcome={outcome} title={title}>
          <div>{advice}</div>
          <div className="listed-evidence">{words(evidence)}</div>
        </OpenCheck>
      )}
      passed={(those) =>
        those.map(({ id, title, evidence }) => (
          <div key={id} className="listed-line">
            <State kind="proven">{title}</State>
            {evidence !== '–' && <span className="meta">{words(evidence)}</span>}
          </div>
        ))
      }
    />
  )
}

/** The same frame for checks of any kind: head, counts, those that are open one by one, those that passed together. */
export function CheckFrame<C>({
  checks,
  outcomeOf,
  askedAt,
  open,
  passed,
}: {
  readonly checks: readonly C[]
  readonly outcomeOf: (check: C) => Outcome
  readonly askedAt: string
  readonly open: (check: C, at: number) => ReactNode
  readonly passed: (checks: readonly C[]) => ReactNode
}) {
  const { t, format } = useText()
  const by = (outcome: Outcome): readonly C[] => checks.filter((check) => outcomeOf(check) === outcome)
  return (
    <>
      <div className="check-list-head">
        <h2 className="label">{t('preflight.title')}</h2>
        <span className="meta">{t('preflight.asked', { time: format.time(askedAt) })}</span>
      </div>
      <div className="check-list-counts">
        {ORDER.map((outcome) => (
          <div key={outcome} className={by(outcome).length > 0 ? undefined : 'check-list-zero'}>
            <b>{by(outcome).length}</b>
            <State kind={KIND[outcome]}>{t(`preflight.${outcome}`)}</State>
          </div>
        ))}
      </div>
      {ORDER.slice(0, 3).flatMap(by).map(open)}
      <div className="check-list-passed">{passed(by('pass'))}</div>
    </>
  )
}

/** One that did not pass, with what follows from it. */
export function OpenCheck({
  outcome,
  title,
  children,
}: {
  readonly outcome: Outcome
  readonly title: ReactNode
  readonly children: ReactNode
}) {
  const { t } = useText()
  return (
    <div className={outcome === 'block' ? 'listed-check listed-block' : 'listed-check'}>
      <State kind={KIND[outcome]}>{t(`preflight.${outcome}`)}</State>
      <b>{title}</b>
      {children}
    </div>
  )
}

/** A time is shown as the person's language writes it, a long identifier by its start; all else as it was read. */
export function evidenceText(evidence: string, date: (instant: string) => string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(evidence)) return date(evidence)
  return evidence.replace(/[0-9a-f]{40,}/g, (id) => `${id.slice(0, 12)}…`)
}
