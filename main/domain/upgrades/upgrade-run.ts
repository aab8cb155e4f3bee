import type { VerdictRow } from '#contract/runs.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure } from '../talos-failure.ts'
import { awaitGone, certainWay, readBootMark, type BootWatch } from './await-boot.ts'
import { valueOf } from './known.ts'
import { mergeParts } from './merge-parts.ts'
import type { NodeFacts } from './node-facts.ts'
import type { PreparedPlan } from './compose-plan.ts'
import type { PreparedNode } from './plan.ts'
import { planRows } from './plan-rows.ts'
import { createPullState } from './pull-progress.ts'
import { aroundRestart } from './node-frame.ts'
import { runNodes, type NodeScene } from './rolling-run.ts'
import { checkQuorum, type RunDeps, type RunScene } from './run-frame.ts'
import { duration, inNode, runStep, throwIfStopped, type RunPart, type StepResult } from './run-step.ts'
import { followSequence, type SequenceTrail } from './sequence-trail.ts'
import { runningLabel } from './slots.ts'
import { untilStalled } from './until-stalled.ts'
import { expectRow, restartRows } from './verdict.ts'
import type { VersionTable } from './version-table.ts'

/** A pull that moves nothing for this long, in milliseconds, is given up. The first pull of an image may be built first. */
const PULL_STALLS_AFTER = 10 * 60_000

/** A home line is shared by all who pull. */
const PULLS_AT_ONCE = 3

/** Exit codes of the installer, from 1.14 on (behaviour.md §5.3). */
const EXIT_CODES = [
  'ok',
  'unknown',
  'invalid input',
  'unsupported',
  'environment',
  'dependency',
  'I/O',
  'installation',
]

/**
 * Upgrades nodes by an accepted plan, one after the other. First the image comes to all of them; then on each: inputs
 * again, etcd snapshot, leadership handed over, drain, install, restart, wait, uncordon, read back. The installer is never cut off; the person's stop is heard between steps and up to the
 * restart.
 */
export function runUpgrade(
  prepared: PreparedPlan,
  table: VersionTable,
  deps: RunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  const { options } = prepared.plan
  return runNodes(
    prepared,
    {
      expect: (one) => expectedRows(one, table),
      steps: (scene, one, all, changed) => {
        const isFirst = all[0]?.scene.node === scene.node
        const how: Change = {
          image: one.plan.image ?? '',
          mode: isFirst && options.coldBoot ? 'powercycle' : 'default',
        }
        return aroundRestart(
          scene,
          one,
          {
            options,
            ...(isFirst ? { prepare: () => pullOnAll(all) } : {}),
            change: (touched) =>
              one.plan.mechanism === 'legacy'
                ? legacySteps(scene, how, touched)
                : lifecycleSteps(scene, how, touched),
          },
          changed,
        )
      },
    },
    deps,
  )
}

interface Change {
  readonly image: string
  readonly mode: 'default' | 'powercycle'
}

/** Every node gets its image before the first one is touched: what cannot be pulled stops the run while all are well. */
async function* pullOnAll(all: readonly NodeScene[]): RunPart<void> {
  const parts = all
    .filter(({ prepared }) => prepared.plan.mechanism === 'lifecycle')
    .map(
      ({ scene, prepared: { plan } }) =>
        () =>
          inNode(
            scene.node,
            runStep('pull', scene.control, () => pull(scene, plan.image ?? '')),
          ),
    )
  yield* mergeParts(parts, PULLS_AT_ONCE)
}

/** What the verdict will ask of this upgrade. Facts that the node could not tell before cannot be compared and stay out. */
function expectedRows({ plan, facts, image }: PreparedNode, table: VersionTable): readonly VerdictRow[] {
  const rows = [expectRow('talos', facts, plan.to)]
  // What a third party's image holds is known only once it runs.
  if (facts.schematic.known && image?.origin !== 'own') {
    rows.push(expectRow('schematic', facts, image?.schematicId ?? '–'))
  }
  const planned = planRows(facts, {
    table,
    from: plan.from,
    to: plan.to,
    mechanism: plan.mechanism,
    losesKernelArguments: false,
    image: image ?? { reference: plan.image ?? '' },
    ...(plan.extensions === undefined ? {} : { extensions: plan.extensions }),
  })
  const extensions = planned.find((row) => row.fact === 'extensions')?.after
  if (facts.schematic.known && extensions !== undefined) {
    rows.push(expectRow('extensions', facts, extensions))
  }
  for (const fact of ['kernel-arguments', 'boot-entry'] as const) {
    const after = planned.find((row) => row.fact === fact)?.after
    if (after !== undefined && canTellAgain(fact, facts)) rows.push(expectRow(fact, facts, after))
  }
  const [boot, ...rest] = restartRows(facts)
  return boot === undefined ? rows : [boot, ...rows, ...rest]
}

