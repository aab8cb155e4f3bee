import type { NodeActionPlan } from '#contract/node-actions.ts'
import type { Run, VerdictRow } from '#contract/runs.ts'
import type { KubeNode, KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import type { Observation } from '../runs/run-engine.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { ask, valueOf } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import type { RunDeps, RunScene } from '../upgrades/run-frame.ts'
import { runStep, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import { commonActionChecks } from './action-checks.ts'
import { runToActionVerdict } from './action-verdict.ts'
import { actionFrame, type ActionPlanParts } from './plan-action.ts'

export interface PreparedUncordon {
  readonly plan: NodeActionPlan
  /** What Kubernetes calls the node. */
  readonly name: string
}

/** Lets Kubernetes put pods on a node again that a run left cordoned. Throws `not-found` where it is no node of it. */
export function planUncordon(facts: NodeFacts, parts: ActionPlanParts): PreparedUncordon {
  const node = valueOf(facts.kubernetesNode)
  if (node === undefined) {
    throw new TalosFailure('not-found', `Kubernetes has no node for ${facts.node}.`, { node: facts.node })
  }
  return {
    name: node.name,
    plan: {
      ...actionFrame(facts, parts),
      kind: 'uncordon',
      rows: [
        {
          fact: 'kubernetes-node',
          before: stateOf(node),
          after: stateOf({ ...node, unschedulable: false }),
          note: node.unschedulable ? 'changes' : 'unchanged',
        },
      ],
      preflight: [...commonActionChecks(facts, parts.around)],
      steps: ['uncordon', 'verify'],
      talosctl: `kubectl uncordon ${node.name}`,
      typeHostname: false,
    },
  }
}

export function runUncordon(
  { plan, name }: PreparedUncordon,
  kubernetes: KubernetesPort,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const scene: RunScene = { ...deps, control, node: plan.node, hostname: plan.hostname }
    const [row] = plan.rows
    const rows: readonly VerdictRow[] = [
      {
        fact: 'kubernetes-node',
        expected: row?.after ?? 'Ready',
        outcome: 'unknown',
        ...(row?.before === undefined ? {} : { before: row.before }),
      },
    ]
    yield { kind: 'planned', steps: plan.steps.map((step) => ({ id: step, name: step })) }
    yield { kind: 'expected', rows }
    yield* runToActionVerdict(
      scene,
      () => rows,
      async () => judge(rows, await ask(control.signal, () => kubernetes.node(name, control.signal))),
      async function* (changed) {
        yield* runStep('uncordon', control, async function* (): RunPart<StepResult<void>> {
          yield { kind: 'step-progress', id: 'uncordon', progress: 0 }
          await kubernetes.setUnschedulable(name, false, control.signal)
          changed()
          return { value: undefined, detail: 'uncordoned' }
        })
      },
    )
  }
}

/**
 * Reads the Node for an uncordon that was cut off: proven where it takes pods, else `interrupted`. Throws what keeps
 * Kubernetes from answering, `not-found` where the node is none of it.
 */
export async function observeUncordon(
  run: Run,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<Observation> {
  const nodes = await kubernetes.nodes(signal)
  const node = nodes.find(({ addresses }) => addresses.includes(run.node))
  if (node === undefined) {
    throw new TalosFailure('not-found', `Kubernetes has no node for ${run.node}.`, { node: run.node })
  }
  const expected: readonly VerdictRow[] =
    run.verdict.length > 0
      ? run.verdict
      : [{ fact: 'kubernetes-node', expected: 'Ready', outcome: 'unknown' }]
  const rows = judge(expected, { known: true, value: node })
  return { rows, outcome: rows.every(({ outcome }) => outcome === 'proven') ? 'proven' : 'interrupted' }
}

function judge(
  rows: readonly VerdictRow[],
  node: Awaited<ReturnType<typeof ask<KubeNode>>>,
): readonly VerdictRow[] {
  return rows.map((row): VerdictRow => {
    if (!node.known) return { ...row, note: node.reason }
    const found = stateOf(node.value)
    const outcome = found === row.expected ? 'proven' : 'differs'
    return { ...row, found, outcome, note: 'Node' }
  })
}

function stateOf({ ready, unschedulable }: Pick<KubeNode, 'ready' | 'unschedulable'>): string {
  return `${ready ? 'Ready' : 'NotReady'}${unschedulable ? ',SchedulingDisabled' : ''}`
}
