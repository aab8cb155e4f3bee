import type { Entry, Item, ListTree, MapTree, ScalarTree, Tree } from './config-tree.ts'

/** A key, a position in a list, or an element of a keyed list by the value of its key. */
export type Step = string | number | { readonly named: string }

/** A leaf: a scalar, or a mapping or list with nothing in it. */
export interface Leaf {
  readonly tree: Tree
  /** Where it is shown from: its key, or the element itself. */
  readonly at: number
}

export type LeafChange =
  | {
      readonly kind: 'value'
      readonly path: readonly Step[]
      readonly before?: Leaf
      readonly after?: Leaf
    }
  | {
      readonly kind: 'moved'
      readonly path: readonly Step[]
      readonly before: Leaf
      readonly after: Leaf
      readonly from: number
      readonly to: number
    }

export interface Comparison {
  /** Whether two scalars mean the same to Talos; placeholders are compared by what they stand for. */
  readonly same: (before: ScalarTree, after: ScalarTree) => boolean
  /** Whether equal texts may be taken for equal values. */
  readonly sameText: (before: string, after: string) => boolean
  /** Name of a list element where the list at that path is keyed. */
  readonly keyOfItem: (path: readonly Step[], item: Item) => string | undefined
}

/** One change per leaf that differs, in the order of the text after, removals where they stood. */
export function diffTrees(before: Tree, after: Tree, comparison: Comparison): readonly LeafChange[] {
  const changes: LeafChange[] = []
  compare({ tree: before, at: before.start }, { tree: after, at: after.start }, [], comparison, changes)
  return changes
}

/** Every leaf of a tree, as added or removed. */
export function leavesOf(
  tree: Tree,
  side: 'before' | 'after',
  comparison: Comparison,
): readonly LeafChange[] {
  const changes: LeafChange[] = []
  addLeaves({ tree, at: tree.start }, [], side, comparison, changes)
  return changes
}

function compare(before: Leaf, after: Leaf, path: readonly Step[], how: Comparison, out: LeafChange[]): void {
  const a = before.tree
  const b = after.tree
  if (a.kind === 'map' && b.kind === 'map' && a.entries.size > 0 && b.entries.size > 0) {
    compareMaps(a, b, path, how, out)
  } else if (a.kind === 'list' && b.kind === 'list' && a.items.length > 0 && b.items.length > 0) {
    compareLists(a, b, path, how, out)
  } else if (isLeaf(a) && isLeaf(b)) {
    if (!sameLeaf(a, b, how)) out.push({ kind: 'value', path, before, after })
  } else {
    // An empty list or mapping that gets its first element is not gone: it is there, with it.
    if (a.kind !== b.kind || !isLeaf(a)) addLeaves(before, path, 'before', how, out)
    addLeaves(after, path, 'after', how, out)
  }
}

function compareMaps(
  a: MapTree,
  b: MapTree,
  path: readonly Step[],
  how: Comparison,
  out: LeafChange[],
): void {
  for (const entry of b.entries.values()) {
    const old = a.entries.get(entry.key)
    if (old === undefined) addLeaves(leafOf(entry), [...path, entry.key], 'after', how, out)
    else if (!sameEntryText(old, entry, how)) {
      compare(leafOf(old), leafOf(entry), [...path, entry.key], how, out)
    }
  }
  for (const entry of a.entries.values()) {
    if (!b.entries.has(entry.key)) addLeaves(leafOf(entry), [...path, entry.key], 'before', how, out)
  }
}

function sameEntryText(a: Entry, b: Entry, how: Comparison): boolean {
  return a.text !== undefined && b.text !== undefined && how.sameText(a.text, b.text)
}

function compareLists(
  a: ListTree,
  b: ListTree,
  path: readonly Step[],
  how: Comparison,
  out: LeafChange[],
): void {
  const keysBefore = keysOf(a, path, how)
  const keysAfter = keysOf(b, path, how)
  if (keysBefore === undefined || keysAfter === undefined) {
    compareByValue(a, b, path, how, out)
    return
  }
  for (const [key, item] of keysAfter) {
    const old = keysBefore.get(key)
    const here = [...path, { named: key }]
    if (old === undefined) addLeaves(itemOf(item), here, 'after', how, out)
    else compare(itemOf(old), itemOf(item), here, how, out)
  }
  for (const [key, item] of keysBefore) {
    if (!keysAfter.has(key)) addLeaves(itemOf(item), [...path, { named: key }], 'before', how, out)
  }
}

function keysOf(
  list: ListTree,
  path: readonly Step[],
  how: Comparison,
): ReadonlyMap<string, Item> | undefined {
  const keys = new Map<string, Item>()
  for (const item of list.items) {
    const key = how.keyOfItem(path, item)
    if (key === undefined || keys.has(key)) return undefined
    keys.set(key, item)
  }
  return keys
}

