import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { WireError } from '#contract/wire-error.ts'
import type { ClockPort } from '../clock-port.ts'
import type { KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import type { TalosPort } from '../nodes/talos-port.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure, toWireError } from '../talos-failure.ts'
import { gatherNodeFacts } from './gather.ts'
import { hasMoved } from './compose-plan.ts'
import { readImage } from './kubernetes-steps.ts'
import type { NodeFacts } from './node-facts.ts'
import type { PreparedNode } from './plan.ts'
import { nodeChecks, quorumChecks, throwIfBlocked } from './preflight.ts'
import { duration, mebibytes, runStep, type RunPart, type StepResult } from './run-step.ts'
import type { SnapshotPort } from './snapshot-port.ts'
import { judgeRows, outcomeOf } from './verdict.ts'

/** What runs on a node work with. */
export interface RunDeps {
  readonly talos: TalosPort
  readonly clock: ClockPort
  readonly snapshots: SnapshotPort
  readonly context: string
  /** Absent where the run has nothing to ask it. */
  readonly kubernetes?: KubernetesPort
}

/** A run's own memory while it goes on. */
export interface RunScene extends RunDeps {
  readonly control: RunControl
  readonly node: string
  readonly hostname: string
  /** What Kubernetes calls the node; absent where it is none of its, or nobody could ask at the time of the plan. */
  readonly kubernetesName?: string
}

/** Milliseconds: what comes a little after ready (etcd's status, the kubelet's) may be read again for this long. */
const SETTLES_WITHIN = 60_000
const READ_AGAIN_EVERY = 2_000
/** How often the control planes are asked before a restart is given up for their sake. */
const QUORUM_LOOKS = 3

/** Failures that say: the node declined and is as it was. */
export const REFUSALS = [
  'refused',
  'conflict',
  'role-too-low',
  'plan-stale',
  'plan-blocked',
  'rollback-impossible',
  'reset-refused',
  'unsupported-by-version',
] as const

/**
 * The node declined once its pods had been moved: nothing on it changed, its pods did.
 * `fate`: a sentence on whether it takes pods again.
 */
export class RefusedAfterDrain extends TalosFailure {
  constructor(refusal: TalosFailure, fate: string) {
    super(refusal.code, `${refusal.message}; ${fate}`, {
      node: refusal.node,
      at: refusal.at,
      cause: refusal,
    })
  }
}

/** How one node ended: what was found beside what was expected, and why it is so where something failed. */
export interface NodeVerdict {
  readonly rows: readonly VerdictRow[]
  readonly outcome: RunOutcome
  readonly error?: WireError
}

/**
 * The steps of one node and its verdict. `steps` calls `changed` once the node is no longer as it was; whatever goes
 * wrong, the node is read again and ends with what was found.
 */
export async function* toVerdict(
  scene: RunScene,
  rows: () => readonly VerdictRow[],
  steps: (changed: () => void) => RunPart<void>,
): RunPart<NodeVerdict> {
  let changed = false
  try {
    yield* steps(() => {
      changed = true
    })
  } catch (error) {
    if (scene.control.signal.aborted || !(error instanceof TalosFailure)) throw error
    return verdictOfFailure(scene, rows(), error, changed)
  }
  return yield* verify(scene, rows())
}

/** The same for a run of one node and nothing else. */
export async function* runToVerdict(
  scene: RunScene,
  rows: () => readonly VerdictRow[],
  steps: (changed: () => void) => RunPart<void>,
): AsyncGenerator<RunEvent, void, void> {
  yield { kind: 'verdict', ...(yield* toVerdict(scene, rows, steps)) }
}

/** Reads a node that something else was said of: its rows, with the outcome and error of `verdict`. */
export async function readVerdict(
  scene: RunScene,
  expected: readonly VerdictRow[],
  verdict: NodeVerdict,
): Promise<NodeVerdict> {
  return { ...verdict, rows: judgeRows(expected, await readFacts(scene)) }
}

async function verdictOfFailure(
  scene: RunScene,
  expected: readonly VerdictRow[],
  error: TalosFailure,
  changed: boolean,
): Promise<NodeVerdict> {
  const rows = judgeRows(expected, await readFacts(scene))
  // The app itself does not end here: this was the person, between two steps or in answer to a question.
  if (isFailure(error, 'cancelled')) {
    return { rows, outcome: 'stopped' }
  }
  return { rows, outcome: outcomeOfFailure(rows, error, changed), error: toWireError(error) }
}

function outcomeOfFailure(rows: readonly VerdictRow[], error: TalosFailure, changed: boolean): RunOutcome {
  if (!changed) {
    if (error instanceof RefusedAfterDrain) return 'refused-after-drain'
    return isFailure(error, ...REFUSALS) ? 'refused' : 'failed'
  }
  if (isFailure(error, 'maintenance-mode')) return 'not-ready'
  if (rows.every((row) => row.outcome === 'unknown')) return 'unknown'
  const found = outcomeOf(rows)
  // A failure on the way is not washed away by rows that happen to hold.
  return found === 'fell-back' || found === 'not-ready' || found === 'unknown' ? found : 'failed'
}

/** Step `verify`: everything is read again, and again for a while where something is only late. */
async function* verify(scene: RunScene, expected: readonly VerdictRow[]): RunPart<NodeVerdict> {
  const { control } = scene
  const rows = yield* runStep('verify', control, async function* (): RunPart<
    StepResult<readonly VerdictRow[]>
  > {
    yield { kind: 'step-progress', id: 'verify', progress: 0 }
    const value = await readBack(scene, expected)
    const proven = value.filter(({ outcome }) => outcome === 'proven').length
    return { value, detail: `${proven}/${value.length}` }
  })
  return { rows, outcome: outcomeOf(rows) }
}

/** The node once more, and what Kubernetes says of it where the run asks Kubernetes at all. */
async function readFacts(scene: RunScene): Promise<NodeFacts> {
  const { talos, node, kubernetes, kubernetesName, control } = scene
  const { signal } = control
  const [facts, kubernetesImage] = await Promise.all([
    gatherNodeFacts(talos, node, signal),
    kubernetes === undefined || kubernetesName === undefined
      ? undefined
      : readImage(kubernetes, kubernetesName, signal),
  ])
  return kubernetesImage === undefined ? facts : { ...facts, kubernetesImage }
}

async function readBack(scene: RunScene, expected: readonly VerdictRow[]): Promise<readonly VerdictRow[]> {
  const { clock, control } = scene
  const until = clock.now() + SETTLES_WITHIN
  for (;;) {
    const rows = judgeRows(expected, await readFacts(scene))
    const outcome = outcomeOf(rows)
    const late = outcome === 'proven-with-differences' || outcome === 'unknown'
    if (!late || clock.now() >= until) return rows
    await clock.sleep(READ_AGAIN_EVERY, control.signal)
  }
}

/** Step `preflight`: the plan's inputs once more, and what the nodes tell, right before anything is touched. */
export async function* checkAgain(scene: RunScene, prepared: PreparedNode): RunPart<void> {
  const { talos, node, control } = scene
  yield* runStep('preflight', control, async function* (): RunPart<StepResult<void>> {
    yield { kind: 'step-progress', id: 'preflight', progress: 0 }
    const facts = await gatherNodeFacts(talos, node, control.signal)
    if (!facts.version.known)
      throw facts.version.failure ?? new TalosFailure('node-error', facts.version.reason)
    // What is wrong with the node says more than that it is not as it was.
    const checks = nodeChecks(facts)
    throwIfBlocked(checks, node)
    if (hasMoved(prepared, facts)) {
      throw new TalosFailure(
        'plan-stale',
        `${scene.hostname} is no longer as it was when this was planned.`,
        { node },
      )
    }
    const etcd = checks.find(({ id }) => id === 'etcd-quorum')
    return { value: undefined, ...(etcd === undefined ? {} : { detail: etcd.evidence }) }
  })
}

/**
 * Right before a restart: pulling an image may take long, and another control plane may have gone meanwhile. One that
 * misses a question is asked again, as what was installed should not lie idle for a lost packet.
 */
export async function checkQuorum({ talos, clock, node, control }: RunScene): Promise<void> {
  for (let left = QUORUM_LOOKS; ; left--) {
    const checks = quorumChecks(await gatherNodeFacts(talos, node, control.signal))
    if (left <= 1) throwIfBlocked(checks, node)
    if (checks.every(({ outcome }) => outcome !== 'block')) return
    await clock.sleep(READ_AGAIN_EVERY, control.signal)
  }
}

/** Step `snapshot` of a control plane: etcd's database on this disk, whole, before anything is touched. */
export async function* takeSnapshot(scene: RunScene): RunPart<void> {
  const { talos, clock, snapshots, node, hostname, context, control } = scene
  yield* runStep('snapshot', control, async function* (): RunPart<StepResult<void>> {
    yield { kind: 'step-progress', id: 'snapshot', progress: 0 }
    const since = clock.now()
    const chunks = wholeSnapshot(talos.etcdSnapshot(node, control.signal), node)
    const { bytes, sha256, path } = await snapshots.save({ context, hostname }, chunks)
    yield { kind: 'output', text: `${path} sha256:${sha256}` }
    return { value: undefined, detail: `${mebibytes(bytes)}, ${duration(clock.now() - since)}` }
  })
}

/** A database is pages of 512 bytes and a SHA-256 behind them; any other size was cut off (behaviour.md §7.3). */
async function* wholeSnapshot(chunks: AsyncIterable<Uint8Array>, node: string): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.byteLength
    yield chunk
  }
  if (size % 512 !== 32) {
    throw new TalosFailure('node-error', `The etcd snapshot of ${node} is not whole: ${size} bytes.`, {
      node,
    })
  }
}
