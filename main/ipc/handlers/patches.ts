import type { PatchedDraft } from '#contract/patches.ts'
import type { NodeRef } from '#contract/names.ts'
import { toInstant, type ClockPort } from '../../domain/clock-port.ts'
import { labelOf } from '../../domain/machine-config/parse-config.ts'
import { applyPatch, type PatchedConfig } from '../../domain/machine-config/patches/apply-patch.ts'
import { readPatch } from '../../domain/machine-config/patches/read-patch.ts'
import {
  isFor,
  patchOrigins,
  showPatch,
  textToKeep,
  type PatchStorePort,
  type ShownPatch,
} from '../../domain/machine-config/patches/saved-patches.ts'
import { PLACEHOLDER, type Vault, type VaultEntry } from '../../domain/machine-config/placeholders.ts'
import { roleOf } from '../../domain/machine-config/migration/migrate.ts'
import type { SchemaPort } from '../../domain/machine-config/schema-port.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { isFailure, TalosFailure, toWireError } from '../../domain/talos-failure.ts'
import type { Handlers } from '../handlers.ts'
import { createKnownNodes } from './machine-configs/known-nodes.ts'
import { patchContextOf } from './patches/patch-context.ts'

type PatchHandlers = Pick<Handlers, Extract<keyof Handlers, `patches.${string}`>>

export interface PatchDeps {
  readonly clusters: ClustersPort
  readonly schemas: SchemaPort
  readonly store: PatchStorePort
  readonly clock: ClockPort
  readonly newId: () => string
}

/** Patches: kept by name, and merged into drafts. Nothing here sends anything to a node. */
export function createPatchHandlers({ clusters, schemas, store, clock, newId }: PatchDeps): PatchHandlers {
  const nodes = createKnownNodes({ clusters, schemas })

  async function shown(context: string): Promise<readonly ShownPatch[]> {
    const [patches, facts] = await Promise.all([store.list(context), schemas.facts()])
    return patches.map((patch) => showPatch(patch, facts))
  }
  async function find(context: string, id: string): Promise<ShownPatch> {
    const found = (await shown(context)).find(({ saved }) => saved.id === id)
    if (found === undefined)
      throw new TalosFailure('not-found', 'There is no saved patch of that name any more.')
    return found
  }

  return {
    'patches.list': async ({ context }) => ({ patches: (await shown(context)).map(({ saved }) => saved) }),
    'patches.save': async ({ context, id, name, scope, text }) => {
      const before = id === undefined ? undefined : await find(context, id)
      const patch = {
        id: id ?? newId(),
        name,
        scope,
        text: textToKeep(text, before),
        savedAt: toInstant(clock.now()),
      }
      // Unreadable patches are not kept: the failure has the line.
      readPatch(patch.text)
      await store.put(context, patch)
      return showPatch(patch, await schemas.facts()).saved
    },
    'patches.forget': async ({ context, id }) => {
      await store.remove(context, id)
      return {}
    },
    'patches.merge': async ({ text, patch, ...ref }, signal) => {
      const known = await nodes.recent(ref, signal)
      return toPatchedDraft(applyPatch(text, patch, await patchContextOf(schemas, known.talosVersion)))
    },
    'patches.origins': async ({ text, ...ref }, signal) => {
      const known = await nodes.recent(ref, signal)
      const [patches, { rules }] = await Promise.all([
        shown(ref.context),
        patchContextOf(schemas, known.talosVersion),
      ])
      // Parsing a long draft at every pause in typing is for those who keep patches.
      if (patches.length === 0) return { origins: [] }
      try {
        const role = roleOf(text)
        const own = patches.map(({ saved }) => saved).filter(({ scope }) => isFor(scope, ref.node, role))
        return { origins: [...patchOrigins(text, own, rules)] }
      } catch (error) {
        // While it is being typed a draft may be no YAML at all.
        if (isFailure(error, 'config-syntax')) return { origins: [] }
        throw error
      }
    },
    'patches.for-nodes': async ({ context, id, nodes: wanted }, signal) => {
      const { saved } = await find(context, id)
      return {
        nodes: await Promise.all(
          wanted.map(async (node) => {
            try {
              const known = await nodes.read({ context, node }, signal)
              // Like the editor, from what waits on the disk where something does.
              const base = (known.staged ?? known.active).config.text
              const { text } = applyPatch(base, saved.text, await patchContextOf(schemas, known.talosVersion))
              return { kind: 'draft' as const, node, text, unchanged: text === base }
            } catch (error) {
              if (!isFailure(error) || isFailure(error, 'cancelled')) throw error
              return { kind: 'failed' as const, node, error: toWireError(error) }
            }
          }),
        ),
      }
    },
  }
}

/** What the placeholders of saved patches stand for, as far as a draft has some. */
export function createPatchSecrets(store: PatchStorePort, schemas: SchemaPort) {
  return async ({ context }: NodeRef, draft: string): Promise<Vault> => {
    const ids = new Set(
      [...draft.matchAll(PLACEHOLDER)].flatMap(([, name]) => /^patch\.([^/]+)\//.exec(name ?? '')?.[1] ?? []),
    )
    const secrets = new Map<string, VaultEntry>()
    if (ids.size === 0) return secrets
    const [patches, facts] = await Promise.all([store.list(context), schemas.facts()])
    for (const patch of patches.filter(({ id }) => ids.has(id))) {
      for (const [name, entry] of showPatch(patch, facts).vault) secrets.set(name, entry)
    }
    return secrets
  }
}

export function toPatchedDraft(patched: PatchedConfig): PatchedDraft {
  return {
    text: patched.text,
    changed: patched.changed.map(labelOf),
    added: patched.added.map(labelOf),
    removed: patched.removed.map(labelOf),
    rewritten: patched.rewritten.map(labelOf),
  }
}
