import { schemaVersionFor } from '../../../domain/machine-config/node-reading.ts'
import type { PatchContext } from '../../../domain/machine-config/patches/apply-patch.ts'
import { createKnownFields } from '../../../domain/machine-config/patches/known-fields.ts'
import { createMergeRules } from '../../../domain/machine-config/patches/merge-rules.ts'
import type { SchemaPort } from '../../../domain/machine-config/schema-port.ts'
import { schemaOf } from '../machine-configs/schema.ts'

/** How patches merge on a node of that version. */
export async function patchContextOf(schemas: SchemaPort, talosVersion: string): Promise<PatchContext> {
  const { schemaVersion } = schemaVersionFor(talosVersion, await schemas.versions())
  const [rules, schema] = await Promise.all([schemas.mergeRules(), schemaOf(schemas, schemaVersion)])
  return { rules: createMergeRules(rules, talosVersion), knows: createKnownFields(schema) }
}
