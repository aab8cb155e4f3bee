import { isScalar, Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { blockLines, flowText, itemLines, pairLines, type WritingStyle } from './render-value.ts'
import type { ListValue, MapEntry, MapValue, Value } from './values.ts'

/** A piece of the text to be replaced. Offsets as in the text that was parsed. */
export interface TextEdit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** Where a value stands, as far as replacing it whole needs to know. */
type Place =
  | { readonly kind: 'root' }
  | { readonly kind: 'pair'; readonly key: Scalar; readonly column: number }
  | { readonly kind: 'item' }

/**
 * The edits that turn the text of `before` into that of `after`. Everything a merge left alone keeps its characters:
 * comments, order, quotes, blank lines.
 */
export function editsBetween(
  text: string,
  before: Value,
  after: Value,
  style: WritingStyle,
): readonly TextEdit[] {
  const edits: TextEdit[] = []
  write(before, after, { kind: 'root' })
  return edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.from - b.edit.from || a.index - b.index)
    .map(({ edit }) => edit)

  function write(before: Value, after: Value, place: Place): void {
    if (before === after) return
    if (
      after.kind === 'map' &&
      before.kind === 'map' &&
      after.origin === before &&
      writeMap(before, after, place)
    )
      return
    if (
      after.kind === 'list' &&
      before.kind === 'list' &&
      after.origin === before &&
      writeList(before, after, place)
    )
      return
    replace(before, after, place)
  }

  /** False when the text is written in a way that only replacing it whole can follow. */
  function writeMap(before: MapValue, after: MapValue, place: Place): boolean {
    const { node } = before
    if (node === undefined) return false
    const kept = [...before.entries].filter(([key]) => after.entries.has(key))
    if (node.flow === true) return writeFlow(node, before, after, place)
    const last = kept.at(-1)
    if (last === undefined || after.entries.size === 0) return false
    const column = columnOf(node)
    const gone = [...before.entries].filter(([key]) => !after.entries.has(key))
    if (gone.some(([, { key }]) => key === undefined || !isFirstOnLine(startOf(key)))) return false
    for (const [, entry] of gone) removeLines(startOf(entry.key), endOfEntry(entry))
    for (const [name, entry] of kept) {
      const now = after.entries.get(name)
      if (now !== undefined && entry.key !== undefined)
        write(entry.value, now.value, { kind: 'pair', key: entry.key, column })
    }
    const added = [...after.entries].filter(([key]) => !before.entries.has(key))
    for (const [name, entry] of added) {
      insertLines(endOfLine(endOfEntry(last[1])), column, pairLines(entry.key ?? name, entry.value, style))
    }
    return true
  }

  function writeList(before: ListValue, after: ListValue, place: Place): boolean {
    const { node } = before
    if (node === undefined) return false
    if (node.flow === true) return writeFlow(node, before, after, place)
    const originals = new Set<Value>(before.items)
    const successor = new Map<Value, Value>()
    const fresh: Value[] = []
    for (const item of after.items) {
      const origin = item.kind === 'scalar' ? item : (item.origin ?? item)
      if (!originals.has(origin) || successor.has(origin)) fresh.push(item)
      else if (fresh.length > 0) return false
      else successor.set(origin, item)
    }
    const kept = before.items.filter((item) => successor.has(item))
    const last = kept.at(-1)
    if (last === undefined) return false
    const column = columnOf(node)
    const gone = before.items.filter((item) => !successor.has(item))
    const dashes = new Map(before.items.map((item, index) => [item, dashOf(node, index)]))
    if ([...dashes.values()].some((dash) => dash === undefined)) return false
    if (gone.some((item) => !isFirstOnLine(dashes.get(item) ?? 0))) return false
    for (const item of gone) removeLines(dashes.get(item) ?? 0, endOf(item))
    for (const item of kept) write(item, successor.get(item) ?? item, { kind: 'item' })
    for (const item of fresh) insertLines(endOfLine(endOf(last)), column, itemLines(item, style))
    return true
  }

  /** Brackets stay brackets while they fit on a line; an empty pair becomes a block. */
  function writeFlow(node: YAMLMap | YAMLSeq, before: Value, after: Value, place: Place): boolean {
    const [from, to] = node.range ?? [0, 0]
    const isEmpty = node.items.length === 0
    if (isEmpty && place.kind !== 'root' && !isInFlow(from)) return false
    const padded = /^[{[]\s/.test(text.slice(from, from + 2))
    const flow = flowText(after, padded)
    const written = text.slice(from, to)
    if (!isInFlow(from) && place.kind !== 'root' && flow.length > 100 && flow.length > written.length * 2)
      return false
    edits.push({ from, to, text: flow })
    return true
  }

  function isInFlow(at: number): boolean {
    const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
    return /[[{]/.test(line.replace(/"[^"]*"|'[^']*'/g, ''))
  }

  function replace(before: Value, after: Value, place: Place): void {
    const from = nodeStart(before)
    const to = endOf(before)
    if (place.kind === 'root') {
      edits.push({ from, to, text: blockLines(after, style).join(style.eol) })
      return
    }
    if (place.kind === 'item') {
      const column = columnAt(from)
      edits.push({ from, to, text: indented(blockLines(after, style), column).trimStart() })
      return
    }
    replaceInPair(before, after, place)
  }

  function replaceInPair(before: Value, after: Value, { key, column }: Place & { kind: 'pair' }): void {
    const [first = '', ...rest] = pairLines('k', after, style)
    const inline = first.replace(/^k:/, '')
    const colon = text.indexOf(':', key.range?.[1] ?? 0) + 1
    const old = before.kind === 'scalar' && before.node === undefined ? colon : Math.max(endOf(before), colon)
    const lineEnd = endOfLine(colon)
    const below = rest.map((line) => style.eol + pad(line, column)).join('')
    if (old <= lineEnd) {
      const from = Math.max(nodeStart(before), colon)
      const isShort = rest.length === 0 && inline !== '' && text.slice(from, old).trim() !== ''
      if (isShort) edits.push({ from, to: old, text: inline.trimStart() })
      else {
        edits.push({ from: colon, to: old, text: inline })
        if (below !== '') edits.push({ from: lineEnd, to: lineEnd, text: below })
      }
      return
    }
    // A comment behind the key stays with it.
    const keepsLine = inline === '' && /^[ \t]*(?:#[^\n]*)?$/.test(text.slice(colon, lineEnd))
    const to = endOfLine(old)
    edits.push({ from: keepsLine ? lineEnd : colon, to, text: keepsLine ? below : inline + below })
  }

  function removeLines(start: number, end: number): void {
    let from = text.lastIndexOf('\n', start - 1) + 1
    const indent = text.slice(from, start)
    // Comments right above, level with it, speak of it.
    for (;;) {
      if (from === 0) break
      const above = text.lastIndexOf('\n', from - 2) + 1
      const line = text.slice(above, from)
      if (!line.startsWith(`${indent}#`)) break
      from = above
    }
    const newline = text.indexOf('\n', end)
    edits.push({ from, to: newline < 0 ? text.length : newline + 1, text: '' })
  }

  function insertLines(at: number, column: number, lines: readonly string[]): void {
    edits.push({ from: at, to: at, text: style.eol + indented(lines, column) })
  }

  function indented(lines: readonly string[], column: number): string {
    return lines.map((line) => pad(line, column)).join(style.eol)
  }

  function pad(line: string, column: number): string {
    return line === '' ? '' : ' '.repeat(column) + line
  }

  function isFirstOnLine(at: number): boolean {
    return /^[ \uFEFF]*$/.test(text.slice(text.lastIndexOf('\n', at - 1) + 1, at))
  }

  function columnAt(at: number): number {
    return at - (text.lastIndexOf('\n', at - 1) + 1)
  }

  function columnOf(node: YAMLMap | YAMLSeq): number {
    const token = node.srcToken
    if (token !== undefined && 'indent' in token && token.type !== 'flow-collection') return token.indent
    return columnAt(node.range?.[0] ?? 0)
  }

  /** Before the line break that ends the line of `at`. */
  function endOfLine(at: number): number {
    const newline = text.indexOf('\n', at)
    if (newline < 0) return text.trimEnd().length > at ? text.trimEnd().length : Math.max(at, text.length)
    return text[newline - 1] === '\r' ? newline - 1 : newline
  }

  function startOf(key: Scalar | undefined): number {
    return key?.range?.[0] ?? 0
  }

  function nodeStart(value: Value): number {
    return value.node?.range?.[0] ?? 0
  }

  function endOfEntry({ key, value }: MapEntry): number {
    const keyEnd = key?.range?.[1] ?? 0
    return Math.max(endOf(value), text.indexOf(':', keyEnd) + 1)
  }

  function endOf(value: Value): number {
    const { node } = value
    if (node === undefined) return 0
    if (!isScalar(node) && node.flow === true) return node.range?.[1] ?? 0
    if (value.kind === 'map') return Math.max(0, ...[...value.entries.values()].map(endOfEntry))
    if (value.kind === 'list') return Math.max(node.range?.[0] ?? 0, ...value.items.map(endOf))
    const [from, to] = node.range ?? [0, 0]
    if (!isScalar(node) || (node.type !== Scalar.BLOCK_LITERAL && node.type !== Scalar.BLOCK_FOLDED))
      return to
    const keepsBlanks = /^[|>]\d?\+/.test(text.slice(from, from + 3))
    if (keepsBlanks) return text[to - 1] === '\n' ? to - 1 : to
    return from + text.slice(from, to).trimEnd().length
  }

  function dashOf(node: YAMLSeq, index: number): number | undefined {
    const token = node.srcToken
    if (token?.type !== 'block-seq') return undefined
    return token.items[index]?.start.find((one) => one.type === 'seq-item-ind')?.offset
  }
}

/** Puts edits, in their order, into the text. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let done = 0
  for (const { from, to, text: now } of edits) {
    // Lines that come after the last line of a block which was taken out stand in its place.
    if (from < done && from === to && result.endsWith('\n')) {
      result += now.replace(/^(\r?\n)([\s\S]*)$/, '$2$1')
      continue
    }
    if (from < done) throw new Error(`edits overlap at ${from}`)
    result += text.slice(done, from) + now
    done = to
  }
  return result + text.slice(done)
}
