import type { NodeRef } from '#contract/names.ts'
import { toInstant } from '../../../domain/clock-port.ts'
import { merged, mergeRows, type Merge } from '../../../domain/machine-config/carry/three-way.ts'
import { knowConfig, readDraft } from '../../../domain/machine-config/review.ts'
import { TalosFailure } from '../../../domain/talos-failure.ts'
import type { ConfigDesk, MachineConfigHandlers } from './desk.ts'
import { draftBase } from './reviewing.ts'

interface MergeQuestion {
  readonly ref: NodeRef
  readonly text: string
  readonly baseHash: string
}

/** A draft whose node moved on: base, theirs and yours, row by row, until the draft begins from what the node has. */
export function createMergingHandlers(
  desk: ConfigDesk,
): Pick<MachineConfigHandlers, 'machine-configs.merge' | 'machine-configs.save-merged'> {
  const { nodes, history, schemas, drafts, clock, sha256 } = desk

  async function gather({ ref, text, baseHash }: MergeQuestion, signal: AbortSignal) {
    const [known, facts, kept, entries] = await Promise.all([
      nodes.read(ref, signal),
      schemas.facts(),
      history.text(ref, baseHash),
      history.list(ref),
    ])
    if (kept === undefined) {
      throw new TalosFailure('not-found', 'What this draft began from was not kept on this computer.', {
        node: ref.node,
      })
    }
    const base = knowConfig(kept, facts)
    const theirs = known.staged ?? known.active
    const yours = readDraft(text, await draftBase(desk, ref, { active: base }, text), facts)
    const merge: Merge = { base, theirs, yours, typed: text }
    const baseAt = entries.find(({ hash }) => hash === baseHash)?.at
    return { merge, baseAt, nowHash: sha256(theirs.real) }
  }

  return {
    'machine-configs.merge': async ({ text, baseHash, ...ref }, signal) => {
      const { merge, baseAt, nowHash } = await gather({ ref, text, baseHash }, signal)
      const rows = mergeRows(merge)
      return {
        rows: [...rows],
        nowHash,
        conflicts: rows.filter(({ state }) => state === 'conflict').length,
        ...(baseAt === undefined ? {} : { baseAt }),
      }
    },
    'machine-configs.save-merged': async ({ text, baseHash, nowHash, choices, ...ref }, signal) => {
      const found = await gather({ ref, text, baseHash }, signal)
      if (found.nowHash !== nowHash) {
        throw new TalosFailure('config-moved', 'The node moved again while you were choosing.', {
          node: ref.node,
        })
      }
      const result = merged(found.merge, new Map(choices.map(({ id, take }) => [id, take])))
      const draft = { text: result.text, baseHash: nowHash, savedAt: toInstant(clock.now()) }
      await drafts.save(ref, draft)
      return { draft, missed: [...result.missed] }
    },
  }
}
