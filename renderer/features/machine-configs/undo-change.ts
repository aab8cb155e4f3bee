import type { ChangeRow, Review } from '#contract/machine-configs.ts'
import { lineChanges, toLines, type LineChange } from '../../editor/line-changes.ts'

/**
 * The draft with one change taken back, where that is a matter of whole lines that no other change shares.
 * `undefined` when it is not: then the person edits it by hand.
 */
export function undoChange(
  review: Pick<Review, 'beforeText' | 'afterText' | 'table'>,
  row: ChangeRow,
): string | undefined {
  const change = lineChanges(review.beforeText, review.afterText, UNHURRIED_MS).find((one) => holds(one, row))
  if (change === undefined) return undefined
  const others = review.table.groups
    .flatMap((group) => group.rows)
    .filter((other) => other.id !== row.id && holds(change, other))
  const lines = [...toLines(review.afterText)]
  if (others.length === 0) {
    const taken = change.kind === 'removed' ? 0 : change.to - change.from + 1
    lines.splice(change.kind === 'removed' ? change.from : change.from - 1, taken, ...change.before)
    return finish(lines, review.afterText)
  }
  const at = pairedLine(change, row)
  if (at === undefined || others.some((other) => other.afterAt?.line === row.afterAt?.line)) return undefined
  lines[at.draft - 1] = at.before
  return finish(lines, review.afterText)
}

/** Nobody types while a review is open, so the comparison may be exact. */
const UNHURRIED_MS = 2_000

function holds(change: LineChange, row: ChangeRow): boolean {
  const after = row.afterAt?.line
  const before = row.beforeAt?.line
  const inDraft =
    after !== undefined && change.kind !== 'removed' && after >= change.from && after <= change.to
  const inBase =
    before !== undefined && before >= change.beforeFrom && before < change.beforeFrom + change.before.length
  return row.after.kind === 'absent' ? inBase : inDraft
}

/** Several values changed one below the other, line by line. */
function pairedLine(
  change: LineChange,
  row: ChangeRow,
): { readonly draft: number; readonly before: string } | undefined {
  if (change.kind !== 'modified' || change.to - change.from + 1 !== change.before.length) return undefined
  if (row.after.kind !== 'value' || row.before.kind !== 'value') return undefined
  const draft = row.afterAt?.line
  if (draft === undefined) return undefined
  const offset = draft - change.from
  const before = change.before[offset]
  return before === undefined || row.beforeAt?.line !== change.beforeFrom + offset
    ? undefined
    : { draft, before }
}

function finish(lines: readonly string[], like: string): string {
  return `${lines.join('\n')}${like.endsWith('\n') ? '\n' : ''}`
}
