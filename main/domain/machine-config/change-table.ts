import type { CellValue, ChangeGroup, ChangeRow, ChangeTable } from '#contract/machine-configs.ts'
import { diffArrays } from 'diff'
import { parseDocument, stringify } from 'yaml'
import { PARSING, type Item, type ScalarTree } from './config-tree.ts'
import { diffTrees, leavesOf, type Comparison, type Leaf, type LeafChange, type Step } from './diff-trees.ts'
import {
  keyOf,
  labelOf,
  LEGACY,
  type ConfigDocument,
  type Identity,
  type ParsedConfig,
} from './parse-config.ts'
import { PLACEHOLDER, type Vault } from './placeholders.ts'

/** A configuration with its secrets already replaced by placeholders, and what they stand for. */
export interface RedactedSide {
  readonly config: ParsedConfig
  readonly vault: Vault
}

export interface DocumentChange {
  readonly identity: Identity
  readonly change: 'added' | 'removed' | 'changed'
  /** Offset in the text after. */
  readonly afterAt?: number
  readonly leaves: readonly LeafChange[]
  /** Nothing but comments or writing differs; the first lines that do. */
  readonly comment?: { readonly before?: string; readonly after?: string }
}

/** What a row costs and risks; `judge` in effects.ts and risks.ts. */
export type RowJudge = (
  change: DocumentChange,
  leaf: LeafChange | undefined,
) => Pick<ChangeRow, 'effect' | 'risks'>

/** Compares two configurations field by field. Documents are matched by identity, wherever they stand. */
export function diffConfigs(before: RedactedSide, after: RedactedSide): readonly DocumentChange[] {
  const how = comparisonOf(before, after)
  const [left, right] = dropEqual(before.config.documents, after.config.documents, how)
  const changes: DocumentChange[] = []
  const open = new Map<string, ConfigDocument[]>()
  for (const document of left) {
    const key = keyOf(document.identity())
    open.set(key, [...(open.get(key) ?? []), document])
  }
  for (const document of right) {
    const identity = document.identity()
    const old = open.get(keyOf(identity))?.shift()
    const now = document.root()
    const then = old?.root()
    const afterAt = firstContent(document)
    const forDocument = withKeys(how, identity)
    if (old === undefined || then === undefined) {
      const leaves = now === undefined ? [] : leavesOf(now, 'after', forDocument)
      changes.push({ identity, change: 'added', afterAt, leaves })
    } else if (now !== undefined) {
      const leaves = diffTrees(then, now, forDocument)
      if (leaves.length > 0) changes.push({ identity, change: 'changed', afterAt, leaves })
      else changes.push(...commentChange(old, document, afterAt))
    }
  }
  for (const document of [...open.values()].flat()) {
    const then = document.root()
    if (then === undefined) continue
    const identity = document.identity()
    changes.push({ identity, change: 'removed', leaves: leavesOf(then, 'before', withKeys(how, identity)) })
  }
  return changes
}

/** How two sides of one document are compared: secrets by what they stand for, keyed lists by their keys. */
export function compareBy(before: RedactedSide, after: RedactedSide, identity: Identity): Comparison {
  return withKeys(comparisonOf(before, after), identity)
}

/** The table of the review: groups by document and section, one row per leaf. */
export function changeTable(
  changes: readonly DocumentChange[],
  before: RedactedSide,
  after: RedactedSide,
  judge: RowJudge,
): ChangeTable {
  const groups: ChangeGroup[] = []
  for (const change of changes) groups.push(...groupsOf(change, before, after, judge))
  const rows = groups.flatMap((group) => group.rows)
  const count = (...kinds: readonly string[]): number =>
    rows.filter((r) => kinds.includes(r.effect.kind)).length
  const lines = countLines(before, after)
  return {
    groups,
    counts: {
      all: rows.length,
      live: count('live'),
      restarts: count('restarts'),
      reboot: count('reboot', 'at-reboot'),
      none: count('none'),
      rejected: count('rejected'),
      unknown: rows.filter(isUnknown).length,
      risk: rows.filter((row) => row.risks.some(({ level }) => level !== 'unknown')).length,
    },
    ...lines,
  }
}

