import { isFailure, TalosFailure } from '../talos-failure.ts'
import { readBootMark, throwIfRefused, type BootMark } from '../upgrades/await-boot.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { quorumAtRisk } from '../upgrades/preflight.ts'
import { gatherNodeFacts } from '../upgrades/gather.ts'
import type { RunScene } from '../upgrades/run-frame.ts'
import { duration, runStep, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import type { SequenceTrail } from '../upgrades/sequence-trail.ts'
import { ask, valueOf } from '../upgrades/known.ts'
import { LAST_TASK } from './action-verdict.ts'
import { lookAtApi, type ApiState } from './api-state.ts'

/** Milliseconds. Draining takes up to six minutes, leaving etcd five, and services stop after that. */
const STOPS_WITHIN = 20 * 60_000
const BACK_WITHIN = 30 * 60_000
/** A machine with nothing to boot is given this long to come to maintenance from an ISO or PXE. */
const MAY_COME_WITHIN = 5 * 60_000
const LOOK_EVERY = 1_000
/** Looks in a row without an answer that are more than a lost packet. */
const SILENT_LOOKS = 3
const LEADS_WITHIN = 30_000

/** Step `preflight`: the node once more, right before anything is touched. `check` throws when it is not to be. */
export async function* readAgain(scene: RunScene, check: (facts: NodeFacts) => void): RunPart<NodeFacts> {
  const { talos, node, control } = scene
  return yield* runStep('preflight', control, async function* (): RunPart<StepResult<NodeFacts>> {
    yield { kind: 'step-progress', id: 'preflight', progress: 0 }
    const facts = await gatherNodeFacts(talos, node, control.signal)
    check(facts)
    const risk = facts.etcd?.known === true ? quorumAtRisk(facts) : undefined
    return { value: facts, ...(risk === undefined ? {} : { detail: risk }) }
  })
}

/** Step `forfeit`: another member leads before this one goes, so that etcd does not wait for its election. */
export async function* forfeitLeadership(scene: RunScene): RunPart<void> {
  const { talos, clock, node, control } = scene
  yield* runStep('forfeit', control, async function* (): RunPart<StepResult<void>> {
    yield { kind: 'step-progress', id: 'forfeit', progress: 0 }
    const status = await talos.etcdStatus(node, control.signal)
    if (status.leaderId !== status.memberId) return { value: undefined, detail: status.leaderId }
    await talos.etcdForfeitLeadership(node, control.signal)
    const until = clock.now() + LEADS_WITHIN
    for (;;) {
      const now = valueOf(await ask(control.signal, () => talos.etcdStatus(node, control.signal)))
      if (now !== undefined && now.leaderId !== status.memberId) {
        return { value: undefined, detail: now.leaderId }
      }
      if (clock.now() > until) {
        throw new TalosFailure('timeout', `${node} still leads etcd after ${duration(LEADS_WITHIN)}.`, {
          node,
        })
      }
      await clock.sleep(LOOK_EVERY, control.signal)
    }
  })
}

/** A call that was sent and lost its answer may have happened: what the node does next will tell. */
export async function sendOnce(
  call: () => Promise<{ readonly actorId: string }>,
): Promise<string | undefined> {
  try {
    return (await call()).actorId
  } catch (error) {
    if (isFailure(error, 'interrupted')) return undefined
    throw error
  }
}

/** What waits after a call that starts a sequence. One that never started has not touched the node (LOCKED). */
export async function* touching<T>(changed: () => void, wait: () => RunPart<T>): RunPart<T> {
  try {
    const value = yield* wait()
    changed()
    return value
  } catch (error) {
    if (!isFailure(error, 'conflict')) changed()
    throw error
  }
}

/** Until the boot that was told to end no longer answers. Throws when the node refuses the sequence or stays. */
export async function* awaitStop(
  { talos, clock, control, node }: RunScene,
  { before, since, trail, step }: Stopping,
): RunPart<string> {
  let quiet = 0
  let phase: string | undefined
  for (;;) {
    const api = await lookAtApi(talos, node, control.signal)
    quiet = api === 'silent' ? quiet + 1 : 0
    if (api === 'maintenance' || quiet >= SILENT_LOOKS) return duration(clock.now() - since)
    if (api === 'silent' && trail.hasBegun(LAST_TASK)) return duration(clock.now() - since)
    if (api === 'answers') {
      const { bootId } = await readBootMark(talos, node, control.signal)
      if (bootId !== undefined && before.bootId !== undefined && bootId !== before.bootId) {
        return duration(clock.now() - since)
      }
      throwIfRefused(trail, node)
      if (clock.now() - since > STOPS_WITHIN) {
        throw new TalosFailure('timeout', `${node} still answers after ${duration(STOPS_WITHIN)}.`, { node })
      }
    }
    if (trail.phase !== undefined && trail.phase !== phase) {
      phase = trail.phase
      yield { kind: 'step-progress', id: step, detail: phase }
    }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
}

export interface Stopping {
  readonly before: BootMark
  /** When it was asked for, milliseconds since 1970. */
  readonly since: number
  readonly trail: SequenceTrail
  readonly step: string
}

/** Step `silent`: the node no longer answers, several times over. */
export async function* awaitSilence(scene: RunScene): RunPart<ApiState> {
  const { talos, clock, node, control } = scene
  return yield* runStep('silent', control, async function* (): RunPart<StepResult<ApiState>> {
    yield { kind: 'step-progress', id: 'silent', progress: 0 }
    const since = clock.now()
    for (let quiet = 0; ;) {
      const api = await lookAtApi(talos, node, control.signal)
      quiet = api === 'silent' ? quiet + 1 : 0
      if (quiet >= SILENT_LOOKS) return { value: api, detail: duration(clock.now() - since) }
      if (clock.now() - since > MAY_COME_WITHIN) return { value: api, state: 'failed', detail: api }
      await clock.sleep(LOOK_EVERY, control.signal)
    }
  })
}

/** Step `afterwards`: maintenance, which a machine with nothing to boot may never reach (`mayStaySilent`). */
export async function* awaitMaintenance(scene: RunScene, mayStaySilent: boolean): RunPart<ApiState> {
  const { talos, clock, node, control } = scene
  return yield* runStep('afterwards', control, async function* (): RunPart<StepResult<ApiState>> {
    yield { kind: 'step-progress', id: 'afterwards', progress: 0 }
    const since = clock.now()
    const patience = mayStaySilent ? MAY_COME_WITHIN : BACK_WITHIN
    for (;;) {
      const api = await lookAtApi(talos, node, control.signal)
      const took = duration(clock.now() - since)
      if (api === 'maintenance') return { value: api, detail: `${api}, ${took}` }
      if (clock.now() - since > patience) {
        const done = mayStaySilent && api === 'silent'
        return { value: api, state: done ? 'done' : 'failed', detail: `${api}, ${took}` }
      }
      await clock.sleep(LOOK_EVERY, control.signal)
    }
  })
}
