import type { Run, VerdictRow } from '#contract/runs.ts'
import type { Observation } from '../runs/run-engine.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { Known } from '../upgrades/known.ts'
import { readConfigs, shortHash, type ConfigReading, type Judge, type VerdictPort } from './apply-verdict.ts'

/** True when the run wrote down which configurations it expected, so that they can be looked for. */
export function expectsConfigs(run: Run): boolean {
  return run.kind === 'apply' && run.verdict.some(({ fact }) => fact === 'config-active')
}

/**
 * Reads the node of an apply that was cut off and lays it beside what the run expected. Nothing is sent. The journal
 * has hashes only, so a configuration is the expected one when it is so letter by letter. Throws why the node could not
 * be read, or `config-try-pending` while the node's own timer may still take the change back.
 */
export async function observeApply(
  talos: VerdictPort,
  run: Run,
  hash: Judge['hash'],
  signal: AbortSignal,
): Promise<Observation> {
  const readings = new Map<string, ConfigReading>()
  for (const node of run.nodes?.map((one) => one.node) ?? [run.node]) {
    const found = await readConfigs(talos, node, signal)
    if (!found.active.known) {
      throw found.active.failure ?? new TalosFailure('node-error', found.active.reason, { node })
    }
    readings.set(node, found)
  }
  const judge = (row: VerdictRow, expected: string): VerdictRow => {
    const found = readings.get(row.node ?? run.node)
    if (found === undefined) return row
    const { active } = found
    if (row.fact === 'config-active') return judged(row, expected, hashed(active, hash))
    if (row.fact === 'config-persistent') return judged(row, expected, hashed(found.persistent, hash))
    return judged(row, expected, found.stage)
  }
  const rows = run.verdict.map((row) => judge(row, row.expected))
  if (rows.every(({ outcome }) => outcome === 'proven')) {
    return { rows, outcome: run.trial?.decided === 'reverted' ? 'reverted' : 'proven' }
  }
  if (run.trial === undefined) return { rows, outcome: 'interrupted' }
  const untouched = run.verdict.map((row) => judge(row, row.before ?? row.expected))
  if (untouched.every(({ outcome }) => outcome === 'proven')) return { rows: untouched, outcome: 'reverted' }
  const isTried = rows.some(({ fact, outcome }) => fact === 'config-active' && outcome === 'proven')
  const isOnDisk = rows.some(({ fact, outcome }) => fact === 'config-persistent' && outcome === 'proven')
  if (isTried && !isOnDisk) {
    throw new TalosFailure(
      'config-try-pending',
      `${run.hostname} still tries the change and takes it back by itself at ${run.trial.revertsAt}.`,
      { node: run.node },
    )
  }
  return { rows, outcome: 'interrupted' }
}

function hashed(text: Known<string | undefined>, hash: Judge['hash']): Known<string | undefined> {
  if (!text.known || text.value === undefined) return text
  return { known: true, value: shortHash(hash(text.value)) }
}

function judged(row: VerdictRow, expected: string, found: Known<string | undefined>): VerdictRow {
  const { fact, node, before } = row
  const bare = {
    fact,
    ...(node === undefined ? {} : { node }),
    expected,
    ...(before === undefined ? {} : { before }),
  }
  if (!found.known) return { ...bare, outcome: 'unknown', note: found.reason }
  if (found.value === undefined) return { ...bare, outcome: 'unknown' }
  return { ...bare, found: found.value, outcome: found.value === expected ? 'proven' : 'differs' }
}