/** Its effect or one of its risks could not be told. */
function isUnknown({ effect, risks }: ChangeRow): boolean {
  return effect.kind === 'unknown' || risks.some(({ level }) => level === 'unknown')
}

/** `kubelet.extraArgs["a.b"]`, `interfaces[enp3s0].mtu`. */
export function writePath(path: readonly Step[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (typeof step === 'object') text += `[${step.named}]`
    else if (!/^[A-Za-z0-9_-]+$/.test(step)) text += `[${JSON.stringify(step)}]`
    else text += text === '' ? step : `.${step}`
  }
  return text
}

function groupsOf(
  change: DocumentChange,
  before: RedactedSide,
  after: RedactedSide,
  judge: RowJudge,
): readonly ChangeGroup[] {
  const { identity } = change
  const depth = sectionDepth(change)
  const sections = new Map<string, ChangeRow[]>()
  const used = new Set<string>()
  const add = (section: string, row: ChangeRow): void => {
    let id = row.id
    for (let count = 2; used.has(id); count++) id = `${row.id}~${count}`
    used.add(id)
    const rows = sections.get(section)
    if (rows === undefined) sections.set(section, [{ ...row, id }])
    else rows.push({ ...row, id })
  }
  for (const leaf of change.leaves) {
    const cut = depth(leaf.path)
    const beforeAt = leaf.before && before.config.positionAt(leaf.before.at)
    const afterAt = leaf.after && after.config.positionAt(leaf.after.at)
    add(writePath(leaf.path.slice(0, cut)), {
      id: `${labelOf(identity)}|${writePath(leaf.path)}`,
      path: writePath(leaf.path.slice(cut)),
      before: cellOf(leaf, 'before', before),
      after: cellOf(leaf, 'after', after),
      ...(beforeAt === undefined ? {} : { beforeAt }),
      ...(afterAt === undefined ? {} : { afterAt }),
      ...judge(change, leaf),
    })
  }
  if (change.comment !== undefined) {
    const cell = (text: string | undefined): CellValue =>
      text === undefined ? { kind: 'absent' } : { kind: 'value', text }
    add('', {
      id: `${labelOf(identity)}|#`,
      path: '#',
      before: cell(change.comment.before),
      after: cell(change.comment.after),
      ...(change.afterAt === undefined ? {} : { afterAt: after.config.positionAt(change.afterAt) }),
      ...judge(change, undefined),
    })
  }
  return [...sections].map(([section, rows]) => ({
    kind: identity.kind,
    ...(identity.name === undefined ? {} : { name: identity.name }),
    section,
    change: change.change,
    ...(change.afterAt === undefined
      ? {}
      : { afterAt: after.config.positionAt(sectionAt(change, rows, section) ?? change.afterAt) }),
    rows,
  }))

  function sectionAt(of: DocumentChange, rows: readonly ChangeRow[], section: string): number | undefined {
    if (section === '' || rows.length === 0) return undefined
    return of.leaves.find((leaf) => leaf.after !== undefined && writePath(leaf.path).startsWith(section))
      ?.after?.at
  }
}

/** The legacy document is cut by `machine.kubelet` where two rows share it, else by `machine`; others stay whole. */
function sectionDepth(change: DocumentChange): (path: readonly Step[]) => number {
  if (change.identity.kind !== LEGACY) return () => 0
  const counts = new Map<string, number>()
  const head = (path: readonly Step[]): string => writePath(path.slice(0, 2))
  for (const { path } of change.leaves) counts.set(head(path), (counts.get(head(path)) ?? 0) + 1)
  return (path) => {
    if (path.length < 2) return 0
    return path.length > 2 && (counts.get(head(path)) ?? 0) > 1 ? 2 : 1
  }
}

