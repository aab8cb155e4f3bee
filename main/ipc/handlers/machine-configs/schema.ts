import { isInLines } from '../../../domain/machine-config/config-facts.ts'
import { editorSchema } from '../../../domain/machine-config/editor-schema.ts'
import type { JsonSchema, SchemaPort } from '../../../domain/machine-config/schema-port.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'

/** The schema an editor uses for a Talos line. Throws `not-found` for a line that is not known. */
export async function schemaOf(schemas: SchemaPort, version: string): Promise<Record<string, unknown>> {
  const [versions, accepted, facts, own] = await Promise.all([
    schemas.versions(),
    schemas.accepted(),
    schemas.facts(),
    schemas.schema(version),
  ])
  if (own === undefined) throw new TalosFailure('not-found', `There is no schema of Talos ${version}.`)
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
