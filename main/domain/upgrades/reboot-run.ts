import type { VerdictRow } from '#contract/runs.ts'
import { assessEtcd } from '../etcd/quorum.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure } from '../talos-failure.ts'
import { awaitBoot, awaitGone, certainWay, readBootMark, type BootWatch } from './await-boot.ts'
import { gatherNodeFacts } from './gather.ts'
import type { NodeFacts } from './node-facts.ts'
import { quorumAtRisk } from './preflight.ts'
import { runToVerdict, type RunDeps, type RunScene } from './run-frame.ts'
import { runStep, type RunPart, type StepResult } from './run-step.ts'
import { followSequence } from './sequence-trail.ts'
import { expectRow, restartRows } from './verdict.ts'

export interface RebootRequest {
  readonly node: string
  readonly hostname: string
  readonly mode: 'default' | 'powercycle' | 'force'
  /** Throws when the node is no longer as its accepted plan had it. */
  readonly assertUnmoved: (facts: NodeFacts) => void
  /** A part of its own before the restart, with its step's name: the leader of etcd hands over. */
  readonly first?: { readonly step: string; readonly part: (scene: RunScene) => RunPart<void> }
}

/** Reboots one node and proves it by the boot id. */
export function runReboot(
  request: RebootRequest,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const scene: RunScene = { ...deps, control, node: request.node, hostname: request.hostname }
    let rows: readonly VerdictRow[] = []
    const first = request.first === undefined ? [] : [request.first.step]
    const steps = ['preflight', ...first, 'reboot', 'answers', 'ready', 'verify']
    yield { kind: 'planned', steps: steps.map((name) => ({ id: name, name })) }
    yield* runToVerdict(
      scene,
      () => rows,
      async function* (changed) {
        const facts = yield* runStep('preflight', control, () => check(scene, request))
        rows = expectedRows(facts)
        yield { kind: 'expected', rows }
        if (request.first !== undefined) yield* request.first.part(scene)
        const watch = yield* runStep('reboot', control, () => reboot(scene, request, changed))
        yield* awaitBoot(watch, facts)
      },
    )
  }
}

function expectedRows(facts: NodeFacts): readonly VerdictRow[] {
  const [first, ...rest] = restartRows(facts)
  if (first === undefined) return []
  return facts.version.known
    ? [first, expectRow('talos', facts, facts.version.value.tag), ...rest]
    : [first, ...rest]
}

/** etcd's word is written down, and stops the reboot only where this member would be the one too many. */
async function* check(
  { talos, node, control }: RunScene,
  { assertUnmoved }: RebootRequest,
): RunPart<StepResult<NodeFacts>> {
  yield { kind: 'step-progress', id: 'preflight', progress: 0 }
  const facts = await gatherNodeFacts(talos, node, control.signal)
  if (!facts.version.known)
    throw facts.version.failure ?? new TalosFailure('node-error', facts.version.reason)
  assertUnmoved(facts)
  if (!facts.etcd?.known) return { value: facts }
  const risk = quorumAtRisk(facts)
  if (risk !== undefined) throw new TalosFailure('plan-blocked', `etcd: ${risk}`, { node })
  return { value: facts, detail: assessEtcd(facts.etcd.value).evidence }
}

async function* reboot(
  { talos, clock, control, node }: RunScene,
  { mode }: RebootRequest,
  changed: () => void,
): RunPart<StepResult<BootWatch>> {
  const before = await readBootMark(talos, node, control.signal)
  const watch = { talos, clock, control, node, before, since: clock.now(), ...certainWay(mode) }
  let actorId: string | undefined
  try {
    actorId = (await talos.reboot(node, mode, control.signal)).actorId
  } catch (error) {
    if (!isFailure(error, 'interrupted')) throw error
  }
  using trail = followSequence(talos, node, actorId, control.signal)
  try {
    const detail = yield* awaitGone(watch, trail, 'reboot')
    changed()
    return { value: watch, detail }
  } catch (error) {
    if (!isFailure(error, 'conflict')) changed()
    throw error
  }
}
