import type { LogBatch, LogLine } from '#contract/nodes.ts'

export const LINES_HELD = 100_000

export type Level = 'error' | 'warning' | 'info' | 'debug'

/** A line as it is shown, or a mark between lines. */
export type HeldLine =
  | { readonly kind: 'line'; readonly level: Level; readonly line: LogLine }
  | { readonly kind: 'mark'; readonly why: 'gap' | 'new-boot' }
  | { readonly kind: 'mark'; readonly why: 'dropped'; readonly count: number }

/** Kernel priorities by what a person does about them. Lines without one are told by their words. */
const LEVELS: Readonly<Record<string, Level>> = {
  emerg: 'error',
  alert: 'error',
  crit: 'error',
  err: 'error',
  warn: 'warning',
  warning: 'warning',
  notice: 'info',
  info: 'info',
  debug: 'debug',
}

/**
 * Talos writes all of its own kernel messages with priority `warning`; what they mean is in their words.
 * Service logs have no priority at all.
 */
export function levelOf({ priority, text }: LogLine): Level {
  const told = priority === undefined ? undefined : LEVELS[priority]
  const isTalos = text.startsWith('[talos]')
  if (told !== undefined && !isTalos) return told
  if (/\b(error|failed|failure|fatal|panic)\b/i.test(text)) return isTalos ? 'warning' : 'error'
  if (/\bwarn(ing)?\b/i.test(text)) return 'warning'
  return /^\S*\s*"?level"?[:=]"?debug/i.test(text) ? 'debug' : 'info'
}

/**
 * Lines of one log, oldest first, at most `limit`. Appending is cheap; `lines` is a new array only when something
 * came, so a view can compare by identity.
 */
export class LogBuffer {
  #lines: HeldLine[] = []
  readonly #limit: number

  constructor(limit = LINES_HELD) {
    this.#limit = limit
  }

  get lines(): readonly HeldLine[] {
    return this.#lines
  }

  append(batches: readonly LogBatch[]): void {
    const incoming: HeldLine[] = []
    for (const { lines, dropped } of batches) {
      if (dropped > 0) incoming.push({ kind: 'mark', why: 'dropped', count: dropped })
      for (const line of lines) incoming.push({ kind: 'line', level: levelOf(line), line })
    }
    if (incoming.length > 0) this.#take(incoming)
  }

  /**
   * The log was opened again. What is already held is not shown twice: the snapshot is joined at the last held line
   * when it is in there, else a mark says that lines may be missing, or that a new kernel started.
   */
  reopen(batches: readonly LogBatch[]): void {
    const last = this.#lines.findLast((held) => held.kind === 'line')?.line
    if (last === undefined) {
      this.append(batches)
      return
    }
    const lines = batches.flatMap((batch) => batch.lines)
    const at = lines.findLastIndex((line) => line.text === last.text && line.time === last.time)
    const fresh = lines.slice(at + 1)
    if (fresh.length === 0) return
    const isNewBoot = at === -1 && lines.some(({ text }) => text.startsWith('Linux version '))
    const mark: HeldLine[] = at === -1 ? [{ kind: 'mark', why: isNewBoot ? 'new-boot' : 'gap' }] : []
    this.#take([...mark, ...fresh.map((line): HeldLine => ({ kind: 'line', level: levelOf(line), line }))])
  }

  #take(incoming: readonly HeldLine[]): void {
    const over = this.#lines.length + incoming.length - this.#limit
    this.#lines = over > 0 ? [...this.#lines.slice(over), ...incoming] : [...this.#lines, ...incoming]
    if (this.#lines.length > this.#limit) this.#lines = this.#lines.slice(-this.#limit)
  }
}

export interface LogView {
  readonly shown: readonly HeldLine[]
  /** Indexes into `shown`. */
  readonly matches: readonly number[]
  readonly counts: Readonly<Record<Level, number>>
}

/** What is shown of the held lines: levels left out, and where the search is found. */
export function viewLog(
  lines: readonly HeldLine[],
  hidden: ReadonlySet<Level>,
  search: RegExp | undefined,
): LogView {
  const counts: Record<Level, number> = { error: 0, warning: 0, info: 0, debug: 0 }
  const shown: HeldLine[] = []
  const matches: number[] = []
  for (const held of lines) {
    if (held.kind === 'line') {
      counts[held.level] += 1
      if (hidden.has(held.level)) continue
      if (search?.test(held.line.text) === true) matches.push(shown.length)
    }
    shown.push(held)
  }
  return { shown, matches, counts }
}

/** The search as a pattern; `undefined` for none, an error text for a pattern that cannot be read. */
export function searchPattern(words: string, isPattern: boolean): RegExp | 'bad' | undefined {
  if (words === '') return undefined
  try {
    return new RegExp(isPattern ? words : words.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i')
  } catch {
    return 'bad'
  }
}

export interface Piece {
  readonly text: string
  readonly found: boolean
}

/** A text cut where the search is found in it. */
export function highlight(text: string, search: RegExp | undefined): readonly Piece[] {
  if (search === undefined) return [{ text, found: false }]
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(new RegExp(search.source, 'gi'))) {
    if (match[0] === '') continue
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), found: false })
    pieces.push({ text: match[0], found: true })
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push({ text: text.slice(from), found: false })
  return pieces
}
