import type { HistoryEntry } from '#contract/machine-configs.ts'
import { RunId, type NodeRef } from '#contract/names.ts'
import type { RunOutcome } from '#contract/runs.ts'
import { toInstant, type ClockPort } from '../../../domain/clock-port.ts'
import type { LogPort } from '../../../domain/log-port.ts'
import type { KeptWhy } from '../../../domain/machine-config/apply-scene.ts'
import type { Vault } from '../../../domain/machine-config/placeholders.ts'
import type { KnownConfig } from '../../../domain/machine-config/review.ts'
import type { SchemaPort } from '../../../domain/machine-config/schema-port.ts'
import type { DraftPort, HistoryPort } from '../../../domain/machine-config/store-ports.ts'
import type { ClustersPort } from '../../../domain/nodes/clusters-port.ts'
import type { RunsPort } from '../../../domain/runs/run-port.ts'
import type { Handlers } from '../../handlers.ts'
import { createKeptReviews, type KeptReviews } from './kept-reviews.ts'
import { createKnownNodes, type KnownNodes } from './known-nodes.ts'
import { createOpenTrials, type OpenTrials } from './open-trials.ts'

export type MachineConfigHandlers = Pick<Handlers, Extract<keyof Handlers, `machine-configs.${string}`>>

export interface MachineConfigDeps {
  readonly clusters: ClustersPort
  readonly runs: RunsPort
  readonly clock: ClockPort
  readonly drafts: DraftPort
  readonly history: HistoryPort
  readonly schemas: SchemaPort
  readonly log: LogPort
  /** Who does it, for the history. */
  readonly who: string
  /** SHA-256 in hex. */
  readonly sha256: (text: string) => string
  readonly newId: () => string
  /** Secrets of saved patches whose placeholders stand in a draft. */
  readonly patchSecrets?: (ref: NodeRef, draft: string) => Promise<Vault>
  /** When a try ends that a run cut off by a crash had begun on the node, as the journal has it. */
  readonly earlierTrial?: (ref: NodeRef) => string | undefined
  /** Talos in the boot slot that does not run, as far as runs of this app tell. */
  readonly otherSlot?: (ref: NodeRef) => string | undefined
  /** What two contexts of one cluster have in common; each is a cluster of its own when absent. */
  readonly clusterOf?: (context: string) => string
  /** How a run of the journal ended, as far as it did. */
  readonly outcomeOf?: (runId: RunId) => RunOutcome | undefined
}

/** What the handlers of configurations have in common: nodes as read, reviews as shown, tries as they run. */
export interface ConfigDesk extends MachineConfigDeps {
  readonly nodes: KnownNodes
  readonly reviews: KeptReviews
  readonly trials: OpenTrials
  /** Puts a configuration into the history. Throws `disk-write-failed`. */
  readonly remember: (ref: NodeRef, config: KnownConfig, why: KeptWhy, runId?: string) => Promise<void>
  /** Before something is sent its copy must be safe; afterwards a full disk must not hide what became of it. */
  readonly rememberRun: (ref: NodeRef, config: KnownConfig, why: KeptWhy, runId: string) => Promise<void>
}

export function createConfigDesk(deps: MachineConfigDeps): ConfigDesk {
  const { clusters, clock, history, schemas, log, who, sha256 } = deps

  async function remember(ref: NodeRef, config: KnownConfig, why: KeptWhy, runId?: string): Promise<void> {
    const entry: HistoryEntry = {
      hash: sha256(config.real),
      at: toInstant(clock.now()),
      why,
      who,
      ...(runId === undefined ? {} : { runId: RunId.parse(runId) }),
    }
    await history.add(ref, entry, config.real)
  }

  return {
    ...deps,
    nodes: createKnownNodes({ clusters, schemas }),
    reviews: createKeptReviews(),
    trials: createOpenTrials(clock, deps.earlierTrial, deps.clusterOf),
    remember,
    async rememberRun(ref, config, why, runId) {
      if (why === 'before-apply') return remember(ref, config, why, runId)
      await remember(ref, config, why, runId).catch((error: unknown) => {
        log.error('config-history-not-kept', error, { node: ref.node, why })
      })
    },
  }
}
