import type { VerdictRow } from '#contract/runs.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure } from '../talos-failure.ts'
import { awaitGone, readBootMark, type BootWatch } from './await-boot.ts'
import type { PreparedPlan } from './compose-plan.ts'
import { UNTOLD, type PreparedNode } from './plan.ts'
import { aroundRestart } from './node-frame.ts'
import { runNodes } from './rolling-run.ts'
import type { RunDeps, RunScene } from './run-frame.ts'
import { runStep, type RunPart, type StepResult } from './run-step.ts'
import { followSequence } from './sequence-trail.ts'
import { expectRow, isNot, restartRows } from './verdict.ts'

/** What Talos says when there is nothing to go back to (behaviour.md §5.9). */
const IMPOSSIBLE = /cannot rollback|label does not exist|system disk not found/i

/** Goes back to the other boot slot by an accepted plan. Config, etcd's data and META stay as they are. */
export function runRollback(
  prepared: PreparedPlan,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  const { options } = prepared.plan
  return runNodes(
    prepared,
    {
      expect: expectedRows,
      steps: (scene, one, _all, changed) =>
        aroundRestart(scene, one, { options, change: (touched) => switchSlot(scene, touched) }, changed),
    },
    deps,
  )
}

/** Where no one told what the other slot holds, only that it is another version can be expected. */
function expectedRows({ plan, facts }: PreparedNode): readonly VerdictRow[] {
  const target = plan.to === UNTOLD ? isNot(plan.from) : plan.to
  const entry = plan.rows.find(({ fact }) => fact === 'boot-entry')?.after
  const rows = [expectRow('talos', facts, target)]
  if (entry !== undefined) rows.push(expectRow('boot-entry', facts, entry))
  const [boot, ...rest] = restartRows(facts)
  return boot === undefined ? rows : [boot, ...rows, ...rest]
}

async function* switchSlot(scene: RunScene, changed: () => void): RunPart<BootWatch> {
  const { talos, clock, control, node } = scene
  const before = await readBootMark(talos, node, control.signal)
  return yield* runStep('rollback', control, async function* (): RunPart<StepResult<BootWatch>> {
    const watch = { talos, clock, control, node, before, since: clock.now() }
    try {
      await talos.rollback(node, control.signal)
    } catch (error) {
      if (error instanceof TalosFailure && IMPOSSIBLE.test(error.message)) {
        throw new TalosFailure('rollback-impossible', error.message, { node, cause: error })
      }
      if (!isFailure(error, 'interrupted')) throw error
    }
    changed()
    // The reply carries no actor id, so there are no events to tell apart.
    using trail = followSequence(talos, node, undefined, control.signal)
    return { value: watch, detail: yield* awaitGone(watch, trail, 'rollback') }
  })
}
