import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minorOf, type ConfigFacts } from '../domain/machine-config/config-facts.ts'
import type { MergeRule } from '../domain/machine-config/patches/merge-rules.ts'
import type {
  AcceptedKey,
  FieldTables,
  JsonSchema,
  SchemaPort,
} from '../domain/machine-config/schema-port.ts'

/** The schemas and tables that ship with the app, read once when first asked for. */
export function createConfigResources(resourcesDir: string): SchemaPort {
  const read = new Map<string, Promise<unknown>>()

  /** Our own files: their shape is held by the tests of the tables. */
  function table(...path: readonly string[]): Promise<unknown> {
    const file = join(resourcesDir, ...path)
    const known = read.get(file)
    if (known !== undefined) return known
    const loading = readFile(file, 'utf8').then((text): unknown => JSON.parse(text))
    read.set(file, loading)
    loading.catch(() => read.delete(file))
    return loading
  }
  async function versions(): Promise<readonly string[]> {
    const files = await readdir(join(resourcesDir, 'config-schema'))
    return files
      .filter((file) => /^v1\.\d+(?:-dev)?\.json$/.test(file))
      .map((file) => file.replace(/\.json$/, ''))
      .sort((a, b) => (minorOf(a) ?? 0) - (minorOf(b) ?? 0))
  }

  return {
    versions,
    async schema(version) {
      if (!(await versions()).includes(version)) return undefined
      return (await table('config-schema', `${version}.json`)) as JsonSchema
    },
    async accepted() {
      const { accepted } = (await table('config-effects', 'accepted.json')) as {
        accepted: Record<string, AcceptedKey[]>
      }
      return accepted
    },
    async mergeRules() {
      return ((await table('config-patches', 'merge-rules.json')) as { rules: MergeRule[] }).rules
    },
    async fieldTables() {
      const [{ defaults }, docs] = await Promise.all([
        table('config-effects', 'defaults.json') as Promise<Pick<FieldTables, 'defaults'>>,
        table('config-effects', 'docs.json') as Promise<FieldTables['docs']>,
      ])
      return { defaults, docs }
    },
    async facts() {
      const [kinds, secrets, effects] = await Promise.all(
        ['kinds', 'secrets', 'effects'].map((name) => table('config-effects', `${name}.json`)),
      )
      return { ...(kinds as object), ...(secrets as object), ...(effects as object) } as ConfigFacts
    },
  }
}
