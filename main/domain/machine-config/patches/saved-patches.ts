import type { PatchOrigin, PatchScope, SavedPatch } from '#contract/patches.ts'
import { TalosFailure } from '../../talos-failure.ts'
import type { ConfigFacts } from '../config-facts.ts'
import { labelOf, parseConfig } from '../parse-config.ts'
import { PLACEHOLDER, placeholderOf, restoreText, type Vault, type VaultEntry } from '../placeholders.ts'
import { redactConfig } from '../redact.ts'
import { findTwin } from './merge-values.ts'
import type { MergeRules, RulePath } from './merge-rules.ts'
import { readPatch } from './read-patch.ts'
import { isSame, parseYaml, valueOfDocument, type Value } from './values.ts'

/** As it rests: with its secrets. Placeholders in it are a node's own, to be resolved where it is applied. */
export interface StoredPatch {
  readonly id: string
  readonly name: string
  readonly scope: PatchScope
  readonly text: string
  readonly savedAt: string
}

/** Patches of each context, sealed at rest or in memory only. */
export interface PatchStorePort {
  list(context: string): Promise<readonly StoredPatch[]>
  /** Throws `disk-write-failed`. */
  put(context: string, patch: StoredPatch): Promise<void>
  remove(context: string, id: string): Promise<void>
}

export interface ShownPatch {
  readonly saved: SavedPatch
  /** What its placeholders stand for. */
  readonly vault: Vault
}

/** A stored patch without its secrets: each has a placeholder that names the patch. */
export function showPatch(patch: StoredPatch, facts: Pick<ConfigFacts, 'secrets'>): ShownPatch {
  const { text, vault } = redactConfig(parseConfig(patch.text), facts.secrets)
  const own = new Map<string, VaultEntry>()
  const shown = text.replace(PLACEHOLDER, (whole, name: string) => {
    const entry = vault.get(name)
    if (entry === undefined) return whole
    // What was a placeholder already is a node's secret, not the patch's.
    if (entry.value.search(PLACEHOLDER) >= 0) return entry.slice
    const ownName = `patch.${patch.id}/${name}`
    own.set(ownName, entry)
    return placeholderOf(ownName)
  })
  const { id, name, scope, savedAt } = patch
  return { saved: { id, name, scope, text: shown, secrets: own.size, savedAt }, vault: own }
}

/** The text to keep: the patch's own placeholders become values again. */
export function textToKeep(typed: string, before: ShownPatch | undefined): string {
  return before === undefined ? typed : restoreText(typed, before.vault).text
}

/** Whether a patch is meant for a node. */
export function isFor(scope: PatchScope, node: string, role: string): boolean {
  if (scope.kind === 'cluster') return true
  return scope.kind === 'node' ? scope.node === node : scope.role === role
}

/**
 * The values of a draft that stand as one of the patches has them, with the patch's name; the last patch wins. Paths
 * are written as the editor writes them. Throws `config-syntax` for a draft that is half typed.
 */
export function patchOrigins(
  draft: string,
  patches: readonly SavedPatch[],
  rules: MergeRules,
): readonly PatchOrigin[] {
  const config = parseConfig(draft)
  const origins = new Map<string, PatchOrigin>()
  const documents = new Map(
    config.documents.map((document) => {
      const yaml = parseYaml(
        document.text,
        () => new TalosFailure('config-syntax', 'The draft is not valid YAML.'),
      )
      return [labelOf(document.identity()), valueOfDocument(yaml)]
    }),
  )
  for (const { name, text } of patches) {
    const patch = readPatch(text)
    if (patch.kind !== 'strategic') continue
    for (const step of patch.steps) {
      const document = labelOf(step.identity)
      const value = documents.get(document)
      if (step.kind !== 'merge' || value === undefined) continue
      visit(step.identity.kind, value, step.value, [], '', (path) => {
        if (/^(?:apiVersion|kind|name|version)$/.test(path)) return
        origins.set(`${document}\0${path}`, { document, path, patch: name })
      })
    }
  }
  return [...origins.values()]

  function visit(
    kind: string,
    here: Value,
    wanted: Value,
    path: RulePath,
    shown: string,
    found: (path: string) => void,
  ): void {
    if (here.kind === 'scalar' || wanted.kind === 'scalar') {
      if (isSame(here, wanted)) found(shown)
      return
    }
    if (here.kind === 'map' && wanted.kind === 'map') {
      for (const [key, { value }] of wanted.entries) {
        const below = here.entries.get(key)?.value
        const to = shown === '' ? key : `${shown}.${key}`
        if (below !== undefined) visit(kind, below, value, [...path, key], to, found)
      }
      return
    }
    if (here.kind !== 'list' || wanted.kind !== 'list') return
    const keys = rules.find(kind, path)?.keys
    const below = [...path.slice(0, -1), `${path.at(-1) ?? ''}[]`]
    for (const item of wanted.items) {
      const at =
        keys === undefined
          ? here.items.findIndex((one) => isSame(one, item))
          : (findTwin(here.items, item, keys) ?? -1)
      const twin = here.items[at]
      if (twin !== undefined) visit(kind, twin, item, below, `${shown}[${at}]`, found)
    }
  }
}
