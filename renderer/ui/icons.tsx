import {
  CircleCheck,
  createLucideIcon,
  Info,
  LoaderCircle,
  TriangleAlert,
  type LucideIcon,
  type LucideProps,
} from 'lucide-react'

export type { LucideIcon }

/** A decision is due: the diamond of a road sign. Lucide has none. */
const DecideIcon = createLucideIcon('decide', [
  ['path', { d: 'M12 2.25 21.75 12 12 21.75 2.25 12z', key: 'frame' }],
  ['path', { d: 'M12 7.5v5.1M12 16.2v.01', key: 'mark' }],
])

/** Unknown: a dashed circle, as everything unknown is dashed. */
const UnknownIcon = createLucideIcon('unknown', [
  ['circle', { cx: '12', cy: '12', r: '9.4', strokeDasharray: '2.4 2', key: 'ring' }],
  ['path', { d: 'M9.45 9.6a2.6 2.6 0 1 1 3.6 2.4c-.75.3-1.05.75-1.05 1.5M12 16.65v.01', key: 'mark' }],
])

/** Vermilion: a person must decide. Brass: take care. Verdigris: read back. Blue: running. Dashed grey: unknown. */
export type StateKind = 'proven' | 'decide' | 'caution' | 'unknown' | 'busy' | 'plain'

export const stateIcons: Readonly<Record<StateKind, LucideIcon>> = {
  proven: CircleCheck,
  decide: DecideIcon,
  caution: TriangleAlert,
  unknown: UnknownIcon,
  busy: LoaderCircle,
  plain: Info,
}

/** 16 px, stroke 1.5; always beside a word, so hidden from readers. */
export function Icon({
  of: Drawing,
  size = 16,
  turning = false,
  className = '',
  ...rest
}: {
  readonly of: LucideIcon
  readonly size?: number
  readonly turning?: boolean
} & Omit<LucideProps, 'size' | 'ref'>) {
  return (
    <Drawing
      {...rest}
      aria-hidden
      className={`icon${turning ? ' icon-turning' : ''} ${className}`}
      size={size}
      // Lucide's grid is 24; the stroke stays 1.5 px on screen at any size.
      nonScalingStroke
      strokeWidth={1.5}
    />
  )
}
