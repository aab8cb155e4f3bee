import { ListFilter } from 'lucide-react'
import type { ReactNode, Ref } from 'react'
import { Key } from './Button.tsx'
import { Icon, type LucideIcon } from './icons.tsx'
import './filters.css'

/** A line to filter by. Escape empties it first, then leaves it. `shortcut` is only shown; register it with `useShortcut`. */
export function FilterField({
  label,
  value,
  onChange,
  shortcut,
  icon = ListFilter,
  ref,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly shortcut?: string
  readonly icon?: LucideIcon
  readonly ref?: Ref<HTMLInputElement>
}) {
  return (
    <span className="filter-field">
      <Icon of={icon} />
      <input
        ref={ref}
        type="text"
        role="searchbox"
        spellCheck={false}
        autoComplete="off"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          if (value === '') event.currentTarget.blur()
          else onChange('')
        }}
      />
      {shortcut !== undefined && value === '' && <Key>{shortcut}</Key>}
    </span>
  )
}

export interface FilterOption<V extends string> {
  readonly value: V
  readonly label: ReactNode
  readonly count?: number
  readonly icon?: LucideIcon
}

/** Pills, any number of them on. */
export function Filters<V extends string>({
  label,
  options,
  chosen,
  onChange,
}: {
  readonly label: string
  readonly options: readonly FilterOption<V>[]
  readonly chosen: ReadonlySet<V>
  readonly onChange: (chosen: ReadonlySet<V>) => void
}) {
  return (
    <div className="filters" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          className="filter"
          aria-pressed={chosen.has(option.value)}
          onClick={() => {
            const next = new Set(chosen)
            if (!next.delete(option.value)) next.add(option.value)
            onChange(next)
          }}
        >
          {option.icon !== undefined && <Icon of={option.icon} size={13} />}
          {option.label}
          {option.count !== undefined && <b>{option.count}</b>}
        </button>
      ))}
    </div>
  )
}

/** One of a few, side by side. */
export function Segmented<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string
  readonly value: V
  readonly options: readonly { readonly value: V; readonly label: ReactNode }[]
  readonly onChange: (value: V) => void
}) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => {
            onChange(option.value)
          }}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
