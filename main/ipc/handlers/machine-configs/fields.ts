import type { Problem } from '#contract/machine-configs.ts'
import { minorOf } from '../../../domain/machine-config/config-facts.ts'
import { fieldFacts } from '../../../domain/machine-config/field-facts.ts'
import { legacyFields } from '../../../domain/machine-config/legacy-fields.ts'
import { createLineSchemas, type LineSchemas } from '../../../domain/machine-config/line-schema.ts'
import { migrationBlocks, roleOf } from '../../../domain/machine-config/migration/migrate.ts'
import { schemaVersionFor } from '../../../domain/machine-config/node-reading.ts'
import { parseConfig } from '../../../domain/machine-config/parse-config.ts'
import type { JsonSchema, SchemaPort } from '../../../domain/machine-config/schema-port.ts'
import { createSchemaWalk } from '../../../domain/machine-config/schema-walk.ts'
import type { MachineConfigHandlers } from './desk.ts'
import type { KnownNodes } from './known-nodes.ts'

export interface FieldNotes {
  readonly handlers: Pick<MachineConfigHandlers, 'machine-configs.field'>
  /** Notes on keys that left the schema; only of a text that parses. */
  readonly legacy: (text: string, talosVersion: string) => Promise<readonly Problem[]>
}

/** What the editor tells of keys: facts for a hover, notes on old ones. */
export function createFieldNotes({
  schemas,
  nodes,
}: {
  readonly schemas: SchemaPort
  readonly nodes: KnownNodes
}): FieldNotes {
  const lineSchemas = createLineSchemas(schemas)

  async function lineOf(talosVersion: string): Promise<string> {
    return schemaVersionFor(talosVersion, await schemas.versions()).schemaVersion
  }

  return {
    handlers: {
      'machine-configs.field': async ({ document, name, path, ...ref }, signal) => {
        const { talosVersion } = await nodes.recent(ref, signal)
        const [facts, tables, lines, line] = await Promise.all([
          schemas.facts(),
          schemas.fieldTables(),
          allLines(schemas, lineSchemas),
          lineOf(talosVersion),
        ])
        return fieldFacts({ document, name, path }, { facts, tables, lines, line, talosVersion })
      },
    },
    async legacy(text, talosVersion) {
      const schema = await lineSchemas(await lineOf(talosVersion))
      if (schema === undefined) return []
      const minor = minorOf(talosVersion) ?? 0
      const blocks = migrationBlocks({ draft: text, minor, role: roleOf(text) })
      return legacyFields(parseConfig(text), createSchemaWalk(schema), blocks)
    },
  }
}

async function allLines(
  schemas: SchemaPort,
  read: LineSchemas,
): Promise<readonly (readonly [string, JsonSchema])[]> {
  const versions = await schemas.versions()
  const found = await Promise.all(versions.map(async (version) => [version, await read(version)] as const))
  return found.flatMap(([version, schema]) => (schema === undefined ? [] : [[version, schema] as const]))
}
