import { LEGACY } from './parse-config.ts'
import type { JsonSchema } from './schema-port.ts'

/** One key as a schema describes it. */
export interface SchemaField {
  /** Definition that lists the key: `v1alpha1.KubeletConfig`. Absent below free keys. */
  readonly owner?: string
  /** The key, or one further up, left the schema although the line's decoder takes it. */
  readonly deprecated: boolean
}

/** A place in the schema: the mapping or value that stands there. */
export interface SchemaPlace {
  /** `undefined` for a key that may not stand here. */
  key(name: string): { readonly field: SchemaField; readonly place: SchemaPlace } | undefined
  /** An element of the list that stands here. */
  item(): SchemaPlace | undefined
  /** Whether the schema says anything of what is in it. */
  holdsKeys(): boolean
}

/** Walks an editor schema (`editorSchema`) from the root of a document kind. */
export function createSchemaWalk(schema: JsonSchema): (kind: string) => SchemaPlace | undefined {
  const definitions = objectAt(schema, '$defs')
  const roots = new Map<string, unknown>()
  for (const branch of listAt(schema, 'allOf')) {
    const kind = at(at(at(at(branch, 'if'), 'properties'), 'kind'), 'const')
    roots.set(typeof kind === 'string' ? kind : LEGACY, at(branch, 'then'))
  }

  function placeOf(node: unknown, deprecated: boolean): SchemaPlace {
    const reference = at(node, '$ref')
    const owner = typeof reference === 'string' ? reference.slice(reference.lastIndexOf('/') + 1) : undefined
    const full = owner === undefined ? node : definitions[owner]
    return {
      key(name) {
        const own = objectAt(full, 'properties')[name]
        const free =
          own ??
          Object.entries(objectAt(full, 'patternProperties')).find(([pattern]) =>
            new RegExp(pattern).test(name),
          )?.[1] ??
          freeKeys(full)
        if (free === undefined) return undefined
        const gone = deprecated || at(own, 'deprecated') === true
        return {
          field: {
            deprecated: gone,
            ...(own === undefined || owner === undefined ? {} : { owner }),
          },
          place: placeOf(free, gone),
        }
      },
      item() {
        const items = at(full, 'items')
        return items === undefined ? undefined : placeOf(items, deprecated)
      },
      holdsKeys: () =>
        at(full, 'properties') !== undefined ||
        at(full, 'patternProperties') !== undefined ||
        at(full, 'items') !== undefined,
    }
  }
  return (kind) => (roots.has(kind) ? placeOf(roots.get(kind), false) : undefined)
}

/** What stands under any key; `undefined` where no other key may stand. */
function freeKeys(full: unknown): unknown {
  const free = at(full, 'additionalProperties')
  if (typeof free === 'object') return free
  // A part that the schema leaves open has any key.
  return at(full, 'properties') === undefined && at(full, 'patternProperties') === undefined && free !== false
    ? {}
    : undefined
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
