import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure } from '../talos-failure.ts'
import { unknown } from '../upgrades/known.ts'
import { takeSnapshot, type RunDeps, type RunScene } from '../upgrades/run-frame.ts'
import { runStep, throwIfStopped, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import {
  askEtcd,
  expectedActionRows,
  judgeActionRows,
  runToActionVerdict,
  type Findings,
} from './action-verdict.ts'
import { readAgain } from './going-away.ts'
import { throwIfMoved } from './plan-action.ts'
import type { PreparedRemoval } from './plan-removal.ts'

/** Takes a member out of etcd by an accepted plan, asked of another control plane; proven by the list afterwards. */
export function runRemoval(
  prepared: PreparedRemoval,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const { plan, facts, member } = prepared
    const scene: RunScene = { ...deps, control, node: plan.node, hostname: plan.hostname }
    const rows = expectedActionRows({ leaves: member.id, leader: true })
    const found: { -readonly [K in keyof Findings]: Findings[K] } = {
      servicesStopped: undefined,
      api: undefined,
      etcd: unknown('–'),
    }
    yield { kind: 'planned', steps: plan.steps.map((name) => ({ id: name, name })) }
    yield { kind: 'expected', rows }
    yield* runToActionVerdict(
      scene,
      () => rows,
      async () => {
        found.etcd = await askEtcd(scene.talos, [plan.node], control.signal)
        return judgeActionRows(rows, found)
      },
      async function* (changed) {
        yield* readAgain(scene, (now) => {
          throwIfMoved(plan, facts, now, scene.clock.now())
          const listed = now.etcd?.known === true && now.etcd.value.members.some(({ id }) => id === member.id)
          if (!listed) {
            throw new TalosFailure('plan-stale', `etcd no longer lists ${member.id}.`, { node: plan.node })
          }
        })
        yield* takeSnapshot(scene)
        throwIfStopped(control, plan.node)
        yield* runStep('remove-member', control, async function* (): RunPart<StepResult<void>> {
          yield { kind: 'step-progress', id: 'remove-member', detail: member.id }
          try {
            await scene.talos.etcdRemoveMember(plan.node, member.id, control.signal)
          } catch (error) {
            // Sent, and the answer lost: the list will tell.
            if (!isFailure(error, 'interrupted')) throw error
          }
          changed()
          return { value: undefined, detail: member.id }
        })
      },
    )
  }
}
