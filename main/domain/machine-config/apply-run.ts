import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { ApplyAnswer } from '../nodes/talos-port.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { isFailure, TalosFailure, toWireError } from '../talos-failure.ts'
import { awaitBoot, awaitGone, type BootWatch } from '../upgrades/await-boot.ts'
import { runStep, throwIfStopped, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import { followSequence } from '../upgrades/sequence-trail.ts'
import { preflight, type Restart } from './apply-preflight.ts'
import { toConfigFailure } from './apply-refusal.ts'
import {
  expectApplied,
  expectOf,
  expectUntouched,
  isActive,
  read,
  rowsOf,
  type ApplyDeps,
  type ApplyRequest,
  type ApplyScene,
} from './apply-scene.ts'
import { runTrial } from './apply-trial.ts'
import { outcomeOfApply, type ConfigReading, type ExpectedConfigs } from './apply-verdict.ts'
import { redactText, valuesOf } from './redact.ts'

/** Milliseconds. A kubelet that starts again takes a while; a configuration is in force within seconds. */
const SETTLES_WITHIN = 60_000
/** After a lost answer the node may be rebooting. */
const ANSWERS_WITHIN = 10 * 60_000
/** Found unchanged for so long after a lost answer: the request never arrived. */
const NOT_TAKEN_AFTER = 10_000
const READ_AGAIN_EVERY = 2_000

/**
 * Sends a reviewed configuration and proves what became of it (behaviour.md §4.2). It is sent once: when the answer
 * is lost the node is read, and what it holds is the answer. Only a person's "keep" sends the same bytes again.
 */
export function runApply(
  request: ApplyRequest,
  deps: ApplyDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    yield { kind: 'planned', steps: stepsOf(request).map((name) => ({ id: name, name })) }
    let scene: ApplyScene = { ...deps, request, control }
    const state = { sent: false, expected: expectOf(scene) }
    try {
      const { before, restart } = yield* runStep('preflight', control, () => preflight(scene))
      scene = before
      state.expected = expectOf(scene)
      yield { kind: 'expected', rows: rowsOf(scene, state.expected, undefined) }
      yield* runStep('history', control, () => keepBefore(scene))
      throwIfStopped(control, request.node)
      const since = deps.clock.now()
      const answer = yield* runStep('apply', control, () =>
        send(scene, () => {
          state.sent = true
        }),
      )
      if (request.mode === 'try') yield* tryOut(scene, state)
      else if (answer?.mode === 'reboot' && restart !== undefined) {
        yield* awaitRestart(scene, { ...restart, since })
        yield* verify(scene, state.expected, SETTLES_WITHIN)
      } else yield* verify(scene, state.expected, answer === undefined ? ANSWERS_WITHIN : SETTLES_WITHIN)
    } catch (error) {
      if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
      yield await verdictOfFailure(scene, state.expected, error, state.sent)
    }
  }
}

interface RunState {
  sent: boolean
  expected: ExpectedConfigs
}

/** Names of the steps, in order. */
export function stepsOf({ mode }: ApplyRequest): readonly string[] {
  const start = ['preflight', 'history', 'apply']
  if (mode === 'try') return [...start, 'try', 'keep', 'revert', 'verify']
  return [...start, ...(mode === 'reboot' ? ['reboot', 'answers', 'ready'] : []), 'verify']
}

async function* keepBefore({ request, keep, diskBefore, control }: ApplyScene): RunPart<StepResult<void>> {
  yield { kind: 'step-progress', id: 'history', progress: 0 }
  await keep(request.base, 'before-apply', control.id)
  if (diskBefore !== undefined && diskBefore.real !== request.base.real) {
    await keep(diskBefore, 'before-apply', control.id)
  }
  return { value: undefined }
}

/** `undefined`: the answer was lost, and nobody knows yet whether the request arrived. */
async function* send(scene: ApplyScene, sent: () => void): RunPart<StepResult<ApplyAnswer | undefined>> {
  const { talos, control, request, keep } = scene
  const { node, mode, draft, trySeconds } = request
  yield { kind: 'step-progress', id: 'apply', progress: 0 }
  let answer: ApplyAnswer
  try {
    answer = await talos.applyConfiguration(
      node,
      { text: draft.real, mode, dryRun: false, ...(mode === 'try' ? { trySeconds } : {}) },
      control.signal,
    )
  } catch (error) {
    if (!isFailure(error, 'interrupted', 'timeout')) throw toConfigFailure(error, draft, request.base)
    sent()
    await keep(draft, whyOf(mode), control.id)
    return { value: undefined, state: 'unknown', detail: error.message }
  }
  sent()
  const values = valuesOf(draft.vault, request.base.vault)
  for (const text of [...answer.warnings, firstLine(answer.details)]) {
    if (text !== '') yield { kind: 'output', text: redactText(text, values) }
  }
  await keep(draft, whyOf(mode), control.id)
  return { value: answer, detail: answer.mode }
}

