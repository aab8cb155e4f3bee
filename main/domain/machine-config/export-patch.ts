import type { ChangeExport } from '#contract/config-exports.ts'
import { TalosFailure } from '../talos-failure.ts'
import { diffConfigs, type DocumentChange, type RedactedSide } from './change-table.ts'
import type { ListTree, MapTree, ScalarTree, Tree } from './config-tree.ts'
import { documentOf, isSet, textAt, treeAt } from './find-tree.ts'
import { labelOf, LEGACY, parseConfig, type Identity } from './parse-config.ts'
import { applyPatch } from './patches/apply-patch.ts'
import type { MergeRules } from './patches/merge-rules.ts'
import { scalarObstacle } from './patches/merge-values.ts'
import type { ScalarValue } from './patches/values.ts'
import { PLACEHOLDER } from './placeholders.ts'

type Value =
  | { readonly text: string }
  | { readonly items: readonly Value[] }
  | { readonly map: ReadonlyMap<string, Value> }

const DELETE: Value = { map: new Map([['$patch', { text: 'delete' }]]) }

/**
 * A strategic merge patch that makes the configuration before into the one after, and what it could not say. The patch
 * is tried on the spot: what it would not bring about is listed as missing, whatever the reason.
 */
export function patchOf(
  before: RedactedSide,
  after: RedactedSide,
  rules: MergeRules,
): Pick<ChangeExport, 'text' | 'missing'> {
  const missing: ChangeExport['missing'] = []
  const documents = diffConfigs(before, after)
    .filter((change) => change.leaves.length > 0)
    .flatMap((change) => documentPatch(change, before, after, rules, missing))
  const text = documents.join('---\n')
  const left = text === '' ? diffConfigs(before, after) : leftOver(text, before, after, rules)
  for (const path of left.flatMap(pathsOf)) {
    const isListed = missing.some((one) => path === one.path || path.startsWith(one.path))
    if (!isListed) missing.push({ path, why: 'list' })
  }
  return { text, missing }
}

/** What still differs once the patch was applied; everything, where it cannot be applied. */
function leftOver(
  text: string,
  before: RedactedSide,
  after: RedactedSide,
  rules: MergeRules,
): readonly DocumentChange[] {
  try {
    const patched = applyPatch(before.config.text, text, { rules, knows: () => true })
    return diffConfigs({ config: parseConfig(patched.text), vault: before.vault }, after)
  } catch (error) {
    if (error instanceof TalosFailure) return diffConfigs(before, after)
    throw error
  }
}

/** Leaves by their path, but for those that are as good as absent on either side. */
function pathsOf({ identity, leaves }: DocumentChange): readonly string[] {
  return leaves
    .filter((leaf) => isSet(leaf.before?.tree) || isSet(leaf.after?.tree))
    .map((leaf) =>
      labelPath(
        identity,
        leaf.path.map((step) =>
          typeof step === 'string' ? step : `[${typeof step === 'number' ? step : step.named}]`,
        ),
      ),
    )
}

function labelPath(identity: Identity, path: readonly string[]): string {
  const written = path.join('.').replaceAll('.[', '[')
  return identity.kind === LEGACY ? written : `${labelOf(identity)} ${written}`
}

