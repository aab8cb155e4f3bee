import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { Icon, type LucideIcon } from './icons.tsx'
import './dialog.css'

/**
 * Opens beside its trigger and stays in the same landmark, where readers expect it (it is drawn over everything all
 * the same). `trigger` is a `Button` or `IconButton`; children are `MenuItem` and `MenuRule`.
 */
export function Menu({
  trigger,
  align = 'start',
  children,
}: {
  readonly trigger: ReactNode
  readonly align?: 'start' | 'end'
  readonly children: ReactNode
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
        {children}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  )
}

/** `off` is the reason why it cannot be chosen; it stays in the list. */
export function MenuItem({
  icon,
  onSelect,
  remark,
  off,
  children,
}: {
  readonly icon?: LucideIcon | undefined
  readonly onSelect: () => void
  readonly remark?: ReactNode
  readonly off?: string | undefined
  readonly children: ReactNode
}) {
  return (
    <DropdownMenu.Item className="menu-item" disabled={off !== undefined} onSelect={onSelect}>
      {icon !== undefined && <Icon of={icon} />}
      <span>{children}</span>
      {(off ?? remark) !== undefined && <span className="meta">{off ?? remark}</span>}
    </DropdownMenu.Item>
  )
}

export function MenuRule() {
  return <DropdownMenu.Separator className="menu-rule" />
}
