import type { ChangeExport } from '#contract/config-exports.ts'
import { diffConfigs, type DocumentChange, type RedactedSide } from './change-table.ts'
import type { ListTree, MapTree, ScalarTree, Tree } from './config-tree.ts'
import { documentOf, isSet, textAt } from './find-tree.ts'
import { labelOf, LEGACY, type Identity } from './parse-config.ts'
import { PLACEHOLDER } from './placeholders.ts'

/**
 * How Talos' tools merge the list at a path of a kind (behaviour.md §4.5); `[]` stands for any element. Everything not
 * named is appended.
 */
export type ListRule = 'append' | 'replace' | { readonly key: string }
export type ListRules = (kind: string, path: string) => ListRule

const RULES: Readonly<Record<string, ListRule>> = {
  [`${LEGACY} cluster.network.podSubnets`]: 'replace',
  [`${LEGACY} cluster.network.serviceSubnets`]: 'replace',
  [`${LEGACY} machine.network.interfaces`]: { key: 'interface' },
  [`${LEGACY} machine.network.interfaces.[].vlans`]: { key: 'vlanId' },
  [`${LEGACY} cluster.apiServer.admissionControl`]: { key: 'name' },
  'NetworkRuleConfig ingress': 'replace',
  'NetworkRuleConfig portSelector.ports': 'replace',
}

export const listRule: ListRules = (kind, path) =>
  RULES[`${kind} ${path}`] ??
  (kind === LEGACY && path.startsWith('cluster.apiServer.auditPolicy.') ? 'replace' : 'append')

type Value =
  | { readonly text: string }
  | { readonly items: readonly Value[] }
  | { readonly map: ReadonlyMap<string, Value> }

const DELETE: Value = { map: new Map([['$patch', { text: 'delete' }]]) }

/** A strategic merge patch that makes the configuration before into the one after, and what it could not say. */
export function patchOf(
  before: RedactedSide,
  after: RedactedSide,
  rules: ListRules = listRule,
): Pick<ChangeExport, 'text' | 'missing'> {
  const missing: ChangeExport['missing'] = []
  const documents = diffConfigs(before, after)
    .filter((change) => change.leaves.length > 0)
    .flatMap((change) => documentPatch(change, before, after, rules, missing))
  return { text: documents.join('---\n'), missing }
}

function documentPatch(
  change: DocumentChange,
  before: RedactedSide,
  after: RedactedSide,
  rules: ListRules,
  missing: ChangeExport['missing'],
): readonly string[] {
  const { identity } = change
  const then = documentOf(before.config, identity)
  const now = documentOf(after.config, identity)
  const head = headOf(identity)
  if (now?.kind !== 'map') return [write({ map: new Map([...head, ['$patch', { text: 'delete' }]]) }, '')]
  const writer = createWriter(identity, before, after, rules, missing)
  const found = then?.kind === 'map' ? writer.changed(then, now, []) : writer.whole(now, [])
  const body = new Map(found !== undefined && 'map' in found ? found.map : [])
  for (const key of head.keys()) body.delete(key)
  if (body.size === 0 && then !== undefined) return []
  return [write({ map: new Map([...head, ...body]) }, '')]
}

function headOf({ apiVersion, kind, name }: Identity): Map<string, Value> {
  const head = new Map<string, Value>()
  if (kind === LEGACY) return head
  for (const [key, value] of Object.entries({ apiVersion, kind, name })) {
    if (value !== undefined) head.set(key, { text: plain(value) })
  }
  return head
}

