import { toInstant } from '../clock-port.ts'
import { isFailure, TalosFailure } from '../talos-failure.ts'
import { ask } from '../upgrades/known.ts'
import { runStep, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import { isActive, read, type ApplyScene } from './apply-scene.ts'
import { toConfigFailure } from './apply-refusal.ts'

/** Milliseconds between two questions over a fresh connection. */
const PROBE_EVERY = 5_000
/** A node whose timer has run out is given so long to be back. */
const BACK_WITHIN = 5 * 60_000
const LOOK_EVERY = 2_000

/**
 * A confirmed try (behaviour.md §4.2). Until the person decides or the node's timer runs out, a fresh connection is
 * made every five seconds: an old one may live on where a new one cannot be made. Nothing but the decision sends
 * anything, as any call in another mode, a dry run too, would stop the timer.
 */
export async function* runTrial(scene: ApplyScene): RunPart<'kept' | 'reverted'> {
  const { control, clock, request } = scene
  const revertsAt = clock.now() + request.trySeconds * 1000
  yield { kind: 'trial', revertsAt: toInstant(revertsAt) }
  const decision = yield* runStep('try', control, () => probe(scene, revertsAt))
  if (decision === 'keep') {
    yield { kind: 'decided', how: 'kept' }
    const kept = yield* runStep('keep', control, () => keepIt(scene, revertsAt))
    if (kept) return 'kept'
  } else if (decision === 'revert') {
    yield { kind: 'decided', how: 'reverted' }
    yield* runStep('revert', control, () => goBack(scene, revertsAt, true))
    return 'reverted'
  } else yield { kind: 'decided', how: 'reverted' }
  yield* runStep('revert', control, () => goBack(scene, revertsAt, false))
  return 'reverted'
}

type Probe = { readonly ok: true; readonly latencyMs: number } | { readonly ok: false }

type Decision = 'keep' | 'revert' | 'silence'

async function* probe(scene: ApplyScene, revertsAt: number): RunPart<StepResult<Decision>> {
  const { talos, clock, control, request } = scene
  const over = new AbortController()
  const signal = AbortSignal.any([control.signal, over.signal])
  let decided: Decision | undefined
  const decision = control.decision().then((how) => {
    decided = how
    return how
  })
  let answered = 0
  let asked = 0
  try {
    for (;;) {
      const pending: Promise<Probe> = talos.probeFresh(request.node, signal).then(
        ({ latencyMs }) => ({ ok: true as const, latencyMs }),
        (error: unknown) => {
          if (error instanceof TalosFailure || over.signal.aborted) return { ok: false as const }
          throw error
        },
      )
      const left = Math.max(0, revertsAt - clock.now())
      const result = await within<Probe | 'keep' | 'revert'>(scene, left, signal, [pending, decision])
      if (typeof result === 'object') {
        asked++
        if (result.ok) answered++
        yield { kind: 'probe', ...result }
      }
      if (decided === undefined && clock.now() < revertsAt) {
        const pause = Math.min(PROBE_EVERY, revertsAt - clock.now())
        await within(scene, pause, signal, [decision])
      }
      if (decided !== undefined || clock.now() >= revertsAt) {
        return { value: decided ?? 'silence', detail: `${answered}/${asked}` }
      }
    }
  } finally {
    over.abort()
  }
}

/** Whichever comes first; `undefined` when the time is up. Its timer ends with it. */
async function within<T>(
  { clock, control }: ApplyScene,
  milliseconds: number,
  signal: AbortSignal,
  others: readonly Promise<T>[],
): Promise<T | undefined> {
  const lap = new AbortController()
  const timeUp = clock.sleep(milliseconds, AbortSignal.any([signal, lap.signal])).catch((error: unknown) => {
    if (control.signal.aborted) throw error
  })
  try {
    return await Promise.race([...others, timeUp.then(() => undefined)])
  } finally {
    lap.abort()
  }
}

/**
 * The same bytes once more, to be written down. While the node cannot be reached nothing was sent, so it is asked
 * again until its timer runs out; once something may have arrived it is only read.
 */
async function* keepIt(scene: ApplyScene, revertsAt: number): RunPart<StepResult<boolean>> {
  const { talos, clock, control, request, keep } = scene
  const { node, draft } = request
  // Every version has it, and none may take a kept try for a reason to reboot.
  const mode = 'no-reboot'
  yield { kind: 'step-progress', id: 'keep', progress: 0 }
  for (;;) {
    try {
      await talos.applyConfiguration(node, { text: draft.real, mode, dryRun: false }, control.signal)
      await keep(draft, 'applied', control.id)
      return { value: true, detail: mode }
    } catch (error) {
      if (isFailure(error, 'interrupted', 'timeout')) {
        return { value: true, state: 'unknown', detail: error.message }
      }
      if (!isFailure(error, 'unreachable')) throw toConfigFailure(error, draft, request.base)
      if (clock.now() + LOOK_EVERY >= revertsAt) {
        return { value: false, state: 'failed', detail: error.message }
      }
    }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
}

/** Waits until the old configuration is in force again; `now`: asks for it instead of waiting for the timer. */
async function* goBack(scene: ApplyScene, revertsAt: number, now: boolean): RunPart<StepResult<void>> {
  const { talos, clock, control, request, keep } = scene
  const { node, base } = request
  yield { kind: 'step-progress', id: 'revert', progress: 0 }
  if (now) {
    const mode = 'no-reboot'
    // The one that was staged before the try stays staged only if nothing is written down; the timer does it then.
    const isStaged = scene.diskBefore !== undefined && scene.diskBefore.real !== base.real
    if (!isStaged) {
      await ask(control.signal, () =>
        talos.applyConfiguration(node, { text: base.real, mode, dryRun: false }, control.signal),
      )
    }
  }
  const until = Math.max(clock.now(), revertsAt) + BACK_WITHIN
  while (clock.now() < until) {
    const found = await read(scene)
    if (isActive(scene, base, found)) {
      await keep(base, 'reverted', control.id)
      return { value: undefined }
    }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
  return { value: undefined, state: 'unknown' }
}
