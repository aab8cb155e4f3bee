import { diffArrays } from 'diff'

/**
 * How lines of the draft stand against the text it was based on. Lines are 1-based and inclusive, as editors count.
 * `removed` has no line of its own: the lines stood after line `from` of the draft (0 for the very top).
 */
export interface LineChange {
  readonly kind: 'added' | 'modified' | 'removed'
  readonly from: number
  readonly to: number
  /** The base's lines that stood here; empty for `added`. */
  readonly before: readonly string[]
  /** First of those lines in the base, 1-based; for `added`, the line after which the new ones stand. */
  readonly beforeFrom: number
}

/** Above this the lines between the first and the last difference are one change: the bars may not cost a frame. */
const DIFF_BUDGET_MS = 12

/**
 * Which lines differ, for the bars in the gutter. Equal heads and tails are cut off first, so a keystroke in
 * 10,000 lines compares a handful.
 */
export function lineChanges(base: string, draft: string, budgetMs = DIFF_BUDGET_MS): readonly LineChange[] {
  if (base === draft) return []
  const before = toLines(base)
  const after = toLines(draft)
  const shortest = Math.min(before.length, after.length)
  let head = 0
  while (head < shortest && before[head] === after[head]) head++
  let tail = 0
  while (tail < shortest - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) {
    tail++
  }
  const middleBefore = before.slice(head, before.length - tail)
  const middleAfter = after.slice(head, after.length - tail)
  if (middleBefore.length === 0 && middleAfter.length === 0) return []
  return hunks(middleBefore, middleAfter, head, budgetMs)
}

function hunks(
  before: readonly string[],
  after: readonly string[],
  head: number,
  budgetMs: number,
): readonly LineChange[] {
  const parts = diffArrays([...before], [...after], { timeout: budgetMs }) as
    readonly { readonly added: boolean; readonly removed: boolean; readonly value: string[] }[] | undefined
  if (parts === undefined) return [change(before, after.length, head, head)]
  const found: LineChange[] = []
  let baseLine = head
  let draftLine = head
  let gone: string[] = []
  let come = 0
  const close = () => {
    if (gone.length > 0 || come > 0) {
      found.push(change(gone, come, draftLine - come, baseLine - gone.length))
    }
    gone = []
    come = 0
  }
  for (const part of parts) {
    if (part.removed) {
      gone = [...gone, ...part.value]
      baseLine += part.value.length
    } else if (part.added) {
      come += part.value.length
      draftLine += part.value.length
    } else {
      close()
      baseLine += part.value.length
      draftLine += part.value.length
    }
  }
  close()
  return found
}

/** `draftStart` and `baseStart` count the lines before the change. */
function change(gone: readonly string[], come: number, draftStart: number, baseStart: number): LineChange {
  if (come === 0) {
    return { kind: 'removed', from: draftStart, to: draftStart, before: gone, beforeFrom: baseStart + 1 }
  }
  const place = { from: draftStart + 1, to: draftStart + come }
  return gone.length === 0
    ? { kind: 'added', ...place, before: [], beforeFrom: baseStart }
    : { kind: 'modified', ...place, before: gone, beforeFrom: baseStart + 1 }
}

/** Lines without their ends; a file that ends in a newline has no empty last line. */
export function toLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n/)
  if (lines.length > 1 && lines[lines.length - 1] === '') lines.pop()
  return lines
}
