import { ApiFailure, unsupportedMediaType } from './api-failure.ts'

type Tree = Readonly<Record<string, unknown>>

const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'

/** @throws ApiFailure 415 for a kind of patch that is not known here */
export function assertPatchType(mediaType: string): void {
  if (mediaType !== MERGE && mediaType !== STRATEGIC) throw unsupportedMediaType([MERGE, STRATEGIC])
}

/** Lists of a Node that a strategic patch merges by their key; all others it replaces. */
const MERGE_KEYS: Readonly<Record<string, string>> = { conditions: 'type', addresses: 'type' }

/**
 * The object with a merge patch or a strategic one laid over it.
 * @throws ApiFailure 400 for what is no object or a directive
 */
export function patched(object: object, patch: unknown, mediaType: string): object {
  if (!isTree(patch)) throw new ApiFailure(400, 'BadRequest', 'a patch is an object')
  return merge(object as Tree, patch, mediaType === STRATEGIC)
}

function merge(target: Tree, patch: Tree, strategic: boolean): Tree {
  const merged: Record<string, unknown> = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    if (strategic && key.startsWith('$')) {
      // An order of elements says nothing here: the keyed lists are looked up by type.
      if (key.startsWith('$setElementOrder/')) continue
      throw new ApiFailure(400, 'BadRequest', `the directive ${key} is not understood here`)
    }
    const before = merged[key]
    if (value === null) Reflect.deleteProperty(merged, key)
    else if (isTree(value)) merged[key] = merge(isTree(before) ? before : {}, value, strategic)
    else merged[key] = mergedList(key, before, value, strategic)
  }
  return merged
}

function mergedList(name: string, before: unknown, value: unknown, strategic: boolean): unknown {
  const key = MERGE_KEYS[name]
  if (!strategic || key === undefined || !Array.isArray(value) || !Array.isArray(before)) return value
  const elements = before.filter(isTree)
  for (const change of value.filter(isTree)) {
    const at = elements.findIndex((element) => element[key] === change[key])
    const old = elements[at]
    if (old) elements[at] = merge(old, change, strategic)
    else elements.push(change)
  }
  return elements
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