function cellOf(change: LeafChange, side: 'before' | 'after', of: RedactedSide): CellValue {
  const leaf: Leaf | undefined = change[side]
  if (leaf === undefined) return { kind: 'absent' }
  if (change.kind === 'moved') return { kind: 'moved', position: side === 'before' ? change.from : change.to }
  const { tree } = leaf
  if (tree.kind !== 'scalar') return { kind: 'value', text: tree.kind === 'map' ? '{}' : '[]' }
  if (tree.value.search(PLACEHOLDER) >= 0) return { kind: 'secret', differs: true }
  const written = of.config.text.slice(tree.start, tree.end)
  return { kind: 'value', text: tree.style === 'block' || written.includes('\n') ? tree.value : written }
}

function comparisonOf(before: RedactedSide, after: RedactedSide): Comparison {
  const differing = new Set<string>()
  for (const [name, entry] of before.vault) {
    const now = after.vault.get(name)
    if (now !== undefined && now.value !== entry.value) differing.add(`«secret:${name}»`)
  }
  const reveal = (scalar: ScalarTree, vault: Vault): string =>
    scalar.value.replace(PLACEHOLDER, (whole, name: string) => vault.get(name)?.value ?? whole)
  return {
    same: (a, b) => {
      if (isQuoted(a) !== isQuoted(b) && (isAmbiguous(a) || isAmbiguous(b))) return false
      return reveal(a, before.vault) === reveal(b, after.vault)
    },
    sameText: (a, b) => a === b && ![...differing].some((placeholder) => a.includes(placeholder)),
    keyOfItem: () => undefined,
  }
}

/** Without quotes it would not be a text: `true`, `1500`, nothing at all. */
function isAmbiguous(scalar: ScalarTree): boolean {
  return /^(?:|~|null|true|false|yes|no|on|off|[-+.]?\d.*)$/i.test(scalar.value)
}

function isQuoted(scalar: ScalarTree): boolean {
  return scalar.style !== 'plain'
}

/**
 * What names an element of a list whose order means nothing to Talos, by `kind path` (behaviour.md §4.5). Lists that are read in order
 * (rules of image verification, addresses, nameservers) are not here: there a move is a change.
 */
const ELEMENT_NAMES: Readonly<Record<string, (item: Item) => string | undefined>> = {
  [`${LEGACY} machine.network.interfaces`]: (item) => textOf(item, 'interface') ?? selectorOf(item),
  [`${LEGACY} machine.network.interfaces.[].vlans`]: (item) => textOf(item, 'vlanId'),
  [`${LEGACY} cluster.apiServer.admissionControl`]: (item) => textOf(item, 'name'),
  'ExtensionServiceConfig configFiles': (item) => textOf(item, 'mountPath'),
  'WireguardConfig peers': (item) => textOf(item, 'publicKey'),
}

function withKeys(how: Comparison, { kind }: Identity): Comparison {
  return {
    ...how,
    keyOfItem: (path, item) => {
      const list = path.map((step) => (typeof step === 'string' ? step : '[]')).join('.')
      return ELEMENT_NAMES[`${kind} ${list}`]?.(item)
    },
  }
}

function textOf(item: Item, key: string): string | undefined {
  const tree = item.value()
  const value = tree.kind === 'map' ? tree.entries.get(key)?.value() : undefined
  return value?.kind === 'scalar' && value.value !== '' ? value.value : undefined
}

function selectorOf(item: Item): string | undefined {
  const tree = item.value()
  const selector = tree.kind === 'map' ? tree.entries.get('deviceSelector')?.value() : undefined
  if (selector?.kind !== 'map') return undefined
  const parts = [...selector.entries.values()].map((entry) => {
    const value = entry.value()
    return `${entry.key}=${value.kind === 'scalar' ? value.value : value.kind}`
  })
  return parts.length === 0 ? undefined : parts.sort().join(',')
}

