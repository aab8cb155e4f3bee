import { compareBy, type RedactedSide } from '../change-table.ts'
import type { Entry, ListTree, MapTree, Tree } from '../config-tree.ts'
import { diffTrees, sameTree, type Comparison, type Step } from '../diff-trees.ts'
import { parseConfig, type ConfigDocument, type Identity, type ParsedConfig } from '../parse-config.ts'
import { blockOfItem, blockOfKey, indented, lineStartOf, textAt } from './blocks.ts'
import { documentOf, isBelow, placeAt, treeAt, type Place } from './place.ts'
import type { Spot } from './spots.ts'

/** What is to be done to a text at one spot. */
export type Takeover =
  /** The value becomes the source's; gone where the source has none. */
  | { readonly kind: 'take'; readonly spot: Spot }
  /** Of a list without keys: elements of the source join, equal ones of the target go. */
  | {
      readonly kind: 'items'
      readonly spot: Spot
      /** Positions in the source's list. */
      readonly add: readonly number[]
      /** Positions in the target's list. */
      readonly drop: readonly number[]
    }

/**
 * Writes values of one configuration into another, line by line, so that everything else stays as it was typed. What
 * cannot be written so (flow collections, aliases) is left out and given back; each step is checked by comparing the
 * document before and after it.
 */
export function takeOver(
  target: string,
  source: ParsedConfig,
  steps: readonly Takeover[],
): { readonly text: string; readonly missed: readonly Spot[] } {
  let text = target
  const missed: Spot[] = []
  for (const step of steps) {
    const next = tryStep(text, source, step)
    if (next === undefined) missed.push(step.spot)
    else text = next
  }
  return { text, missed }
}

function tryStep(text: string, source: ParsedConfig, step: Takeover): string | undefined {
  const { identity, path } = step.spot
  const target = parseConfig(text)
  try {
    const from = documentOf(source, identity)
    const onto = documentOf(target, identity)
    if (path.length === 0) return takeDocument(text, from, onto)
    if (onto === undefined) return undefined
    const how = compareBy(plainSide(target), plainSide(source), identity)
    const scene: Scene = { text, root: onto.root(), source: source.text, from: from?.root(), how }
    const next = step.kind === 'take' ? take(scene, path) : takeItems(scene, step)
    return next !== undefined && isJust(scene, next, identity, step) ? next : undefined
  } catch {
    // What does not parse is not written.
    return undefined
  }
}

interface Scene {
  readonly text: string
  readonly root: Tree | undefined
  readonly source: string
  readonly from: Tree | undefined
  readonly how: Comparison
}

function plainSide(config: ParsedConfig): RedactedSide {
  return { config, vault: new Map() }
}

/** True when the step changed its spot, to what it should be, and nothing else. */
function isJust(scene: Scene, next: string, identity: Identity, { kind, spot }: Takeover): boolean {
  const { path } = spot
  const config = parseConfig(next)
  const after = documentOf(config, identity)
  const now = after?.root()
  if (scene.root === undefined || now === undefined || after?.errors(new Set()).length !== 0) return false
  if (config.documents.length !== parseConfig(scene.text).documents.length) return false
  const changes = diffTrees(scene.root, now, scene.how)
  // A holder that lost its last value, or got its first, is itself a leaf on one side.
  if (!changes.every((change) => isBelow(change.path, path) || isBelow(path, change.path))) return false
  if (kind === 'items') return true
  const wanted = treeAt(scene.from, path, scene.how.keyOfItem)
  const found = treeAt(now, path, scene.how.keyOfItem)
  return wanted === undefined || found === undefined ? wanted === found : sameTree(wanted, found, scene.how)
}