/** Elements that stay are matched in order; an element that left and came elsewhere has moved; the rest changed in place. */
function compareByValue(
  a: ListTree,
  b: ListTree,
  path: readonly Step[],
  how: Comparison,
  out: LeafChange[],
): void {
  const kept = longestCommon(a.items, b.items, (x, y) => sameItem(x, y, how))
  const freeBefore = new Set(a.items.keys())
  const freeAfter = new Set(b.items.keys())
  for (const [x, y] of kept) {
    freeBefore.delete(x)
    freeAfter.delete(y)
  }
  const moves: LeafChange[] = []
  const searched = freeBefore.size * freeAfter.size <= MOST_COMPARISONS ? [...freeAfter] : []
  for (const y of searched) {
    const now = b.items[y]
    for (const x of freeBefore) {
      const then = a.items[x]
      if (now === undefined || then === undefined || !sameItem(then, now, how)) continue
      freeBefore.delete(x)
      freeAfter.delete(y)
      moves.push({
        kind: 'moved',
        path: [...path, y],
        before: itemOf(then),
        after: itemOf(now),
        from: x,
        to: y,
      })
      break
    }
  }
  // Between two kept elements the leftovers stand opposite each other.
  const leftBefore = [...freeBefore]
  const leftAfter = [...freeAfter]
  for (const [toX, toY] of [...kept, [a.items.length, b.items.length] as const]) {
    const xs = takeBelow(leftBefore, toX)
    const ys = takeBelow(leftAfter, toY)
    for (let index = 0; index < Math.max(xs.length, ys.length); index++) {
      const x = xs[index]
      const y = ys[index]
      const then = x === undefined ? undefined : a.items[x]
      const now = y === undefined ? undefined : b.items[y]
      if (then !== undefined && now !== undefined && y !== undefined) {
        compare(itemOf(then), itemOf(now), [...path, y], how, out)
      } else if (now !== undefined && y !== undefined) addLeaves(itemOf(now), [...path, y], 'after', how, out)
      else if (then !== undefined && x !== undefined)
        addLeaves(itemOf(then), [...path, x], 'before', how, out)
    }
  }
  out.push(...moves)
}

/** Takes the positions below `limit` off the front of a rising list. */
function takeBelow(positions: number[], limit: number): readonly number[] {
  const end = positions.findIndex((position) => position >= limit)
  return positions.splice(0, end < 0 ? positions.length : end)
}

/** Beyond this many comparisons the middle of two lists is paired by position only. */
const MOST_COMPARISONS = 250_000

function longestCommon(
  a: readonly Item[],
  b: readonly Item[],
  same: (x: Item, y: Item) => boolean,
): readonly (readonly [number, number])[] {
  const equal = (x: number, y: number): boolean => {
    const left = a[x]
    const right = b[y]
    return left !== undefined && right !== undefined && same(left, right)
  }
  let head = 0
  while (head < a.length && head < b.length && equal(head, head)) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && equal(a.length - 1 - tail, b.length - 1 - tail))
    tail++
  const pairs: [number, number][] = []
  for (let index = 0; index < head; index++) pairs.push([index, index])
  const rows = a.length - head - tail
  const columns = b.length - head - tail
  if (rows * columns <= MOST_COMPARISONS) pairs.push(...commonMiddle(head, rows, columns, equal))
  for (let index = tail; index > 0; index--) pairs.push([a.length - index, b.length - index])
  return pairs
}

function commonMiddle(
  head: number,
  rows: number,
  columns: number,
  equal: (x: number, y: number) => boolean,
): [number, number][] {
  const lengths = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1))
  const at = (x: number, y: number): number => lengths[x]?.[y] ?? 0
  for (let x = rows - 1; x >= 0; x--) {
    for (let y = columns - 1; y >= 0; y--) {
      const row = lengths[x]
      if (row === undefined) continue
      row[y] = equal(head + x, head + y) ? at(x + 1, y + 1) + 1 : Math.max(at(x + 1, y), at(x, y + 1))
    }
  }
  const pairs: [number, number][] = []
  for (let x = 0, y = 0; x < rows && y < columns;) {
    if (equal(head + x, head + y)) pairs.push([head + x++, head + y++])
    else if (at(x + 1, y) >= at(x, y + 1)) x++
    else y++
  }
  return pairs
}

function sameItem(a: Item, b: Item, how: Comparison): boolean {
  if (a.text !== undefined && b.text !== undefined && how.sameText(a.text.trimEnd(), b.text.trimEnd()))
    return true
  return sameTree(a.value(), b.value(), how)
}

/** Whether two values mean the same to Talos. */
export function sameTree(a: Tree, b: Tree, how: Comparison): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && how.same(a, b)
  if (a.kind === 'list') {
    if (b.kind !== 'list' || a.items.length !== b.items.length) return false
    return a.items.every((item, index) => {
      const other = b.items[index]
      return other !== undefined && sameItem(item, other, how)
    })
  }
  if (b.kind !== 'map' || a.entries.size !== b.entries.size) return false
  return [...a.entries.values()].every((entry) => {
    const other = b.entries.get(entry.key)
    return other !== undefined && sameTree(entry.value(), other.value(), how)
  })
}

function sameLeaf(a: Tree, b: Tree, how: Comparison): boolean {
  return a.kind === 'scalar' && b.kind === 'scalar' ? how.same(a, b) : a.kind === b.kind
}

function isLeaf(tree: Tree): boolean {
  return tree.kind === 'scalar' || (tree.kind === 'list' ? tree.items.length === 0 : tree.entries.size === 0)
}

function addLeaves(
  leaf: Leaf,
  path: readonly Step[],
  side: 'before' | 'after',
  how: Comparison,
  out: LeafChange[],
): void {
  const { tree } = leaf
  if (isLeaf(tree)) {
    out.push({ kind: 'value', path, ...(side === 'before' ? { before: leaf } : { after: leaf }) })
  } else if (tree.kind === 'map') {
    for (const entry of tree.entries.values()) addLeaves(leafOf(entry), [...path, entry.key], side, how, out)
  } else if (tree.kind === 'list') {
    for (const [index, item] of tree.items.entries()) {
      const named = how.keyOfItem(path, item)
      addLeaves(itemOf(item), [...path, named === undefined ? index : { named }], side, how, out)
    }
  }
}

function leafOf(entry: Entry): Leaf {
  return { tree: entry.value(), at: entry.keyStart }
}

function itemOf(item: Item): Leaf {
  return { tree: item.value(), at: item.start }
}
