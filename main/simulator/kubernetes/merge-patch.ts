import { ApiFailure, unsupportedMediaType } from './api-failure.ts'
import { elementKey, isTree } from './list-keys.ts'
import type { Plural } from './objects.ts'
import { APPLY } from './request.ts'

type Tree = Readonly<Record<string, unknown>>

const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'

/** @throws ApiFailure 415 for a kind of patch that is not known here; Nodes cannot be applied */
export function assertPatchType(mediaType: string, plural: Plural): void {
  const known = plural === 'nodes' ? [MERGE, STRATEGIC] : [MERGE, STRATEGIC, APPLY]
  if (!known.includes(mediaType)) throw unsupportedMediaType(known)
}

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
  if (!strategic || !Array.isArray(value) || !Array.isArray(before)) return value
  if (value.some((element) => elementKey(name, element) === undefined)) return value
  const elements: unknown[] = [...(before as readonly unknown[])]
  for (const change of value.filter(isTree)) {
    const key = elementKey(name, change)
    const at = elements.findIndex((element) => elementKey(name, element) === key)
    const old = elements[at]
    if (isTree(old)) elements[at] = merge(old, change, strategic)
    else elements.push(change)
  }
  return elements
}
