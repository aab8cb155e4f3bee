import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ACCEPTED_KEYS } from '../../data/config-kinds.ts'
import { compareVersions, lineOf } from '../versions.ts'

/** The part of JSON Schema that the facts-only schemas use. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly oneOf?: readonly Schema[]
}

interface SchemaFile {
  readonly $defs: Readonly<Record<string, Schema>>
}

/** What the configuration decoder of one Talos line knows. */
export interface DecoderSchema {
  definition(name: string): Schema | undefined
  resolve(schema: Schema): Schema
  /** Schema of a key, `undefined` when the decoder does not know it, `{}` when it takes anything. */
  key(definition: Schema, key: string): Schema | undefined
}

const LINES = ['1.9', '1.10', '1.11', '1.12', '1.13', '1.14'] as const
const cache = new Map<string, DecoderSchema>()
const files = new Map<string, SchemaFile>()

/** Reads `v1.13.json` and its elders from the folder, once. */
export function decoderSchema(folder: string, talos: string): DecoderSchema {
  const line = LINES.find((known) => known === lineOf(talos)) ?? '1.14'
  const name = `${folder}@${line}`
  const found = cache.get(name)
  if (found) return found
  const made = createDecoderSchema(folder, line)
  cache.set(name, made)
  return made
}

function createDecoderSchema(folder: string, line: string): DecoderSchema {
  // Newest first: a definition that the newer schema dropped is still decoded as the elder describes it.
  const schemas = LINES.filter((known) => compareVersions(known, line) <= 0)
    .reverse()
    .map((known) => readSchema(join(folder, `v${known}.json`)))
  const names = new Map<Schema, string>()

  function definition(wanted: string): Schema | undefined {
    for (const { $defs } of schemas) {
      const found = $defs[wanted]
      if (found) {
        names.set(found, wanted)
        return found
      }
    }
    return undefined
  }

  function resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema
    return definition(schema.$ref.replace('#/$defs/', '')) ?? {}
  }

  function acceptedKey(of: string, key: string): Schema | undefined {
    const known = Object.entries(ACCEPTED_KEYS).some(([where, keys]) => {
      const [owner = '', since = ''] = where.split('@')
      return owner === of && compareVersions(since, line) <= 0 && keys.split(' ').includes(key)
    })
    if (!known) return undefined
    for (const { $defs } of schemas) {
      const found = $defs[of]?.properties?.[key]
      if (found) return found
    }
    return {}
  }

  return {
    definition,
    resolve,
    key(schema, key) {
      const own = schema.properties?.[key]
      if (own) return own
      const pattern = Object.entries(schema.patternProperties ?? {}).find(([expression]) =>
        new RegExp(expression).test(key),
      )
      if (pattern) return pattern[1]
      if (typeof schema.additionalProperties === 'object') return schema.additionalProperties
      if (!schema.properties) return {}
      const name = names.get(schema)
      return name === undefined ? undefined : acceptedKey(name, key)
    },
  }
}

function readSchema(path: string): SchemaFile {
  const found = files.get(path)
  if (found) return found
  const made = JSON.parse(readFileSync(path, 'utf8')) as SchemaFile
  files.set(path, made)
  return made
}
