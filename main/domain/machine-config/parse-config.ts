import type { TextPosition } from '#contract/wire-error.ts'
import { parseAllDocuments } from 'yaml'
import { TalosFailure } from '../talos-failure.ts'
import {
  PARSING,
  parseText,
  treeOf,
  type Entry,
  type ListTree,
  type ParsedText,
  type TextError,
  type Tree,
} from './config-tree.ts'
import { splitBelow, splitDocuments, splitItems, splitRoot, type KeyPiece, type Piece } from './split-text.ts'

/** Kind under which the legacy document, which has none, goes by (behaviour.md §4.1). */
export const LEGACY = 'v1alpha1'

export interface Identity {
  readonly apiVersion?: string
  /** `v1alpha1` for the legacy document; empty when the document says nothing that could name it. */
  readonly kind: string
  readonly name?: string
}

export interface ConfigDocument extends Piece {
  /** Parsed when asked for, and only the parts that are looked at. Throws `config-syntax`. */
  root(): Tree | undefined
  identity(): Identity
  /** Parses what was not parsed yet and tells what is wrong with it. `trusted` pieces are known to be fine. */
  errors(trusted: ReadonlySet<string>): readonly TextError[]
  /** Texts of the parts it was cut into. */
  parts(): readonly string[]
}

export interface ParsedConfig {
  readonly text: string
  /** In the order of the text, without those that hold nothing. */
  readonly documents: readonly ConfigDocument[]
  /** 1-based line and column of an offset. */
  positionAt(offset: number): TextPosition
}

/** Cuts a configuration into documents. Never throws: what is wrong shows up when a document is looked at. */
export function parseConfig(text: string): ParsedConfig {
  const lines = createLines(text)
  const pieces = splitDocuments(text)
  const documents = pieces === undefined ? parseWhole(text, lines) : pieces.map((p) => document(p, lines))
  return { text, documents: documents.filter((d) => !isEmpty(d.text)), positionAt: lines }
}

/** `LinkConfig enp3s0`, as people say it. */
export function labelOf(identity: Identity): string {
  const kind = identity.kind === '' ? 'document without kind' : identity.kind
  return identity.name === undefined ? kind : `${kind} ${identity.name}`
}

/** Same for two documents only if Talos takes them for one (behaviour.md §4.1). */
export function keyOf(identity: Identity): string {
  if (identity.kind === LEGACY) return LEGACY
  return [identity.apiVersion ?? '', identity.kind, identity.name ?? ''].join('\u0000')
}

type Lines = (offset: number) => TextPosition

