import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { readBootMark } from '../upgrades/await-boot.ts'
import { unknown, valueOf } from '../upgrades/known.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import type { RunDeps, RunScene } from '../upgrades/run-frame.ts'
import { runStep, throwIfStopped, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import { followSequence } from '../upgrades/sequence-trail.ts'
import {
  askEtcd,
  expectedActionRows,
  judgeActionRows,
  LAST_TASK,
  runToActionVerdict,
  type Findings,
} from './action-verdict.ts'
import { awaySafely } from './away-safely.ts'
import { awaitSilence, awaitStop, forfeitLeadership, readAgain, sendOnce, touching } from './going-away.ts'
import { throwIfMoved, type PreparedShutdown } from './plan-action.ts'

/** Shuts one node down by an accepted plan; proven when its services stopped and it answers no more. */
export function runShutdown(
  prepared: PreparedShutdown,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const { plan, facts, force, forfeits } = prepared
    const scene: RunScene = { ...deps, control, node: plan.node, hostname: plan.hostname }
    const peers = etcdPeers(facts)
    const rows = expectedActionRows({ api: ['silent'], leader: peers.length > 0 })
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
        found.etcd = await askEtcd(scene.talos, peers, control.signal)
        return judgeActionRows(rows, found)
      },
      async function* (changed) {
        yield* readAgain(scene, (now) => {
          throwIfMoved(plan, facts, now, scene.clock.now())
          awaySafely(now)
        })
        if (forfeits) yield* forfeitLeadership(scene)
        throwIfStopped(control, plan.node)
        yield* runStep('shutdown', control, async function* (): RunPart<StepResult<void>> {
          const before = await readBootMark(scene.talos, plan.node, control.signal)
          const since = scene.clock.now()
          const actor = await sendOnce(() => scene.talos.shutdown(plan.node, force, control.signal))
          using trail = followSequence(scene.talos, plan.node, actor, control.signal)
          const stopping = { before, since, trail, step: 'shutdown' }
          const detail = yield* touching(changed, () => awaitStop(scene, stopping))
          found.servicesStopped = trail.hasBegun(LAST_TASK)
          return { value: undefined, detail }
        })
        found.api = yield* awaitSilence(scene)
      },
    )
  }
}

/**
 * The other members of etcd, to be asked about it. Discovery still tells of a control plane for a while after it has
 * left, and its silence would be told as doubt about a cluster that has no other member.
 */
export function etcdPeers({ peers, etcd }: NodeFacts): readonly string[] {
  const known = etcd === undefined ? undefined : valueOf(etcd)
  const others = peers === undefined ? [] : (valueOf(peers) ?? [])
  return others
    .filter((peer) => known?.members.some(({ hostname }) => hostname === peer.hostname) ?? true)
    .map(({ address }) => address)
}
