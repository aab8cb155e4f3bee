import type { ReactNode } from 'react'
import { Icon, stateIcons, type LucideIcon, type StateKind } from './icons.tsx'
import './empty-state.css'

/** Takes the place of what is missing or refused: what, where, what next. */
export function EmptyState({
  kind = 'plain',
  heading: Heading = 'h2',
  icon,
  title,
  children,
  actions,
}: {
  readonly kind?: StateKind
  readonly icon?: LucideIcon
  /** `h1` where it takes the place of a whole page. */
  readonly heading?: 'h1' | 'h2'
  readonly title: ReactNode
  readonly children?: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className="empty-state">
      <Heading>
        <span className={`state-${kind}`}>
          <Icon of={icon ?? stateIcons[kind]} turning={kind === 'busy' && icon === undefined} />
        </span>
        {title}
      </Heading>
      {children !== undefined && <div>{children}</div>}
      {actions !== undefined && <div className="buttons">{actions}</div>}
    </div>
  )
}
