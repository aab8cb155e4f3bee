import { compareBy, type RedactedSide } from '../change-table.ts'
import type { ListTree, Tree } from '../config-tree.ts'
import { sameTree, type Comparison } from '../diff-trees.ts'
import { documentOf, treeAt } from './place.ts'
import type { Spot } from './spots.ts'

/** What each of three configurations has at one spot. */
export interface ThreeTrees {
  readonly base: Tree | undefined
  readonly theirs: Tree | undefined
  readonly yours: Tree | undefined
  /** Base beside theirs, base beside yours, theirs beside yours. */
  readonly how: {
    readonly theirs: Comparison
    readonly yours: Comparison
    readonly both: Comparison
  }
}

export interface ThreeSides {
  readonly base: RedactedSide
  readonly theirs: RedactedSide
  readonly yours: RedactedSide
}

export function threeTrees({ base, theirs, yours }: ThreeSides, { identity, path }: Spot): ThreeTrees {
  const how = {
    theirs: compareBy(base, theirs, identity),
    yours: compareBy(base, yours, identity),
    both: compareBy(theirs, yours, identity),
  }
  const at = (side: RedactedSide): Tree | undefined =>
    treeAt(documentOf(side.config, identity)?.root(), path, how.both.keyOfItem)
  return { base: at(base), theirs: at(theirs), yours: at(yours), how }
}

/** Who changed it: one of the two, both to the same, or each to something else. */
export function relationOf(trees: ThreeTrees): 'yours' | 'theirs' | 'same' | 'conflict' {
  if (isSame(trees.theirs, trees.yours, trees.how.both)) return 'same'
  if (isSame(trees.base, trees.yours, trees.how.yours)) return 'theirs'
  return isSame(trees.base, trees.theirs, trees.how.theirs) ? 'yours' : 'conflict'
}

export function isSame(a: Tree | undefined, b: Tree | undefined, how: Comparison): boolean {
  return a === undefined || b === undefined ? a === b : sameTree(a, b, how)
}

/**
 * A change `from` → `to` of a list without keys, made to another list: which elements of `to` join it and which of
 * its own go. `undefined` where the change is one of order, or what it takes away is not there.
 */
export function listChange(
  from: ListTree,
  to: ListTree,
  other: ListTree,
  how: { readonly fromTo: Comparison; readonly fromOther: Comparison; readonly otherTo: Comparison },
): { readonly add: readonly number[]; readonly drop: readonly number[] } | undefined {
  const added = withoutTwins(to, from, (item, one) => sameTree(one, item, how.fromTo))
  const gone = withoutTwins(from, to, (item, one) => sameTree(item, one, how.fromTo))
  if (added.length === 0 && gone.length === 0) return undefined
  const drop: number[] = []
  for (const index of gone) {
    const item = from.items[index]?.value()
    const found = other.items.findIndex(
      (one, at) => !drop.includes(at) && item !== undefined && sameTree(item, one.value(), how.fromOther),
    )
    if (found < 0) return undefined
    drop.push(found)
  }
  const add = added.filter((index) => {
    const item = to.items[index]?.value()
    return !other.items.some((one) => item !== undefined && sameTree(one.value(), item, how.otherTo))
  })
  return { add, drop }
}

/** Positions of elements of `list` that `other` has no equal of; each equal counts once. */
function withoutTwins(list: ListTree, other: ListTree, same: (item: Tree, one: Tree) => boolean): number[] {
  const taken = new Set<number>()
  return [...list.items.keys()].filter((index) => {
    const item = list.items[index]?.value()
    const twin = other.items.findIndex(
      (one, at) => !taken.has(at) && item !== undefined && same(item, one.value()),
    )
    if (twin < 0) return true
    taken.add(twin)
    return false
  })
}
