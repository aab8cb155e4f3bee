import type { MigrationBlock, MigrationBlockId } from '#contract/migrations.ts'
import { parse } from 'yaml'
import { TalosFailure } from '../../talos-failure.ts'
import { labelOf, LEGACY, parseConfig, type ParsedConfig } from '../parse-config.ts'
import { applyPatch, type PatchContext, type PatchedConfig } from '../patches/apply-patch.ts'
import { patchText } from '../presets/catalogue.ts'
import {
  isMap,
  readLegacy,
  textOf,
  type BlockDefinition,
  type FoundBlock,
  type Legacy,
  type MigrationContext,
  type PatchDocument,
} from './block.ts'
import { KUBERNETES_BLOCKS } from './kubernetes-blocks.ts'
import { NETWORK_BLOCKS } from './network-blocks.ts'
import { SYSTEM_BLOCKS } from './system-blocks.ts'

const BLOCKS: readonly BlockDefinition[] = [...NETWORK_BLOCKS, ...SYSTEM_BLOCKS, ...KUBERNETES_BLOCKS]

export interface MigrationQuestion {
  /** With placeholders. */
  readonly draft: string
  /** Of Talos 1.x, of the node. */
  readonly minor: number
  readonly role: MigrationContext['role']
}

interface Found {
  readonly block: BlockDefinition
  readonly found: FoundBlock
}

/** What of a draft's v1alpha1 document has documents of its own on that version (behaviour.md §4.1). Throws `config-syntax`. */
export function migrationBlocks(question: MigrationQuestion): readonly MigrationBlock[] {
  return findBlocks(question).map(({ block, found }) => ({
    id: block.id,
    rows: found.from.flatMap((from) =>
      found.documents.length === 0
        ? [{ from }]
        : found.documents.map((document) => ({ from, to: nameOf(document) })),
    ),
    needs: [...(found.needs ?? [])],
    ...(block.risk === undefined ? {} : { risk: block.risk }),
    ...(found.obstacle === undefined ? {} : { obstacle: found.obstacle }),
  }))
}

/**
 * Moves blocks into their documents. Old and new never stand side by side: what a chosen block needs comes with it.
 * Throws `migration-impossible` for a block that cannot be moved here, and what `applyPatch` throws.
 */
export function migrate(
  question: MigrationQuestion,
  ids: readonly MigrationBlockId[],
  patching: PatchContext,
): { readonly patch: string; readonly draft: PatchedConfig } {
  const all = findBlocks(question)
  const chosen = new Set<MigrationBlockId>()
  const choose = (id: MigrationBlockId): void => {
    if (chosen.has(id)) return
    const one = all.find(({ block }) => block.id === id)
    if (one === undefined)
      throw new TalosFailure('migration-impossible', `There is nothing of ${id} to migrate on this node.`)
    if (one.found.obstacle !== undefined) {
      const { code, at } = one.found.obstacle
      throw new TalosFailure('migration-impossible', `${at} has no document: ${code}.`)
    }
    chosen.add(id)
    one.found.needs?.forEach(choose)
  }
  ids.forEach(choose)
  if (chosen.size === 0) throw new TalosFailure('migration-impossible', 'No block was chosen.')
  const blocks = all.filter(({ block }) => chosen.has(block.id))
  const gone = blocks.flatMap(({ found }) => found.from)
  const documents = blocks.flatMap(({ found }) => found.documents)
  const patch = patchText([deletionsOf(gone), ...mergedByName(documents)])
  return { patch, draft: applyPatch(question.draft, patch, patching) }
}

/** The way back: a document may say what the old fields have no word for, so it is never offered. */
export function refuseReverse(): never {
  throw new TalosFailure(
    'migration-impossible',
    'Documents are not written back into v1alpha1: the old fields are deprecated and cannot say all that the documents can. To go back, restore the configuration from the history.',
  )
}

function findBlocks({ draft, minor, role }: MigrationQuestion): readonly Found[] {
  const config = parseConfig(draft)
  const legacy = legacyOf(config)
  const context: MigrationContext = { minor, role, names: (kind) => namesOf(config, kind) }
  return BLOCKS.filter((block) => minor >= block.since).flatMap((block) => {
    const found = block.find(legacy, context)
    return found === undefined ? [] : [{ block, found: withoutTwins(found, config) }]
  })
}

/** The role that a draft gives the node. */
export function roleOf(draft: string): MigrationContext['role'] {
  const type = legacyOf(parseConfig(draft)).text('machine.type')
  if (type === 'worker') return 'worker'
  return type === 'controlplane' || type === 'init' ? 'controlplane' : 'unknown'
}

export function legacyOf(config: ParsedConfig): Legacy {
  const document = config.documents.find((one) => one.identity().kind === LEGACY)
  // Throws for what is not YAML, with its place.
  document?.root()
  return readLegacy(
    document === undefined
      ? undefined
      : (parse(document.text, { logLevel: 'silent', merge: true }) as unknown),
  )
}

/** Names of a kind's documents; with `Kind/field` the values of that field. */
export function namesOf(config: ParsedConfig, kind: string): readonly string[] {
  const [wanted, field] = kind.split('/')
  return config.documents
    .filter((document) => document.identity().kind === wanted)
    .map((document) => {
      if (field === undefined) return document.identity().name ?? ''
      const root = document.root()
      const value = root?.kind === 'map' ? root.entries.get(field)?.value() : undefined
      return value?.kind === 'scalar' ? value.value : ''
    })
}

/** Kinds whose document may stand already, since the block gives it a field that it has not. */
const SHARED = new Set(['ResolverConfig', 'VolumeConfig'])

function withoutTwins(found: FoundBlock, config: ParsedConfig): FoundBlock {
  if (found.obstacle !== undefined) return found
  const twin = found.documents.find((document) => {
    const kind = textOf(document['kind'])
    return !SHARED.has(kind) && namesOf(config, kind).includes(textOf(document['name']))
  })
  return twin === undefined ? found : { ...found, obstacle: { code: 'document-exists', at: nameOf(twin) } }
}

function nameOf(document: PatchDocument): string {
  const name = textOf(document['name'])
  return labelOf({ kind: textOf(document['kind']), ...(name === '' ? {} : { name }) })
}

/** `$patch: delete` at each path; a path below another one goes with it. */
function deletionsOf(paths: readonly string[]): PatchDocument {
  const root: Record<string, unknown> = {}
  for (const path of paths) {
    if (paths.some((other) => path.startsWith(`${other}.`))) continue
    let here = root
    const keys = path.split('.')
    for (const [index, key] of keys.entries()) {
      const below = here[key]
      const next: Record<string, unknown> = isMap(below) ? { ...below } : {}
      here[key] = next
      if (index === keys.length - 1) next['$patch'] = 'delete'
      here = next
    }
  }
  return root
}

/** Two blocks may give one document a field each. */
function mergedByName(documents: readonly PatchDocument[]): readonly PatchDocument[] {
  const merged = new Map<string, PatchDocument>()
  for (const document of documents) {
    const name = nameOf(document)
    merged.set(name, { ...merged.get(name), ...document })
  }
  return [...merged.values()]
}
