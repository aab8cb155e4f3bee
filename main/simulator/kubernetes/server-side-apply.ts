import { ApiFailure } from './api-failure.ts'
import { elementKey, isTree } from './list-keys.ts'
import type { KubeObject, ManagedFields } from './objects.ts'

type Tree = Readonly<Record<string, unknown>>
/** FieldsV1: `f:` before a field, `k:` before the key of a list's element; an empty tree is a value. */
type Fields = Readonly<Record<string, unknown>>

/** Fields that say which object it is; nobody owns them. */
const IDENTITY: readonly (readonly string[])[] = [
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata', 'f:name'],
  ['f:metadata', 'f:namespace'],
]

/**
 * What an object becomes when somebody applies a configuration on the server's side: the fields named are theirs, fields
 * that were theirs and are named no more go, all others stay.
 * @param live absent when there is none yet
 * @throws ApiFailure 409 with all conflicts when somebody else owns a field that would change, unless forced
 */
export function applied(
  live: KubeObject | undefined,
  config: Tree,
  by: { readonly manager: string; readonly force: boolean; readonly now: string },
): Tree {
  const fields = fieldsOf(config)
  const before = live?.metadata.managedFields ?? []
  const mine = before.find(({ manager }) => manager === by.manager)
  const others = before.filter(({ manager }) => manager !== by.manager)
  const conflicts = live ? conflictsWith(others, fields, config, live) : []
  if (conflicts.length > 0 && !by.force) throw conflictOf(conflicts)
  const kept = others.map((entry) => withoutPaths(entry, conflicts))
  let result: Tree = live ? (overlaid(live, config, '') as Tree) : config
  const still = new Set([fields, ...kept.map(({ fieldsV1 }) => fieldsV1)].flatMap(pathsOf).map(joined))
  for (const path of mine ? pathsOf(mine.fieldsV1) : [])
    if (!still.has(joined(path))) result = without(result, path) as Tree
  const apiVersion = String(config['apiVersion'])
  const isSame = mine && JSON.stringify(mine.fieldsV1) === JSON.stringify(fields)
  const entry: ManagedFields = {
    manager: by.manager,
    operation: 'Apply',
    apiVersion,
    time: isSame ? mine.time : by.now,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  }
  const metadata = isTree(result['metadata']) ? result['metadata'] : {}
  return {
    ...result,
    metadata: {
      ...metadata,
      managedFields: [...kept.filter(({ fieldsV1 }) => Object.keys(fieldsV1).length > 0), entry],
    },
  }
}

function fieldsOf(config: Tree): Fields {
  let fields = treeOf(config)
  for (const path of IDENTITY) fields = withoutField(fields, path)
  return fields
}

function treeOf(value: Tree): Fields {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [`f:${name}`, itemOf(name, item)]))
}

function itemOf(name: string, value: unknown): Fields {
  if (isTree(value)) return treeOf(value)
  if (!isKeyed(name, value)) return {}
  return Object.fromEntries(
    value.map((element) => [elementKey(name, element) ?? '', { '.': {}, ...treeOf(element as Tree) }]),
  )
}

function isKeyed(name: string, value: unknown): value is readonly unknown[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((element) => elementKey(name, element) !== undefined)
  )
}

/** Ways to all values in these fields; `.` stands for the element itself. */
function pathsOf(fields: Fields): readonly (readonly string[])[] {
  return Object.entries(fields).flatMap(([step, below]) => {
    if (!isTree(below) || Object.keys(below).length === 0) return [[step]]
    return pathsOf(below).map((path) => [step, ...path])
  })
}

function joined(path: readonly string[]): string {
  return path.join('\n')
}

interface Conflict {
  readonly manager: string
  readonly apiVersion: string
  readonly path: readonly string[]
}

