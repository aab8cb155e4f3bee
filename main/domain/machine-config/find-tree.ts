import type { Tree } from './config-tree.ts'
import { keyOf, LEGACY, type ConfigDocument, type Identity, type ParsedConfig } from './parse-config.ts'

/** What stands at the keys; `undefined` when one of them is not there. */
export function treeAt(tree: Tree | undefined, ...keys: readonly string[]): Tree | undefined {
  let found = tree
  for (const key of keys) found = found?.kind === 'map' ? found.entries.get(key)?.value() : undefined
  return found
}

/** The text at the keys; `undefined` for nothing, an empty text, a mapping or a list. */
export function textAt(tree: Tree | undefined, ...keys: readonly string[]): string | undefined {
  const found = treeAt(tree, ...keys)
  return found?.kind === 'scalar' && found.value !== '' ? found.value : undefined
}

/** Elements of the list at the keys. */
export function itemsAt(tree: Tree | undefined, ...keys: readonly string[]): readonly Tree[] {
  const found = treeAt(tree, ...keys)
  return found?.kind === 'list' ? found.items.map((item) => item.value()) : []
}

/** True when something is set there: neither missing nor empty. */
export function isSet(tree: Tree | undefined): boolean {
  if (tree === undefined) return false
  if (tree.kind === 'scalar') return tree.value !== ''
  return tree.kind === 'list' ? tree.items.length > 0 : tree.entries.size > 0
}

interface Index {
  readonly byKind: ReadonlyMap<string, readonly ConfigDocument[]>
  readonly byKey: ReadonlyMap<string, ConfigDocument>
}

/** Asked for by each row of a table, so made once per configuration. */
const indexes = new WeakMap<ParsedConfig, Index>()

function indexOf(config: ParsedConfig): Index {
  const known = indexes.get(config)
  if (known !== undefined) return known
  const byKind = new Map<string, ConfigDocument[]>()
  const byKey = new Map<string, ConfigDocument>()
  for (const document of config.documents) {
    const identity = document.identity()
    const same = byKind.get(identity.kind)
    if (same === undefined) byKind.set(identity.kind, [document])
    else same.push(document)
    if (!byKey.has(keyOf(identity))) byKey.set(keyOf(identity), document)
  }
  const index = { byKind, byKey }
  indexes.set(config, index)
  return index
}

/** In the order of the text. Throws `config-syntax`, as looking at any document does. */
export function documentsOf(config: ParsedConfig, kind: string): readonly ConfigDocument[] {
  return indexOf(config).byKind.get(kind) ?? []
}

export function legacyOf(config: ParsedConfig): Tree | undefined {
  return documentsOf(config, LEGACY)[0]?.root()
}

/** The document of that identity; the first, where several have it. */
export function documentOf(config: ParsedConfig, identity: Identity): Tree | undefined {
  return indexOf(config).byKey.get(keyOf(identity))?.root()
}
