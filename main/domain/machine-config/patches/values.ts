import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
  type Document,
  type Node,
} from 'yaml'
import { TalosFailure } from '../../talos-failure.ts'

/**
 * A configuration's or a patch's document as values that a merge makes anew where it changes something. A value that
 * was not touched is the very object it was, so what is written afterwards is only what differs.
 */
export type Value = MapValue | ListValue | ScalarValue

export interface MapValue {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, MapEntry>
  readonly node?: YAMLMap
  /** What this one was before a merge changed something in it. */
  readonly origin?: MapValue
}

export interface MapEntry {
  /** The key as it was written, with the comment before it. */
  readonly key?: Scalar
  readonly value: Value
}

export interface ListValue {
  readonly kind: 'list'
  readonly items: readonly Value[]
  readonly node?: YAMLSeq
  readonly origin?: ListValue
}

export interface ScalarValue {
  readonly kind: 'scalar'
  readonly text: string
  /** Written with quotes, or as a block. */
  readonly quoted: boolean
  readonly node?: Scalar
}

export type YamlDocument = Document.Parsed

/** Throws `failure` at the first error. Scalars stay texts, as Talos decides their types. */
export function parseYaml(text: string, failure: (from: number, to: number) => TalosFailure): YamlDocument {
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: true,
    keepSourceTokens: true,
  })
  const error = document.errors[0]
  if (error !== undefined) throw failure(error.pos[0], error.pos[1])
  return document
}

/** `undefined` for a document that holds nothing. */
export function valueOfDocument(document: YamlDocument): Value | undefined {
  return document.contents === null ? undefined : valueOf(document.contents)
}

export function valueOf(node: unknown): Value {
  if (isMap<Scalar>(node)) {
    const entries = new Map<string, MapEntry>()
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? pair.key : undefined
      entries.set(typeof key?.value === 'string' ? key.value : '', {
        ...(key === undefined ? {} : { key }),
        value: valueOf(pair.value),
      })
    }
    return { kind: 'map', entries, node }
  }
  if (isSeq(node)) return { kind: 'list', items: node.items.map(valueOf), node }
  if (!isScalar(node)) return { kind: 'scalar', text: '', quoted: false }
  return {
    kind: 'scalar',
    text: typeof node.value === 'string' ? node.value : '',
    quoted: node.type !== undefined && node.type !== Scalar.PLAIN,
    node,
  }
}

/** Nothing, as YAML says it: no value at all, `~` or `null`. */
export function isNull(value: Value): boolean {
  return value.kind === 'scalar' && !value.quoted && /^(?:|~|null|Null|NULL)$/.test(value.text)
}

/** Without quotes it would not be a text. */
export function isAmbiguous(text: string): boolean {
  return /^(?:|~|null|true|false|yes|no|on|off|[-+.]?\d.*)$/i.test(text)
}

/** Same for Talos: quotes count only where they decide the type. */
export function isSame(a: Value, b: Value): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    return a.text === b.text && (a.quoted === b.quoted || !isAmbiguous(a.text))
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return a.items.length === b.items.length && a.items.every((item, i) => isSameAt(item, b.items[i]))
  }
  if (a.kind !== 'map' || b.kind !== 'map') return false
  return (
    a.entries.size === b.entries.size &&
    [...a.entries].every(([key, { value }]) => isSameAt(value, b.entries.get(key)?.value))
  )
}

function isSameAt(a: Value, b: Value | undefined): boolean {
  return b !== undefined && isSame(a, b)
}

/** A map with other entries that remembers what it was; the map itself when nothing differs. */
export function withEntries(map: MapValue, entries: ReadonlyMap<string, MapEntry>): MapValue {
  const same =
    entries.size === map.entries.size &&
    [...entries].every(([key, { value }]) => map.entries.get(key)?.value === value)
  return same ? map : { kind: 'map', entries, origin: map.origin ?? map }
}

export function withItems(list: ListValue, items: readonly Value[]): ListValue {
  const same = items.length === list.items.length && items.every((item, index) => item === list.items[index])
  return same ? list : { kind: 'list', items, origin: list.origin ?? list }
}

/** The same without anchors, aliases and merge keys: each value stands where it is meant. */
export function expandAliases(document: YamlDocument): Node | undefined {
  const anchors = new Map<string, Node>()
  const budget = { left: 20_000 }
  return document.contents === null ? undefined : expand(document.contents, anchors, budget)
}

export function hasAliases(text: string): boolean {
  return /(?:^|[\s,[{:])[&*][^\s&*]/m.test(text)
}

function expand(node: Node, anchors: Map<string, Node>, budget: { left: number }): Node {
  if (budget.left-- <= 0) throw new TalosFailure('too-large', 'The aliases of this text grow out of hand.')
  if (isAlias(node)) {
    const target = anchors.get(node.source)
    return target === undefined ? new Scalar('') : expand(target, anchors, budget)
  }
  if (isScalar(node)) {
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    return copyScalar(node)
  }
  if (isSeq<Node>(node)) {
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    const copy = new YAMLSeq()
    copy.items = node.items.map((item) => expand(item, anchors, budget))
    return dressed(copy, node)
  }
  if (!isMap<Scalar, Node | null>(node)) return node
  if (node.anchor !== undefined) anchors.set(node.anchor, node)
  const copy = new YAMLMap()
  const merged: Node[] = []
  for (const { key, value } of node.items) {
    if (key.value === '<<' && value !== null) {
      merged.push(expand(value, anchors, budget))
      continue
    }
    copy.items.push(new Pair(copyScalar(key), value === null ? null : expand(value, anchors, budget)))
  }
  for (const source of merged.flatMap((one) => (isSeq<Node>(one) ? one.items : [one]))) {
    if (!isMap<Scalar>(source)) continue
    for (const pair of source.items) if (!copy.has(pair.key.value)) copy.items.push(pair)
  }
  return dressed(copy, node)
}

function dressed<T extends YAMLMap | YAMLSeq>(copy: T, like: YAMLMap | YAMLSeq): T {
  if (like.commentBefore !== undefined) copy.commentBefore = like.commentBefore
  if (like.comment !== undefined) copy.comment = like.comment
  if (like.flow !== undefined) copy.flow = like.flow
  return copy
}

/** The same text in the same quotes with the same comments, without an anchor. */
export function copyScalar(node: Scalar): Scalar {
  const copy = new Scalar(node.value)
  if (node.type !== undefined) copy.type = node.type
  if (node.comment !== undefined) copy.comment = node.comment
  if (node.commentBefore !== undefined) copy.commentBefore = node.commentBefore
  return copy
}
