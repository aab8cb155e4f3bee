/**
 * Cuts a configuration into documents, and a document's block mapping into its keys, by looking at lines only. A full
 * YAML parse of 10,000 lines takes a fifth of a second; with these cuts only the parts that differ are parsed.
 *
 * The cuts are exact for block YAML: a `---` at the start of a line ends a document whatever stands before it, and
 * everything that belongs to a key is indented deeper than the key (lists may stand level with it). Whatever does not
 * fit this pattern gives `undefined`, and the caller parses the text whole. A flow collection or a quoted text that
 * breaks the pattern leaves an unclosed piece behind, which the parser reports.
 */
export interface Piece {
  readonly text: string
  /** Where `text` begins in the whole. */
  readonly offset: number
}

export interface KeyPiece extends Piece {
  readonly key: string
  /** Where the key's own characters begin in the whole. */
  readonly keyOffset: number
}

/** One piece per document, each with its `---` line; what stands before the first one counts as a document too. */
export function splitDocuments(text: string): readonly Piece[] | undefined {
  const starts = [0]
  for (let at = 0; at < text.length; at = nextLine(text, at)) {
    const first = text.charCodeAt(at)
    if (first === 0x25 /* % */) return undefined
    if (first === 0x2e /* . */ && isMarker(text, at, '...')) return undefined
    if (first === 0x2d /* - */ && at > 0 && isMarker(text, at, '---')) starts.push(at)
  }
  return starts.map((start, index) => ({ text: text.slice(start, starts[index + 1]), offset: start }))
}

const ANCHOR = /(?:^|[\s,[{:])[&*][^\s&*]/m
const KEY = /([A-Za-z0-9_][A-Za-z0-9_./-]*):(?=[ \t\r\n]|$)/y
const HEAD_WITHOUT_VALUE = /^ *[A-Za-z0-9_][A-Za-z0-9_./-]*:[ ]*(?:#[^\n]*)?\r?$/

/** The keys of the mapping that is the document; `undefined` when it is anything but a plain block mapping. */
export function splitRoot(piece: Piece): readonly KeyPiece[] | undefined {
  // An anchor may be used in another key, so such a document is only parsed whole.
  if (ANCHOR.test(piece.text)) return undefined
  return splitLines(piece.text, piece.offset, 0, true)
}

/** The keys below a key; `undefined` when its value is not a block mapping. */
export function splitBelow(piece: KeyPiece): readonly KeyPiece[] | undefined {
  const lineEnd = piece.text.indexOf('\n')
  if (lineEnd < 0 || !HEAD_WITHOUT_VALUE.test(piece.text.slice(0, lineEnd))) return undefined
  const body = piece.text.slice(lineEnd + 1)
  const indent = indentOfFirst(body)
  const own = piece.keyOffset - piece.offset
  if (indent === undefined || indent <= own) return undefined
  return splitLines(body, piece.offset + lineEnd + 1, indent, false)
}

/**
 * The elements below a key whose value is a block list, each with its dash; `undefined` when it is none. An element's
 * lines are indented deeper than its dash.
 */
export function splitItems(piece: KeyPiece): readonly Piece[] | undefined {
  const lineEnd = piece.text.indexOf('\n')
  if (lineEnd < 0 || !HEAD_WITHOUT_VALUE.test(piece.text.slice(0, lineEnd))) return undefined
  const { text } = piece
  const starts: number[] = []
  let indent: number | undefined
  for (let at = lineEnd + 1; at < text.length; at = nextLine(text, at)) {
    const first = firstOfLine(text, at)
    const char = text[first]
    if (char === undefined || char === '\n' || char === '\r' || char === '#') continue
    const depth = first - at
    indent ??= depth
    if (depth > indent) continue
    if (char === '\t' && isBlank(text, first)) continue
    if (depth < indent || char !== '-' || !/\s/.test(text[first + 1] ?? '\n')) return undefined
    starts.push(at)
  }
  if (starts.length === 0) return undefined
  return starts.map((start, index) => ({
    text: text.slice(start, starts[index + 1]),
    offset: piece.offset + start,
  }))
}

function splitLines(
  text: string,
  offset: number,
  indent: number,
  root: boolean,
): readonly KeyPiece[] | undefined {
  const heads: { start: number; key: string; open: boolean }[] = []
  const seen = new Set<string>()
  for (let at = 0; at < text.length; at = nextLine(text, at)) {
    const first = firstOfLine(text, at)
    const char = text[first]
    if (char === undefined || char === '\n' || char === '\r' || char === '#') continue
    const depth = first - at
    if (depth > indent) {
      if (heads.length === 0) return undefined
      continue
    }
    if (char === '\t') {
      if (isBlank(text, first)) continue
      return undefined
    }
    if (depth < indent) return undefined
    if (root && at === 0 && isMarker(text, at, '---')) {
      if (!/^---[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/.test(text)) return undefined
      continue
    }
    const current = heads.at(-1)
    if (char === '-' && /[\s]|^$/.test(text[first + 1] ?? '')) {
      if (current?.open === true) continue
      return undefined
    }
    KEY.lastIndex = first
    const match = KEY.exec(text)
    const key = match?.[1]
    if (key === undefined || seen.has(key)) return undefined
    seen.add(key)
    const end = nextLine(text, at)
    heads.push({
      start: at,
      key,
      open: HEAD_WITHOUT_VALUE.test(text.slice(at, text[end - 1] === '\n' ? end - 1 : end)),
    })
  }
  if (heads.length === 0) return undefined
  return heads.map((head, index) => ({
    key: head.key,
    text: text.slice(head.start, heads[index + 1]?.start),
    offset: offset + head.start,
    keyOffset: offset + head.start + indent,
  }))
}

function indentOfFirst(text: string): number | undefined {
  for (let at = 0; at < text.length; at = nextLine(text, at)) {
    const first = firstOfLine(text, at)
    const char = text[first]
    if (char === undefined || char === '\n' || char === '\r' || char === '#') continue
    return char === '\t' || char === '-' ? undefined : first - at
  }
  return undefined
}

function firstOfLine(text: string, at: number): number {
  // A byte order mark stands before the first line and has no width.
  let first = at === 0 && text.charCodeAt(0) === 0xfeff ? 1 : at
  while (text.charCodeAt(first) === 0x20) first++
  return first
}

function isBlank(text: string, from: number): boolean {
  const end = text.indexOf('\n', from)
  return text.slice(from, end < 0 ? undefined : end).trim() === ''
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

function isMarker(text: string, at: number, marker: string): boolean {
  return text.startsWith(marker, at) && /\s|^$/.test(text[at + 3] ?? '')
}
