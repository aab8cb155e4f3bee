import type { Run, RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import type { Observation } from '../runs/run-engine.ts'
import { gatherNodeFacts, type GatherPort } from './gather.ts'
import { valueOf } from './known.ts'
import { readImage } from './kubernetes-steps.ts'
import type { NodeFacts } from './node-facts.ts'
import { expectRow, isVerdictFact, judgeRows, outcomeOf } from './verdict.ts'

export interface ObservePorts {
  readonly talos: GatherPort
  readonly kubernetes: KubernetesPort
}

/**
 * Reads the node of a run that was cut off and lays it beside what the run expected. Nothing is repeated. A run whose
 * node did not restart is `interrupted` whatever else it says; after a restart the rows decide. Of several nodes the
 * one under way is read: those before it were proven, those after it not touched.
 */
export async function observeRun(ports: ObservePorts, run: Run, signal: AbortSignal): Promise<Observation> {
  if (run.nodes === undefined) return observeNode(ports, run, run.node, signal)
  const rows: VerdictRow[] = []
  let outcome: RunOutcome = 'interrupted'
  for (const { node: address, state } of run.nodes) {
    if (state === 'waiting' || state === 'not-touched') continue
    if (state === 'running') {
      const seen = await observeNode(ports, run, address, signal)
      rows.push(...seen.rows)
      outcome = seen.outcome
    } else rows.push(...run.verdict.filter((row) => row.node === address))
  }
  const isWhole = run.nodes.every(({ state }) => state !== 'waiting')
  return { rows, outcome: isWhole || outcome !== 'proven' ? outcome : 'interrupted' }
}

async function observeNode(
  { talos, kubernetes }: ObservePorts,
  run: Run,
  node: string,
  signal: AbortSignal,
): Promise<Observation> {
  const isOwn = (of: { readonly node?: string | undefined }): boolean =>
    run.nodes === undefined || of.node === node
  const facts = await gatherNodeFacts(talos, node, signal)
  if (!facts.version.known && facts.version.failure !== undefined) throw facts.version.failure
  const asked = run.verdict.filter(isOwn)
  const expected: readonly VerdictRow[] = asked.some(({ fact }) => isVerdictFact(fact))
    ? asked
    : [expectRow('stage', facts, 'running, ready')]
  const asksKubernetes = expected.some(({ fact }) => fact === 'kubernetes-image')
  const rows = judgeRows(expected, asksKubernetes ? await withImage(facts, kubernetes, signal) : facts)
  const ofBoot = rows.find(({ fact }) => fact === 'boot-id')?.outcome
  // In the boot it had before, nothing came of the restart, or not yet: neither failed, and what is there is shown.
  if (ofBoot === 'differs') return { rows, outcome: 'interrupted' }
  const isOver = hadRestarted(run.steps.filter(isOwn)) || (ofBoot === 'proven' && isThere(rows))
  return { rows, outcome: isOver ? outcomeOf(rows) : 'interrupted' }
}

function hadRestarted(steps: Run['steps']): boolean {
  return steps.some(
    ({ name, state }) =>
      (name === 'reboot' || name === 'rollback' || name === 'reset') &&
      state !== 'waiting' &&
      state !== 'skipped',
  )
}

/** The older call lets the node restart by itself, and someone may have gone on by hand: then the version is there. */
function isThere(rows: readonly VerdictRow[]): boolean {
  return rows.find(({ fact }) => fact === 'talos')?.outcome === 'proven'
}

async function withImage(
  facts: NodeFacts,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const name = valueOf(facts.kubernetesNode)?.name
  return name === undefined ? facts : { ...facts, kubernetesImage: await readImage(kubernetes, name, signal) }
}
