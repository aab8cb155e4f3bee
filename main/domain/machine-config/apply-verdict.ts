import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { ConfigPort, ReadingPort } from '../nodes/talos-port.ts'
import { readStage } from '../upgrades/gather.ts'
import { ask, askIfThere, type Known } from '../upgrades/known.ts'
import { diffConfigs } from './change-table.ts'
import type { KnownConfig } from './review.ts'

/** What an apply reads of a node, before and after. */
export interface ConfigReading {
  readonly active: Known<string>
  /** `undefined` before Talos 1.10, which does not tell. */
  readonly persistent: Known<string | undefined>
  /** `running, ready` */
  readonly stage: Known<string | undefined>
}

/** What must be found: each a whole configuration with its secrets. */
export interface ExpectedConfigs {
  readonly active: KnownConfig
  /** Absent: nothing can be said about the disk. */
  readonly persistent?: KnownConfig
}

export type VerdictPort = ReadingPort & ConfigPort

export const READY = 'running, ready'

export async function readConfigs(
  talos: VerdictPort,
  node: string,
  signal: AbortSignal,
): Promise<ConfigReading> {
  const [active, persistent, stage] = await Promise.all([
    ask(signal, async () => {
      const config = await talos.readMachineConfig(node, 'active', signal)
      return config?.text ?? ''
    }),
    askIfThere(signal, async () => (await talos.readMachineConfig(node, 'persistent', signal))?.text),
    ask(signal, async () => {
      const stage = await readStage(talos, node, signal)
      return stage === undefined ? undefined : [stage.name, ...(stage.ready ? ['ready'] : [])].join(', ')
    }),
  ])
  return { active, persistent, stage }
}

export interface Judge {
  /** SHA-256 in hex. */
  readonly hash: (text: string) => string
  /** Parses and redacts a configuration read back. */
  readonly know: (text: string) => KnownConfig
}

/** Expected beside found. Rows stay `unknown` where the node did not tell, with its reason. */
export function judgeConfigs(
  expected: ExpectedConfigs,
  found: ConfigReading | undefined,
  before: { readonly active: string; readonly persistent?: string },
  judge: Judge,
): readonly VerdictRow[] {
  const rows = [configRow('config-active', expected.active, found?.active, before.active, judge)]
  // A node that does not tell what is on its disk has nothing to prove there.
  if (
    expected.persistent !== undefined &&
    !(found?.persistent.known === true && found.persistent.value === undefined)
  ) {
    rows.push(
      configRow('config-persistent', expected.persistent, found?.persistent, before.persistent, judge),
    )
  }
  rows.push(stageRow(found?.stage))
  return rows
}

function configRow(
  fact: string,
  expected: KnownConfig,
  found: Known<string | undefined> | undefined,
  before: string | undefined,
  judge: Judge,
): VerdictRow {
  const row = {
    fact,
    ...(before === undefined ? {} : { before: shortHash(judge.hash(before)) }),
    expected: shortHash(judge.hash(expected.real)),
  }
  if (!found?.known) {
    return { ...row, outcome: 'unknown', ...(found === undefined ? {} : { note: found.reason }) }
  }
  if (found.value === undefined) return { ...row, outcome: 'unknown' }
  const seen = { ...row, found: shortHash(judge.hash(found.value)), note: 'MachineConfig' }
  return { ...seen, outcome: isSameConfig(expected, found.value, judge) ? 'proven' : 'differs' }
}

/** Letter by letter, or value by value where a node writes the text down in its own hand. */
export function isSameConfig(expected: KnownConfig, found: string, judge: Judge): boolean {
  if (found === expected.real) return true
  if (found === '') return false
  try {
    return diffConfigs(expected, judge.know(found)).every((change) => change.comment !== undefined)
  } catch {
    return false
  }
}

function stageRow(found: Known<string | undefined> | undefined): VerdictRow {
  const row = { fact: 'stage', expected: READY }
  if (!found?.known) {
    return { ...row, outcome: 'unknown', ...(found === undefined ? {} : { note: found.reason }) }
  }
  if (found.value === undefined) return { ...row, outcome: 'unknown' }
  const outcome = found.value === READY ? 'proven' : 'differs'
  return { ...row, found: found.value, outcome, note: 'MachineStatus' }
}

/** As it stands in a verdict: enough to tell two texts apart. */
export function shortHash(hash: string): string {
  return `sha256:${hash.slice(0, 12)}`
}

export function outcomeOfApply(rows: readonly VerdictRow[]): RunOutcome {
  if (rows.every((row) => row.outcome === 'unknown')) return 'unknown'
  if (rows.every((row) => row.outcome === 'proven')) return 'proven'
  if (isUntouched(rows)) return 'failed'
  const bad = rows.filter((row) => row.outcome !== 'proven')
  if (bad.every((row) => row.fact === 'stage')) return 'not-ready'
  return 'proven-with-differences'
}

/** Everything that was to change is as it was: the request never arrived, or came to nothing. */
function isUntouched(rows: readonly VerdictRow[]): boolean {
  const toChange = rows.filter(({ before, expected }) => before !== undefined && before !== expected)
  return toChange.length > 0 && toChange.every(({ before, found }) => found === before)
}
