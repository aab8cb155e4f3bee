import type { NodeRef } from '#contract/names.ts'
import { minorOf } from '../../domain/machine-config/config-facts.ts'
import {
  migrate,
  migrationBlocks,
  refuseReverse,
  roleOf,
  type MigrationQuestion,
} from '../../domain/machine-config/migration/migrate.ts'
import type { SchemaPort } from '../../domain/machine-config/schema-port.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import type { Handlers } from '../handlers.ts'
import { createKnownNodes } from './machine-configs/known-nodes.ts'
import { patchContextOf } from './patches/patch-context.ts'
import { toPatchedDraft } from './patches.ts'

type MigrationHandlers = Pick<Handlers, Extract<keyof Handlers, `migrations.${string}`>>

/** From the fields of v1alpha1 to documents of their own. The result is a draft; the node's dry run is the proof. */
export function createMigrationHandlers(deps: {
  readonly clusters: ClustersPort
  readonly schemas: SchemaPort
}): MigrationHandlers {
  const { schemas } = deps
  const nodes = createKnownNodes(deps)

  async function questionOf(
    ref: NodeRef,
    draft: string,
    signal: AbortSignal,
  ): Promise<MigrationQuestion & { readonly talosVersion: string }> {
    const { talosVersion } = await nodes.recent(ref, signal)
    return { draft, minor: minorOf(talosVersion) ?? 0, role: roleOf(draft), talosVersion }
  }

  return {
    'migrations.blocks': async ({ text, ...ref }, signal) => {
      const question = await questionOf(ref, text, signal)
      return { talosVersion: question.talosVersion, blocks: [...migrationBlocks(question)] }
    },
    'migrations.migrate': async ({ text, blocks, to, ...ref }, signal) => {
      if (to === 'legacy') refuseReverse()
      const question = await questionOf(ref, text, signal)
      const { patch, draft } = migrate(question, blocks, await patchContextOf(schemas, question.talosVersion))
      return { ...toPatchedDraft(draft), patch }
    },
  }
}
