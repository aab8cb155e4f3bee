import { parseAllDocuments } from 'yaml'
import { minorOf, type KindFacts } from '../machine-config/config-facts.ts'
import type { JsonSchema } from '../machine-config/schema-port.ts'
import { textField } from '../nodes/spec-fields.ts'

/** What an older Talos would not understand of a config: kinds and paths of keys, never values. */
export interface NewerParts {
  /** `KubeSpanConfig (1.13)` */
  readonly kinds: readonly string[]
  /** `machine.install.grubUseUKICmdline` */
  readonly keys: readonly string[]
}

/**
 * Kinds that came after `older`, and keys that the schema of the newer line has and that of the older one has not.
 * A Talos that reads one of them fails at its config and waits in maintenance (behaviour.md §5.9).
 */
export function newerParts(
  text: string,
  older: { readonly version: string; readonly schema: JsonSchema },
  newer: JsonSchema,
  kinds: readonly KindFacts[],
): NewerParts {
  const minor = minorOf(older.version) ?? 0
  const foundKinds = new Set<string>()
  const foundKeys = new Set<string>()
  for (const document of parseAllDocuments(text)) {
    const value: unknown = document.toJS()
    const kind = textField(value, 'kind')
    const facts = kind === undefined ? undefined : kinds.find((one) => one.kind === kind)
    if (facts !== undefined && (minorOf(facts.since) ?? 0) > minor) {
      foundKinds.add(`${facts.kind} (${facts.since})`)
      continue
    }
    const [then, now] = [definitionOf(older.schema, kind), definitionOf(newer, kind)]
    if (then === undefined || now === undefined) continue
    walk(value, then, now, { older: older.schema, newer }, kind ?? '', (path) => foundKeys.add(path))
  }
  return { kinds: [...foundKinds].sort(), keys: [...foundKeys].sort() }
}

interface Schemas {
  readonly older: JsonSchema
  readonly newer: JsonSchema
}

function walk(
  value: unknown,
  then: JsonSchema,
  now: JsonSchema,
  schemas: Schemas,
  path: string,
  report: (path: string) => void,
): void {
  if (Array.isArray(value)) {
    const [thenItems, nowItems] = [inner(then, 'items', schemas.older), inner(now, 'items', schemas.newer)]
    if (thenItems === undefined || nowItems === undefined) return
    for (const item of value) walk(item, thenItems, nowItems, schemas, path, report)
    return
  }
  if (!isObject(value)) return
  for (const [key, child] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`
    const thenChild = propertyOf(then, key, schemas.older)
    const nowChild = propertyOf(now, key, schemas.newer)
    if (nowChild === undefined) continue
    if (thenChild !== undefined) walk(child, thenChild, nowChild, schemas, at, report)
    else if (then['additionalProperties'] === false) report(at)
  }
}

/** The schema's branch for a kind; without one the legacy document's. */
function definitionOf(schema: JsonSchema, kind: string | undefined): JsonSchema | undefined {
  const alternatives = Array.isArray(schema['oneOf']) ? (schema['oneOf'] as readonly unknown[]) : []
  return alternatives
    .map((alternative) => resolved(alternative, schema))
    .find((definition) => definition !== undefined && kindOf(definition) === kind)
}

function kindOf(definition: JsonSchema): string | undefined {
  const properties = definition['properties']
  const kind = isObject(properties) ? properties['kind'] : undefined
  const values = isObject(kind) ? kind['enum'] : undefined
  return Array.isArray(values) && typeof values[0] === 'string' ? values[0] : undefined
}

function propertyOf(definition: JsonSchema, key: string, schema: JsonSchema): JsonSchema | undefined {
  const properties = definition['properties']
  const own = isObject(properties) ? properties[key] : undefined
  return resolved(own, schema)
}

function inner(definition: JsonSchema, key: string, schema: JsonSchema): JsonSchema | undefined {
  return resolved(definition[key], schema)
}

function resolved(value: unknown, schema: JsonSchema): JsonSchema | undefined {
  if (!isObject(value)) return undefined
  const reference = value['$ref']
  if (typeof reference !== 'string') return value
  const definitions = schema['$defs']
  const found = isObject(definitions)
    ? definitions[reference.slice(reference.lastIndexOf('/') + 1)]
    : undefined
  return isObject(found) ? found : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
