import type { ReactNode } from 'react'
import { Icon, stateIcons, type LucideIcon, type StateKind } from './icons.tsx'
import './empty-state.css'

/** Takes the place of what is missing or refused: what, where, what next. */
export function EmptyState({
  kind = 'plain',
  icon,
  title,
  children,
  actions,
}: {
  readonly kind?: StateKind
  readonly icon?: LucideIcon
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className="empty-state">
      <h2>
        <span className={`state-${kind}`}>
          <Icon of={icon ?? stateIcons[kind]} turning={kind === 'busy' && icon === undefined} />
        </span>
        {title}
      </h2>
      {children !== undefined && <div>{children}</div>}
      {actions !== undefined && <div className="buttons">{actions}</div>}
    </div>
  )
}
