import { writePath } from '../change-table.ts'
import { labelOf, parseConfig } from '../parse-config.ts'
import type { KnownConfig } from '../review.ts'
import { listChange, relationOf, threeTrees } from './relation.ts'
import { spotsOf, type Spot } from './spots.ts'
import { takeOver, type Takeover } from './take-over.ts'

/** A part of a change that was not made to another node's configuration. */
export interface LeftOut {
  readonly document: string
  readonly path: string
  /** `differs`: that node has something else there than the change began from. `unwritable`: no line for it. */
  readonly why: 'differs' | 'unwritable'
}

/**
 * The change from `base` to `draft` of one node, made to the configuration of another. Only where that node has what
 * the change began from; what it has already is left as it is. Works on real texts: a new secret comes along.
 */
export function carryOver(
  base: KnownConfig,
  draft: KnownConfig,
  other: KnownConfig,
): { readonly text: string; readonly left: readonly LeftOut[] } {
  const sides = { base: plain(base), theirs: plain(other), yours: plain(draft) }
  const left: LeftOut[] = []
  const steps: Takeover[] = []
  for (const spot of spotsOf(sides.base, sides.yours)) {
    const trees = threeTrees(sides, spot)
    const relation = relationOf(trees)
    if (relation === 'same') continue
    if (relation === 'yours') {
      steps.push({ kind: 'take', spot })
      continue
    }
    const items =
      spot.kind === 'list' &&
      trees.base?.kind === 'list' &&
      trees.yours?.kind === 'list' &&
      trees.theirs?.kind === 'list'
        ? listChange(trees.base, trees.yours, trees.theirs, {
            fromTo: trees.how.yours,
            fromOther: trees.how.theirs,
            otherTo: trees.how.both,
          })
        : undefined
    if (items === undefined) left.push(leftOut(spot, 'differs'))
    else if (items.add.length > 0 || items.drop.length > 0) steps.push({ kind: 'items', spot, ...items })
  }
  const { text, missed } = takeOver(other.real, sides.yours.config, steps)
  return { text, left: [...left, ...missed.map((spot) => leftOut(spot, 'unwritable'))] }
}

function plain({ real }: KnownConfig) {
  return { config: parseConfig(real), vault: new Map() }
}

function leftOut({ identity, path }: Spot, why: LeftOut['why']): LeftOut {
  return { document: labelOf(identity), path: writePath(path), why }
}
