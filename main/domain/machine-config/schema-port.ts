import type { ConfigFacts } from './config-facts.ts'
import type { MergeRule } from './patches/merge-rules.ts'

/** A JSON schema or a part of it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A key that a line's decoder takes although its schema no longer lists it. Source: resources/config-schema/accepted.json. */
export interface AcceptedKey {
  readonly key: string
  readonly missingSince: string
  /** Line whose schema still describes it; absent where none does. */
  readonly lastInSchema?: string
}

/** Defaults and official pages. Source: resources/config-effects/defaults.json and docs.json. */
export interface FieldTables {
  /** By schema definition and key; texts as Talos writes them. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly docs: {
    /** With `{line}` and `{path}`. */
    readonly url: string
    readonly pages: readonly {
      readonly kind: string
      readonly path: string
      /** Talos lines that have the page, oldest first: `1.12`. */
      readonly lines: readonly string[]
    }[]
  }
}

/** The data that ships with the app: schemas per Talos line and the tables about configurations. */
export interface SchemaPort {
  /** Lines with a schema, oldest first: `v1.9` … `v1.14`, `v1.15-dev`. */
  versions(): Promise<readonly string[]>
  /** As upstream has it. `undefined` for a line there is none of. */
  schema(version: string): Promise<JsonSchema | undefined>
  /** By schema definition. */
  accepted(): Promise<Readonly<Record<string, readonly AcceptedKey[]>>>
  facts(): Promise<ConfigFacts>
  /** How patches merge. */
  mergeRules(): Promise<readonly MergeRule[]>
  fieldTables(): Promise<FieldTables>
}
