import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { ClockPort } from '../clock-port.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure, toWireError } from '../talos-failure.ts'
import { ask, valueOf } from '../upgrades/known.ts'
import { duration, runStep, throwIfStopped, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import type { KubeManifest, KubernetesPort } from './kubernetes-port.ts'
import { titleOf, type PreparedManifests } from './manifests.ts'
import { expectedOf, judgeManifests, outcomeOfManifests, rolloutOf } from './manifests-verdict.ts'

/** Milliseconds for the pods of a changed object to be the new ones (behaviour.md §6 step 11). */
const ROLLS_OUT_WITHIN = 5 * 60_000
const LOOK_EVERY = 1_000

interface Deps {
  readonly kubernetes: KubernetesPort
  readonly clock: ClockPort
}

/** Applies what an accepted plan says would change, object by object, and waits for pods to follow. */
export function runManifests(
  { plan, objects }: PreparedManifests,
  deps: Deps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  const moving = objects.filter((_, at) => {
    const change = plan.objects[at]?.change
    return change === 'created' || change === 'changed'
  })
  return async function* (control) {
    yield {
      kind: 'planned',
      steps: [...moving.map((object) => ({ id: titleOf(object), name: titleOf(object) })), VERIFY],
    }
    yield { kind: 'expected', rows: moving.map(expectedOf) }
    const state = { changed: false }
    try {
      for (const object of moving) {
        throwIfStopped(control, plan.node)
        yield* runStep(titleOf(object), control, () =>
          applyOne(object, deps, control, () => {
            state.changed = true
          }),
        )
      }
    } catch (error) {
      if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
      const rows = await judgeManifests(moving, deps.kubernetes, control.signal)
      const stopped = isFailure(error, 'cancelled') && control.stopRequested()
      const outcome: RunOutcome = stopped ? 'stopped' : state.changed ? 'failed' : 'refused'
      yield { kind: 'verdict', rows, outcome, ...(stopped ? {} : { error: toWireError(error) }) }
      return
    }
    const rows = yield* runStep('verify', control, async function* (): RunPart<
      StepResult<readonly VerdictRow[]>
    > {
      yield { kind: 'step-progress', id: 'verify', progress: 0 }
      const value = await judgeManifests(moving, deps.kubernetes, control.signal)
      return {
        value,
        detail: `${value.filter(({ outcome }) => outcome === 'proven').length}/${value.length}`,
      }
    })
    yield { kind: 'verdict', rows, outcome: outcomeOfManifests(rows) }
  }
}

const VERIFY = { id: 'verify', name: 'verify' }

async function* applyOne(
  object: KubeManifest,
  { kubernetes, clock }: Deps,
  { signal }: RunControl,
  changed: () => void,
): RunPart<StepResult<void>> {
  const id = titleOf(object)
  const since = clock.now()
  yield { kind: 'step-progress', id, progress: 0 }
  changed()
  const applied = await kubernetes.applyObject(object, false, signal)
  let told = ''
  for (;;) {
    const now = valueOf(await ask(signal, () => kubernetes.readObject(object, signal)))
    const rollout = rolloutOf(now, applied.metadata.generation)
    if (rollout === undefined) return { value: undefined, detail: duration(clock.now() - since) }
    if (clock.now() - since > ROLLS_OUT_WITHIN) {
      throw new TalosFailure('timeout', `${id} does not roll out: ${rollout}.`)
    }
    if (rollout !== told) yield { kind: 'step-progress', id, detail: (told = rollout) }
    await clock.sleep(LOOK_EVERY, signal)
  }
}
