import type { RolloutPart } from '#contract/config-rollout.ts'
import type { ChangeGroup, ChangeRow } from '#contract/machine-configs.ts'

/** Rows that say the same on every node, once; and for each node those that do not. */
export function commonRows(parts: readonly RolloutPart[]): {
  readonly same: readonly ChangeGroup[]
  readonly own: ReadonlyMap<string, readonly ChangeGroup[]>
} {
  const [first] = parts
  if (first?.review === undefined || parts.length < 2) {
    return { same: [], own: new Map(parts.map((part) => [part.node, part.review?.table.groups ?? []])) }
  }
  const counts = new Map<string, number>()
  for (const part of parts) {
    for (const group of part.review?.table.groups ?? []) {
      for (const row of group.rows) {
        const key = keyOf(group, row)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
  }
  const isSame = (group: ChangeGroup, row: ChangeRow): boolean =>
    counts.get(keyOf(group, row)) === parts.length
  return {
    same: keep(first.review.table.groups, isSame),
    own: new Map(
      parts.map((part) => [
        part.node,
        keep(part.review?.table.groups ?? [], (group, row) => !isSame(group, row)),
      ]),
    ),
  }
}

/** Everything a row says but where it stands: lines differ from node to node. */
function keyOf(group: ChangeGroup, { id, before, after, effect, risks }: ChangeRow): string {
  return JSON.stringify([group.change, id, before, after, effect, risks])
}

function keep(
  groups: readonly ChangeGroup[],
  wanted: (group: ChangeGroup, row: ChangeRow) => boolean,
): readonly ChangeGroup[] {
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter((row) => wanted(group, row)) }))
    .filter(({ rows }) => rows.length > 0)
}
