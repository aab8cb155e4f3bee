import { isLeft } from '#contract/image-left.ts'
import type { ImageRow, KubernetesComponent } from '#contract/kubernetes.ts'
import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { ClockPort } from '../clock-port.ts'
import { applyPatch } from '../machine-config/patches/apply-patch.ts'
import { SERVICE } from '../nodes/resource-types.ts'
import { flagField } from '../nodes/spec-fields.ts'
import type { ResourceKey, TalosPort } from '../nodes/talos-port.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure, toWireError } from '../talos-failure.ts'
import { ask, valueOf } from '../upgrades/known.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'
import {
  duration,
  runStep,
  stepIdOf,
  throwIfStopped,
  type RunPart,
  type StepResult,
} from '../upgrades/run-step.ts'
import { imageFor, imagePatch, readKubernetesConfig } from './component-config.ts'
import { STATIC_PODS } from './image-rows.ts'
import type { KubernetesPort } from './kubernetes-port.ts'
import {
  componentPods,
  gatherCluster,
  podOf,
  versionOfPod,
  type ClusterFacts,
  type UpgradeNode,
} from './upgrade-facts.ts'
import { fingerprint, nodeChecks, throwIfKubernetesBlocked, type PreparedKubernetes } from './upgrade-plan.ts'
import { expectedRows, judgeKubernetesRows, outcomeOf } from './upgrade-verdict.ts'

/** Milliseconds for a static pod, and for a kubelet and its node, to be there with the new version (behaviour.md §6). */
const COMES_WITHIN = 5 * 60_000
const LOOK_EVERY = 1_000

/** The resource whose version a static pod carries as `talos.dev/config-version`. */
const CONFIG_RESOURCES: Readonly<Record<(typeof STATIC_PODS)[number], string>> = {
  'kube-apiserver': 'APIServerConfigs.kubernetes.talos.dev',
  'kube-controller-manager': 'ControllerManagerConfigs.kubernetes.talos.dev',
  'kube-scheduler': 'SchedulerConfigs.kubernetes.talos.dev',
}
const CONFIG_VERSION = 'talos.dev/config-version'

export interface KubernetesRunDeps {
  readonly talos: TalosPort
  readonly kubernetes: KubernetesPort
  readonly clock: ClockPort
  /** Takes the secrets of that config out of a message. */
  readonly redact: (message: string, configText: string) => string
}

interface Scene extends KubernetesRunDeps {
  readonly control: RunControl
  readonly to: string
  readonly images: readonly ImageRow[]
}

/** Only an image is set: no list is merged, so no rule of a list is needed. */
const PLAIN = { rules: { find: () => undefined, isFree: () => false }, knows: () => true }

/**
 * Upgrades Kubernetes by an accepted plan (behaviour.md §6): images first, then component by component and node by
 * node, each proven before the next. What is at its version already is left alone, so a plan made after a run that was
 * cut off goes on where that one stood. Stops at the first thing that does not come.
 */
export function runKubernetesUpgrade(
  { plan, facts, inputs }: PreparedKubernetes,
  deps: KubernetesRunDeps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const scene: Scene = { ...deps, control, to: plan.to, images: plan.images }
    const steps = stepsOf(plan, facts)
    const expected = expectedRows(facts, plan.to, plan.options.kubelets)
    yield {
      kind: 'planned',
      steps: [
        { id: 'preflight', name: 'preflight' },
        ...steps.map(plannedStep),
        { id: 'verify', name: 'verify' },
      ],
    }
    yield { kind: 'expected', rows: expected }
    let changed = false
    try {
      yield* checkAgain(scene, inputs)
      for (const step of steps) {
        throwIfStopped(control, step.node.address)
        yield* runOne(scene, step, () => {
          changed = true
        })
      }
    } catch (error) {
      if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
      const rows = await judgeKubernetesRows(expected, deps, control.signal)
      const stopped = isFailure(error, 'cancelled') && control.stopRequested()
      yield {
        kind: 'verdict',
        rows,
        outcome: stopped ? 'stopped' : outcomeOfFailure(error, changed),
        ...(stopped ? {} : { error: toWireError(error) }),
      }
      return
    }
    const rows = yield* runStep('verify', control, async function* (): RunPart<
      StepResult<readonly VerdictRow[]>
    > {
      yield { kind: 'step-progress', id: 'verify', progress: 0 }
      const value = await judgeKubernetesRows(expected, deps, control.signal)
      const proven = value.filter(({ outcome }) => outcome === 'proven').length
      return { value, detail: `${proven}/${value.length}` }
    })
    yield { kind: 'verdict', rows, outcome: outcomeOf(rows) }
  }
}

