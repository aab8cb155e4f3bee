import type { TextPosition } from '#contract/wire-error.ts'
import { TalosFailure } from '../../talos-failure.ts'
import { isSame, withEntries, withItems, type Value } from './values.ts'

/** One operation of RFC 6902; paths are taken apart already. */
export interface JsonOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: readonly string[]
  readonly from?: readonly string[]
  readonly value?: Value
}

const OPERATIONS: readonly string[] = ['add', 'remove', 'replace', 'move', 'copy', 'test']

/** Throws `patch-unreadable` for what is no list of operations. */
export function readJsonPatch(list: Value, at: TextPosition): readonly JsonOperation[] {
  const refuse = (message: string): never => {
    throw new TalosFailure('patch-unreadable', message, { at })
  }
  if (list.kind !== 'list') return refuse('A JSON patch is a list of operations.')
  return list.items.map((item): JsonOperation => {
    const fieldOf = (key: string): Value | undefined =>
      item.kind === 'map' ? item.entries.get(key)?.value : undefined
    const textOf = (key: string): string | undefined => {
      const value = fieldOf(key)
      return value?.kind === 'scalar' ? value.text : undefined
    }
    const op = textOf('op')
    const path = textOf('path')
    if (op === undefined || !isOperation(op))
      return refuse('A step of the JSON patch has no operation that JSON6902 knows.')
    if (path === undefined) return refuse(`The JSON patch operation ${op} has no path.`)
    const from = textOf('from')
    const value = fieldOf('value')
    if ((op === 'move' || op === 'copy') && from === undefined)
      return refuse(`The JSON patch operation ${op} has no from.`)
    if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined)
      return refuse(`The JSON patch operation ${op} has no value.`)
    return {
      op,
      path: steps(path, refuse),
      ...(from === undefined ? {} : { from: steps(from, refuse) }),
      ...(value === undefined ? {} : { value }),
    }
  })
}

function isOperation(op: string): op is JsonOperation['op'] {
  return OPERATIONS.includes(op)
}

function steps(pointer: string, refuse: (message: string) => never): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/'))
    return refuse(`The path ${pointer} of the JSON patch has to begin with a slash.`)
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Throws `patch-refused` at the first operation that does not apply; then nothing of the patch does. */
export function applyJsonPatch(root: Value, operations: readonly JsonOperation[]): Value {
  let result = root
  for (const { op, path, from, value } of operations) {
    const missing = (at = path): TalosFailure =>
      new TalosFailure(
        'patch-refused',
        `${op} operation does not apply: doc is missing path: /${at.join('/')}`,
      )
    const source = from === undefined ? value : read(result, from)
    if (from !== undefined && source === undefined) throw missing(from)
    if (op === 'test') {
      const found = read(result, path)
      if (found === undefined || source === undefined || !isSame(found, source)) {
        throw new TalosFailure('patch-refused', `testing value /${path.join('/')} failed`)
      }
      continue
    }
    if (op === 'move' && from !== undefined) result = change(result, from, 'remove', undefined, missing)
    if (op === 'remove' || op === 'replace') result = change(result, path, op, source, missing)
    else result = change(result, path, 'add', source, missing)
  }
  return result
}

function read(value: Value, path: readonly string[]): Value | undefined {
  const [step, ...rest] = path
  if (step === undefined) return value
  const below =
    value.kind === 'map'
      ? value.entries.get(step)?.value
      : value.kind === 'list'
        ? value.items[indexOf(step)]
        : undefined
  return below === undefined ? undefined : read(below, rest)
}

function indexOf(step: string): number {
  return /^\d+$/.test(step) ? Number(step) : -1
}

function change(
  value: Value,
  path: readonly string[],
  how: 'add' | 'replace' | 'remove',
  wanted: Value | undefined,
  missing: () => TalosFailure,
): Value {
  const [step, ...rest] = path
  if (step === undefined) {
    if (wanted === undefined) throw missing()
    return wanted
  }
  const last = rest.length === 0
  if (value.kind === 'map') {
    const entries = new Map(value.entries)
    const old = entries.get(step)
    if (old === undefined && !(last && how === 'add')) throw missing()
    if (last && how === 'remove') entries.delete(step)
    else if (last && wanted !== undefined) {
      entries.set(step, {
        ...old,
        value: old !== undefined && isSame(old.value, wanted) ? old.value : wanted,
      })
    } else if (old !== undefined)
      entries.set(step, { ...old, value: change(old.value, rest, how, wanted, missing) })
    return withEntries(value, entries)
  }
  if (value.kind !== 'list') throw missing()
  const at = step === '-' && how === 'add' && last ? value.items.length : indexOf(step)
  const old = value.items[at]
  if (at < 0 || at > value.items.length || (old === undefined && !(last && how === 'add'))) throw missing()
  const items = [...value.items]
  if (last && how === 'remove') items.splice(at, 1)
  else if (last && wanted !== undefined) items.splice(at, how === 'add' ? 0 : 1, wanted)
  else if (old !== undefined) items[at] = change(old, rest, how, wanted, missing)
  return withItems(value, items)
}
