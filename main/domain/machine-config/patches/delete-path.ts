import { elementPath } from './merge-values.ts'
import type { MergeRules, RulePath } from './merge-rules.ts'
import { withEntries, withItems, type ListValue, type MapValue, type Value } from './values.ts'

/** What a `$patch: delete` points at: a key, or the element of a list whose `key` has the text `value`. */
export interface DeleteSelector {
  /** Steps as Talos writes them: `machine`, `network`, `interfaces`, `[0]`. */
  readonly path: readonly string[]
  readonly key?: string
  readonly value?: string
}

/** In the words of Talos' tools: `lookup failed`. */
export class DeleteMismatch extends Error {}

const LOOKUP_FAILED = 'lookup failed'

/**
 * Takes a value out. `knows` says whether a key that is absent is a field of this document: such a one is deleted
 * without complaint, a key of a free map is not. Throws `DeleteMismatch`.
 */
export function deletePath(
  document: string,
  root: Value,
  selector: DeleteSelector,
  rules: MergeRules,
  knows: (path: RulePath) => boolean,
): Value {
  return remove(root, selector.path, [])

  function remove(value: Value, steps: readonly string[], path: RulePath): Value {
    const [step = '', ...rest] = steps
    if (value.kind === 'list') return removeItem(value, step, rest, path)
    if (value.kind !== 'map') throw new DeleteMismatch(LOOKUP_FAILED)
    return removeKey(value, step, rest, path)
  }

  function removeKey(map: MapValue, step: string, rest: readonly string[], path: RulePath): Value {
    const below = [...path, step]
    const entry = map.entries.get(step)
    if (entry === undefined) {
      if (isFreeMap(path)) throw new DeleteMismatch(LOOKUP_FAILED)
      if (rest.length === 0 && knows(below)) return map
      if (rest.length > 0 && rules.find(document, below)?.rule === 'struct') {
        remove({ kind: 'map', entries: new Map() }, rest, below)
        return map
      }
      throw new DeleteMismatch(LOOKUP_FAILED)
    }
    const entries = new Map(map.entries)
    if (rest.length === 0) entries.delete(step)
    else entries.set(step, { ...entry, value: remove(entry.value, rest, below) })
    return withEntries(map, entries)
  }

  function isFreeMap(path: RulePath): boolean {
    return rules.find(document, path)?.rule === 'map' || rules.isFree(document, path)
  }

  function removeItem(list: ListValue, step: string, rest: readonly string[], path: RulePath): Value {
    if (rest.length > 0) throw new DeleteMismatch('searching for complex paths in slices is not supported')
    if (!step.startsWith('['))
      throw new DeleteMismatch('searching for non-integer keys in slices is not supported')
    const { key = '', value = '' } = selector
    const below = [...elementPath(path), key]
    const rule = rules.find(document, below)?.rule
    // Talos compares texts only: a number, a switch or a block under that key is never found.
    const comparable =
      rule !== 'number' &&
      rule !== 'pointer' &&
      !rules.isFree(document, below) &&
      !/^(?:true|false)$/.test(value)
    const at = list.items.findIndex((item) => {
      const found = item.kind === 'map' ? item.entries.get(key)?.value : undefined
      return comparable && found?.kind === 'scalar' && found.text === value
    })
    if (at < 0) throw new DeleteMismatch(LOOKUP_FAILED)
    return withItems(
      list,
      list.items.filter((_, index) => index !== at),
    )
  }
}
