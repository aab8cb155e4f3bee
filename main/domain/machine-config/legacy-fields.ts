import type { MigrationBlock } from '#contract/migrations.ts'
import type { Problem } from '#contract/machine-configs.ts'
import type { Entry, Tree } from './config-tree.ts'
import { labelOf, LEGACY, type ParsedConfig } from './parse-config.ts'
import type { SchemaPlace } from './schema-walk.ts'

/** More than this and the list is no help. */
const MOST = 200

/**
 * Keys that the node's Talos still takes though its schema has left them out: a note each, where the migration
 * can move it there, else at the highest such key. Documents that do not parse have none; their errors come first.
 */
export function legacyFields(
  config: ParsedConfig,
  walk: (kind: string) => SchemaPlace | undefined,
  blocks: readonly MigrationBlock[],
): readonly Problem[] {
  const problems: Problem[] = []
  for (const document of config.documents) {
    const identity = document.identity()
    const place = walk(identity.kind)
    const root = document.root()
    if (place === undefined || root === undefined) continue
    const moves = identity.kind === LEGACY ? movesOf(blocks) : []
    for (const { path, entry, move } of findIn(root, place, '', moves)) {
      problems.push({
        severity: 'hint',
        code: 'legacy-field',
        message: 'This Talos still takes the key, but its schema has left it out.',
        document: labelOf(identity),
        path,
        from: config.positionAt(entry.keyStart),
        to: config.positionAt(entry.keyStart + entry.key.length),
        ...(move === undefined ? {} : { move }),
      })
      if (problems.length === MOST) return problems
    }
  }
  return problems
}

interface Move {
  readonly from: string
  readonly move: NonNullable<Problem['move']>
}

interface FoundField {
  readonly path: string
  readonly entry: Entry
  readonly move?: Problem['move']
}

function movesOf(blocks: readonly MigrationBlock[]): readonly Move[] {
  return blocks
    .filter(({ obstacle }) => obstacle === undefined)
    .flatMap(({ id, rows }) =>
      [...new Set(rows.map(({ from }) => from))].map((from) => ({
        from,
        move: { block: id, documents: rows.flatMap((row) => (row.from === from ? (row.to ?? []) : [])) },
      })),
    )
}

function findIn(tree: Tree, place: SchemaPlace, path: string, moves: readonly Move[]): readonly FoundField[] {
  if (tree.kind === 'list') {
    const item = place.item()
    if (item === undefined) return []
    return tree.items.flatMap((one, index) => findIn(one.value(), item, `${path}[${index}]`, moves))
  }
  if (tree.kind !== 'map') return []
  return [...tree.entries.values()].flatMap((entry) => {
    const below = place.key(entry.key)
    if (below === undefined) return []
    const here = path === '' ? entry.key : `${path}.${entry.key}`
    if (below.field.deprecated) return split(entry, here, moves)
    return below.place.holdsKeys() ? findIn(entry.value(), below.place, here, moves) : []
  })
}

/** A key that goes to several documents in parts is told by its parts. */
function split(entry: Entry, path: string, moves: readonly Move[]): readonly FoundField[] {
  const own = moves.find(({ from }) => from === path || path.startsWith(`${from}.`))
  if (own !== undefined) return [{ path, entry, move: own.move }]
  if (!moves.some(({ from }) => from.startsWith(`${path}.`))) return [{ path, entry }]
  const value = entry.value()
  if (value.kind !== 'map') return [{ path, entry }]
  return [...value.entries.values()].flatMap((below) => split(below, `${path}.${below.key}`, moves))
}
