import type { ChangeGroup, ChangeRow, ChangeTable } from '#contract/machine-configs.ts'

/** The pills over the change table; their counts come with the table. */
export const changeFilters = [
  'all',
  'live',
  'restarts',
  'reboot',
  'none',
  'rejected',
  'risk',
  'unknown',
] as const
export type ChangeFilter = (typeof changeFilters)[number]

function matches(row: ChangeRow, filter: ChangeFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'live':
    case 'restarts':
    case 'none':
    case 'rejected':
      return row.effect.kind === filter
    case 'reboot':
      return row.effect.kind === 'reboot' || row.effect.kind === 'at-reboot'
    case 'risk':
      return row.risks.some(({ level }) => level !== 'unknown')
    case 'unknown':
      return row.effect.kind === 'unknown' || row.risks.some(({ level }) => level === 'unknown')
  }
}

/** Groups with the rows that pass, in their order; empty groups are left out. */
export function filterGroups(table: ChangeTable, filter: ChangeFilter): readonly ChangeGroup[] {
  if (filter === 'all') return table.groups
  return table.groups
    .map((group) => ({ ...group, rows: group.rows.filter((row) => matches(row, filter)) }))
    .filter((group) => group.rows.length > 0)
}

/** The row `by` steps from `current`; from nowhere, the first or the last. Stops at the ends. */
export function stepRow(
  groups: readonly ChangeGroup[],
  current: string | undefined,
  by: 1 | -1,
): string | undefined {
  const ids = groups.flatMap((group) => group.rows.map((row) => row.id))
  const at = current === undefined ? -1 : ids.indexOf(current)
  if (at === -1) return by === 1 ? ids[0] : ids.at(-1)
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))]
}

/** The next row with a risk after `current`, from the top again after the last. */
export function nextRisk(groups: readonly ChangeGroup[], current: string | undefined): string | undefined {
  const rows = groups.flatMap((group) => group.rows)
  const at = rows.findIndex((row) => row.id === current)
  return [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find((row) => row.risks.length > 0)?.id
}

/** A value in three parts, of which the middle is what differs from the other side. */
export interface ValueParts {
  readonly head: string
  readonly middle: string
  readonly tail: string
}

/** At most this many equal characters are kept at each end of a long identifier. */
const KEPT = 14
const LONG = 48

/**
 * What to print bold in before and after. Ends that are equal stay plain; when little is equal the whole value is
 * bold. Equal stretches of long identifiers may be elided, what differs never is.
 */
export function valueParts(value: string, other: string | undefined): ValueParts {
  if (other === undefined || other === value) return { head: '', middle: value, tail: '' }
  const shortest = Math.min(value.length, other.length)
  let head = 0
  while (head < shortest && value[head] === other[head]) head++
  // A bold part begins at a word, so that 1.13.9 beside 1.14.2 shows as 13.9 and 14.2.
  while (head > 0 && /[\p{L}\p{N}]/u.test(value[head - 1] ?? '')) head--
  let tail = 0
  while (tail < shortest - head && value[value.length - 1 - tail] === other[other.length - 1 - tail]) tail++
  while (tail > 0 && isInsideNumber(value, value.length - tail)) tail--
  if (head + tail < 3 || head + tail >= value.length) return { head: '', middle: value, tail: '' }
  return {
    head: elide(value.slice(0, head)),
    middle: value.slice(head, value.length - tail),
    tail: elide(value.slice(value.length - tail)),
  }
}

function isInsideNumber(value: string, at: number): boolean {
  const pair = `${value[at - 1] ?? ''}${value[at] ?? ''}`
  return /^\d\d$/.test(pair) || /^\p{L}\p{L}$/u.test(pair)
}

function elide(text: string): string {
  return text.length <= LONG ? text : `${text.slice(0, KEPT)}…${text.slice(-KEPT)}`
}
