/**
 * Lines of a block mapping or list. What belongs to a key is indented deeper than the key, and a list may stand level
 * with it; what belongs to an element is indented deeper than its dash.
 */
export interface Block {
  /** Of the key's or the dash's own characters. */
  readonly start: number
  /** Behind the last line's end. */
  readonly end: number
  /** Of `start` in its line. */
  readonly column: number
}

export function lineStartOf(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

function lineEndOf(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

/** The key that stands at `start` with everything below it. */
export function blockOfKey(text: string, start: number): Block {
  const column = start - lineStartOf(text, start)
  return { start, column, end: endOfBlock(text, start, column, true) }
}

/** The element at `start` with its dash; `undefined` when the dash stands on another line. */
export function blockOfItem(text: string, start: number): Block | undefined {
  const line = lineStartOf(text, start)
  const prefix = text.slice(line, start)
  const column = prefix.lastIndexOf('-')
  if (column < 0 || !/^[ -]*$/.test(prefix)) return undefined
  return { start: line + column, column, end: endOfBlock(text, start, column, false) }
}

function endOfBlock(text: string, start: number, column: number, dashes: boolean): number {
  let end = lineEndOf(text, start)
  for (let at = end; at < text.length; at = lineEndOf(text, at)) {
    const line = text.slice(at, lineEndOf(text, at))
    const words = line.trim()
    if (words === '') continue
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) break
    const indent = line.length - line.trimStart().length
    if (indent > column || (dashes && indent === column && /^-(?:\s|$)/.test(words))) {
      end = at + line.length
    } else if (!words.startsWith('#')) break
  }
  return end
}

/** The block's text moved to another column; its first line is not indented, as something stands before it. */
export function textAt(text: string, block: Block, column: number): string {
  const [first = '', ...rest] = text.slice(block.start, block.end).trimEnd().split('\n')
  const moved = rest.map((line) => {
    if (line.trim() === '') return ''
    const indent = line.length - line.trimStart().length
    return ' '.repeat(Math.max(0, indent - block.column) + column) + line.trimStart()
  })
  return [first, ...moved].join('\n')
}

export function indented(text: string, column: number): string {
  return `${' '.repeat(column)}${text}\n`
}
