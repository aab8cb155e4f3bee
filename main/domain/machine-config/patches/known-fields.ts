import { LEGACY } from '../parse-config.ts'
import type { JsonSchema } from '../schema-port.ts'
import type { RulePath } from './merge-rules.ts'

/** Tells from an editor schema (`editorSchema`) which fields a kind has. A part that the schema leaves open has any. */
export function createKnownFields(schema: JsonSchema): (kind: string, path: RulePath) => boolean {
  const definitions = objectAt(schema, '$defs')
  const roots = new Map<string, unknown>()
  for (const branch of listAt(schema, 'allOf')) {
    const then = at(branch, 'then')
    const kind = at(at(at(at(branch, 'if'), 'properties'), 'kind'), 'const')
    roots.set(typeof kind === 'string' ? kind : LEGACY, then)
  }
  function resolve(node: unknown): unknown {
    const reference = at(node, '$ref')
    return typeof reference === 'string' ? definitions[reference.slice(reference.lastIndexOf('/') + 1)] : node
  }
  function below(node: unknown, step: string): unknown {
    const of = resolve(node)
    const key = step.replace(/\[\]$/, '')
    const property = objectAt(of, 'properties')[key]
    const patterns = Object.entries(objectAt(of, 'patternProperties'))
    const found = property ?? patterns.find(([pattern]) => new RegExp(pattern).test(key))?.[1]
    const open = at(of, 'properties') === undefined && patterns.length === 0 ? {} : undefined
    const value =
      found ?? (typeof at(of, 'additionalProperties') === 'object' ? at(of, 'additionalProperties') : open)
    return step.endsWith('[]') ? at(resolve(value), 'items') : value
  }
  return (kind, path) => {
    const root = roots.get(kind)
    if (root === undefined) return false
    return (
      path.reduce<unknown>((node, step) => (node === undefined ? undefined : below(node, step)), root) !==
      undefined
    )
  }
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}

function objectAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const inner = at(value, key)
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? (inner as Readonly<Record<string, unknown>>)
    : {}
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const inner = at(value, key)
  return Array.isArray(inner) ? (inner as readonly unknown[]) : []
}
