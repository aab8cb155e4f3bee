import type { Run, VerdictRow } from '#contract/runs.ts'
import type { Observation } from '../runs/run-engine.ts'
import { gatherNodeFacts, type GatherPort } from './gather.ts'
import { expectRow, isVerdictFact, judgeRows, outcomeOf } from './verdict.ts'

/**
 * Reads the node of a run that was cut off and lays it beside what the run expected. Nothing is repeated. A run that
 * had not come to its restart is `interrupted` whatever the node says; after it, the rows decide.
 */
export async function observeRun(talos: GatherPort, run: Run, signal: AbortSignal): Promise<Observation> {
  const facts = await gatherNodeFacts(talos, run.node, signal)
  if (!facts.version.known && facts.version.failure !== undefined) throw facts.version.failure
  const expected: readonly VerdictRow[] = run.verdict.some(({ fact }) => isVerdictFact(fact))
    ? run.verdict
    : [expectRow('stage', facts, 'running, ready')]
  const rows = judgeRows(expected, facts)
  return { rows, outcome: hadRestarted(run) ? outcomeOf(rows) : interruptedUnlessProven(rows) }
}

function hadRestarted({ steps }: Run): boolean {
  return steps.some(
    ({ name, state }) =>
      (name === 'reboot' || name === 'rollback') && state !== 'waiting' && state !== 'skipped',
  )
}

/** Someone may have gone on by hand: then the boot id is another one and everything is there. */
function interruptedUnlessProven(rows: readonly VerdictRow[]): Observation['outcome'] {
  const restarted = rows.some(({ fact, outcome }) => fact === 'boot-id' && outcome === 'proven')
  return restarted && outcomeOf(rows) === 'proven' ? 'proven' : 'interrupted'
}