function createWriter(
  identity: Identity,
  before: RedactedSide,
  after: RedactedSide,
  rules: ListRules,
  missing: ChangeExport['missing'],
) {
  const label = (path: readonly string[]): string =>
    `${identity.kind === LEGACY ? '' : `${labelOf(identity)} `}${path.join('.').replaceAll('.[', '[')}`
  function miss(path: readonly string[], why: ChangeExport['missing'][number]['why']): Value | undefined {
    const text = label(path)
    if (!missing.some((one) => one.path === text)) missing.push({ path: text, why })
    return undefined
  }
  const ruleAt = (path: readonly string[]): ListRule =>
    rules(identity.kind, path.map((step) => (step.startsWith('[') ? '[]' : step)).join('.'))

  /** All of it, without its secrets. */
  function whole(tree: Tree, path: readonly string[]): Value | undefined {
    if (tree.kind === 'scalar') return scalar(tree, path)
    if (tree.kind === 'list') {
      const items = tree.items.map((item, at) => whole(item.value(), [...path, `[${at}]`]))
      return { items: items.flatMap((item) => item ?? []) }
    }
    const map = new Map<string, Value>()
    for (const entry of tree.entries.values()) {
      const value = whole(entry.value(), [...path, entry.key])
      if (value !== undefined) map.set(entry.key, value)
    }
    return { map }
  }
  function scalar(tree: ScalarTree, path: readonly string[]): Value | undefined {
    if (tree.value.search(PLACEHOLDER) >= 0) return miss(path, 'secret')
    return { text: scalarText(tree, after.config.text) }
  }
  /** What has to be said to get from one to the other; `undefined` for nothing. */
  function changed(then: Tree, now: Tree, path: readonly string[]): Value | undefined {
    if (then.kind === 'map' && now.kind === 'map') return maps(then, now, path)
    if (then.kind === 'list' && now.kind === 'list') return lists(then, now, path)
    if (then.kind === 'scalar' && now.kind === 'scalar') {
      if (sameScalar(then, now)) return undefined
      // Nothing at all never takes the place of something (zero values do not erase).
      if (now.value === '' && then.value !== '') return { map: new Map([['$patch', { text: 'delete' }]]) }
      if (/^(?:0|0s)$/.test(now.value) && now.style === 'plain') return miss(path, 'empty-value')
      return scalar(now, path)
    }
    if (!isSet(then)) return isSet(now) ? whole(now, path) : undefined
    if (!isSet(now)) return { map: new Map([['$patch', { text: 'delete' }]]) }
    return miss(path, 'list')
  }
  function maps(then: MapTree, now: MapTree, path: readonly string[]): Value | undefined {
    const map = new Map<string, Value>()
    for (const entry of now.entries.values()) {
      const here = [...path, entry.key]
      const old = then.entries.get(entry.key)
      const value = old === undefined ? whole(entry.value(), here) : changed(old.value(), entry.value(), here)
      if (value !== undefined) map.set(entry.key, value)
    }
    for (const key of then.entries.keys()) if (!now.entries.has(key)) map.set(key, DELETE)
    return map.size === 0 ? undefined : { map }
  }
  function lists(then: ListTree, now: ListTree, path: readonly string[]): Value | undefined {
    const a = then.items.map((item) => item.value())
    const b = now.items.map((item) => item.value())
    if (a.length === b.length && a.every((tree, at) => sameAs(tree, b[at]))) return undefined
    const rule = ruleAt(path)
    if (rule === 'replace') return b.length === 0 ? DELETE : whole(now, path)
    if (typeof rule === 'object') return keyed(a, b, rule.key, path)
    return appended(a, b, path)
  }
  function keyed(
    a: readonly Tree[],
    b: readonly Tree[],
    key: string,
    path: readonly string[],
  ): Value | undefined {
    const names = (trees: readonly Tree[]): readonly (string | undefined)[] =>
      trees.map((tree) => textAt(tree, key))
    const [was, is] = [names(a), names(b)]
    const isSound = (list: readonly (string | undefined)[]): boolean =>
      !list.includes(undefined) && new Set(list).size === list.length
    if (!isSound(was) || !isSound(is)) return miss(path, 'list')
    const items: Value[] = []
    for (const [at, name = ''] of was.entries()) {
      const next = b[is.indexOf(name)]
      const own = a[at]
      const here = [...path, `[${name}]`]
      const id: [string, Value] = [key, { text: keyText(own, key, before.config.text) }]
      if (next === undefined) items.push({ map: new Map([id, ['$patch', { text: 'delete' }]]) })
      else if (own !== undefined) {
        const value = changed(own, next, here)
        if (value !== undefined && 'map' in value) items.push({ map: new Map([id, ...value.map]) })
      }
    }
    for (const [at, name = ''] of is.entries()) {
      const own = b[at]
      if (was.includes(name) || own === undefined) continue
      const value = whole(own, [...path, `[${name}]`])
      if (value !== undefined) items.push(value)
    }
    return items.length === 0 ? undefined : { items }
  }
  /** Elements that go are named by their first key; those that come stand at the end. Nothing else can be said. */
  function appended(a: readonly Tree[], b: readonly Tree[], path: readonly string[]): Value | undefined {
    if (b.length === 0) return DELETE
    const deleted: Value[] = []
    const left = [...a]
    for (let at = 0; at < left.length;) {
      const tree = left[at]
      if (tree === undefined || sameAs(tree, b[at])) {
        at++
        continue
      }
      const first = tree.kind === 'map' ? [...tree.entries.values()][0] : undefined
      const value = first?.value()
      const isFirst =
        first !== undefined &&
        value?.kind === 'scalar' &&
        value.value.search(PLACEHOLDER) < 0 &&
        left.findIndex((one) => textAt(one, first.key) === value.value) === at
      if (!isFirst) return miss(path, 'list')
      const written = scalarText(value, before.config.text)
      deleted.push({
        map: new Map<string, Value>([
          [first.key, { text: written }],
          ['$patch', { text: 'delete' }],
        ]),
      })
      left.splice(at, 1)
    }
    const added = b.slice(left.length).map((tree, at) => whole(tree, [...path, `[${left.length + at}]`]))
    return { items: [...deleted, ...added.flatMap((value) => value ?? [])] }
  }
  function reveal(tree: ScalarTree, side: RedactedSide): string {
    return tree.value.replace(PLACEHOLDER, (all, name: string) => side.vault.get(name)?.value ?? all)
  }
  function sameScalar(then: ScalarTree, now: ScalarTree): boolean {
    return reveal(then, before) === reveal(now, after) && (then.style === 'plain') === (now.style === 'plain')
  }
  function sameAs(then: Tree, now: Tree | undefined): boolean {
    if (now === undefined) return false
    if (then.kind === 'scalar') return now.kind === 'scalar' && sameScalar(then, now)
    if (then.kind === 'list') {
      if (now.kind !== 'list' || then.items.length !== now.items.length) return false
      return then.items.every((item, at) => sameAs(item.value(), now.items[at]?.value()))
    }
    if (now.kind !== 'map' || then.entries.size !== now.entries.size) return false
    return [...then.entries.values()].every((entry) =>
      sameAs(entry.value(), now.entries.get(entry.key)?.value()),
    )
  }
  return { whole, changed }
}

