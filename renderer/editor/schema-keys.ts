import type { PathStep } from './yaml-path.ts'

/** A JSON schema as `machine-configs.schema` answers it: everything sits in `$defs`, one definition per kind. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What the schema knows of one key: `integer`, `list of string`, or its allowed values. */
export interface KnownKey {
  readonly type?: string
  readonly values?: readonly string[]
}

/**
 * The keys that may stand in a mapping of a document, by name. `undefined` where the schema is silent: an unknown
 * kind, or a mapping with free keys.
 */
export function keysAt(
  schema: JsonSchema,
  kind: string,
  path: readonly PathStep[],
): ReadonlyMap<string, KnownKey> | undefined {
  let node = definitionOf(schema, kind)
  for (const step of path) {
    if (node === undefined) return undefined
    node = typeof step === 'number' ? inner(schema, node, 'items') : property(schema, node, step)
  }
  const properties = node === undefined ? undefined : object(node['properties'])
  if (properties === undefined) return undefined
  return new Map(
    Object.entries(properties).map(([name, value]) => [name, describe(schema, object(value) ?? {})]),
  )
}

/** Kinds of the line, as `editorSchema` lists them at the root. */
export function kindsOf(schema: JsonSchema): readonly string[] {
  const kind = object(object(schema['properties'])?.['kind'])
  return Array.isArray(kind?.['enum']) ? kind['enum'].map(String) : []
}

/** Keys that a document of the kind cannot be without, its name first. */
export function requiredOf(
  schema: JsonSchema,
  kind: string,
): readonly ({ readonly key: string } & KnownKey)[] {
  const definition = definitionOf(schema, kind)
  const required = Array.isArray(definition?.['required']) ? definition['required'].map(String) : []
  const known = keysAt(schema, kind, [])
  // Some schemas leave it out of the list although Talos asks for it.
  const keys = known?.has('name') === true ? ['name', ...required.filter((key) => key !== 'name')] : required
  return keys.map((key) => ({ key, ...known?.get(key) }))
}

/** The key that was most likely meant: at most two typing mistakes away, one in a short word. */
export function nearestKey(word: string, known: Iterable<string>): string | undefined {
  const allowed = word.length <= 4 ? 1 : 2
  let best: { readonly key: string; readonly distance: number } | undefined
  for (const key of known) {
    const distance = mistakes(word.toLowerCase(), key.toLowerCase())
    if (distance <= allowed && distance < (best?.distance ?? Infinity)) best = { key, distance }
  }
  return best?.key
}

function definitionOf(schema: JsonSchema, kind: string): JsonSchema | undefined {
  const definitions = Object.values(object(schema['$defs']) ?? {}).map((value) => object(value) ?? {})
  return definitions.find((definition) => {
    const properties = object(definition['properties']) ?? {}
    if (kind === 'v1alpha1') return 'machine' in properties && 'cluster' in properties
    const own = object(properties['kind'])
    return own?.['const'] === kind || (Array.isArray(own?.['enum']) && own['enum'].includes(kind))
  })
}

function property(schema: JsonSchema, node: JsonSchema, key: string): JsonSchema | undefined {
  const properties = object(node['properties'])
  const own = object(properties?.[key])
  if (own !== undefined) return resolve(schema, own)
  const patterns = Object.values(object(node['patternProperties']) ?? {})
  const free = object(patterns[0]) ?? object(node['additionalProperties'])
  return free === undefined ? undefined : resolve(schema, free)
}

function inner(schema: JsonSchema, node: JsonSchema, name: 'items'): JsonSchema | undefined {
  const own = object(node[name])
  return own === undefined ? undefined : resolve(schema, own)
}

function resolve(schema: JsonSchema, node: JsonSchema): JsonSchema {
  const reference = node['$ref']
  if (typeof reference !== 'string') return node
  const name = reference.split('/').at(-1) ?? ''
  return object(object(schema['$defs'])?.[name]) ?? {}
}

function describe(schema: JsonSchema, node: JsonSchema): KnownKey {
  const full = resolve(schema, node)
  const values = Array.isArray(full['enum']) ? { values: full['enum'].map(String) } : {}
  const type = full['type']
  if (type === 'array') {
    const items = inner(schema, full, 'items')?.['type']
    return { type: typeof items === 'string' ? `array of ${items}` : 'array', ...values }
  }
  return typeof type === 'string' ? { type, ...values } : values
}

function object(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonSchema)
    : undefined
}

/** Letters to add, drop, change or swap (optimal string alignment). */
function mistakes(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return 3
  let older: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        cost = Math.min(cost, (older[j - 2] ?? 0) + 1)
      }
      row.push(cost)
    }
    older = last
    last = row
  }
  return last[to.length] ?? 0
}