interface Step {
  readonly id: string
  readonly name: 'pull' | KubernetesComponent
  readonly node: UpgradeNode
}

function plannedStep({ id, name, node }: Step): { id: string; name: string; node: string } {
  return { id, name, node: node.address }
}

function stepsOf({ options, images }: PreparedKubernetes['plan'], facts: ClusterFacts): readonly Step[] {
  const planes = facts.nodes.filter(({ role }) => isControlPlane(role))
  const of = (name: Step['name'], nodes: readonly UpgradeNode[]): Step[] =>
    nodes
      .filter((node) => name === 'pull' || valueOf(node.config)?.kubernetes[name].enabled !== false)
      .map((node) => ({ id: stepIdOf(node.address, name), name, node }))
  const pulling = facts.nodes.filter(({ address }) => toPull(images, address).length > 0)
  return [
    ...(options.prePull ? of('pull', pulling) : []),
    ...STATIC_PODS.flatMap((component) => of(component, planes)),
    ...of('kube-proxy', planes),
    ...(options.kubelets ? of('kubelet', facts.nodes) : []),
  ]
}

async function* checkAgain(scene: Scene, inputs: string): RunPart<void> {
  const { talos, kubernetes, control } = scene
  yield* runStep('preflight', control, async function* (): RunPart<StepResult<void>> {
    yield { kind: 'step-progress', id: 'preflight', progress: 0 }
    const now = await gatherCluster(talos, kubernetes, control.signal)
    if (fingerprint(now) !== inputs) {
      throw new TalosFailure('plan-stale', 'A node, its configuration or a version is no longer as it was.')
    }
    throwIfKubernetesBlocked(nodeChecks(now))
    return { value: undefined, detail: `${now.nodes.length}` }
  })
}

function runOne(scene: Scene, step: Step, changed: () => void): RunPart<void> {
  const { node, id } = step
  switch (step.name) {
    case 'pull':
      return runStep(id, scene.control, () => pull(scene, id, node))
    case 'kube-proxy':
      return runStep(id, scene.control, async function* () {
        yield { kind: 'step-progress', id, progress: 0 }
        const { image } = await setImage(scene, node, 'kube-proxy', changed)
        return { value: undefined, detail: image }
      })
    case 'kubelet':
      return runStep(id, scene.control, () => moveKubelet(scene, id, node, changed))
    case 'kube-apiserver':
    case 'kube-controller-manager':
    case 'kube-scheduler': {
      const { name } = step
      return runStep(id, scene.control, () => moveStaticPod(scene, id, node, name, changed))
    }
  }
}

/** What a node does not run yet of the images that it will; kube-proxy's comes with the manifests. */
function toPull(images: readonly ImageRow[], address: string): readonly ImageRow[] {
  return images.filter((row) => row.node === address && row.component !== 'kube-proxy' && isLeft(row))
}

/** Each image the node will run, so that nothing waits for a registry once a component is down. */
async function* pull(scene: Scene, id: string, node: UpgradeNode): RunPart<StepResult<void>> {
  const { talos, clock, control } = scene
  const since = clock.now()
  const images = toPull(scene.images, node.address)
  for (const [index, { after: image, component }] of images.entries()) {
    const into = component === 'kubelet' ? 'system' : 'cri'
    yield { kind: 'step-progress', id, detail: image, progress: index / images.length }
    const pulled = await ask(control.signal, () =>
      talos.prePullImage(node.address, image, into, control.signal),
    )
    if (pulled.known) continue
    // Newer and older Talos lack the call; the component then pulls when it starts.
    if (pulled.failure?.code === 'unsupported-by-version') return { value: undefined, detail: '–' }
    throw pulled.failure ?? new TalosFailure('node-error', pulled.reason, { node: node.address })
  }
  return { value: undefined, detail: `${images.length}, ${duration(clock.now() - since)}` }
}

