import type { MergeRules, RulePath } from './merge-rules.ts'
import {
  isNull,
  isSame,
  withEntries,
  withItems,
  type ListValue,
  type MapValue,
  type ScalarValue,
  type Value,
} from './values.ts'

/** Two values of different shape stand at `path`; the rule's own words say which. */
export class MergeMismatch extends Error {
  readonly path: RulePath
  constructor(path: RulePath, message: string) {
    super(message)
    this.path = path
  }
}

/**
 * Puts the patch's value over the configuration's, by Talos' rules (behaviour.md §4.5). What a patch does not name is
 * left as it is, sizes and half-given certificate pairs included, which Talos' own tools erase.
 * Throws `MergeMismatch`.
 */
export function mergeValues(
  document: string,
  left: Value,
  right: Value,
  rules: MergeRules,
  unite = false,
): Value {
  return merge(left, right, [])

  function merge(left: Value, right: Value, path: RulePath): Value {
    const rule = rules.find(document, path)
    if (isNull(right)) return left
    if (isNull(left)) return right
    if (rule?.rule === 'replace') {
      // An empty block reads as none given; an empty list is one.
      const isNothing = right.kind === 'map' && right.entries.size === 0
      return isNothing || isSame(left, right) ? left : right
    }
    if (left.kind === 'scalar' && right.kind === 'scalar') return mergeScalars(left, right, path)
    if (left.kind === 'list' && right.kind === 'list') return mergeLists(left, right, path, rule?.keys)
    if (left.kind === 'map' && right.kind === 'map') return mergeMaps(left, right, path, rule?.rule)
    throw new MergeMismatch(path, `merge type mismatch left ${nameOf(left)} right ${nameOf(right)}`)
  }

  function mergeScalars(left: ScalarValue, right: ScalarValue, path: RulePath): Value {
    if (isSame(left, right)) return left
    const obstacle = scalarObstacle(document, left, right, path, rules)
    if (obstacle === 'type') {
      throw new MergeMismatch(path, `merge type mismatch left ${yamlType(left)} right ${yamlType(right)}`)
    }
    return obstacle === 'empty-value' ? left : right
  }

  function mergeMaps(left: MapValue, right: MapValue, path: RulePath, rule: string | undefined): Value {
    const entries = new Map(left.entries)
    for (const [key, entry] of right.entries) {
      const old = entries.get(key)
      if (old === undefined) {
        if (!isNull(entry.value) || rule === 'map') entries.set(key, entry)
        continue
      }
      if (rule === 'args' || rule === 'pem') {
        if (!isSame(old.value, entry.value)) entries.set(key, { ...old, value: entry.value })
        continue
      }
      entries.set(key, { ...old, value: merge(old.value, entry.value, [...path, key]) })
    }
    return withEntries(left, entries)
  }

  function mergeLists(
    left: ListValue,
    right: ListValue,
    path: RulePath,
    keys: readonly string[] | undefined,
  ): Value {
    if (keys === undefined) {
      const fresh = unite
        ? right.items.filter((item) => !left.items.some((one) => isSame(one, item)))
        : right.items
      return withItems(left, [...left.items, ...fresh])
    }
    const whole = rules.find(document, path)?.rule === 'keyed-replace'
    const items = [...left.items]
    const below = elementPath(path)
    for (const item of right.items) {
      const at = findTwin(items, item, keys)
      const old = at === undefined ? undefined : items[at]
      if (at === undefined || old === undefined) items.push(item)
      else if (whole) items[at] = isSame(old, item) ? old : item
      else items[at] = merge(old, item, below)
    }
    return withItems(left, items)
  }
}

/**
 * Why a patch's scalar cannot take the place of another: Talos takes an empty value for none, and refuses another type
 * where a field takes any.
 */
export function scalarObstacle(
  document: string,
  left: ScalarValue,
  right: ScalarValue,
  path: RulePath,
  rules: MergeRules,
): 'type' | 'empty-value' | undefined {
  const isFree = rules.isFree(document, path)
  if (isFree && yamlType(left) !== yamlType(right)) return 'type'
  const rule = rules.find(document, path)?.rule
  if (rule === 'pointer' || rule === 'bytes') return undefined
  if (right.text === '') return 'empty-value'
  const isNumber = rule === 'number' || (!right.quoted && isFree)
  return isNumber && /^[-+]?0+(?:\.0*)?(?:s|ms|m|h)?$/.test(right.text) ? 'empty-value' : undefined
}

/** The first element that has the same value under the first key that the patch's element gives. */
export function findTwin(items: readonly Value[], item: Value, keys: readonly string[]): number | undefined {
  if (item.kind !== 'map') return undefined
  const key = keys.find((one) => {
    const value = item.entries.get(one)?.value
    return value !== undefined && !(value.kind === 'scalar' && value.text === '')
  })
  const wanted = key === undefined ? undefined : item.entries.get(key)?.value
  if (key === undefined || wanted === undefined) return undefined
  const at = items.findIndex((one) => {
    const value = one.kind === 'map' ? one.entries.get(key)?.value : undefined
    if (value?.kind === 'scalar' && wanted.kind === 'scalar') return value.text === wanted.text
    return value !== undefined && isSame(value, wanted)
  })
  return at < 0 ? undefined : at
}

/** Path of a list's elements. */
export function elementPath(path: RulePath): RulePath {
  return [...path.slice(0, -1), `${path.at(-1) ?? ''}[]`]
}

function nameOf(value: Value): string {
  return value.kind === 'map' ? 'map' : value.kind === 'list' ? 'list' : 'scalar'
}

/** Type that Go's YAML gives a value whose field has none. */
function yamlType({ text, quoted }: ScalarValue): string {
  if (quoted) return 'string'
  if (/^(?:true|false)$/i.test(text)) return 'bool'
  if (/^[-+]?(?:\d+|0x[\da-f]+|0o[0-7]+)$/i.test(text)) return 'int'
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text) ? 'float64' : 'string'
}
