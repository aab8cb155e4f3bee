import { readLineSchema } from '../../../domain/machine-config/line-schema.ts'
import type { SchemaPort } from '../../../domain/machine-config/schema-port.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'

/** The editor's schema of a Talos line. Throws `not-found` for a line there is none of. */
export async function schemaOf(schemas: SchemaPort, version: string): Promise<Record<string, unknown>> {
  const own = await readLineSchema(schemas, version)
  if (own === undefined) throw new TalosFailure('not-found', `There is no schema of Talos ${version}.`)
  return own
}
