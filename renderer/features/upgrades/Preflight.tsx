import type { PreflightCheck } from '#contract/upgrades.ts'
import { useText } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { State } from '../../ui/State.tsx'

const KIND: Readonly<Record<PreflightCheck['outcome'], StateKind>> = {
  block: 'decide',
  warn: 'caution',
  unknown: 'unknown',
  pass: 'proven',
}
const ORDER = ['block', 'warn', 'unknown', 'pass'] as const

/** What was asked before anything is sent, each with what was read. What blocks comes first. */
export function Preflight({
  checks,
  askedAt,
}: {
  readonly checks: readonly PreflightCheck[]
  readonly askedAt: string
}) {
  const { t, format } = useText()
  const open = ORDER.slice(0, 3).flatMap((outcome) => checks.filter((check) => check.outcome === outcome))
  const passed = checks.filter((check) => check.outcome === 'pass')
  return (
    <>
      <div className="upgrade-rail-head">
        <h2 className="label">{t('preflight.title')}</h2>
        <span className="meta">{t('preflight.asked', { time: format.time(askedAt) })}</span>
      </div>
      <div className="preflight-counts">
        {ORDER.map((outcome) => (
          <div
            key={outcome}
            className={checks.some((check) => check.outcome === outcome) ? undefined : 'preflight-zero'}
          >
            <b>{checks.filter((check) => check.outcome === outcome).length}</b>
            <State kind={KIND[outcome]}>{t(`preflight.${outcome}`)}</State>
          </div>
        ))}
      </div>
      {open.map((check, at) => (
        <div
          key={`${check.id} ${String(at)}`}
          className={check.outcome === 'block' ? 'check check-block' : 'check'}
        >
          <State kind={KIND[check.outcome]}>{t(`preflight.${check.outcome}`)}</State>
          <b>{t(`check.${check.id}`)}</b>
          <div>{t(`check.advice.${check.id}`)}</div>
          <div className="evidence" title={check.evidence}>
            {evidenceText(check.evidence, format.date)}
          </div>
        </div>
      ))}
      <div className="checks-passed">
        {passed.map((check, at) => (
          <div key={`${check.id} ${String(at)}`} className="check-line">
            <State kind="proven">{t(`check.${check.id}`)}</State>
            {check.evidence !== '–' && (
              <span className="meta" title={check.evidence}>
                {evidenceText(check.evidence, format.date)}
              </span>
            )}
          </div>
        ))}
      </div>
    </>
  )
}

/** A time is shown as the person's language writes it, a long identifier by its start; all else as it was read. */
function evidenceText(evidence: string, date: (instant: string) => string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(evidence)) return date(evidence)
  return evidence.replace(/[0-9a-f]{40,}/g, (id) => `${id.slice(0, 12)}…`)
}
