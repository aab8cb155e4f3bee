import type { ActionCheck } from '#contract/node-actions.ts'
import { useText } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { State } from '../../ui/State.tsx'

const KIND: Readonly<Record<ActionCheck['outcome'], StateKind>> = {
  block: 'decide',
  warn: 'caution',
  unknown: 'unknown',
  pass: 'proven',
}
const ORDER = ['block', 'warn', 'unknown', 'pass'] as const

/** What was asked before anything is sent, each with what was read. What blocks comes first. */
export function ActionChecks({
  checks,
  askedAt,
}: {
  readonly checks: readonly ActionCheck[]
  readonly askedAt: string
}) {
  const { t, format } = useText()
  const open = ORDER.slice(0, 3).flatMap((outcome) => checks.filter((check) => check.outcome === outcome))
  const passed = checks.filter(({ outcome }) => outcome === 'pass')
  return (
    <>
      <div className="action-rail-head">
        <h2 className="label">{t('preflight.title')}</h2>
        <span className="meta">{t('preflight.asked', { time: format.time(askedAt) })}</span>
      </div>
      {open.map((check) => (
        <div
          key={check.id}
          className={check.outcome === 'block' ? 'action-check action-check-block' : 'action-check'}
        >
          <State kind={KIND[check.outcome]}>{t(`preflight.${check.outcome}`)}</State>
          <b>{t(`action.check.${check.id}`)}</b>
          <div>{t(`action.advice.${check.id}`)}</div>
          <div className="action-evidence">{check.evidence}</div>
        </div>
      ))}
      {passed.map((check) => (
        <div key={check.id} className="action-passed">
          <State kind="proven">{t(`action.check.${check.id}`)}</State>
          {check.evidence !== '–' && <span className="meta">{check.evidence}</span>}
        </div>
      ))}
    </>
  )
}
