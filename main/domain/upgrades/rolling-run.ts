import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import type { PreparedPlan } from './compose-plan.ts'
import type { PreparedNode } from './plan.ts'
import { toVerdict, type NodeVerdict, type RunDeps, type RunScene } from './run-frame.ts'
import { inNode, stepIdOf, type RunPart } from './run-step.ts'

/** What a run does on each of its nodes. */
export interface NodeWay {
  /** What the verdict will ask of that node. */
  expect(prepared: PreparedNode): readonly VerdictRow[]
  steps(scene: RunScene, prepared: PreparedNode, changed: () => void): RunPart<void>
}

/**
 * Node by node, in the plan's order: the next one starts only when the one before is proven. A node that is not
 * freezes the rest, which the run then shows as not touched; nothing is tried twice.
 */
export function runNodes(
  { plan, nodes }: PreparedPlan,
  way: NodeWay,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const expected = new Map(nodes.map((one) => [one.plan.node, rowsOf(one.plan.node, way.expect(one))]))
    yield {
      kind: 'planned',
      steps: plan.nodes.flatMap(({ node, steps }) =>
        steps.map((name) => ({ id: stepIdOf(node, name), name, node })),
      ),
    }
    yield { kind: 'expected', rows: [...expected.values()].flat() }
    const verdicts: NodeVerdict[] = []
    for (const one of nodes) {
      if (verdicts.length > 0 && control.stopAfterNode()) {
        yield { kind: 'verdict', rows: verdicts.flatMap(({ rows }) => rows), outcome: 'stopped' }
        return
      }
      const { node, hostname } = one.plan
      const scene: RunScene = { ...deps, control, node, hostname }
      const own = expected.get(node) ?? []
      yield { kind: 'node-started', node }
      const verdict = yield* inNode(
        node,
        toVerdict(
          scene,
          () => own,
          (changed) => way.steps(scene, one, changed),
        ),
      )
      verdicts.push(verdict)
      yield { kind: 'node-ended', node, ...verdict }
      if (!isDone(verdict.outcome)) break
    }
    const last = verdicts.at(-1)
    yield {
      kind: 'verdict',
      rows: verdicts.flatMap(({ rows }) => rows),
      outcome: outcomeOfAll(verdicts),
      ...(last?.error === undefined ? {} : { error: last.error }),
    }
  }
}

function rowsOf(node: string, rows: readonly VerdictRow[]): readonly VerdictRow[] {
  return rows.map((row) => ({ ...row, node }))
}

function isDone(outcome: RunOutcome): boolean {
  return outcome === 'proven' || outcome === 'proven-with-differences'
}

/** The node that froze the run gives its outcome; else the least proven one. */
function outcomeOfAll(verdicts: readonly NodeVerdict[]): RunOutcome {
  const outcomes = verdicts.map(({ outcome }) => outcome)
  return outcomes.find((outcome) => !isDone(outcome)) ?? outcomes.find((one) => one !== 'proven') ?? 'proven'
}