function documentPatch(
  change: DocumentChange,
  before: RedactedSide,
  after: RedactedSide,
  rules: MergeRules,
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
  rules: MergeRules,
  missing: ChangeExport['missing'],
) {
  function miss(path: readonly string[], why: ChangeExport['missing'][number]['why']): Value | undefined {
    const text = labelPath(identity, path)
    if (!missing.some((one) => one.path === text)) missing.push({ path: text, why })
    return undefined
  }
  /** An element of a list is written `[name]` here, and as `[]` behind its list's key in the rules. */
  const rulePath = (path: readonly string[]): readonly string[] => {
    const keys: string[] = []
    for (const step of path) {
      if (!step.startsWith('[')) keys.push(step)
      else keys.push(`${keys.pop() ?? ''}[]`)
    }
    return keys
  }
  const ruleAt = (path: readonly string[]): ReturnType<MergeRules['find']> =>
    rules.find(identity.kind, rulePath(path))

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
  /** Below an element of a list nothing can be taken out by itself. */
  function deleted(path: readonly string[]): Value | undefined {
    return path.some((step) => step.startsWith('[')) ? miss(path, 'list') : DELETE
  }
  /** What has to be said to get from one to the other; `undefined` for nothing. */
  function changed(then: Tree, now: Tree, path: readonly string[]): Value | undefined {
    if (then.kind === 'map' && now.kind === 'map') return maps(then, now, path)
    if (then.kind === 'list' && now.kind === 'list') return lists(then, now, path)
    if (then.kind === 'scalar' && now.kind === 'scalar') {
      if (sameScalar(then, now)) return undefined
      const rule = ruleAt(path)?.rule
      // An empty text never takes the place of something, except where the field is a pointer or a blob.
      if (now.value === '' && rule !== 'pointer' && rule !== 'pem' && rule !== 'bytes') return deleted(path)
      const [left, right] = [asValue(then), asValue(now)]
      const obstacle = scalarObstacle(identity.kind, left, right, rulePath(path), rules)
      return obstacle === undefined ? scalar(now, path) : miss(path, obstacle)
    }
    if (!isSet(then)) return isSet(now) ? whole(now, path) : undefined
    if (!isSet(now)) return deleted(path)
    return miss(path, 'list')
  }
  function maps(then: MapTree, now: MapTree, path: readonly string[]): Value | undefined {
    const map = new Map<string, Value>()
    // Of such a map each key is taken whole.
    const inArgs = ruleAt(path)?.rule === 'args'
    for (const entry of now.entries.values()) {
      const here = [...path, entry.key]
      const old = then.entries.get(entry.key)
      const value =
        old !== undefined && inArgs
          ? sameAs(old.value(), entry.value())
            ? undefined
            : whole(entry.value(), here)
          : old === undefined
            ? // What is empty is as good as absent.
              isSet(entry.value())
              ? whole(entry.value(), here)
              : undefined
            : changed(old.value(), entry.value(), here)
      if (value !== undefined) map.set(entry.key, value)
    }
    for (const [key, entry] of then.entries) {
      if (now.entries.has(key) || !isSet(entry.value())) continue
      const value = deleted([...path, key])
      if (value !== undefined) map.set(key, value)
    }
    return map.size === 0 ? undefined : { map }
  }
  function lists(then: ListTree, now: ListTree, path: readonly string[]): Value | undefined {
    const a = then.items.map((item) => item.value())
    const b = now.items.map((item) => item.value())
    if (a.length === b.length && a.every((tree, at) => sameAs(tree, b[at]))) return undefined
    const { rule, keys = [] } = ruleAt(path) ?? {}
    if (rule === 'replace' || rule === 'any') return b.length === 0 ? deleted(path) : whole(now, path)
    if (rule === 'keyed' || rule === 'keyed-replace') return keyed(a, b, keys, path, rule === 'keyed')
    return appended(a, b, path)
  }
  function keyed(
    a: readonly Tree[],
    b: readonly Tree[],
    keys: readonly string[],
    path: readonly string[],
    merges: boolean,
  ): Value | undefined {
    if (b.length === 0) return deleted(path)
    const isInside = path.some((step) => step.startsWith('['))
    const [key = '', ...others] = keys
    const names = (trees: readonly Tree[]): readonly (string | undefined)[] =>
      // An element that goes by another key, as an interface by its selector, can be met but not named here.
      trees.map((tree) =>
        others.some((other) => isSet(treeAt(tree, other))) ? undefined : textAt(tree, key),
      )
    const [was, is] = [names(a), names(b)]
    const isSound = (list: readonly (string | undefined)[]): boolean =>
      !list.includes(undefined) && new Set(list).size === list.length
    // Elements that keep their order first, then those that come: any other order has no words.
    const order = [...was.filter((name) => is.includes(name)), ...is.filter((name) => !was.includes(name))]
    if (!isSound(was) || !isSound(is) || order.some((name, at) => name !== is[at])) return miss(path, 'list')
    if (isInside && was.some((name) => !is.includes(name))) return miss(path, 'list')
    const items: Value[] = []
    for (const [at, name = ''] of was.entries()) {
      const next = b[is.indexOf(name)]
      const own = a[at]
      const here = [...path, `[${name}]`]
      if (own === undefined) continue
      const id: [string, Value] = [key, { text: keyText(own, key, before.config.text) }]
      if (next === undefined) items.push({ map: new Map([id, ['$patch', { text: 'delete' }]]) })
      else if (!merges && !sameAs(own, next)) items.push(whole(next, here) ?? { map: new Map([id]) })
      else if (merges) {
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
    if (b.length === 0) return deleted(path)
    const gone: Value[] = []
    const left = [...a]
    for (let at = 0; at < left.length;) {
      const tree = left[at]
      if (tree === undefined || sameAs(tree, b[at])) {
        at++
        continue
      }
      if (path.some((step) => step.startsWith('['))) return miss(path, 'list')
      const first = tree.kind === 'map' ? [...tree.entries.values()][0] : undefined
      const value = first?.value()
      const isFirst =
        first !== undefined &&
        value?.kind === 'scalar' &&
        value.value.search(PLACEHOLDER) < 0 &&
        left.findIndex((one) => textAt(one, first.key) === value.value) === at
      if (!isFirst) return miss(path, 'list')
      const written = scalarText(value, before.config.text)
      gone.push({
        map: new Map<string, Value>([
          [first.key, { text: written }],
          ['$patch', { text: 'delete' }],
        ]),
      })
      left.splice(at, 1)
    }
    const added = b.slice(left.length).map((tree, at) => whole(tree, [...path, `[${left.length + at}]`]))
    return { items: [...gone, ...added.flatMap((value) => value ?? [])] }
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

function asValue({ value, style }: ScalarTree): ScalarValue {
  return { kind: 'scalar', text: value, quoted: style !== 'plain' }
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
