import type { ClockPort } from '../clock-port.ts'
import type { KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import type { RunControl } from '../runs/run-port.ts'
import { ask, known, unknown, type Known } from './known.ts'
import { RUN_ANNOTATION } from './run-marks.ts'
import { duration, runStep, type RunPart, type StepResult } from './run-step.ts'

/** Milliseconds for a kubelet to report after Talos is ready. */
const READY_WITHIN = 10 * 60_000
const LOOK_EVERY = 2_000

export interface KubernetesScene {
  readonly kubernetes: KubernetesPort
  readonly clock: ClockPort
  readonly control: RunControl
  /** Address. */
  readonly node: string
  /** What Kubernetes calls it. */
  readonly name: string
}

/**
 * Step `kubernetes`: Ready, and running the Talos that is expected. Resolves with whether it got there: if not, the step
 * ends as failed, and the verdict tells.
 * @param version `v1.14.0`, or `undefined` when any will do
 */
export async function* awaitKubernetes(
  { kubernetes, clock, control, name }: KubernetesScene,
  version: string | undefined,
): RunPart<boolean> {
  return yield* runStep('kubernetes', control, async function* (): RunPart<StepResult<boolean>> {
    const since = clock.now()
    let told = ''
    for (;;) {
      const node = await ask(control.signal, () => kubernetes.node(name, control.signal))
      const detail = node.known
        ? `${node.value.ready ? 'Ready' : 'NotReady'}, ${node.value.osImage}`
        : node.reason
      const isThere = node.known && node.value.ready && hasVersion(node.value.osImage, version)
      const took = clock.now() - since
      if (isThere) return { value: true, detail: `${detail}, ${duration(took)}` }
      if (took > READY_WITHIN) return { value: false, state: 'failed', detail }
      if (detail !== told) {
        told = detail
        yield { kind: 'step-progress', id: 'kubernetes', detail }
      }
      await clock.sleep(LOOK_EVERY, control.signal)
    }
  })
}

/** `Talos (v1.14.0)`; a vendor's build may say more behind the version. */
export function hasVersion(osImage: string, version: string | undefined): boolean {
  return version === undefined || osImage.includes(`(${version}`)
}

/** What Kubernetes says a node runs. What one that is not Ready last told is no proof of anything. */
export async function readImage(
  kubernetes: KubernetesPort,
  name: string,
  signal: AbortSignal,
): Promise<Known<string>> {
  const node = await ask(signal, () => kubernetes.node(name, signal))
  if (!node.known) return node
  const { ready, osImage } = node.value
  return ready ? known(osImage) : unknown(`NotReady, ${osImage}`)
}

/** Writes the run on the node, for other tools' users; taken away again with `undefined`. A failure is no matter. */
export async function markNode(scene: KubernetesScene, text: string | undefined): Promise<void> {
  const { kubernetes, control, name } = scene
  await ask(control.signal, () => kubernetes.annotateNode(name, { [RUN_ANNOTATION]: text }, control.signal))
}
