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
 * Reads the node of a run that was cut off and lays it beside what the run expected. Nothing is repeated. A run that
 * had not come to its restart is `interrupted` whatever the node says; after it, the rows decide. Of several nodes the
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
  // Only the node is asked here, so what Kubernetes would say of it is left out.
  const asked = run.verdict.filter((row) => isOwn(row) && row.fact !== 'kubernetes-image')
  const expected: readonly VerdictRow[] = asked.some(({ fact }) => isVerdictFact(fact))
    ? asked
    : [expectRow('stage', facts, 'running, ready')]
  const asksKubernetes = expected.some(({ fact }) => fact === 'kubernetes-image')
  const rows = judgeRows(expected, asksKubernetes ? await withImage(facts, kubernetes, signal) : facts)
  const restarted = hadRestarted(run.steps.filter(isOwn))
  return { rows, outcome: restarted ? outcomeOf(rows) : interruptedUnlessProven(rows) }
}

function hadRestarted(steps: Run['steps']): boolean {
  return steps.some(
    ({ name, state }) =>
      (name === 'reboot' || name === 'rollback' || name === 'reset') &&
      state !== 'waiting' &&
      state !== 'skipped',
  )
}

/** Someone may have gone on by hand: then the boot id is another one and everything is there. */
function interruptedUnlessProven(rows: readonly VerdictRow[]): Observation['outcome'] {
  const restarted = rows.some(({ fact, outcome }) => fact === 'boot-id' && outcome === 'proven')
  return restarted && outcomeOf(rows) === 'proven' ? 'proven' : 'interrupted'
}

async function withImage(
  facts: NodeFacts,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const name = valueOf(facts.kubernetesNode)?.name
  return name === undefined ? facts : { ...facts, kubernetesImage: await readImage(kubernetes, name, signal) }
}
