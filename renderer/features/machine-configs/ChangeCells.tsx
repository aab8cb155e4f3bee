import {
  Ban,
  CircleSlash2,
  Columns2,
  Fingerprint,
  HardDrive,
  KeyRound,
  Layers,
  Network,
  Power,
  RefreshCw,
  Scale,
  SearchX,
  ShieldCheck,
  Tag,
  Tags,
  Trash2,
  Unplug,
  Waypoints,
  Zap,
} from 'lucide-react'
import { Fragment } from 'react'
import type { CellValue, ChangeRisk, ChangeRow, Effect, RiskCode } from '#contract/machine-configs.ts'
import { Icon, stateIcons, type LucideIcon } from '../../ui/icons.tsx'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { valueParts } from './change-rows.ts'

/** A path that may break before its dots, dashes and brackets, never inside a word unless it must. */
export function PathText({ path }: { readonly path: string }) {
  return (
    <span className="mono">
      {path.split(/(?=[.[])|(?<=_)/).map((part, at) => (
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  )
}

/** Before or after in one cell. What differs is bold on both sides; a secret is never more than hidden. */
export function ValueText({
  value,
  other,
  side,
}: {
  readonly value: CellValue
  readonly other: CellValue
  readonly side: 'before' | 'after'
}) {
  const { t } = useText()
  switch (value.kind) {
    case 'absent':
      return <span className="faint">{side === 'before' ? t('review.not-set') : t('review.removed')}</span>
    case 'secret':
      return (
        <>
          <span className="mono change-mask" aria-hidden>
            ••••••••
          </span>{' '}
          <span className="faint">{value.differs ? t('review.hidden-differs') : t('review.hidden')}</span>
        </>
      )
    case 'moved':
      return <span>{t('review.moved', { position: value.position })}</span>
    case 'value': {
      // Alone on its side it is all new, or all gone: then only the new side is bold.
      const parts = valueParts(value.text, other.kind === 'value' ? other.text : undefined)
      const bold =
        other.kind === 'value' ? parts.head + parts.tail !== '' || side === 'after' : side === 'after'
      return (
        <span className="mono change-value">
          {parts.head}
          {bold ? <b>{parts.middle}</b> : parts.middle}
          {parts.tail}
        </span>
      )
    }
  }
}

/** What a change costs on the node. Never coloured by risk: that is the next column's. */
export function EffectWord({ effect }: { readonly effect: Effect }) {
  const text = useText()
  const { icon, look } = effectLook(effect)
  return (
    <span className={`effect effect-${look}`}>
      <Icon of={icon} />
      {effectWords(effect, text)}
    </span>
  )
}

function effectLook(effect: Effect): { readonly icon: LucideIcon; readonly look: string } {
  switch (effect.kind) {
    case 'live':
      return { icon: Zap, look: 'live' }
    case 'restarts':
      return { icon: RefreshCw, look: 'restarts' }
    case 'reboot':
    case 'at-reboot':
      return { icon: Power, look: 'boot' }
    case 'none':
      return { icon: CircleSlash2, look: 'none' }
    case 'rejected':
      return { icon: Ban, look: 'boot' }
    case 'unknown':
      return { icon: stateIcons.unknown, look: 'unknown' }
  }
}

/** What a change costs, in two or three words. */
export function effectWords(effect: Effect, { t }: TextTools): string {
  switch (effect.kind) {
    case 'restarts':
      return t('effect.restarts', { service: effect.service })
    case 'none':
      return t(`effect.none.${effect.why}`)
    case 'live':
    case 'reboot':
    case 'at-reboot':
    case 'rejected':
    case 'unknown':
      return t(`effect.${effect.kind}`)
  }
}

/** Why it costs what it costs, in a sentence. */
export function effectReason(effect: Effect, { t }: TextTools): string {
  switch (effect.kind) {
    case 'restarts':
      return t('effect.restarts.why', { service: effect.service })
    case 'none':
      return t(`effect.none.${effect.why}.why`)
    case 'live':
    case 'reboot':
    case 'at-reboot':
    case 'rejected':
    case 'unknown':
      return t(`effect.${effect.kind}.why`)
  }
}

const RISK_ICON: Readonly<Record<RiskCode, LucideIcon>> = {
  'touches-connection': Waypoints,
  'touches-network': Network,
  'renames-node': Tag,
  'cluster-identity': Fingerprint,
  'machine-type': stateIcons.decide,
  'cert-sans': ShieldCheck,
  'removes-user-volume': HardDrive,
  'removes-document': Trash2,
  'mixed-with-legacy': Layers,
  'newer-than-other-slot': Columns2,
  'kubernetes-version': stateIcons.decide,
  etcd: stateIcons.decide,
  'secret-changed': KeyRound,
  'hostname-twice': Tags,
  'even-control-planes': Scale,
  'disk-none': HardDrive,
  'disk-many': HardDrive,
  'selector-invalid': SearchX,
  'link-missing': Unplug,
  'link-many': Network,
}

/** Vermilion where a person must decide, brass where it is good to know, grey and dashed where nobody could tell. */
export function RiskWords({ risks }: { readonly risks: ChangeRow['risks'] }) {
  const { t } = useText()
  return risks.map(({ code, level, about }) => (
    <span key={code} className={`risk risk-${level}`}>
      <Icon of={level === 'unknown' ? stateIcons.unknown : RISK_ICON[code]} />
      <span>
        {level === 'unknown' ? t('risk.unknown', { risk: t(`risk.${code}`) }) : t(`risk.${code}`)}
        {about !== undefined && <span className="risk-about mono">{about}</span>}
      </span>
    </span>
  ))
}

/** Why a row carries a risk, in a sentence. */
export function riskReason({ code, level, because }: ChangeRisk, { t }: TextTools): string {
  if (level !== 'unknown') return t(`risk.${code}.why`)
  const about = because === undefined ? t('risk.unknown.not-told') : t(`error.${because}`)
  return t('risk.unknown.why', { about, risk: t(`risk.${code}`) })
}
