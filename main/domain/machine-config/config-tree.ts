import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml'

/**
 * A document as values with places. Offsets count UTF-16 units from the start of the whole configuration. Aliases
 * and merge keys are resolved: such a value stands where its anchor does.
 */
export type Tree = MapTree | ListTree | ScalarTree

export interface MapTree {
  readonly kind: 'map'
  readonly start: number
  readonly end: number
  readonly entries: ReadonlyMap<string, Entry>
}

export interface Entry {
  readonly key: string
  readonly keyStart: number
  /** Text of key and value where the document was cut by lines; equal texts mean equal values. */
  readonly text?: string
  value(): Tree
}

export interface ListTree {
  readonly kind: 'list'
  readonly start: number
  readonly end: number
  readonly items: readonly Item[]
}

export interface Item {
  /** Of the element itself, behind its dash. */
  readonly start: number
  /** Text of dash and element where the list was cut by lines; equal texts mean equal values. */
  readonly text?: string
  value(): Tree
}

export interface ScalarTree {
  readonly kind: 'scalar'
  /** Of the characters that write the value, quotes and block header included. */
  readonly start: number
  readonly end: number
  readonly value: string
  readonly style: 'plain' | 'single' | 'double' | 'block'
}

export interface TextError {
  /** Code of the `yaml` library, or `TOO_LARGE`. Its messages quote the text, secrets included, and are not used. */
  readonly code: string
  readonly from: number
  readonly to: number
}

export interface ParsedText {
  /** Absent when the text is empty. */
  readonly tree?: Tree
  readonly errors: readonly TextError[]
}

/** More values than this through aliases is an attack or a mistake, not a configuration. */
const MOST_ALIASED = 20_000

/** The library compares every key with every other one, which takes minutes for a hundred thousand; `build` does it. */
export const PARSING = {
  schema: 'failsafe',
  prettyErrors: false,
  logLevel: 'silent',
  uniqueKeys: false,
} as const

/** Parses one document's text; offsets are moved by `offset`. Scalars stay texts, as Talos decides their types. */
export function parseText(text: string, offset: number): ParsedText {
  return treeOf(parseDocument(text, PARSING), offset)
}

export function treeOf(document: Document.Parsed, offset: number): ParsedText {
  const errors = document.errors.map((error) => ({
    code: error.code,
    from: offset + error.pos[0],
    to: offset + error.pos[1],
  }))
  if (errors.length > 0 || document.contents === null) return { errors }
  const state: BuildState = { offset, anchors: new Map(), left: MOST_ALIASED, twice: [] }
  try {
    const tree = build(document.contents, state, 0, false)
    return state.twice.length > 0 ? { errors: state.twice } : { tree, errors }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    return { errors: [{ code: error.code, from: offset + error.at, to: offset + error.at + 1 }] }
  }
}

class Unusable extends Error {
  readonly code: string
  readonly at: number
  constructor(code: string, at: number) {
    super(code)
    this.code = code
    this.at = at
  }
}

interface BuildState {
  readonly offset: number
  /** Anchors seen so far; the last one of a name counts, as in YAML. */
  readonly anchors: Map<string, Node>
  left: number
  /** Keys that stand a second time in their mapping. */
  readonly twice: TextError[]
}

function build(node: Node | null, state: BuildState, depth: number, aliased: boolean): Tree {
  const at = node?.range?.[0] ?? 0
  if (depth > 200 || (aliased && state.left-- <= 0)) throw new Unusable('TOO_LARGE', at)
  const start = state.offset + at
  const end = state.offset + (node?.range?.[1] ?? 0)
  if (isAlias(node)) {
    const target = state.anchors.get(node.source)
    if (target === undefined) throw new Unusable('BAD_ALIAS', at)
    return build(target, state, depth + 1, true)
  }
  if (node !== null && 'anchor' in node && typeof node.anchor === 'string')
    state.anchors.set(node.anchor, node)
  if (isMap<Node, Node | null>(node)) {
    const entries = new Map<string, Entry>()
    const merged: Node[] = []
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : ''
      if (key === '<<' && pair.value !== null) {
        merged.push(pair.value)
        continue
      }
      if (entries.has(key) && !aliased) {
        const [from, to] = pair.key.range ?? [0, 1]
        state.twice.push({ code: 'DUPLICATE_KEY', from: state.offset + from, to: state.offset + to })
      }
      const value = build(pair.value, state, depth + 1, aliased)
      entries.set(key, entry(key, state.offset + (pair.key.range?.[0] ?? 0), value))
    }
    for (const source of merged) mergeInto(entries, source, state, depth + 1)
    return { kind: 'map', start, end, entries }
  }
  if (isSeq<Node | null>(node)) {
    return {
      kind: 'list',
      start,
      end,
      items: node.items.map((item) => itemOf(build(item, state, depth + 1, aliased))),
    }
  }
  if (!isScalar(node)) return { kind: 'scalar', start, end, value: '', style: 'plain' }
  return {
    kind: 'scalar',
    start,
    end,
    value: typeof node.value === 'string' ? node.value : '',
    style: styleOf(node.type),
  }
}

function mergeInto(entries: Map<string, Entry>, source: Node, state: BuildState, depth: number): void {
  const tree = build(source, state, depth, true)
  const maps = tree.kind === 'list' ? tree.items.map((item) => item.value()) : [tree]
  for (const map of maps) {
    if (map.kind !== 'map') continue
    for (const [key, value] of map.entries) if (!entries.has(key)) entries.set(key, value)
  }
}

function itemOf(value: Tree): Item {
  return { start: value.start, value: () => value }
}

function entry(key: string, keyStart: number, value: Tree): Entry {
  return { key, keyStart, value: () => value }
}

function styleOf(type: string | undefined): ScalarTree['style'] {
  if (type === 'QUOTE_SINGLE') return 'single'
  if (type === 'QUOTE_DOUBLE') return 'double'
  return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' ? 'block' : 'plain'
}
