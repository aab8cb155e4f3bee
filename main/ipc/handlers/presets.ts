import type { ParsedInput } from '#contract/index.ts'
import { fillPreset, offeredPresets } from '../../domain/machine-config/presets/catalogue.ts'
import { readPresetContext } from '../../domain/machine-config/presets/node-choices.ts'
import type { PresetContext } from '../../domain/machine-config/presets/preset.ts'
import type { SchemaPort } from '../../domain/machine-config/schema-port.ts'
import type { ClustersPort } from '../../domain/nodes/clusters-port.ts'
import type { Handlers } from '../handlers.ts'
import { createKnownNodes } from './machine-configs/known-nodes.ts'
import { patchContextOf } from './patches/patch-context.ts'
import { toPatchedDraft } from './patches.ts'

type PresetHandlers = Pick<Handlers, Extract<keyof Handlers, `presets.${string}`>>

/** Presets: forms that make a patch of a draft, with what the node has to choose from. */
export function createPresetHandlers(deps: {
  readonly clusters: ClustersPort
  readonly schemas: SchemaPort
}): PresetHandlers {
  const { schemas } = deps
  const nodes = createKnownNodes(deps)

  async function contextOf(
    { text, ...ref }: ParsedInput<'presets.list'>,
    signal: AbortSignal,
  ): Promise<PresetContext> {
    const { cluster, talosVersion } = await nodes.recent(ref, signal)
    return readPresetContext(cluster.talos, ref.node, talosVersion, text, signal)
  }

  return {
    'presets.list': async (input, signal) => ({
      presets: [...offeredPresets(await contextOf(input, signal))],
    }),
    'presets.fill': async ({ preset, values, ...input }, signal) => {
      const context = await contextOf(input, signal)
      const patching = await patchContextOf(schemas, context.talosVersion)
      const { problems, notes, patch, draft } = fillPreset(preset, values, input.text, context, patching)
      return {
        problems: [...problems],
        notes: [...notes],
        ...(patch === undefined ? {} : { patch }),
        ...(draft === undefined ? {} : { draft: toPatchedDraft(draft) }),
      }
    },
  }
}
