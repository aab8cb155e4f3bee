import type { NodeRef } from '#contract/names.ts'
import { distinctSecrets } from '../../../domain/machine-config/carry/earlier-secrets.ts'
import { knowConfig, type KnownConfig } from '../../../domain/machine-config/review.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'
import type { ConfigDesk, MachineConfigHandlers } from './desk.ts'

type HistoryHandlers = Pick<
  MachineConfigHandlers,
  'machine-configs.history' | 'machine-configs.history-text' | 'machine-configs.restore'
>

/** Every configuration that was read or sent, looked up again. */
export function createHistoryHandlers(desk: ConfigDesk): HistoryHandlers {
  const { history, schemas, nodes, outcomeOf } = desk

  async function kept(ref: NodeRef, hash: string): Promise<KnownConfig> {
    const [text, facts] = await Promise.all([history.text(ref, hash), schemas.facts()])
    if (text !== undefined) return knowConfig(text, facts)
    throw new TalosFailure('not-found', 'The history has no configuration of that hash.', { node: ref.node })
  }

  return {
    'machine-configs.history': async (ref) => {
      const entries = await history.list(ref)
      return {
        entries: entries.map((entry) => {
          const outcome = entry.runId === undefined ? undefined : outcomeOf?.(entry.runId)
          return outcome === undefined ? entry : { ...entry, outcome }
        }),
      }
    },
    'machine-configs.restore': async ({ hash, ...ref }, signal) => {
      const [known, config] = await Promise.all([nodes.read(ref, signal), kept(ref, hash)])
      return distinctSecrets(config, known.active.vault, hash)
    },
    'machine-configs.history-text': async ({ hash, ...ref }) => ({
      text: (await kept(ref, hash)).config.text,
    }),
  }
}