function takeDocument(
  text: string,
  from: ConfigDocument | undefined,
  onto: ConfigDocument | undefined,
): string | undefined {
  if (from === undefined) {
    if (onto === undefined) return text
    return text.slice(0, onto.offset) + text.slice(onto.offset + onto.text.length)
  }
  const body = from.text.replace(/^\uFEFF?(?:---[^\n]*\n)?/, '').trimEnd()
  if (onto === undefined) return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}---\n${body}\n`
  const mark = /^---[^\n]*\n/.exec(onto.text)?.[0] ?? ''
  return `${text.slice(0, onto.offset)}${mark}${body}\n${text.slice(onto.offset + onto.text.length)}`
}

function take(scene: Scene, path: readonly Step[]): string | undefined {
  const { keyOfItem } = scene.how
  const source = placeAt(scene.from, path, keyOfItem)
  const target = placeAt(scene.root, path, keyOfItem)
  if (source === undefined) return target === undefined ? scene.text : drop(scene, path, target)
  if (target !== undefined) return replace(scene, source, target)
  return insert(scene, path, source)
}

function replace(scene: Scene, source: Place, target: Place): string | undefined {
  const { text } = scene
  const [a, b] = [target.value, source.value]
  if (a.kind === 'scalar' && b.kind === 'scalar' && a.end > a.start && b.end > b.start) {
    const [then, now] = [text.slice(a.start, a.end), scene.source.slice(b.start, b.end)]
    if (a.style !== 'block' && b.style !== 'block' && !`${then}${now}`.includes('\n')) {
      return text.slice(0, a.start) + now + text.slice(a.end)
    }
  }
  if (isFlow(text, holderOf(target))) return undefined
  const block = blockOf(text, target)
  if (block === undefined) return undefined
  const written = writtenAt(scene, source, block.column)
  return written === undefined
    ? undefined
    : `${text.slice(0, block.start)}${written}\n${text.slice(block.end)}`
}

function insert(scene: Scene, path: readonly Step[], source: Place): string | undefined {
  const { keyOfItem } = scene.how
  // The nearest holder that the target has; what is missing between is written along.
  let depth = path.length - 1
  while (depth > 0 && placeAt(scene.root, path.slice(0, depth), keyOfItem) === undefined) depth--
  const holder = treeAt(scene.root, path.slice(0, depth), keyOfItem)
  if (holder === undefined) return undefined
  const missing = path.slice(depth, -1)
  if (source.kind === 'item') {
    if (missing.length > 0 || holder.kind !== 'list') return undefined
    return append(scene, holder, (column) => writtenAt(scene, source, column))
  }
  const keys = missing.filter((step) => typeof step === 'string')
  if (keys.length !== missing.length) return undefined
  const render = (column: number): string | undefined => {
    const inner = writtenAt(scene, source, column + keys.length * INDENT)
    if (inner === undefined) return undefined
    const heads = keys.map(
      (key, level) => `${' '.repeat(level === 0 ? 0 : column + level * INDENT)}${key}:\n`,
    )
    return `${heads.join('')}${keys.length === 0 ? '' : ' '.repeat(column + keys.length * INDENT)}${inner}`
  }
  if (holder.kind === 'map' && holder.entries.size > 0) {
    return insertKey(scene, holder, siblingBefore(scene, path.slice(0, depth + 1), holder), render)
  }
  return fill(scene, path.slice(0, depth), render)
}

/** Columns that a level is deeper where the text itself does not show it. */
const INDENT = 2

/** The key of the holder behind which the source has the new one. */
function siblingBefore(scene: Scene, path: readonly Step[], holder: MapTree): Entry | undefined {
  const siblings = treeAt(scene.from, path.slice(0, -1), scene.how.keyOfItem)
  if (siblings?.kind !== 'map') return undefined
  let before: Entry | undefined
  for (const key of siblings.entries.keys()) {
    if (key === path.at(-1)) break
    before = holder.entries.get(key) ?? before
  }
  return before
}

function insertKey(
  { text }: Scene,
  holder: MapTree,
  before: Entry | undefined,
  render: (column: number) => string | undefined,
): string | undefined {
  if (isFlow(text, holder)) return undefined
  const last = [...holder.entries.values()].reduce((a, b) => (b.keyStart > a.keyStart ? b : a))
  const anchor = before ?? last
  const block = blockOfKey(text, anchor.keyStart)
  const written = render(block.column)
  if (written === undefined) return undefined
  const head = text.slice(0, block.end)
  return `${head}${head.endsWith('\n') ? '' : '\n'}${indented(written, block.column)}${text.slice(block.end)}`
}

/** `key:`, `key: {}` or `key: []` gets its first content. */
function fill(
  scene: Scene,
  path: readonly Step[],
  render: (column: number) => string | undefined,
): string | undefined {
  const place = placeAt(scene.root, path, scene.how.keyOfItem)
  if (place?.kind !== 'entry' || isFlow(scene.text, place.map)) return undefined
  const { value } = place
  const isEmpty =
    value.kind === 'scalar'
      ? /^(?:|~|null)$/.test(value.value)
      : value.kind === 'map'
        ? value.entries.size === 0
        : value.items.length === 0
  if (!isEmpty) return undefined
  const block = blockOfKey(scene.text, place.entry.keyStart)
  const column = block.column + INDENT
  const written = render(column)
  if (written === undefined) return undefined
  return `${scene.text.slice(0, block.start)}${place.entry.key}:\n${indented(written, column)}${scene.text.slice(block.end)}`
}

function append(
  { text }: Scene,
  list: ListTree,
  render: (column: number) => string | undefined,
): string | undefined {
  const last = list.items.at(-1)
  const block = last === undefined || isFlow(text, list) ? undefined : blockOfItem(text, last.start)
  const written = block === undefined ? undefined : render(block.column)
  if (block === undefined || written === undefined) return undefined
  const head = text.slice(0, block.end)
  return `${head}${head.endsWith('\n') ? '' : '\n'}${indented(written, block.column)}${text.slice(block.end)}`
}

function drop(scene: Scene, path: readonly Step[], place: Place): string | undefined {
  const { text } = scene
  if (isFlow(text, holderOf(place))) return undefined
  const block = blockOf(text, place)
  if (block === undefined) return undefined
  const isLast = place.kind === 'entry' ? place.map.entries.size === 1 : place.list.items.length === 1
  if (isLast) return empty(scene, path.slice(0, -1), place.kind === 'entry' ? '{}' : '[]')
  const line = lineStartOf(text, block.start)
  if (text.slice(line, block.start).trim() === '') return text.slice(0, line) + text.slice(block.end)
  if (place.kind === 'item') return undefined
  // First key on the line of a dash: the next one takes its place.
  const next = [...place.map.entries.values()]
    .map((entry) => entry.keyStart)
    .filter((start) => start > block.start)
    .sort((a, b) => a - b)[0]
  return next === undefined ? undefined : text.slice(0, block.start) + text.slice(next)
}

function empty(scene: Scene, path: readonly Step[], written: string): string | undefined {
  const place = placeAt(scene.root, path, scene.how.keyOfItem)
  if (place?.kind !== 'entry' || isFlow(scene.text, place.map)) return undefined
  const block = blockOfKey(scene.text, place.entry.keyStart)
  return `${scene.text.slice(0, block.start)}${place.entry.key}: ${written}\n${scene.text.slice(block.end)}`
}

function takeItems(scene: Scene, step: Extract<Takeover, { kind: 'items' }>): string | undefined {
  const { path } = step.spot
  const { keyOfItem } = scene.how
  const target = treeAt(scene.root, path, keyOfItem)
  const source = treeAt(scene.from, path, keyOfItem)
  if (source?.kind !== 'list') return undefined
  if (target?.kind !== 'list' || target.items.length === 0 || isFlow(scene.text, target)) {
    return target === undefined || target.kind === 'list' ? flowItems(scene, step, target, source) : undefined
  }
  const kept = target.items.length - step.drop.length
  if (kept === 0 && step.add.length === 0) return empty(scene, path, '[]')
  let { text } = scene
  // Added first, behind the last: places before it stay where they are.
  for (const index of step.add) {
    const item = source.items[index]
    const block = item === undefined ? undefined : blockOfItem(scene.source, item.start)
    const flow = item === undefined ? undefined : item.value()
    const now = treeAt(documentRoot(text, scene, step.spot.identity), path, keyOfItem)
    if (now?.kind !== 'list') return undefined
    const next = append({ ...scene, text }, now, (column) => {
      if (isFlow(scene.source, source)) {
        return flow?.kind === 'scalar' ? `- ${scene.source.slice(flow.start, flow.end)}` : undefined
      }
      return block === undefined ? undefined : textAt(scene.source, block, column)
    })
    if (next === undefined) return undefined
    text = next
  }
  for (const index of [...step.drop].sort((a, b) => b - a)) {
    const item = target.items[index]
    const block = item === undefined ? undefined : blockOfItem(text, item.start)
    if (block === undefined || text.slice(lineStartOf(text, block.start), block.start).trim() !== '') {
      return undefined
    }
    text = text.slice(0, lineStartOf(text, block.start)) + text.slice(block.end)
  }
  return text
}

function documentRoot(text: string, { root }: Scene, identity: Identity): Tree | undefined {
  return documentOf(parseConfig(text), identity)?.root() ?? root
}

/** `[a, b]`, an empty list or none at all: written anew in one line, scalars only. */
function flowItems(
  scene: Scene,
  { spot, add, drop }: Extract<Takeover, { kind: 'items' }>,
  target: ListTree | undefined,
  source: ListTree,
): string | undefined {
  const kept = (target?.items ?? []).filter((_item, index) => !drop.includes(index))
  const slices = [
    ...kept.map((item) => sliceOf(scene.text, item.value())),
    ...add.map((index) => sliceOf(scene.source, source.items[index]?.value())),
  ]
  const written = `[${slices.join(', ')}]`
  if (slices.includes(undefined)) return undefined
  if (target !== undefined && target.end > target.start && isFlow(scene.text, target)) {
    return scene.text.slice(0, target.start) + written + scene.text.slice(target.end)
  }
  if (target !== undefined) return undefined
  const holder = treeAt(scene.root, spot.path.slice(0, -1), scene.how.keyOfItem)
  const key = spot.path.at(-1)
  if (holder?.kind !== 'map' || holder.entries.size === 0 || typeof key !== 'string') return undefined
  return insertKey(scene, holder, siblingBefore(scene, spot.path, holder), () => `${key}: ${written}`)
}

function sliceOf(text: string, tree: Tree | undefined): string | undefined {
  if (tree?.kind !== 'scalar' || tree.style === 'block') return undefined
  const slice = text.slice(tree.start, tree.end)
  return slice === '' || (tree.style === 'plain' && /[,[\]{}]/.test(slice)) ? undefined : slice
}

function holderOf(place: Place): Tree {
  return place.kind === 'entry' ? place.map : place.list
}

function blockOf(text: string, place: Place) {
  return place.kind === 'entry' ? blockOfKey(text, place.entry.keyStart) : blockOfItem(text, place.item.start)
}

/** The source's key or element as it is written there, moved to a column. */
function writtenAt(scene: Scene, source: Place, column: number): string | undefined {
  if (isFlow(scene.source, holderOf(source))) {
    const { value } = source
    if (source.kind === 'item' || scene.source.slice(value.start, value.end).includes('\n')) return undefined
    return scene.source.slice(source.entry.keyStart, value.end)
  }
  const block = blockOf(scene.source, source)
  return block === undefined ? undefined : textAt(scene.source, block, column)
}

function isFlow(text: string, tree: Tree): boolean {
  return text[tree.start] === '{' || text[tree.start] === '['
}