function keyText(tree: Tree | undefined, key: string, text: string): string {
  const value = tree?.kind === 'map' ? tree.entries.get(key)?.value() : undefined
  return value?.kind === 'scalar' ? scalarText(value, text) : '""'
}

/** As it was written, where that fits one line anywhere; else quoted. A block stays marked by its line ends. */
function scalarText(tree: ScalarTree, text: string): string {
  const written = text.slice(tree.start, tree.end)
  if (tree.style === 'block' || written.includes('\n')) return JSON.stringify(tree.value)
  if (tree.style !== 'plain') return written
  return tree.value === '' ? '""' : written === tree.value ? written : JSON.stringify(tree.value)
}

function plain(text: string): string {
  return /^[A-Za-z][\w.-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text)
}

function keyOf(key: string): string {
  return /^[A-Za-z$][\w./-]*$/.test(key) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(key)
    ? key
    : JSON.stringify(key)
}

/** Block YAML with two blanks per level. */
function write(value: Value, indent: string): string {
  if ('text' in value) return `${indent}${value.text}\n`
  if ('items' in value) return value.items.map((item) => `${indent}- ${inline(item, `${indent}  `)}`).join('')
  return [...value.map]
    .map(([key, below]) => {
      if ('text' in below) return `${indent}${keyOf(key)}: ${literal(below.text, indent)}\n`
      if ('items' in below) {
        return below.items.length === 0
          ? `${indent}${keyOf(key)}: []\n`
          : `${indent}${keyOf(key)}:\n${write(below, `${indent}  `)}`
      }
      return below.map.size === 0
        ? `${indent}${keyOf(key)}: {}\n`
        : `${indent}${keyOf(key)}:\n${write(below, `${indent}  `)}`
    })
    .join('')
}

/** Behind a dash: the first line follows it. */
function inline(value: Value, indent: string): string {
  if ('text' in value) return `${literal(value.text, indent)}\n`
  if ('items' in value && value.items.length === 0) return '[]\n'
  if ('map' in value && value.map.size === 0) return '{}\n'
  return write(value, indent).slice(indent.length)
}

/** Several lines read better as a block, where a block says exactly the same. */
function literal(text: string, indent: string): string {
  if (!text.startsWith('"') || !text.includes('\\n')) return text
  const value = JSON.parse(text) as unknown
  if (typeof value !== 'string') return text
  const isPlain =
    /^[^\s][^\r\t\p{Cc}]*$/u.test(value.replaceAll('\n', '.')) && !/[ \t]\n|\n\n$|\n{2}$/.test(value)
  if (!isPlain) return text
  const mark = value.endsWith('\n') ? '|' : '|-'
  const lines = value.replace(/\n$/, '').split('\n')
  return `${mark}\n${lines.map((line) => (line === '' ? '' : `${indent}  ${line}`)).join('\n')}`
}
