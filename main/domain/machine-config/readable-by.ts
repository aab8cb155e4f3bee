import type { JsonSchema } from './schema-port.ts'

/** What another Talos version would make of a configuration. Paths are dotted, behind the document's kind. */
export interface Readability {
  /** It would refuse the whole configuration: a document or key it does not know. */
  readonly unreadable: readonly string[]
  /** It takes them, and no longer describes them. */
  readonly deprecated: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/** A document without its values: keys, lists, and what names the document. Nothing secret is left in it. */
export function shapeOf(document: unknown, top = true): unknown {
  if (Array.isArray(document)) return document.map((item) => shapeOf(item, false))
  if (!isFields(document)) return null
  return Object.fromEntries(
    Object.entries(document).map(([key, value]) => [
      key,
      top && (key === 'kind' || key === 'name') && typeof value === 'string' ? value : shapeOf(value, false),
    ]),
  )
}

/**
 * Which parts of a configuration a Talos line knows. Talos refuses unknown documents and keys when it loads its config,
 * and then stands in maintenance mode (behaviour.md §5.9).
 * @param shape of each document, see `shapeOf`
 * @param schema the line's editor schema: keys that its decoder still takes are in it, marked `deprecated`
 */
export function readableBy(shape: readonly unknown[], schema: JsonSchema): Readability {
  const found = { unreadable: [] as string[], deprecated: [] as string[] }
  const walk = createWalk(schema, found)
  for (const document of shape) {
    if (!isFields(document)) continue
    const { kind, name } = document
    const label = [kind, name].filter((part) => typeof part === 'string').join(' ')
    const own = definitionFor(schema, typeof kind === 'string' ? kind : undefined)
    if (own === 'unknown') found.unreadable.push(label === '' ? '?' : label)
    else if (own !== undefined) walk(document, own, label === '' ? [] : [label])
  }
  return { unreadable: [...new Set(found.unreadable)], deprecated: [...new Set(found.deprecated)] }
}

/** `undefined`: known by name only, so anything may be inside. */
function definitionFor(schema: JsonSchema, kind: string | undefined): Fields | 'unknown' | undefined {
  const branches = Array.isArray(schema['allOf']) ? (schema['allOf'] as readonly unknown[]) : []
  const legacy = branches.find((branch) => at(branch, 'if', 'not') !== undefined)
  if (kind === undefined) return asFields(at(legacy, 'then'))
  const kinds = at(schema, 'properties', 'kind', 'enum')
  if (!Array.isArray(kinds) || !kinds.includes(kind)) return 'unknown'
  const branch = branches.find((one) => at(one, 'if', 'properties', 'kind', 'const') === kind)
  return asFields(at(branch, 'then'))
}

function createWalk(schema: JsonSchema, found: { unreadable: string[]; deprecated: string[] }) {
  const definitions = asFields(schema['$defs']) ?? {}
  /** A schema that is written out, or is the one definition it names. */
  function resolve(part: Fields): Fields {
    const reference = part['$ref']
    if (typeof reference !== 'string') return part
    return asFields(definitions[reference.slice(reference.lastIndexOf('/') + 1)]) ?? {}
  }
  /** `told`: what stands above is deprecated already, and all below it with it. */
  return function walk(value: unknown, part: Fields, path: readonly string[], told = false): void {
    const rule = resolve(part)
    if (Array.isArray(value)) {
      const items = asFields(rule['items'])
      if (items !== undefined) for (const item of value) walk(item, items, path, told)
      return
    }
    const properties = asFields(rule['properties'])
    const others = Object.values(asFields(rule['patternProperties']) ?? {})[0] ?? rule['additionalProperties']
    // Where a schema leaves open what may stand there, or gives several ways, nothing is said.
    if (!isFields(value) || (properties === undefined && others !== false && !isFields(others))) return
    for (const [key, inner] of Object.entries(value)) {
      const property = asFields(properties?.[key])
      if (property !== undefined) {
        const old = property['deprecated'] === true
        if (old && !told) found.deprecated.push([...path, key].join('.'))
        walk(inner, property, [...path, key], told || old)
      } else if (isFields(others)) walk(inner, others, [...path, key], told)
      else if (others === false) found.unreadable.push([...path, key].join('.'))
    }
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : undefined), value)
}

function asFields(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
