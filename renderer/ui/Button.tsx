import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Icon, type LucideIcon } from './icons.tsx'
import { Hint } from './Hint.tsx'
import './button.css'

/** `go`: the one filled button of a screen. `risk`: outlined in vermilion. `bare`: no outline. */
export type ButtonKind = 'plain' | 'go' | 'risk' | 'bare'

interface Look {
  readonly kind?: ButtonKind | undefined
  readonly size?: 'small' | 'normal' | 'large' | undefined
  readonly icon?: LucideIcon | undefined
}

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'disabled' | 'children'>

function looks({ kind = 'plain', size = 'normal' }: Look, off: boolean): string {
  return `button button-${kind} button-${size}${off ? ' button-off' : ''}`
}

/**
 * Says what it does ("Try for 2 min, then keep"). `off` is the reason why it cannot be used: the button stays, can be
 * focused, and says so. `busy` keeps it from a second press.
 */
export function Button({
  kind,
  size,
  icon,
  off,
  busy = false,
  children,
  onClick,
  ref,
  ...rest
}: Look &
  Native & {
    readonly off?: string | undefined
    readonly busy?: boolean
    readonly children: ReactNode
    readonly ref?: Ref<HTMLButtonElement>
  }) {
  const inert = off !== undefined || busy
  const button = (
    <button
      type="button"
      {...rest}
      ref={ref}
      className={looks({ kind, size }, inert)}
      aria-disabled={inert || undefined}
      aria-busy={busy || undefined}
      onClick={inert ? (event) => event.preventDefault() : onClick}
    >
      {icon !== undefined && <Icon of={icon} />}
      {children}
    </button>
  )
  return off === undefined ? button : <Hint text={off}>{button}</Hint>
}

/** A button that only has an icon; `label` is what it does, for readers and as a hint. */
export function IconButton({
  label,
  icon,
  size,
  ref,
  ...rest
}: Native & {
  readonly label: string
  readonly icon: LucideIcon
  readonly size?: 'small' | 'normal'
  readonly ref?: Ref<HTMLButtonElement>
}) {
  return (
    <Hint text={label}>
      <button
        type="button"
        {...rest}
        ref={ref}
        aria-label={label}
        className={`icon-button icon-button-${size ?? 'normal'}`}
      >
        <Icon of={icon} size={size === 'small' ? 13 : 16} />
      </button>
    </Hint>
  )
}

/** Looks like a button, goes somewhere. */
export function LinkButton({
  href,
  kind,
  size,
  icon,
  children,
}: Look & { readonly href: string; readonly children: ReactNode }) {
  return (
    <a className={looks({ kind, size }, false)} href={href}>
      {icon !== undefined && <Icon of={icon} />}
      {children}
    </a>
  )
}

/** Buttons side by side; wraps. */
export function Buttons({ children, end = false }: { readonly children: ReactNode; readonly end?: boolean }) {
  return <div className={end ? 'buttons to-end' : 'buttons'}>{children}</div>
}

/** A key cap. */
export function Key({ children }: { readonly children: ReactNode }) {
  return <kbd className="key">{children}</kbd>
}
