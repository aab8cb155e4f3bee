import type { ReactNode, TdHTMLAttributes, ThHTMLAttributes } from 'react'
import './table.css'

/** Older left on newsprint (`before`), newer right in ink (`after`); the tint runs from head to last row. */
export type Tint = 'before' | 'after'

interface CellLook {
  /** Right-aligned, tabular. */
  readonly number?: boolean
  readonly tint?: Tint | undefined
  /** Left out below 1180 px. */
  readonly optional?: boolean
  readonly mono?: boolean
  readonly nowrap?: boolean
  /** Vermilion wash: this value is not what was expected. */
  readonly bad?: boolean
}

function cellClass(look: CellLook): string | undefined {
  const names = [
    look.number === true ? 'cell-number' : '',
    look.tint === undefined ? '' : `cell-${look.tint}`,
    look.optional === true ? 'cell-optional' : '',
    look.mono === true ? 'mono' : '',
    look.nowrap === true ? 'nowrap' : '',
    look.bad === true ? 'cell-bad' : '',
  ].filter((name) => name !== '')
  return names.length === 0 ? undefined : names.join(' ')
}

/**
 * Every table of the app: thick rule on top, hairlines between, a double rule under what was added up. `label` names
 * it for readers. It scrolls sideways by itself when it has to.
 */
export function Table({
  label,
  dense = false,
  fixed = false,
  sticky = false,
  children,
}: {
  readonly label: string
  readonly dense?: boolean
  /** The head stays in sight while the page scrolls. Then the table may not be wider than its page. */
  readonly sticky?: boolean
  /** `table-layout: fixed`: widths come from the head alone. */
  readonly fixed?: boolean
  readonly children: ReactNode
}) {
  return (
    <div className={sticky ? 'ledger-sticky' : 'ledger-frame'}>
      <table
        aria-label={label}
        className={`ledger${dense ? ' ledger-dense' : ''}${fixed ? ' ledger-fixed' : ''}`}
      >
        {children}
      </table>
    </div>
  )
}

/** `children` absent: a column without a written head; give `spoken`. */
export function HeadCell({
  children,
  spoken,
  number,
  tint,
  optional,
  nowrap,
  mono,
  bad,
  ...rest
}: CellLook & ThHTMLAttributes<HTMLTableCellElement> & { readonly spoken?: string }) {
  return (
    <th
      scope="col"
      {...rest}
      className={cellClass({
        number: number ?? false,
        tint,
        optional: optional ?? false,
        nowrap: nowrap ?? false,
        mono: mono ?? false,
        bad: bad ?? false,
      })}
    >
      {children}
      {spoken !== undefined && <span className="spoken">{spoken}</span>}
    </th>
  )
}

export function Cell({
  number,
  tint,
  optional,
  mono,
  nowrap,
  bad,
  ...rest
}: CellLook & Omit<TdHTMLAttributes<HTMLTableCellElement>, 'className'>) {
  return (
    <td
      {...rest}
      className={cellClass({
        number: number ?? false,
        tint,
        optional: optional ?? false,
        mono: mono ?? false,
        nowrap: nowrap ?? false,
        bad: bad ?? false,
      })}
    />
  )
}

/** The row's own name: a row header, so that readers say it before each cell. */
export function NameCell({
  children,
  strong = false,
}: {
  readonly children: ReactNode
  readonly strong?: boolean
}) {
  return (
    <th scope="row" className={strong ? 'cell-name cell-name-strong' : 'cell-name'}>
      {children}
    </th>
  )
}

/** `selected` draws the focus bar. A row opens through the `RowLink` in its first cell. */
export function Row({
  selected = false,
  children,
}: {
  readonly selected?: boolean
  readonly children: ReactNode
}) {
  return (
    <tr className={selected ? 'row row-selected' : 'row'} aria-selected={selected || undefined}>
      {children}
    </tr>
  )
}

/** Carries a group's name over all `columns`. */
export function GroupRow({ columns, children }: { readonly columns: number; readonly children: ReactNode }) {
  return (
    <tr className="row-group">
      <th scope="colgroup" colSpan={columns}>
        {children}
      </th>
    </tr>
  )
}

/** Closes an account: only for a row that adds up or judges. */
export function SumRow({ children }: { readonly children: ReactNode }) {
  return <tr className="row-sum">{children}</tr>
}

/** A link whose target is the whole row. */
export function RowLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <a className="row-link" href={href}>
      {children}
    </a>
  )
}

/** The same for a row that only gets selected; `selected` is said as pressed. */
export function RowButton({
  selected,
  onSelect,
  children,
}: {
  readonly selected: boolean
  readonly onSelect: () => void
  readonly children: ReactNode
}) {
  return (
    <button type="button" className="row-link row-button" aria-pressed={selected} onClick={onSelect}>
      {children}
    </button>
  )
}
