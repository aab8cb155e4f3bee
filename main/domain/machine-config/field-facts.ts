import type { FieldFacts } from '#contract/config-fields.ts'
import { isInLines, minorOf, type ConfigFacts } from './config-facts.ts'
import { createEffects } from './effects.ts'
import { LEGACY } from './parse-config.ts'
import type { FieldTables, JsonSchema } from './schema-port.ts'
import { createSchemaWalk, type SchemaField } from './schema-walk.ts'

export interface FieldQuestion {
  /** Kind; `v1alpha1` for the legacy document. */
  readonly document: string
  readonly name?: string | undefined
  /** Keys, and 0-based places in lists. */
  readonly path: readonly (string | number)[]
}

export interface FieldSources {
  readonly facts: Pick<ConfigFacts, 'effects' | 'kinds'>
  readonly tables: FieldTables
  /** Editor schemas by line (`v1.9` …), oldest first. */
  readonly lines: readonly (readonly [line: string, schema: JsonSchema])[]
  /** Line of the node's schema. */
  readonly line: string
  readonly talosVersion: string
}

/** What a hover tells of a key besides its type: since when, default, what a change costs, the official page. */
export function fieldFacts(question: FieldQuestion, sources: FieldSources): FieldFacts {
  const { facts, tables, lines, line, talosVersion } = sources
  const found = lines.map(([version, schema]) => ({ version, field: fieldIn(schema, question) }))
  const first = found.find(({ field }) => field !== undefined)?.version
  const kind = facts.kinds.find((one) => one.kind === question.document)
  // A kind that no schema describes is in the registry all the same.
  const since = first === undefined ? kind?.since : bare(first)
  const minor = minorOf(line) ?? 0
  const own = found.find(({ version }) => version === line)?.field
  const gone =
    own?.deprecated === true ? found.find(({ field }) => field?.deprecated === true)?.version : undefined
  const key = question.path.at(-1)
  const value =
    own?.owner === undefined || typeof key !== 'string' ? undefined : tables.defaults[own.owner]?.[key]
  const docs = pageOf(question.document, minor, tables)
  return {
    sinceOrOlder: since !== undefined && minorOf(since) === minorOf(lines[0]?.[0] ?? ''),
    ...costOf(question, facts, talosVersion),
    ...(since === undefined ? {} : { since }),
    ...(gone === undefined ? {} : { deprecatedSince: bare(gone) }),
    ...(value === undefined ? {} : { default: value }),
    ...(docs === undefined ? {} : { docs }),
  }
}

function bare(line: string): string {
  return line.replace(/^v/, '').replace(/-dev$/, '')
}

function fieldIn(schema: JsonSchema, { document, path }: FieldQuestion): SchemaField | undefined {
  let place = createSchemaWalk(schema)(document)
  let field: SchemaField | undefined
  for (const step of path) {
    if (typeof step === 'number') {
      place = place?.item()
      continue
    }
    const below = place?.key(step)
    field = below?.field
    place = below?.place
  }
  return place === undefined ? undefined : field
}

/** As the review will say it of a changed value; nothing where it depends on the key below. */
function costOf(
  { document, name, path }: FieldQuestion,
  facts: Pick<ConfigFacts, 'effects' | 'kinds'>,
  talosVersion: string,
): Pick<FieldFacts, 'effect' | 'network'> {
  if (isDivided(document, path, facts, talosVersion)) return { network: false }
  const identity =
    document === LEGACY
      ? { kind: LEGACY }
      : { apiVersion: 'v1alpha1', kind: document, ...(name === undefined ? {} : { name }) }
  const { effect, network } = createEffects(facts, talosVersion)(
    { identity, change: 'changed', leaves: [] },
    { kind: 'value', path, before: SOME, after: SOME },
  )
  return { effect, network }
}

/** Any value: the tables ask for the path and whether it was there. */
const SOME = { tree: { kind: 'scalar', start: 0, end: 0, value: '', style: 'plain' }, at: 0 } as const

/** True when the table has rows below the path. */
function isDivided(
  document: string,
  path: readonly (string | number)[],
  { effects }: Pick<ConfigFacts, 'effects'>,
  talosVersion: string,
): boolean {
  const prefix = `${path.map((step) => (typeof step === 'number' ? '[]' : step)).join('.')}.`.replaceAll(
    '.[]',
    '[]',
  )
  return effects.some(
    (row) =>
      row.document === document &&
      isInLines(talosVersion, row.since, row.until) &&
      (row.path.startsWith(prefix) || row.path.startsWith(`${prefix.slice(0, -1)}[]`)),
  )
}

/** Of the node's line, or of the newest line that has a page and is not newer than it. */
function pageOf(kind: string, minor: number, { docs }: FieldTables): string | undefined {
  const page = docs.pages.find((one) => one.kind === kind)
  const line = page?.lines.filter((one) => (minorOf(one) ?? 0) <= minor).at(-1)
  if (page === undefined || line === undefined) return undefined
  return docs.url.replace('{line}', line).replace('{path}', page.path)
}