/** Documents that stand on both sides letter by letter need no parsing. */
function dropEqual(
  before: readonly ConfigDocument[],
  after: readonly ConfigDocument[],
  how: Comparison,
): readonly [readonly ConfigDocument[], readonly ConfigDocument[]] {
  const texts = new Map<string, ConfigDocument[]>()
  for (const document of before) {
    const text = bodyOf(document)
    texts.set(text, [...(texts.get(text) ?? []), document])
  }
  const gone = new Set<ConfigDocument>()
  const left = after.filter((document) => {
    const text = bodyOf(document)
    if (!how.sameText(text, text)) return true
    const twin = texts.get(text)?.shift()
    if (twin === undefined) return true
    gone.add(twin)
    return false
  })
  return [before.filter((document) => !gone.has(document)), left]
}

function bodyOf(document: ConfigDocument): string {
  return document.text.replace(/^\uFEFF?(?:---[ \t]*\r?\n)?/, '').trimEnd()
}

function firstContent(document: ConfigDocument): number {
  const match = /^(?!---)[ \t\uFEFF]*[^\s#\uFEFF]/m.exec(document.text)
  return document.offset + (match?.index ?? 0)
}

function commentChange(old: ConfigDocument, now: ConfigDocument, afterAt: number): readonly DocumentChange[] {
  const before = bodyOf(old).split('\n')
  const after = bodyOf(now).split('\n')
  const first = before.findIndex((line, index) => line !== after[index])
  const at = first < 0 ? before.length : first
  if (at >= before.length && at >= after.length) return []
  const line = (text: string | undefined): string | undefined => text?.trim().replace(PLACEHOLDER, '••••')
  const [then, next] = [line(before[at]), line(after[at])]
  return [
    {
      identity: now.identity(),
      change: 'changed',
      afterAt,
      leaves: [],
      comment: {
        ...(then === undefined ? {} : { before: then }),
        ...(next === undefined ? {} : { after: next }),
      },
    },
  ]
}

/** Lines that come and go, comments and blank lines aside, as the node's own diff counts them (behaviour.md §4.3). */
function countLines(
  before: RedactedSide,
  after: RedactedSide,
): { readonly linesAdded: number; readonly linesRemoved: number } {
  const [left, right] = dropEqual(
    before.config.documents,
    after.config.documents,
    comparisonOf(before, after),
  )
  let a = left.flatMap((document) => plainLines(document, before.vault))
  let b = right.flatMap((document) => plainLines(document, after.vault))
  const short = Math.min(a.length, b.length)
  let head = 0
  while (head < short && a[head] === b[head]) head++
  let tail = 0
  while (tail < short - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  a = a.slice(head, a.length - tail).flatMap(inBlocks)
  b = b.slice(head, b.length - tail).flatMap(inBlocks)
  const parts = diffArrays(a, b, { maxEditLength: 2_000 })
  // Too different to be worth matching: all of it goes and comes.
  if (parts === undefined) return { linesAdded: b.length, linesRemoved: a.length }
  let linesAdded = 0
  let linesRemoved = 0
  for (const part of parts) {
    if (part.added) linesAdded += part.count
    if (part.removed) linesRemoved += part.count
  }
  return { linesAdded, linesRemoved }
}

/** A line in brackets as the lines that the node writes for it. */
function inBlocks(line: string): readonly string[] {
  if (!/[[{]\s*[^\s\]}]/.test(line)) return [line]
  const indent = /^ */.exec(line)?.[0] ?? ''
  const document = parseDocument(line.trim(), PARSING)
  if (document.errors.length > 0) return [line]
  const written = stringify(document.toJS(), { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()
  return written.split('\n').map((one) => indent + one)
}

function plainLines(document: ConfigDocument, vault: Vault): readonly string[] {
  return document.text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trimEnd())
    .filter((line) => line.trim() !== '')
    .map((line) => line.replace(PLACEHOLDER, (whole, name: string) => vault.get(name)?.value ?? whole))
}
