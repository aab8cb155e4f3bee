import type { CellValue } from '#contract/machine-configs.ts'
import type { MergeChoice, MergeRow } from '#contract/config-sides.ts'
import { writePath, type RedactedSide } from '../change-table.ts'
import { keyOf, labelOf, type Identity } from '../parse-config.ts'
import { PLACEHOLDER } from '../placeholders.ts'
import type { KnownConfig } from '../review.ts'
import { blockOfItem, blockOfKey, textAt } from './blocks.ts'
import { documentOf, isBelow, placeAt } from './place.ts'
import { isSame, listChange, relationOf, threeTrees, type ThreeSides, type ThreeTrees } from './relation.ts'
import { spotsOf, type Spot } from './spots.ts'
import { takeOver, type Takeover } from './take-over.ts'

/** A configuration that moved under a draft: what the draft began from, what the node has now, and the draft. */
export interface Merge extends ThreeSides {
  readonly yours: KnownConfig
  /** The draft as typed, with placeholders. */
  readonly typed: string
}

/** Where the three differ, one row each: who changed it, and what can be chosen. */
export function mergeRows(merge: Merge): readonly MergeRow[] {
  return mergeSpots(merge).map((spot) => rowOf(merge, spot))
}

/**
 * The draft with the choices made. Starts from the draft, so that what the person typed stays as it is; rows without
 * a choice stay theirs or the person's, as each row proposes. `missed`: rows that no line could be found for.
 */
export function merged(
  merge: Merge,
  choices: ReadonlyMap<string, MergeChoice>,
): { readonly text: string; readonly missed: readonly string[] } {
  const steps: Takeover[] = []
  for (const spot of mergeSpots(merge)) {
    const row = rowOf(merge, spot)
    const choice = choices.get(row.id) ?? row.proposed
    if (choice === 'theirs' && row.state !== 'same') steps.push({ kind: 'take', spot })
    if (choice === 'both') {
      const both = bothOf(threeTrees(merge, spot))
      if (both !== undefined) steps.push({ kind: 'items', spot, ...both })
    }
  }
  const { text, missed } = takeOver(merge.typed, merge.theirs.config, steps)
  return { text, missed: missed.map(idOf) }
}

function mergeSpots(merge: Merge): readonly Spot[] {
  const all = [...spotsOf(merge.base, merge.yours), ...spotsOf(merge.base, merge.theirs)]
  const spots: Spot[] = []
  for (const spot of all) {
    const holds = (other: Spot): boolean =>
      other !== spot && keyOf(other.identity) === keyOf(spot.identity) && isBelow(spot.path, other.path)
    // Where one changed the whole of what the other changed a part of, the whole is the row.
    if (all.some((other) => holds(other) && other.path.length < spot.path.length)) continue
    if (spots.some(holds)) continue
    spots.push(spot)
  }
  return spots
}

function rowOf(merge: Merge, spot: Spot): MergeRow {
  const trees = threeTrees(merge, spot)
  const state = relationOf(trees)
  const hidden = isOnlyHidden(merge, spot)
  const choices: MergeChoice[] = []
  if (state !== 'same') {
    // A secret that they changed stands in the draft as the same placeholder: it can only become theirs.
    if (!(state === 'theirs' && hidden)) choices.push('yours')
    choices.push('theirs')
    if (state === 'conflict' && spot.kind === 'list' && bothOf(trees) !== undefined) choices.push('both')
  }
  return {
    id: idOf(spot),
    document: labelOf(spot.identity),
    path: writePath(spot.path),
    base: cellOf(merge.base, spot),
    theirs: cellOf(merge.theirs, spot),
    yours: cellOf(merge.yours, spot),
    state,
    choices,
    ...(state === 'conflict' ? {} : { proposed: state === 'theirs' ? 'theirs' : 'yours' }),
  }
}

function idOf({ identity, path }: Spot): string {
  return `${labelOf(identity)}|${writePath(path)}`
}

/** What theirs changed, made to yours. */
function bothOf({ base, theirs, yours, how }: ThreeTrees) {
  if (base?.kind !== 'list' || theirs?.kind !== 'list' || yours?.kind !== 'list') return undefined
  return listChange(base, theirs, yours, {
    fromTo: how.theirs,
    fromOther: how.yours,
    // `both` compares theirs with yours, whatever the order they are given in: equal is equal.
    otherTo: { ...how.both, same: (a, b) => how.both.same(b, a) },
  })
}

/** Both sides are written alike, so the difference is in what a placeholder stands for. */
function isOnlyHidden({ theirs, yours }: Merge, spot: Spot): boolean {
  const plain = (side: RedactedSide): RedactedSide => ({ config: side.config, vault: new Map() })
  const trees = threeTrees({ base: plain(theirs), theirs: plain(theirs), yours: plain(yours) }, spot)
  return isSame(trees.theirs, trees.yours, trees.how.both)
}

/** Longer values are cut on the screen; the whole is in the editor. */
const SHOWN = 2_000

function cellOf(side: RedactedSide, { identity, path }: Spot): CellValue {
  const text = snippet(side, identity, path)
  if (text === undefined) return { kind: 'absent' }
  if (/^["']?«secret:[^»\s]*»["']?$/.test(text)) return { kind: 'secret', differs: true }
  return { kind: 'value', text: text.replace(PLACEHOLDER, '••••••••').slice(0, SHOWN) }
}

function snippet(side: RedactedSide, identity: Identity, path: Spot['path']): string | undefined {
  const { config } = side
  const document = documentOf(config, identity)
  if (document === undefined) return undefined
  if (path.length === 0) return document.text.replace(/^\uFEFF?---[^\n]*\n/, '').trimEnd()
  const how = threeTrees({ base: side, theirs: side, yours: side }, { identity, path, kind: 'value' }).how
  const place = placeAt(document.root(), path, how.both.keyOfItem)
  if (place === undefined) return undefined
  const { value } = place
  if (value.kind === 'scalar')
    return value.style === 'block' ? value.value : config.text.slice(value.start, value.end)
  const block =
    place.kind === 'entry'
      ? blockOfKey(config.text, place.entry.keyStart)
      : blockOfItem(config.text, place.item.start)
  return block === undefined ? config.text.slice(value.start, value.end) : textAt(config.text, block, 0)
}
