import type { ReactNode } from 'react'
import { Icon, stateIcons, type LucideIcon, type StateKind } from './icons.tsx'
import './note.css'

/** A banner in its place: bold fact, plain consequence, at most one thing to press. Never floats, never times out. */
export function Note({
  kind,
  icon,
  title,
  children,
  action,
  urgent = false,
}: {
  readonly kind: StateKind
  readonly icon?: LucideIcon | undefined
  readonly title?: ReactNode
  readonly children?: ReactNode
  readonly action?: ReactNode
  /** Spoken at once when it appears. */
  readonly urgent?: boolean
}) {
  return (
    <div className={`note note-${kind}`} role={urgent ? 'alert' : undefined}>
      <Icon of={icon ?? stateIcons[kind]} turning={kind === 'busy' && icon === undefined} />
      <div className="note-text">
        {title !== undefined && <b className="strong">{title}</b>}
        {children !== undefined && <div className="note-more">{children}</div>}
      </div>
      {action !== undefined && <div className="note-action">{action}</div>}
    </div>
  )
}
