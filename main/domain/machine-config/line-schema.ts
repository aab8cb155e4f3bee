import { isInLines } from './config-facts.ts'
import { editorSchema } from './editor-schema.ts'
import type { JsonSchema, SchemaPort } from './schema-port.ts'

/** The editor's schema of a Talos line (`v1.13`), made from all that ships with the app; `undefined` for a line there is none of. */
export async function readLineSchema(
  schemas: SchemaPort,
  version: string,
): Promise<Record<string, unknown> | undefined> {
  const [versions, accepted, facts, own] = await Promise.all([
    schemas.versions(),
    schemas.accepted(),
    schemas.facts(),
    schemas.schema(version),
  ])
  if (own === undefined) return undefined
  const earlier = new Map<string, JsonSchema>()
  for (const line of versions) {
    const found = line === version ? undefined : await schemas.schema(line)
    if (found !== undefined) earlier.set(line, found)
  }
  const kinds = facts.kinds
    .filter((kind) => isInLines(version, kind.since, undefined))
    .map(({ kind }) => kind)
  return editorSchema({ version, schema: own, earlier, accepted, kinds })
}

/** Reads the schema of a line once; it does not change while the app runs. */
export type LineSchemas = (version: string) => Promise<JsonSchema | undefined>

export function createLineSchemas(schemas: SchemaPort): LineSchemas {
  const read = new Map<string, Promise<JsonSchema | undefined>>()
  return (version) => {
    const known = read.get(version)
    if (known !== undefined) return known
    const reading = readLineSchema(schemas, version)
    read.set(version, reading)
    reading.catch(() => read.delete(version))
    return reading
  }
}
