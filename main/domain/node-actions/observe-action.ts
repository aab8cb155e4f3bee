import type { Run, RunOutcome } from '#contract/runs.ts'
import type { EtcdPort, TalosPort } from '../nodes/talos-port.ts'
import type { Observation } from '../runs/run-engine.ts'
import { actionOutcome, askEtcd, expectedActionRows, judgeActionRows } from './action-verdict.ts'
import { lookAtApi } from './api-state.ts'

/** The step of each kind that touches the node; before it nothing had happened. */
const TOUCHES: Readonly<Partial<Record<Run['kind'], string>>> = {
  shutdown: 'shutdown',
  reset: 'reset',
  'remove-member': 'remove-member',
}

/** True for runs whose node is judged by what it shows from outside, not by what it tells. */
export function isSeenFromOutside(run: Run): boolean {
  if (TOUCHES[run.kind] === undefined) return false
  // A reset that leaves the configuration brings the node back: its rows are those of a restart.
  return run.verdict.length === 0 || run.verdict.some(({ fact }) => fact === 'api' || fact === 'etcd-listed')
}

/** Reads what a run that was cut off can still be judged by. Nothing is repeated. */
export async function observeAction(
  talos: Pick<TalosPort, 'probeFresh'> & EtcdPort,
  run: Run,
  controlPlanes: readonly string[],
  signal: AbortSignal,
): Promise<Observation> {
  // The control plane that was asked to remove a member stays one; a node that was erased is no witness.
  const removal = run.kind === 'remove-member'
  const witnesses = removal
    ? [run.node, ...controlPlanes]
    : controlPlanes.filter((address) => address !== run.node)
  const [api, etcd] = await Promise.all([
    lookAtApi(talos, run.node, signal),
    askEtcd(talos, witnesses, signal),
  ])
  const expected =
    run.verdict.length > 0 ? run.verdict : expectedActionRows({ api: ['silent'], leader: false })
  const rows = judgeActionRows(expected, { servicesStopped: undefined, api, etcd })
  // A node that answers as it did has not gone, or not yet.
  const isStillThere = !removal && api === 'answers'
  const outcome: RunOutcome = hadTouched(run) && !isStillThere ? actionOutcome(rows) : 'interrupted'
  // Listed as before: the call was not sent, or came to nothing with the app; neither is a failure of etcd's.
  if (removal && outcome === 'failed') return { rows, outcome: 'interrupted' }
  return { rows, outcome }
}

function hadTouched({ kind, steps }: Run): boolean {
  return steps.some(({ name, state }) => name === TOUCHES[kind] && state !== 'waiting' && state !== 'skipped')
}
