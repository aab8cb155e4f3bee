import { toInstant } from '../clock-port.ts'
import type { PlanOptions } from '#contract/upgrades.ts'
import { isFailure } from '../talos-failure.ts'
import { awaitBoot, type BootWatch } from './await-boot.ts'
import { cordon, drain, uncordon, type DrainScene } from './drain.ts'
import { handOver } from './hand-over.ts'
import { ask, known, valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { awaitKubernetes, markNode } from './kubernetes-steps.ts'
import type { PreparedNode } from './plan.ts'
import { checkAgain, REFUSALS, RefusedAfterDrain, takeSnapshot, type RunScene } from './run-frame.ts'
import { duration, throwIfStopped, type RunPart } from './run-step.ts'

/** What a run does to a node between its drain and its boot, and what goes before. */
export interface RestartWay {
  readonly options: PlanOptions
  /** After the first look at the node, before anything is touched: what the whole run prepares. */
  readonly prepare?: () => RunPart<void>
  /** Ends when the old boot is gone. Calls `changed` once the node is no longer as it was. */
  readonly change: (changed: () => void) => RunPart<BootWatch>
}

/**
 * One node out of service, restarted and back: inputs again, snapshot, leadership handed over, cordon, drain, what `way`
 * does, boot, Kubernetes, uncordon. The plan's steps say which of these there are. A drain that is given up leaves a node
 * that was never touched; whatever fails, a node that is well takes pods again. A node that declines after its drain is told
 * with what became of it.
 */
export async function* aroundRestart(
  scene: RunScene,
  prepared: PreparedNode,
  way: RestartWay,
  changed: () => void,
): RunPart<void> {
  const { control } = scene
  const { plan, facts } = prepared
  const has = (step: string): boolean => plan.steps.includes(step)
  yield* checkAgain(scene, prepared)
  if (has('snapshot')) {
    throwIfStopped(control, plan.node)
    yield* takeSnapshot(scene)
  }
  if (way.prepare !== undefined) yield* way.prepare()
  throwIfStopped(control, plan.node)
  if (has('hand-over')) {
    yield* handOver(scene)
    throwIfStopped(control, plan.node)
  }
  const kube = kubernetesSceneOf(scene, way.options)
  let byUs = false
  let isDrained = false
  try {
    if (kube !== undefined && (has('cordon') || has('kubernetes'))) {
      await markNode(kube, `${control.id} ${toInstant(scene.clock.now())}`)
    }
    if (kube !== undefined && has('cordon')) {
      byUs = yield* cordon(kube)
      yield* drain(kube)
      isDrained = true
      throwIfStopped(control, plan.node)
    }
    const watch = yield* way.change(changed)
    // A cordon of our own is not the node's to take back.
    const isReady = yield* awaitBoot(watch, byUs ? cordoned(facts) : facts)
    if (kube !== undefined && isReady && has('kubernetes')) {
      const now = valueOf(await ask(control.signal, () => scene.talos.version(plan.node, control.signal)))
      const isBack = yield* awaitKubernetes(kube, now?.tag)
      if (isBack) {
        if (has('uncordon')) yield* uncordon(kube, byUs)
        byUs = false
      }
    }
    if (byUs) yield* giveBack(scene, kube)
  } catch (error) {
    let takesPods = false
    if (!control.signal.aborted && byUs && kube !== undefined) {
      // A drain that was given up may still have pods on their way; the others may come back at once.
      if (!isDrained || !isFailure(error, 'interrupted')) takesPods = yield* giveBack(scene, kube)
    }
    if (isDrained && isFailure(error, ...REFUSALS)) {
      throw new RefusedAfterDrain(error, fateOf(scene.hostname, byUs, takesPods))
    }
    throw error
  } finally {
    if (!control.signal.aborted && kube !== undefined) await markNode(kube, undefined)
  }
}

function cordoned(facts: NodeFacts): NodeFacts {
  const node = valueOf(facts.kubernetesNode)
  return node === undefined ? facts : { ...facts, kubernetesNode: known({ ...node, unschedulable: true }) }
}

/** Uncordons a node that Kubernetes finds Ready; one that is not well stays out of service, and says so. */
async function* giveBack({ control, hostname }: RunScene, kube: DrainScene | undefined): RunPart<boolean> {
  if (kube === undefined) return false
  const { signal } = control
  const node = valueOf(await ask(signal, () => kube.kubernetes.node(kube.name, signal)))
  const done =
    node?.ready === true &&
    (await ask(signal, () => kube.kubernetes.setUnschedulable(kube.name, false, signal))).known
  yield { kind: 'output', text: done ? `${hostname}: uncordoned` : `${hostname}: stays cordoned, not Ready` }
  return done
}

/** What became of a node that was drained for nothing. */
function fateOf(hostname: string, byUs: boolean, takesPods: boolean): string {
  if (takesPods) return `${hostname} was drained before that and is uncordoned again: it takes pods`
  return byUs
    ? `${hostname} was drained before that and stays cordoned: it could not be uncordoned`
    : `${hostname} was drained before that and stays cordoned, as it was before the run`
}

function kubernetesSceneOf(scene: RunScene, { drainSeconds }: PlanOptions): DrainScene | undefined {
  const { kubernetes, kubernetesName, clock, control, node } = scene
  if (kubernetes === undefined || kubernetesName === undefined) return undefined
  return { kubernetes, clock, control, node, name: kubernetesName, drainSeconds, installed: false }
}

const SETTLE_LOOK = 1_000

/** Step `settle`: a while in which the node has to stay as it is before the next one goes. Ends early on a stop. */
export async function* settleFor(scene: RunScene, seconds: number): RunPart<void> {
  const { clock, control } = scene
  yield { kind: 'step-started', id: 'settle' }
  const until = clock.now() + seconds * 1000
  while (clock.now() < until && !control.stopAfterNode()) {
    await clock.sleep(Math.min(SETTLE_LOOK, until - clock.now()), control.signal)
  }
  yield { kind: 'step-ended', id: 'settle', state: 'done', detail: duration(seconds * 1000) }
}
