import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { awaitBoot, readBootMark, type BootWatch } from '../upgrades/await-boot.ts'
import { unknown, valueOf } from '../upgrades/known.ts'
import { runToVerdict, takeSnapshot, type RunDeps, type RunScene } from '../upgrades/run-frame.ts'
import { runStep, throwIfStopped, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import { followSequence } from '../upgrades/sequence-trail.ts'
import { restartRows } from '../upgrades/verdict.ts'
import { leavingChecks } from './action-checks.ts'
import {
  askEtcd,
  expectedActionRows,
  judgeActionRows,
  LAST_TASK,
  runToActionVerdict,
  type Findings,
} from './action-verdict.ts'
import type { ApiState } from './api-state.ts'
import { gatherDiskFacts } from './disk-facts.ts'
import {
  awaitMaintenance,
  awaitSilence,
  awaitStop,
  forfeitLeadership,
  readAgain,
  sendOnce,
  touching,
} from './going-away.ts'
import { throwIfActionBlocked, throwIfMoved } from './plan-action.ts'
import { diskFingerprint, type Afterwards, type PreparedReset } from './plan-reset.ts'
import { etcdPeers } from './shutdown-run.ts'

/** What Talos says of something that cannot be wiped (behaviour.md §7.1). Nothing has begun then. */
const CANNOT_WIPE = /wipe mode|reset user disk failed|volume status with label|is not located/i

const API: Readonly<Record<Exclude<Afterwards, 'back'>, readonly ApiState[]>> = {
  maintenance: ['maintenance'],
  'maintenance-or-silent': ['maintenance', 'silent'],
  silent: ['silent'],
}

type Open = { -readonly [K in keyof Findings]: Findings[K] }

/**
 * Erases a node by an accepted plan. A control plane's etcd is copied to this disk first, the leader hands over, and
 * what the node shows afterwards is the verdict. `overridden`: the words were typed.
 */
export function runReset(
  prepared: PreparedReset,
  overridden: boolean,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const { plan, facts, afterwards } = prepared
    const scene: RunScene = { ...deps, control, node: plan.node, hostname: plan.hostname }
    yield { kind: 'planned', steps: plan.steps.map((name) => ({ id: name, name })) }
    if (afterwards === 'back') {
      const rows = restartRows(facts)
      yield { kind: 'expected', rows }
      yield* runToVerdict(
        scene,
        () => rows,
        async function* (changed) {
          yield* beforeReset(scene, prepared, overridden)
          const watch = yield* reset(scene, prepared, changed, () => undefined)
          yield* awaitBoot(watch, facts)
        },
      )
      return
    }
    const peers = etcdPeers(facts)
    const etcd = facts.etcd === undefined ? undefined : valueOf(facts.etcd)
    const rows = expectedActionRows({
      api: API[afterwards],
      leader: peers.length > 0,
      ...(prepared.losesEtcdData && etcd !== undefined && peers.length > 0
        ? { leaves: etcd.status.memberId }
        : {}),
    })
    const found: Open = { servicesStopped: undefined, api: undefined, etcd: unknown('–') }
    yield { kind: 'expected', rows }
    yield* runToActionVerdict(
      scene,
      () => rows,
      async () => {
        found.etcd = await askEtcd(scene.talos, peers, control.signal)
        return judgeActionRows(rows, found)
      },
      async function* (changed) {
        yield* beforeReset(scene, prepared, overridden)
        yield* reset(scene, prepared, changed, (stopped) => (found.servicesStopped = stopped))
        found.api =
          afterwards === 'silent'
            ? yield* awaitSilence(scene)
            : yield* awaitMaintenance(scene, afterwards === 'maintenance-or-silent')
      },
    )
  }
}

async function* beforeReset(
  scene: RunScene,
  { plan, facts, choice, losesEtcdData, forfeits, disks }: PreparedReset,
  overridden: boolean,
): RunPart<void> {
  const { talos, node, control, clock } = scene
  yield* readAgain(scene, (now) => {
    throwIfMoved(plan, facts, now, clock.now())
    const checks = leavingChecks(now, { graceful: choice.graceful, losesEtcdData })
    throwIfActionBlocked(checks, node, overridden)
  })
  if (diskFingerprint(await gatherDiskFacts(talos, node, control.signal)) !== disks) {
    throw new TalosFailure('plan-stale', `The disks of ${scene.hostname} are no longer as they were.`, {
      node,
    })
  }
  if (plan.steps.includes('snapshot')) yield* takeSnapshot(scene)
  throwIfStopped(control, node)
  if (forfeits) yield* forfeitLeadership(scene)
  throwIfStopped(control, node)
}

async function* reset(
  scene: RunScene,
  { request }: PreparedReset,
  changed: () => void,
  heard: (servicesStopped: boolean) => void,
): RunPart<BootWatch> {
  const { talos, node, control, clock } = scene
  return yield* runStep('reset', control, async function* (): RunPart<StepResult<BootWatch>> {
    const before = await readBootMark(talos, node, control.signal)
    const since = clock.now()
    const actor = await sendOnce(() => talos.reset(node, request, control.signal)).catch((error: unknown) => {
      if (error instanceof TalosFailure && CANNOT_WIPE.test(error.message)) {
        throw new TalosFailure('reset-refused', error.message, { node, cause: error })
      }
      throw error
    })
    using trail = followSequence(talos, node, actor, control.signal)
    const stopping = { before, since, trail, step: 'reset' }
    const detail = yield* touching(changed, () => awaitStop(scene, stopping))
    heard(trail.hasBegun(LAST_TASK))
    return { value: { talos, clock, control, node, before, since }, detail }
  })
}
