import type { ApplyMode } from '#contract/machine-configs.ts'
import type { VerdictRow } from '#contract/runs.ts'
import type { ClockPort } from '../clock-port.ts'
import type { ConfigPort, EtcdPort, ReadingPort } from '../nodes/talos-port.ts'
import type { RunControl } from '../runs/run-port.ts'
import {
  isSameConfig,
  judgeConfigs,
  readConfigs,
  type ConfigReading,
  type ExpectedConfigs,
  type Judge,
} from './apply-verdict.ts'
import type { KnownConfig } from './review.ts'

export interface ApplyRequest {
  readonly node: string
  readonly hostname: string
  readonly mode: ApplyMode
  /** How long a try lasts. */
  readonly trySeconds: number
  /** What the review was computed against. */
  readonly base: KnownConfig
  /** What waited on the disk at the review, where that was something else. */
  readonly staged?: KnownConfig
  /** What is sent. */
  readonly draft: KnownConfig
  /** By what the review said, the node restarts for it. */
  readonly restarts: boolean
  /** Version of the node at the review: the effects that were shown are that version's. */
  readonly talosVersion: string
}

/** Why a configuration is kept in the history. */
export type KeptWhy = 'read' | 'before-apply' | 'applied' | 'tried' | 'staged' | 'reverted'

export interface ApplyDeps extends Judge {
  readonly talos: ReadingPort & ConfigPort & EtcdPort
  readonly clock: ClockPort
  /** Keeps a configuration in the history. Throws `disk-write-failed`. */
  readonly keep: (config: KnownConfig, why: KeptWhy, runId: string) => Promise<void>
}

/** One apply in progress. `diskBefore`: absent where the node does not tell. */
export interface ApplyScene extends ApplyDeps {
  readonly request: ApplyRequest
  readonly control: RunControl
  readonly diskBefore?: KnownConfig
}

export function read(scene: ApplyScene): Promise<ConfigReading> {
  return readConfigs(scene.talos, scene.request.node, scene.control.signal)
}

/** What must be found once the draft is in force and written down. */
export function expectApplied({ request, diskBefore }: ApplyScene): ExpectedConfigs {
  return { active: request.draft, ...(diskBefore === undefined ? {} : { persistent: request.draft }) }
}

/** What must be found while nothing is in force and the draft waits on the disk. */
function expectStaged({ request }: ApplyScene): ExpectedConfigs {
  return { active: request.base, persistent: request.draft }
}

/** What must be found in the end, by the way it is sent. */
export function expectOf(scene: ApplyScene): ExpectedConfigs {
  return scene.request.mode === 'staged' ? expectStaged(scene) : expectApplied(scene)
}

/** What must be found when everything is as it was. */
export function expectUntouched({ request, diskBefore }: ApplyScene): ExpectedConfigs {
  return { active: request.base, ...(diskBefore === undefined ? {} : { persistent: diskBefore }) }
}

export function rowsOf(
  scene: ApplyScene,
  expected: ExpectedConfigs,
  found: ConfigReading | undefined,
): readonly VerdictRow[] {
  const before = {
    active: scene.request.base.real,
    ...(scene.diskBefore === undefined ? {} : { persistent: scene.diskBefore.real }),
  }
  return judgeConfigs(expected, found, before, scene)
}

/** True when that configuration is the one in force. */
export function isActive(scene: ApplyScene, config: KnownConfig, found: ConfigReading): boolean {
  return found.active.known && isSameConfig(config, found.active.value, scene)
}
