import type { PreflightCheck } from '#contract/upgrades.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { State } from '../../ui/State.tsx'
import { Tick } from '../../ui/Tick.tsx'
import '../../ui/check-list.css'
import './preflight.css'

const KIND: Readonly<Record<PreflightCheck['outcome'], StateKind>> = {
  block: 'decide',
  warn: 'caution',
  unknown: 'unknown',
  pass: 'proven',
}
const ORDER = ['block', 'warn', 'unknown', 'pass'] as const

/** A check, and the node it is about where a plan has several. */
export interface ShownCheck {
  readonly check: PreflightCheck
  readonly hostname?: string | undefined
}

/**
 * What was asked before anything is sent, each with what was read one click away. What blocks comes first; what the
 * person has to take upon themselves has its tick beside it.
 */
export function Preflight({
  checks,
  askedAt,
  accepted,
  onAccept,
}: {
  readonly checks: readonly ShownCheck[]
  readonly askedAt: string
  readonly accepted: ReadonlySet<PreflightCheck['id']>
  readonly onAccept: (id: PreflightCheck['id'], yes: boolean) => void
}) {
  const { t, format } = useText()
  const by = (outcome: PreflightCheck['outcome']): readonly ShownCheck[] =>
    checks.filter(({ check }) => check.outcome === outcome)
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
        .map((shown, at) => (
          <OpenCheck
            key={`${shown.check.id} ${shown.hostname ?? ''} ${String(at)}`}
            {...shown}
            accepted={accepted.has(shown.check.id)}
            onAccept={onAccept}
          />
        ))}
      <div className="checks-passed">
        {foldPassed(by('pass')).map((shown, at) => (
          <PassedCheck key={`${shown.check.id} ${shown.hostname ?? ''} ${String(at)}`} {...shown} />
        ))}
      </div>
    </>
  )
}

/** What every node passes stands once: the same evidence as it is, else how many nodes it was read from. */
function foldPassed(passed: readonly ShownCheck[]): readonly ShownCheck[] {
  const first = new Map<string, ShownCheck>()
  const count = new Map<string, number>()
  for (const shown of passed) {
    const { id } = shown.check
    count.set(id, (count.get(id) ?? 0) + 1)
    const kept = first.get(id)
    if (kept === undefined) first.set(id, shown)
    else if (kept.check.evidence !== shown.check.evidence) {
      first.set(id, { check: { ...kept.check, evidence: '' } })
    }
  }
  return [...first.values()].map((shown) => {
    const times = count.get(shown.check.id) ?? 1
    if (times === 1) return shown
    const { evidence } = shown.check
    const text = evidence === '' || evidence === '–' ? `× ${String(times)}` : `${evidence} × ${String(times)}`
    return { check: { ...shown.check, evidence: text } }
  })
}

function OpenCheck({
  check,
  hostname,
  accepted,
  onAccept,
}: ShownCheck & {
  readonly accepted: boolean
  readonly onAccept: (id: PreflightCheck['id'], yes: boolean) => void
}) {
  const text = useText()
  const { t } = text
  return (
    <div className={check.outcome === 'block' ? 'check check-block' : 'check'}>
      <State kind={KIND[check.outcome]}>{t(`preflight.${check.outcome}`)}</State>
      <b>
        {hostname === undefined ? '' : `${hostname}: `}
        {t(`check.${check.id}`)}
      </b>
      <div>{check.because === undefined ? t(`check.advice.${check.id}`) : t(`because.${check.because}`)}</div>
      <Evidence check={check} />
      {check.accept === true && (
        <Tick checked={accepted} onChange={(yes) => onAccept(check.id, yes)}>
          {acceptText(check, text)}
        </Tick>
      )}
    </div>
  )
}

/** The words that are ticked say what is accepted; they are never just "yes". */
function acceptText(check: PreflightCheck, { t }: TextTools): string {
  if (check.because === 'etcd-one-member') return t('accept.downtime')
  if (check.because === 'own-image-replaced') return t('accept.own-image-replaced')
  if (check.because === 'own-image-kept') return t('accept.own-image-kept')
  return t('accept.other')
}

function Evidence({ check }: { readonly check: PreflightCheck }) {
  const { t, format, said } = useText()
  const { evidence, readings = [] } = check
  const short = evidenceText(said(evidence), format.date)
  if (readings.length === 0) {
    return (
      <div className="evidence" title={evidence}>
        {short}
      </div>
    )
  }
  return (
    <details className="check-read">
      <summary>
        <span className="evidence">{short}</span>
        <span className="check-read-more">{t('preflight.read')}</span>
      </summary>
      <Readings readings={readings} />
    </details>
  )
}

function PassedCheck({ check, hostname }: ShownCheck) {
  const { t, format, said } = useText()
  const { evidence, readings = [] } = check
  const name = `${hostname === undefined ? '' : `${hostname}: `}${t(`check.${check.id}`)}`
  const line = (
    <>
      <State kind="proven">{name}</State>
      {evidence !== '–' && (
        <span className="meta" title={evidence}>
          {evidenceText(inFolded(evidence, said), format.date)}
        </span>
      )}
    </>
  )
  if (readings.length === 0) return <div className="check-line">{line}</div>
  return (
    <details className="check-passed">
      <summary className="check-line">{line}</summary>
      <Readings readings={readings} />
    </details>
  )
}

function Readings({ readings }: { readonly readings: NonNullable<PreflightCheck['readings']> }) {
  return (
    <dl className="readings">
      {readings.map(({ source, found }, at) => (
        <div key={`${source} ${String(at)}`}>
          <dt>{source}</dt>
          <dd>{found}</dd>
        </div>
      ))}
    </dl>
  )
}

/** `running, ready × 3`: the count stays behind. */
function inFolded(evidence: string, said: TextTools['said']): string {
  const [, text = evidence, times = ''] = /^(.*?)( × \d+)$/s.exec(evidence) ?? []
  return `${said(text)}${times}`
}

/** A time is shown as the person's language writes it, a long identifier by its start; all else as it was read. */
function evidenceText(evidence: string, date: (instant: string) => string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(evidence)) return date(evidence)
  return evidence.replace(/[0-9a-f]{40,}/g, (id) => `${id.slice(0, 12)}…`)
}
