import type { ReactNode } from 'react'
import { Icon, stateIcons, type LucideIcon, type StateKind } from './icons.tsx'
import './state.css'

/** A state in its own column: icon and word, in the colour of its verdict. */
export function State({
  kind,
  icon,
  children,
}: {
  readonly kind: StateKind
  readonly icon?: LucideIcon | undefined
  readonly children: ReactNode
}) {
  return (
    <span className={`state state-${kind}`}>
      <Icon of={icon ?? stateIcons[kind]} turning={kind === 'busy' && icon === undefined} />
      <span className="state-word">{children}</span>
    </span>
  )
}

/** A state that stands outside its own column, with border and wash. */
export function Badge({
  kind,
  icon,
  children,
}: {
  readonly kind: StateKind
  readonly icon?: LucideIcon | undefined
  readonly children: ReactNode
}) {
  return (
    <span className={`badge badge-${kind}`}>
      <Icon of={icon ?? stateIcons[kind]} size={13} turning={kind === 'busy' && icon === undefined} />
      {children}
    </span>
  )
}

/** A dash where nothing is known. Readers hear `why`. */
export function Dash({ why }: { readonly why: string }) {
  return (
    <span className="dash" title={why}>
      <span aria-hidden>–</span>
      <span className="spoken">{why}</span>
    </span>
  )
}