/** Sets one image where this node's config has it, leaving every other letter of the config as it is. */
async function setImage(
  { talos, control, to, redact }: Scene,
  { address }: UpgradeNode,
  component: KubernetesComponent,
  changed: () => void,
): Promise<{ readonly image: string; readonly isNew: boolean }> {
  const read = await talos.readMachineConfig(address, 'active', control.signal)
  if (read === undefined) throw new TalosFailure('not-found', `${address} has no config.`, { node: address })
  const current = readKubernetesConfig(read.text)[component].image
  const image = imageFor(component, current, to)
  if (current === image) return { image, isNew: false }
  const { text } = applyPatch(read.text, imagePatch(read.text, component, image), PLAIN)
  changed()
  try {
    await talos.applyConfiguration(address, { text, mode: 'no-reboot', dryRun: false }, control.signal)
  } catch (error) {
    if (!(error instanceof TalosFailure)) throw error
    throw new TalosFailure(error.code, redact(error.message, read.text), { node: address })
  }
  return { image, isNew: true }
}

async function* moveStaticPod(
  scene: Scene,
  id: string,
  node: UpgradeNode,
  component: (typeof STATIC_PODS)[number],
  changed: () => void,
): RunPart<StepResult<void>> {
  const { talos, kubernetes, clock, control, to } = scene
  const since = clock.now()
  const { image } = await setImage(scene, node, component, changed)
  let told = ''
  while (clock.now() - since <= COMES_WITHIN) {
    // The API server under way takes connections with it; the next question finds another one.
    const pods = valueOf(await ask(control.signal, () => componentPods(kubernetes, control.signal)))
    const pod = pods === undefined ? undefined : podOf(pods, component, node.kube.name)
    const versions = await configVersions(talos, node.address, component, control.signal)
    const isOfConfig = versions.includes(pod?.annotations[CONFIG_VERSION] ?? '')
    if (pod !== undefined && versionOfPod(pod) === to && pod.ready && isOfConfig) {
      return { value: undefined, detail: `${to}, ${duration(clock.now() - since)}` }
    }
    const now = pod === undefined ? '–' : `${versionOfPod(pod) ?? '–'}${pod.ready ? '' : ', not ready'}`
    if (now !== told) yield { kind: 'step-progress', id, detail: (told = now) }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
  throw new TalosFailure('timeout', `${component} on ${node.hostname} did not come with ${image}: ${told}.`, {
    node: node.address,
  })
}

/** Versions of the resources that a pod of this component may stand for; 1.14 has a final one beside. */
async function configVersions(
  talos: TalosPort,
  address: string,
  component: (typeof STATIC_PODS)[number],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const key: ResourceKey = { namespace: 'controlplane', type: CONFIG_RESOURCES[component] }
  const found = valueOf(await ask(signal, () => talos.list(address, key, signal))) ?? []
  return found
    .filter(({ id }) => id === component || id === `final-${component}`)
    .map(({ version }) => version)
}

async function* moveKubelet(
  scene: Scene,
  id: string,
  node: UpgradeNode,
  changed: () => void,
): RunPart<StepResult<void>> {
  const { talos, kubernetes, clock, control, to } = scene
  const since = clock.now()
  const service = () => talos.get(node.address, { ...SERVICE, id: 'kubelet' }, control.signal)
  const before = await service()
  if (flagField(before?.spec, 'healthy') !== true) {
    throw new TalosFailure('refused', `The kubelet of ${node.hostname} is not healthy.`, {
      node: node.address,
    })
  }
  const { image, isNew } = await setImage(scene, node, 'kubelet', changed)
  let told = ''
  while (clock.now() - since <= COMES_WITHIN) {
    const now = valueOf(await ask(control.signal, service))
    // A new image takes the service down and makes it anew; until then `healthy` speaks of the old one.
    const isAnother = !isNew || (now?.created !== undefined && now.created !== before?.created)
    const kube = valueOf(await ask(control.signal, () => kubernetes.node(node.kube.name, control.signal)))
    if (
      isAnother &&
      flagField(now?.spec, 'healthy') === true &&
      kube?.ready === true &&
      kube.kubeletVersion === to
    ) {
      return { value: undefined, detail: `${to}, ${duration(clock.now() - since)}` }
    }
    const words = kube === undefined ? '–' : `${kube.kubeletVersion}${kube.ready ? '' : ', NotReady'}`
    if (words !== told) yield { kind: 'step-progress', id, detail: (told = words) }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
  throw new TalosFailure('timeout', `The kubelet of ${node.hostname} did not come with ${image}: ${told}.`, {
    node: node.address,
  })
}

function outcomeOfFailure(error: TalosFailure, changed: boolean): RunOutcome {
  if (changed) return 'failed'
  return isFailure(error, 'plan-stale', 'plan-blocked', 'refused', 'config-refused') ? 'refused' : 'failed'
}
