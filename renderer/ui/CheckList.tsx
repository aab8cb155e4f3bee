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
  const { t, format, said } = useText()
  const by = (outcome: Outcome): readonly ListedCheck[] => checks.filter((check) => check.outcome === outcome)
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
      {ORDER.slice(0, 3)
        .flatMap(by)
        .map((check) => (
          <div
            key={check.id}
            className={check.outcome === 'block' ? 'listed-check listed-block' : 'listed-check'}
          >
            <State kind={KIND[check.outcome]}>{t(`preflight.${check.outcome}`)}</State>
            <b>{check.title}</b>
            <div>{check.advice}</div>
            <div className="listed-evidence">{said(check.evidence)}</div>
          </div>
        ))}
      <div className="check-list-passed">
        {by('pass').map((check) => (
          <div key={check.id} className="listed-line">
            <State kind="proven">{check.title}</State>
            {check.evidence !== '–' && <span className="meta">{said(check.evidence)}</span>}
          </div>
        ))}
      </div>
    </>
  )
}