function whyOf(mode: ApplyRequest['mode']): 'applied' | 'tried' | 'staged' {
  if (mode === 'try') return 'tried'
  return mode === 'staged' ? 'staged' : 'applied'
}

/** What follows may be a diff, which belongs to the dry run. */
function firstLine(details: string): string {
  return details.split('\n')[0]?.replace(/:$/, '').trim() ?? ''
}

async function* tryOut(scene: ApplyScene, state: RunState): RunPart<void> {
  const end = yield* runTrial(scene)
  state.expected = end === 'kept' ? expectApplied(scene) : expectUntouched(scene)
  yield { kind: 'expected', rows: rowsOf(scene, state.expected, undefined) }
  yield* verify(scene, state.expected, SETTLES_WITHIN, end === 'kept' ? undefined : 'reverted')
}

async function* awaitRestart(
  scene: ApplyScene,
  restart: Restart & { readonly since: number },
): RunPart<void> {
  const { talos, clock, control, request } = scene
  const { node } = request
  const watch: BootWatch = { talos, clock, control, node, before: restart.before, since: restart.since }
  // An apply tells no actor id (behaviour.md §4.2), so only the boot id speaks here.
  using trail = followSequence(talos, node, undefined, control.signal)
  yield* runStep('reboot', control, async function* (): RunPart<StepResult<void>> {
    return { value: undefined, detail: yield* awaitGone(watch, trail, 'reboot') }
  })
  yield* awaitBoot(watch, restart.facts)
}

/** Reads the node until everything is as expected, or long enough. `instead` stands for a whole proof. */
async function* verify(
  scene: ApplyScene,
  expected: ExpectedConfigs,
  patience: number,
  instead?: RunOutcome,
): RunPart<void> {
  const rows = yield* runStep('verify', scene.control, async function* (): RunPart<
    StepResult<readonly VerdictRow[]>
  > {
    yield { kind: 'step-progress', id: 'verify', progress: 0 }
    const value = rowsOf(scene, expected, await readUntil(scene, expected, patience))
    const proven = value.filter(({ outcome }) => outcome === 'proven').length
    return { value, detail: `${proven}/${value.length}` }
  })
  const outcome = outcomeOfApply(rows)
  yield { kind: 'verdict', rows, outcome: outcome === 'proven' && instead !== undefined ? instead : outcome }
}

async function readUntil(
  scene: ApplyScene,
  expected: ExpectedConfigs,
  patience: number,
): Promise<ConfigReading> {
  const { clock, control, request } = scene
  const since = clock.now()
  let unchangedSince: number | undefined
  for (;;) {
    const found = await read(scene)
    const outcome = outcomeOfApply(rowsOf(scene, expected, found))
    const waited = clock.now() - since
    if (outcome === 'proven' || waited >= patience) return found
    // Differs although the node answers: that does not change by waiting on.
    const answered = found.active.known
    if (answered && isActive(scene, request.base, found) && expected.active !== request.base) {
      unchangedSince ??= clock.now()
      if (clock.now() - unchangedSince >= NOT_TAKEN_AFTER) return found
    } else unchangedSince = undefined
    if (answered && waited >= SETTLES_WITHIN) return found
    await clock.sleep(READ_AGAIN_EVERY, control.signal)
  }
}

async function verdictOfFailure(
  scene: ApplyScene,
  expected: ExpectedConfigs,
  error: TalosFailure,
  sent: boolean,
): Promise<RunEvent> {
  const shown = redacted(error, scene)
  if (!sent) {
    const rows = rowsOf(scene, expectUntouched(scene), await read(scene))
    if (error.code === 'cancelled' && scene.control.stopRequested()) {
      return { kind: 'verdict', rows, outcome: 'stopped' }
    }
    const refused = [
      'config-refused',
      'config-moved',
      'plan-blocked',
      'conflict',
      'role-too-low',
      'unsupported-by-version',
      'agent-mode',
    ]
    const outcome = refused.includes(error.code) ? 'refused' : 'failed'
    return { kind: 'verdict', rows, outcome, error: toWireError(shown) }
  }
  const rows = rowsOf(scene, expected, await read(scene))
  const found = outcomeOfApply(rows)
  return { kind: 'verdict', rows, outcome: found === 'proven' ? 'failed' : found, error: toWireError(shown) }
}

function redacted(error: TalosFailure, { request }: ApplyScene): TalosFailure {
  const message = redactText(error.message, valuesOf(request.draft.vault, request.base.vault))
  return new TalosFailure(error.code, message, { node: error.node, at: error.at })
}