/** A node that does not tell its boot entry now is not asked for it afterwards. */
function canTellAgain(fact: 'kernel-arguments' | 'boot-entry', facts: NodeFacts): boolean {
  return fact === 'kernel-arguments'
    ? valueOf(facts.kernelCmdline) !== undefined
    : runningLabel(facts) !== undefined
}

async function* lifecycleSteps(
  scene: RunScene,
  { image, mode }: Change,
  changed: () => void,
): RunPart<BootWatch> {
  const { talos, clock, control, node } = scene
  yield* runStep('install', control, () => install(scene, image, changed))
  throwIfStopped(control, node)
  const before = await readBootMark(talos, node, control.signal)
  return yield* runStep('reboot', control, async function* (): RunPart<StepResult<BootWatch>> {
    yield { kind: 'step-progress', id: 'reboot', progress: 0 }
    await checkQuorum(scene)
    const watch = { talos, clock, control, node, before, since: clock.now(), ...certainWay(mode) }
    const actorId = await askFor(() => talos.reboot(node, mode, control.signal))
    using trail = followSequence(talos, node, actorId, control.signal)
    return { value: watch, detail: yield* awaitGone(watch, trail, 'reboot') }
  })
}

async function* pull({ talos, clock, control, node }: RunScene, image: string): RunPart<StepResult<void>> {
  const since = clock.now()
  const state = createPullState()
  const stream = untilStalled((signal) => talos.pullImage(node, image, signal), {
    clock,
    milliseconds: PULL_STALLS_AFTER,
    signal: control.signal,
    what: `The pull of ${image}`,
    node,
  })
  for await (const progress of stream) {
    // Layers that are there already are kept by the node: a pull may be cut off without harm.
    throwIfStopped(control, node)
    const news = state.take(progress)
    if (news === undefined) continue
    yield { kind: 'step-progress', id: 'pull', ...news }
    yield { kind: 'layers', node, layers: state.layers() }
  }
  yield { kind: 'layers', node, layers: state.layers() }
  return { value: undefined, detail: `${state.summary()}, ${duration(clock.now() - since)}` }
}

/** The exit code comes inside a stream that ends well whatever it is; without one nobody knows. */
async function* install(
  { talos, clock, control, node }: RunScene,
  image: string,
  changed: () => void,
): RunPart<StepResult<void>> {
  const since = clock.now()
  let code: number | undefined
  for await (const event of talos.install(node, image, control.signal)) {
    changed()
    if (event.kind === 'line') yield { kind: 'output', text: event.text }
    else code = event.code
  }
  if (code === undefined) {
    throw new TalosFailure('interrupted', `The installer on ${node} ended without an exit code.`, { node })
  }
  const meaning = EXIT_CODES[code] === undefined ? '' : ` (${EXIT_CODES[code]})`
  if (code !== 0) {
    throw new TalosFailure('node-error', `The installer on ${node} ended with exit code ${code}${meaning}.`, {
      node,
    })
  }
  return { value: undefined, detail: `exit code 0, ${duration(clock.now() - since)}` }
}

/** One call, and the node does the rest: pull and check before it answers, then its own sequence. */
async function* legacySteps(
  scene: RunScene,
  { image, mode }: Change,
  changed: () => void,
): RunPart<BootWatch> {
  const { talos, clock, control, node } = scene
  const before = await readBootMark(talos, node, control.signal)
  const actorId = yield* runStep('pull', control, async function* (): RunPart<
    StepResult<string | undefined>
  > {
    yield { kind: 'step-progress', id: 'pull', detail: image }
    const since = clock.now()
    const request = { image, stage: false, powerCycle: mode === 'powercycle' }
    const value = await askFor(() => talos.upgradeLegacy(node, request, control.signal))
    return { value, detail: duration(clock.now() - since) }
  })
  const watch = { talos, clock, control, node, before, since: clock.now(), ...certainWay(mode) }
  using trail = followSequence(talos, node, actorId, control.signal)
  yield* runStep('install', control, () => legacyInstall(watch, trail, changed))
  yield* runStep('reboot', control, async function* (): RunPart<StepResult<void>> {
    return { value: undefined, detail: yield* awaitGone(watch, trail, 'reboot') }
  })
  return watch
}

async function* legacyInstall(
  watch: BootWatch,
  trail: SequenceTrail,
  changed: () => void,
): RunPart<StepResult<void>> {
  const installed = (): boolean => trail.hasFinished('upgrade')
  try {
    const took = yield* awaitGone(watch, trail, 'install', installed)
    changed()
    return { value: undefined, detail: took }
  } catch (error) {
    // A sequence that failed on its way has touched the node; one that never started has not.
    if (!isFailure(error, 'conflict')) changed()
    throw error
  }
}

/** A call that was sent and lost its answer may have happened: the boot id will tell. */
async function askFor(call: () => Promise<{ readonly actorId: string }>): Promise<string | undefined> {
  try {
    return (await call()).actorId
  } catch (error) {
    if (isFailure(error, 'interrupted')) return undefined
    throw error
  }
}