function createLines(text: string): Lines {
  let starts: number[] | undefined
  return (offset) => {
    if (starts === undefined) {
      starts = [0]
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    }
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** Nothing but comments, blank lines and its own marker. */
function isEmpty(text: string): boolean {
  for (const line of text.split('\n', 1000)) {
    const words = line.replace('\uFEFF', '').trim()
    if (words !== '' && !words.startsWith('#') && !/^---(?:\s+#.*)?$/.test(words)) return false
  }
  return text.length < 1000 || text.split('\n').length <= 1000
}

function syntaxFailure(error: TextError, lines: Lines): TalosFailure {
  const at = lines(error.from)
  return new TalosFailure('config-syntax', `The configuration is not valid YAML at line ${at.line}.`, { at })
}

/** The whole text at once, for directives and end markers, which only a parser can place. */
function parseWhole(text: string, lines: Lines): ConfigDocument[] {
  const parsed = parseAllDocuments(text, PARSING)
  if (!Array.isArray(parsed)) return []
  return parsed
    .filter((d) => d.contents !== null || d.errors.length > 0)
    .map((d) => {
      const [from, , to] = d.range
      return parsedDocument({ text: text.slice(from, to), offset: from }, treeOf(d, 0), lines)
    })
}

function parsedDocument(piece: Piece, parsed: ParsedText, lines: Lines): ConfigDocument {
  function root(): Tree | undefined {
    const error = parsed.errors[0]
    if (error !== undefined) throw syntaxFailure(error, lines)
    return parsed.tree
  }
  return {
    ...piece,
    root,
    identity: () => identityOf(root()),
    errors: () => parsed.errors,
    parts: () => [piece.text],
  }
}

function document(piece: Piece, lines: Lines): ConfigDocument {
  let whole: ParsedText | undefined
  let cut: readonly Part[] | undefined
  let tree: Tree | undefined
  let known: Identity | undefined

  function parsed(): ParsedText {
    return (whole ??= parseText(piece.text, piece.offset))
  }
  /** A part that does not parse alone: the document as a whole says what is wrong, or what was meant. */
  function recover(path: readonly (string | number)[]): Tree {
    const error = parsed().errors[0]
    if (error !== undefined) throw syntaxFailure(error, lines)
    let found: Tree | undefined = parsed().tree
    for (const key of path) {
      if (typeof key === 'number') found = found?.kind === 'list' ? found.items[key]?.value() : undefined
      else found = found?.kind === 'map' ? found.entries.get(key)?.value() : undefined
    }
    if (found === undefined) {
      throw syntaxFailure({ code: 'UNPLACED', from: piece.offset, to: piece.offset + 1 }, lines)
    }
    return found
  }
  function parts(): readonly Part[] {
    return (cut ??= (splitRoot(piece) ?? []).map((key) => createPart(key, [key.key], recover)))
  }
  function root(): Tree | undefined {
    if (tree === undefined && whole === undefined && parts().length > 0) tree = mapOf(parts())
    if (tree === undefined) {
      const error = parsed().errors[0]
      if (error !== undefined) throw syntaxFailure(error, lines)
      tree = parsed().tree
    }
    return tree
  }
  return {
    ...piece,
    root,
    identity: () => (known ??= quickIdentity(piece.text) ?? identityOf(root())),
    parts: () =>
      piece.text.length < WORTH_CUTTING
        ? [piece.text]
        : [piece.text, ...parts().flatMap((part) => part.texts())],
    errors(trusted) {
      if (trusted.has(piece.text)) return []
      if (parts().length > 0 && parts().every((part) => part.isFine(trusted))) return []
      return parsed().errors
    },
  }
}

/** A key cut out of a mapping, cut further where its value is a mapping and long enough to be worth it. */
interface Part {
  readonly entry: Entry
  readonly end: number
  isFine(trusted: ReadonlySet<string>): boolean
  texts(): readonly string[]
}

const WORTH_CUTTING = 600

const SIMPLE = /^ *[\w./-]+: +([A-Za-z_][\w./-]*)[ \t]*\r?\n?$/

function createPart(
  piece: KeyPiece,
  path: readonly string[],
  recover: (path: readonly (string | number)[]) => Tree,
): Part {
  const below =
    piece.text.length > WORTH_CUTTING
      ? splitBelow(piece)?.map((key) => createPart(key, [...path, key.key], recover))
      : undefined
  const list =
    piece.text.length > WORTH_CUTTING && below === undefined
      ? listParts(piece, (index) => recover([...path, index]))
      : undefined
  let alone: ParsedText | undefined
  let value: Tree | undefined

  function ownValue(): Tree | undefined {
    if (list !== undefined) return list.tree
    const simple = SIMPLE.exec(piece.text)?.[1]
    if (simple !== undefined) {
      const start =
        piece.offset + piece.text.indexOf(simple, piece.keyOffset - piece.offset + piece.key.length + 1)
      return { kind: 'scalar', start, end: start + simple.length, value: simple, style: 'plain' }
    }
    alone ??= parseText(piece.text, piece.offset)
    if (alone.errors.length > 0 || alone.tree?.kind !== 'map' || alone.tree.entries.size !== 1)
      return undefined
    return alone.tree.entries.get(piece.key)?.value()
  }
  return {
    entry: {
      key: piece.key,
      keyStart: piece.keyOffset,
      text: piece.text,
      value: () => (value ??= below === undefined ? (ownValue() ?? recover(path)) : mapOf(below)),
    },
    end: piece.offset + piece.text.length,
    isFine(trusted) {
      if (trusted.has(piece.text)) return true
      if (below !== undefined) return below.every((part) => part.isFine(trusted))
      if (list !== undefined) return list.isFine(trusted)
      return (value ??= ownValue()) !== undefined
    },
    texts: () => [
      piece.text,
      ...(below?.flatMap((part) => part.texts()) ?? []),
      ...(list?.tree.items.map((item) => item.text ?? '') ?? []),
    ],
  }
}

/** Elements of a long list, parsed one by one when looked at; so one of a thousand manifests costs one. */
function listParts(
  piece: KeyPiece,
  recover: (index: number) => Tree,
): { readonly tree: ListTree; isFine(trusted: ReadonlySet<string>): boolean } | undefined {
  const pieces = splitItems(piece)
  if (pieces === undefined) return undefined
  const items = pieces.map(({ text, offset }, index) => {
    let value: Tree | undefined
    const own = (): Tree | undefined => {
      const alone = parseText(text, offset)
      const list = alone.errors.length === 0 ? alone.tree : undefined
      return list?.kind === 'list' && list.items.length === 1 ? list.items[0]?.value() : undefined
    }
    return {
      text,
      start: offset + (/^[ ]*-[ \t]*/.exec(text)?.[0].length ?? 0),
      isFine: (trusted: ReadonlySet<string>) => trusted.has(text) || (value ??= own()) !== undefined,
      value: () => (value ??= own() ?? recover(index)),
    }
  })
  const tree: ListTree = {
    kind: 'list',
    start: items[0]?.start ?? piece.offset,
    end: piece.offset + piece.text.length,
    items,
  }
  return { tree, isFine: (trusted) => items.every((item) => item.isFine(trusted)) }
}

function mapOf(parts: readonly Part[]): Tree {
  return {
    kind: 'map',
    start: parts[0]?.entry.keyStart ?? 0,
    end: parts.at(-1)?.end ?? 0,
    entries: new Map(parts.map((part) => [part.entry.key, part.entry])),
  }
}

/** Identity of a document whose three keys stand plainly at the start of a line, as they do in nearly every one. */
function quickIdentity(text: string): Identity | undefined {
  if (/^---[ \t]+[^#\s]/.test(text)) return undefined
  const found = new Map<string, string>()
  for (const match of text.matchAll(/^(apiVersion|kind|name):(?:[ ]+([A-Za-z][\w.-]*)[ \t]*\r?$)?/gm)) {
    const [, key, value] = match
    if (key === undefined || value === undefined || found.has(key)) return undefined
    found.set(key, value)
  }
  const [apiVersion, kind, name] = ['apiVersion', 'kind', 'name'].map((key) => found.get(key))
  if (apiVersion === undefined || kind === undefined) return undefined
  return { apiVersion, kind, ...(name === undefined ? {} : { name }) }
}

function identityOf(root: Tree | undefined): Identity {
  if (root?.kind !== 'map') return { kind: '' }
  const text = (key: string): string | undefined => {
    const value = root.entries.get(key)?.value()
    return value?.kind === 'scalar' && value.value !== '' ? value.value : undefined
  }
  const apiVersion = text('apiVersion')
  const kind = text('kind')
  const name = text('name')
  // Talos takes a document with neither key for the legacy one; its own `version` key is optional there.
  if (apiVersion === undefined && kind === undefined) {
    const legacy = ['version', 'machine', 'cluster'].some((key) => root.entries.has(key))
    return { kind: legacy ? LEGACY : '' }
  }
  return {
    kind: kind ?? '',
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(name === undefined ? {} : { name }),
  }
}
