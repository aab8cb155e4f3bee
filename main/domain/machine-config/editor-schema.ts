import { minorOf } from './config-facts.ts'
import type { AcceptedKey, JsonSchema } from './schema-port.ts'

export interface SchemaSources {
  readonly version: string
  /** Upstream's schema of that version. */
  readonly schema: JsonSchema
  /** Schemas of the lines before it, by version, for keys that only they describe. */
  readonly earlier: ReadonlyMap<string, JsonSchema>
  readonly accepted: Readonly<Record<string, readonly AcceptedKey[]>>
  /** Kinds that Talos registers for that line. */
  readonly kinds: readonly string[]
}

/** Kinds whose name the schema has wrong (config-docs-index: `schemaKind`). */
const RIGHT_KIND: Readonly<Record<string, string>> = {
  KubeSpanEndpoints: 'KubeSpanEndpointsConfig',
  UnattendedInstall: 'UnattendedInstallConfig',
}

/**
 * The schema as the editor wants it. The root branches by `kind` instead of trying forty alternatives, so that a wrong
 * key is told at its place; keys that the decoder still takes are described by the last schema that had them and
 * marked `deprecated`, as every configuration of an older Talos has some.
 */
export function editorSchema(sources: SchemaSources): Record<string, unknown> {
  const definitions = copyOf(objectAt(sources.schema, '$defs'))
  rightKinds(definitions)
  addAccepted(definitions, sources)
  return {
    $schema: sources.schema['$schema'],
    $id: `ichor://schemas/${sources.version}`,
    $defs: definitions,
    ...byKind(sources.schema, definitions, sources.kinds),
  }
}

type Definitions = Record<string, Record<string, unknown>>

function byKind(
  schema: JsonSchema,
  definitions: Definitions,
  registered: readonly string[],
): Record<string, unknown> {
  const alternatives = Array.isArray(schema['oneOf']) ? (schema['oneOf'] as readonly unknown[]) : []
  const branches = new Map<string, string>()
  let legacy: string | undefined
  for (const alternative of alternatives) {
    const reference = isObject(alternative) ? alternative['$ref'] : undefined
    if (typeof reference !== 'string') continue
    const kind = kindOf(definitions[nameOf(reference)])
    if (kind === undefined) legacy = reference
    else branches.set(kind, reference)
  }
  // A kind that no schema describes is still a kind: anything goes inside it.
  const kinds = [...new Set([...branches.keys(), ...registered])].sort()
  return {
    type: 'object',
    properties: { kind: { enum: kinds } },
    allOf: [
      ...(legacy === undefined ? [] : [{ if: { not: { required: ['kind'] } }, then: { $ref: legacy } }]),
      ...[...branches].map(([kind, reference]) => ({
        if: { required: ['kind'], properties: { kind: { const: kind } } },
        then: { $ref: reference },
      })),
    ],
  }
}

function rightKinds(definitions: Definitions): void {
  for (const definition of Object.values(definitions)) {
    const kind = kindOf(definition)
    const right = kind === undefined ? undefined : RIGHT_KIND[kind]
    if (right !== undefined) objectAt(definition, 'properties')['kind'] = { enum: [right] }
  }
}

function addAccepted(definitions: Definitions, { version, earlier, accepted }: SchemaSources): void {
  const minor = minorOf(version) ?? 0
  for (const [name, keys] of Object.entries(accepted)) {
    for (const { key, missingSince, lastInSchema } of keys) {
      if (minor < (minorOf(missingSince) ?? 0)) continue
      const source = lastInSchema === undefined ? undefined : earlier.get(`v${lastInSchema}`)
      const definition = (definitions[name] ??= {
        type: 'object',
        properties: {},
        additionalProperties: false,
      })
      const properties = (definition['properties'] ??= {}) as Record<string, unknown>
      if (properties[key] !== undefined) continue
      const described = source === undefined ? undefined : propertyOf(source, name, key)
      properties[key] = { ...described, deprecated: true }
      if (source !== undefined && described !== undefined) bring(described, source, definitions)
    }
  }
}

/** Definitions that an older description refers to and this line has not. Their own keys come from `accepted`, or with them. */
function bring(described: unknown, source: JsonSchema, definitions: Definitions): void {
  for (const name of referencesIn(described)) {
    if (definitions[name] !== undefined) continue
    const definition = copyOf(objectAt(source, '$defs'))[name]
    if (definition === undefined) continue
    definitions[name] = definition
    bring(definition, source, definitions)
  }
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [nameOf(inner)] : referencesIn(inner),
  )
}

function propertyOf(schema: JsonSchema, name: string, key: string): JsonSchema | undefined {
  const definition = copyOf(objectAt(schema, '$defs'))[name]
  const property = definition === undefined ? undefined : objectAt(definition, 'properties')[key]
  return isObject(property) ? property : undefined
}

function kindOf(definition: Record<string, unknown> | undefined): string | undefined {
  const kind = definition === undefined ? undefined : objectAt(definition, 'properties')['kind']
  const values: unknown = isObject(kind) ? kind['enum'] : undefined
  const first: unknown = Array.isArray(values) ? values[0] : undefined
  return typeof first === 'string' ? first : undefined
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1)
}

/** Deep enough that adding properties leaves the source alone. */
function copyOf(definitions: Record<string, unknown>): Definitions {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => {
      const own = isObject(definition) ? { ...definition } : {}
      if (isObject(own['properties'])) own['properties'] = { ...own['properties'] }
      return [name, own]
    }),
  )
}

function objectAt(value: JsonSchema, key: string): Record<string, unknown> {
  const inner = value[key]
  return isObject(inner) ? inner : {}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
