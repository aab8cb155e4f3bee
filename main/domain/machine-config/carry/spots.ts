import { compareBy, type RedactedSide } from '../change-table.ts'
import type { ListTree, Tree } from '../config-tree.ts'
import { sameTree, type Comparison, type Step } from '../diff-trees.ts'
import { keyOf, type Identity } from '../parse-config.ts'
import { documentOf } from './place.ts'

/**
 * The largest part of a document that differs as one: a key with all below it where it came or went, else the value.
 * An empty path is the whole document. `list`: a list whose elements have no key, told apart by value.
 */
export interface Spot {
  readonly identity: Identity
  readonly path: readonly Step[]
  readonly kind: 'value' | 'list'
}

/** Where two configurations differ, in the order of the text after; comments and writing aside. */
export function spotsOf(before: RedactedSide, after: RedactedSide): readonly Spot[] {
  const spots: Spot[] = []
  const seen = new Set<string>()
  for (const document of [...after.config.documents, ...before.config.documents]) {
    const identity = document.identity()
    const key = keyOf(identity)
    if (seen.has(key)) continue
    seen.add(key)
    const then = documentOf(before.config, identity)?.root()
    const now = documentOf(after.config, identity)?.root()
    if (then === undefined || now === undefined) {
      if (then !== now) spots.push({ identity, path: [], kind: 'value' })
      continue
    }
    walk(then, now, [], compareBy(before, after, identity), (path, kind) => {
      spots.push({ identity, path, kind })
    })
  }
  return spots
}

type Tell = (path: readonly Step[], kind: Spot['kind']) => void

function walk(before: Tree, after: Tree, path: readonly Step[], how: Comparison, tell: Tell): void {
  if (sameTree(before, after, how)) return
  if (before.kind === 'map' && after.kind === 'map' && before.entries.size > 0 && after.entries.size > 0) {
    const keys = new Set([...after.entries.keys(), ...before.entries.keys()])
    for (const key of keys) {
      const then = before.entries.get(key)?.value()
      const now = after.entries.get(key)?.value()
      if (then === undefined || now === undefined) tell([...path, key], 'value')
      else walk(then, now, [...path, key], how, tell)
    }
    return
  }
  if (before.kind === 'list' && after.kind === 'list') {
    const then = named(before, path, how)
    const now = named(after, path, how)
    if (then === undefined || now === undefined) {
      tell(path, 'list')
      return
    }
    for (const key of new Set([...now.keys(), ...then.keys()])) {
      const [a, b] = [then.get(key), now.get(key)]
      const here = [...path, { named: key }]
      if (a === undefined || b === undefined) tell(here, 'value')
      else walk(a, b, here, how, tell)
    }
    return
  }
  tell(path, 'value')
}

/** `undefined` where an element has no key, or two have the same: then only values tell them apart. */
function named(list: ListTree, path: readonly Step[], how: Comparison): Map<string, Tree> | undefined {
  if (list.items.length === 0) return undefined
  const found = new Map<string, Tree>()
  for (const item of list.items) {
    const key = how.keyOfItem(path, item)
    if (key === undefined || found.has(key)) return undefined
    found.set(key, item.value())
  }
  return found
}