function conflictsWith(
  others: readonly ManagedFields[],
  fields: Fields,
  config: Tree,
  live: object,
): readonly Conflict[] {
  const wanted = new Map(pathsOf(fields).map((path) => [joined(path), path]))
  return others.flatMap(({ manager, apiVersion, fieldsV1 }) =>
    pathsOf(fieldsV1).flatMap((path) => {
      const isChange =
        wanted.has(joined(path)) &&
        path.at(-1) !== '.' &&
        JSON.stringify(valueAt(config, path)) !== JSON.stringify(valueAt(live, path))
      return isChange ? [{ manager, apiVersion, path }] : []
    }),
  )
}

function valueAt(tree: unknown, path: readonly string[]): unknown {
  let here = tree
  let list = ''
  for (const step of path) {
    if (step.startsWith('k:'))
      here = (Array.isArray(here) ? here : []).find((item) => elementKey(list, item) === step)
    else if (step !== '.') {
      list = step.slice(2)
      here = isTree(here) ? here[list] : undefined
    }
  }
  return here
}

/** As the API server words it; the causes carry one field each. */
function conflictOf(conflicts: readonly Conflict[]): ApiFailure {
  const named = conflicts.map(({ manager, apiVersion, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}" using ${apiVersion}`,
    field: told(path),
  }))
  const [one] = named
  const text =
    named.length === 1 && one
      ? `1 conflict: ${one.message}: ${one.field}`
      : `${named.length} conflicts: ${named.map(({ message, field }) => `${message}:\n- ${field}`).join('\n')}`
  return new ApiFailure(409, 'Conflict', `Apply failed with ${text}`, { causes: named })
}

/** `.spec.template.spec.containers[name="coredns"].image` */
function told(path: readonly string[]): string {
  return path
    .map((step) => {
      if (step === '.') return ''
      if (!step.startsWith('k:')) return `.${step.slice(2)}`
      const key = JSON.parse(step.slice(2)) as Tree
      return `[${Object.entries(key)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`
    })
    .join('')
}

function withoutPaths(entry: ManagedFields, conflicts: readonly Conflict[]): ManagedFields {
  let { fieldsV1 } = entry
  for (const { manager, path } of conflicts)
    if (manager === entry.manager) fieldsV1 = withoutField(fieldsV1, path)
  return { ...entry, fieldsV1 }
}

function withoutField(fields: Fields, [step = '', ...rest]: readonly string[]): Fields {
  const below = fields[step]
  if (!isTree(below)) return fields
  const left = rest.length > 0 ? withoutField(below, rest) : {}
  return Object.keys(left).length === 0 ? omitted(fields, step) : { ...fields, [step]: left }
}

function omitted(tree: Tree, name: string): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([key]) => key !== name))
}

function overlaid(live: unknown, config: unknown, name: string): unknown {
  if (isTree(config)) {
    const base = isTree(live) ? live : {}
    return {
      ...base,
      ...Object.fromEntries(
        Object.entries(config).map(([key, item]) => [key, overlaid(base[key], item, key)]),
      ),
    }
  }
  if (!isKeyed(name, config) || !Array.isArray(live)) return config
  const elements: unknown[] = [...(live as readonly unknown[])]
  for (const item of config) {
    const key = elementKey(name, item)
    const at = elements.findIndex((element) => elementKey(name, element) === key)
    if (at < 0) elements.push(item)
    else elements[at] = overlaid(elements[at], item, '')
  }
  return elements
}

/** The tree without what stands there; a list's element goes when nobody claims it any more. */
function without(tree: unknown, [step = '', ...rest]: readonly string[], list = ''): unknown {
  if (step.startsWith('k:')) {
    if (!Array.isArray(tree)) return tree
    return rest[0] === '.'
      ? tree.filter((item) => elementKey(list, item) !== step)
      : tree.map((item: unknown) => (elementKey(list, item) === step ? without(item, rest) : item))
  }
  const name = step.slice(2)
  if (!isTree(tree) || tree[name] === undefined) return tree
  return rest.length === 0 ? omitted(tree, name) : { ...tree, [name]: without(tree[name], rest, name) }
}
