import type { PreflightCheck } from '#contract/upgrades.ts'
import { CheckFrame, evidenceText, OpenCheck } from '../../ui/CheckList.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { State } from '../../ui/State.tsx'
import { Tick } from '../../ui/Tick.tsx'
import { adviceOf } from './advice.ts'
import './preflight.css'

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
  return (
    <CheckFrame
      checks={checks}
      outcomeOf={({ check }) => check.outcome}
      askedAt={askedAt}
      open={(shown, at) => (
        <NotPassed
          key={keyOf(shown, at)}
          {...shown}
          accepted={accepted.has(shown.check.id)}
          onAccept={onAccept}
        />
      )}
      passed={(those) =>
        foldPassed(those).map((shown, at) => <PassedCheck key={keyOf(shown, at)} {...shown} />)
      }
    />
  )
}

function keyOf({ check, hostname = '' }: ShownCheck, at: number): string {
  return `${check.id} ${hostname} ${String(at)}`
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

function NotPassed({
  check,
  hostname,
  accepted,
  onAccept,
}: ShownCheck & {
  readonly accepted: boolean
  readonly onAccept: (id: PreflightCheck['id'], yes: boolean) => void
}) {
  const text = useText()
  return (
    <OpenCheck outcome={check.outcome} title={titleOf({ check, hostname }, text)}>
      <div>{adviceOf(check, text)}</div>
      <Evidence check={check} />
      {check.accept === true && (
        <Tick checked={accepted} onChange={(yes) => onAccept(check.id, yes)}>
          {acceptText(check, text)}
        </Tick>
      )}
    </OpenCheck>
  )
}

function titleOf({ check, hostname }: ShownCheck, { t }: TextTools): string {
  return `${hostname === undefined ? '' : `${hostname}: `}${t(`check.${check.id}`)}`
}

/** The words that are ticked say what is accepted; they are never just "yes". */
function acceptText(check: PreflightCheck, { t }: TextTools): string {
  if (check.because === 'etcd-one-member') return t('accept.downtime')
  if (check.because === 'own-image-replaced') return t('accept.own-image-replaced')
  if (check.because === 'own-image-kept') return t('accept.own-image-kept')
  if (check.because === 'other-slot-untold') return t('accept.other-slot-untold')
  return t('accept.other')
}

function Evidence({ check }: { readonly check: PreflightCheck }) {
  const { t, format, said } = useText()
  const { evidence, readings = [] } = check
  const short = evidenceText(said(evidence), format.date)
  if (readings.length === 0) {
    return (
      <div className="listed-evidence" title={evidence}>
        {short}
      </div>
    )
  }
  return (
    <details className="check-read">
      <summary>
        <span className="listed-evidence">{short}</span>
        <span className="check-read-more">{t('preflight.read')}</span>
      </summary>
      <Readings readings={readings} />
    </details>
  )
}

function PassedCheck({ check, hostname }: ShownCheck) {
  const text = useText()
  const { format, said } = text
  const { evidence, readings = [] } = check
  const line = (
    <>
      <State kind="proven">{titleOf({ check, hostname }, text)}</State>
      {evidence !== '–' && (
        <span className="meta" title={evidence}>
          {evidenceText(inFolded(evidence, said), format.date)}
        </span>
      )}
    </>
  )
  if (readings.length === 0) return <div className="listed-line">{line}</div>
  return (
    <details className="check-passed">
      <summary className="listed-line">{line}</summary>
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
