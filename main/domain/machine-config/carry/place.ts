import type { Entry, Item, ListTree, MapTree, Tree } from '../config-tree.ts'
import type { Comparison, Step } from '../diff-trees.ts'
import { keyOf, type ConfigDocument, type Identity, type ParsedConfig } from '../parse-config.ts'

export type KeyOfItem = Comparison['keyOfItem']

/** A value with what holds it. */
export type Place =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly map: MapTree; readonly value: Tree }
  | {
      readonly kind: 'item'
      readonly item: Item
      readonly list: ListTree
      readonly index: number
      readonly value: Tree
    }

export function documentOf(config: ParsedConfig, identity: Identity): ConfigDocument | undefined {
  const key = keyOf(identity)
  return config.documents.find((document) => keyOf(document.identity()) === key)
}

/** The value at a path, and what holds it; `undefined` when it is not there. */
export function placeAt(
  root: Tree | undefined,
  path: readonly Step[],
  keyOfItem: KeyOfItem,
): Place | undefined {
  let tree = root
  let place: Place | undefined
  for (const [depth, step] of path.entries()) {
    place = tree === undefined ? undefined : below(tree, step, path.slice(0, depth), keyOfItem)
    if (place === undefined) return undefined
    tree = place.value
  }
  return place
}

/** The same for the value alone; the root itself for an empty path. */
export function treeAt(
  root: Tree | undefined,
  path: readonly Step[],
  keyOfItem: KeyOfItem,
): Tree | undefined {
  return path.length === 0 ? root : placeAt(root, path, keyOfItem)?.value
}

function below(tree: Tree, step: Step, path: readonly Step[], keyOfItem: KeyOfItem): Place | undefined {
  if (typeof step === 'string') {
    const entry = tree.kind === 'map' ? tree.entries.get(step) : undefined
    return entry === undefined || tree.kind !== 'map'
      ? undefined
      : { kind: 'entry', entry, map: tree, value: entry.value() }
  }
  if (tree.kind !== 'list') return undefined
  const index =
    typeof step === 'number' ? step : tree.items.findIndex((item) => keyOfItem(path, item) === step.named)
  const item = tree.items[index]
  return item === undefined ? undefined : { kind: 'item', item, list: tree, index, value: item.value() }
}

/** Whether `path` is `prefix` or stands below it. */
export function isBelow(path: readonly Step[], prefix: readonly Step[]): boolean {
  return path.length >= prefix.length && prefix.every((step, index) => sameStep(step, path[index]))
}

export function sameStep(a: Step, b: Step | undefined): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.named === b.named : a === b
}
