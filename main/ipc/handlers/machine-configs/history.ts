import { knowConfig } from '../../../domain/machine-config/review.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'
import type { ConfigDesk, MachineConfigHandlers } from './desk.ts'

type HistoryHandlers = Pick<MachineConfigHandlers, 'machine-configs.history' | 'machine-configs.history-text'>

/** Every configuration that was read or sent, looked up again. */
export function createHistoryHandlers({ history, schemas }: ConfigDesk): HistoryHandlers {
  return {
    'machine-configs.history': async (ref) => ({ entries: [...(await history.list(ref))] }),
    'machine-configs.history-text': async ({ hash, ...ref }) => {
      const [text, facts] = await Promise.all([history.text(ref, hash), schemas.facts()])
      if (text === undefined) {
        throw new TalosFailure('not-found', 'The history has no configuration of that hash.', {
          node: ref.node,
        })
      }
      return { text: knowConfig(text, facts).config.text }
    },
  }
}
