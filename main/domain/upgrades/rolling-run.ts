import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { PreparedPlan } from './compose-plan.ts'
import { settleFor } from './node-frame.ts'
import type { PreparedNode } from './plan.ts'
import { readVerdict, toVerdict, type NodeVerdict, type RunDeps, type RunScene } from './run-frame.ts'
import { inNode, stepIdOf, type RunPart } from './run-step.ts'
import { awaitStorage } from './storage-settled.ts'
import { expectRow } from './verdict.ts'

/** What a run does on each of its nodes. */
export interface NodeWay {
  /** What the verdict will ask of that node. */
  expect(prepared: PreparedNode): readonly VerdictRow[]
  /** `all`: every node of the run, in order; the first one prepares for the rest. */
  steps(
    scene: RunScene,
    prepared: PreparedNode,
    all: readonly NodeScene[],
    changed: () => void,
  ): RunPart<void>
}

export interface NodeScene {
  readonly scene: RunScene
  readonly prepared: PreparedNode
}

/**
 * Node by node, in the plan's order: the next one starts only when the one before is proven, storage is whole again and
 * a while has passed. A node that is not proven freezes the rest, which the run then shows as not touched; nothing is
 * tried twice.
 */
export function runNodes(
  { plan, nodes, unsettled, kubernetesNames }: PreparedPlan,
  way: NodeWay,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const all: readonly NodeScene[] = nodes.map((prepared) => {
      const { node, hostname } = prepared.plan
      const name = kubernetesNames.get(node)
      const scene = {
        ...deps,
        control,
        node,
        hostname,
        ...(name === undefined ? {} : { kubernetesName: name }),
      }
      return { scene, prepared }
    })
    const expected = new Map(
      all.map(({ scene, prepared }) => [
        scene.node,
        rowsOf(scene.node, [...way.expect(prepared), ...imageRows(scene, prepared)]),
      ]),
    )
    yield {
      kind: 'planned',
      steps: plan.nodes.flatMap(({ node, steps }) =>
        steps.map((name) => ({ id: stepIdOf(node, name), name, node })),
      ),
    }
    yield { kind: 'expected', rows: [...expected.values()].flat() }
    const verdicts: NodeVerdict[] = []
    let wasStopped = false
    for (const [at, { scene, prepared }] of all.entries()) {
      const { node } = scene
      const own = expected.get(node) ?? []
      yield { kind: 'node-started', node }
      const verdict = yield* inNode(
        node,
        toVerdict(
          scene,
          () => own,
          (changed) => way.steps(scene, prepared, all, changed),
        ),
      )
      verdicts.push(verdict)
      yield { kind: 'node-ended', node, ...verdict }
      const culprit = otherCulprit(verdict, scene, all)
      if (culprit !== undefined) {
        const found = await readVerdict(culprit.scene, expected.get(culprit.scene.node) ?? [], verdict)
        verdicts.push(found)
        yield { kind: 'node-ended', node: culprit.scene.node, ...found }
      }
      // Extensions or arguments that one lost, the next would lose as well.
      if (verdict.outcome !== 'proven' || at === all.length - 1) break
      wasStopped = control.stopAfterNode() || !(yield* inNode(node, betweenNodes(scene, prepared)))
      if (wasStopped) break
    }
    const rows = verdicts.flatMap((verdict) => verdict.rows)
    const error = verdicts.find((verdict) => verdict.error !== undefined)?.error
    yield {
      kind: 'verdict',
      rows,
      outcome: wasStopped ? 'stopped' : outcomeOfAll(verdicts),
      ...(error === undefined ? {} : { error }),
    }
  }

  /** Resolves with whether the next one may start. */
  async function* betweenNodes(scene: RunScene, { plan: own }: PreparedNode): RunPart<boolean> {
    const { kubernetes, kubernetesName: name, clock, control, node } = scene
    try {
      if (own.steps.includes('storage') && kubernetes !== undefined && name !== undefined) {
        yield* awaitStorage({ kubernetes, clock, control, node, name }, unsettled)
      }
      if (own.steps.includes('settle')) yield* settleFor(scene, plan.options.settleSeconds)
      return !control.stopAfterNode()
    } catch (error) {
      if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
      return false
    }
  }
}

/** `Talos (v1.14.0)`: what Kubernetes must say of a node that it has. */
function imageRows(
  { kubernetes, kubernetesName }: RunScene,
  { plan, facts }: PreparedNode,
): readonly VerdictRow[] {
  if (kubernetes === undefined || kubernetesName === undefined || !/^v\d/.test(plan.to)) return []
  return [expectRow('kubernetes-image', facts, `Talos (${plan.to})`)]
}

/** What the first node prepares for all may fail on another one: that is the one to name. */
function otherCulprit(
  { error, outcome }: NodeVerdict,
  { node }: RunScene,
  all: readonly NodeScene[],
): NodeScene | undefined {
  if (error?.node === undefined || error.node === node || isDone(outcome)) return undefined
  return all.find(({ scene }) => scene.node === error.node)
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
