import { z } from 'zod'
import { method, stream } from './define.ts'
import { KubernetesComponent } from './kubernetes.ts'
import { ContextName, Instant, Nothing, RunId } from './names.ts'
import { NodeRole } from './nodes.ts'
import { WireError } from './wire-error.ts'

export const RunKind = z.enum([
  'apply',
  'upgrade',
  'rollback',
  'reboot',
  'shutdown',
  'reset',
  'remove-member',
  'uncordon',
  'service',
  'import',
  'kubernetes',
  'manifests',
])
export type RunKind = z.infer<typeof RunKind>

/** One stop of a run. Written to disk before it starts and after it ends. */
export const RunStep = z.object({
  id: z.string(),
  /** Stop of the timetable: `snapshot`, `pull`, `install`, `drain`, `reboot`, `answers`, `ready`, `verify`, … */
  name: z.string(),
  /** Address of the node it is about, where a run goes over several (`Run.nodes`). */
  node: z.string().optional(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped', 'unknown']),
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  /** One line of what it found: `171.0 MiB in 48 s`. */
  detail: z.string().optional(),
  /** 0 to 1 where it can be told. */
  progress: z.number().min(0).max(1).optional(),
})
export type RunStep = z.infer<typeof RunStep>

/** Expected beside found: the row of a verdict. `unknown` when the node could not be asked. */
export const VerdictRow = z.object({
  fact: z.string(),
  /** Address of the node it is about, where a run goes over several. */
  node: z.string().optional(),
  before: z.string().optional(),
  expected: z.string(),
  found: z.string().optional(),
  outcome: z.enum(['proven', 'differs', 'unknown']),
  /** Why it is unknown, or where it was read. */
  note: z.string().optional(),
})
export type VerdictRow = z.infer<typeof VerdictRow>

export const RunOutcome = z.enum([
  'proven', // everything expected was read back
  'proven-with-differences',
  'fell-back', // the node booted its old version again
  'not-ready',
  'reverted', // a try that was not kept
  'refused', // the node said no; nothing changed
  'refused-after-drain', // the node said no once its pods were moved; the error says whether it takes pods again
  'failed',
  'stopped', // by the person, between two steps
  'unknown', // nothing could be read back
  'interrupted', // the app went away in the middle
])
export type RunOutcome = z.infer<typeof RunOutcome>

export const RunLayer = z.object({
  id: z.string(),
  status: z.enum(['downloading', 'downloaded', 'extracting', 'extracted', 'exists']),
  /** Bytes. */
  offset: z.number(),
  total: z.number(),
})
export type RunLayer = z.infer<typeof RunLayer>

/** One node of a run that goes over several. Where a run tells how each of them stands, `state` is there. */
export const RunNode = z.object({
  /** Its address. */
  node: z.string(),
  hostname: z.string(),
  role: NodeRole.optional(),
  /** `not-touched`: the run ended before its turn. */
  state: z.enum(['waiting', 'running', 'ended', 'not-touched']).optional(),
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  outcome: RunOutcome.optional(),
  error: WireError.optional(),
  /** Seconds this node took in earlier proven runs, when the plan knew. */
  estimateSeconds: z.number().optional(),
  /** Layers of the image it pulled, as they stand. */
  layers: z.array(RunLayer).optional(),
})
export type RunNode = z.infer<typeof RunNode>

/** A pod that does not leave a node that is being drained. */
export const DrainBlocker = z.object({
  namespace: z.string(),
  name: z.string(),
  why: z.enum([
    'budget', // a PodDisruptionBudget allows no eviction now
    'terminating', // evicted, and still going
    'not-controlled', // nobody makes a new one
    'refused', // the API server says no for another reason
  ]),
  /** Names of the budgets, or the API server's words. */
  detail: z.string().optional(),
})
export type DrainBlocker = z.infer<typeof DrainBlocker>

/** What a run waits for: pods that stay, and what the person wants done about it. */
export const RunQuestion = z.object({
  id: z.string(),
  kind: z.literal('drain'),
  node: z.string(),
  askedAt: Instant,
  /** Pods that left already, of all that had to. */
  moved: z.number().int(),
  total: z.number().int(),
  /** As they are now: told anew as they change, also while the question stands. */
  blockers: z.array(DrainBlocker),
  /** The new version is on disk already: the node's next restart, for any reason, boots it. */
  installed: z.boolean(),
})
export type RunQuestion = z.infer<typeof RunQuestion>

/** `wait`: for as long again. `skip`: leave these pods, they stop with the node. `force`: delete past the budget. `stop`. */
export const RunAnswer = z.enum(['wait', 'skip', 'force', 'stop'])
export type RunAnswer = z.infer<typeof RunAnswer>
/** Seconds of each part of a boot (behaviour.md §12.1); a part that nobody could tell is absent. */
export const BootTiming = z.object({
  node: z.string(),
  /** When the node was ready, by this computer's clock; for a boot no run watched, by the node's. */
  at: Instant,
  talos: z.string().optional(),
  /** The run that measured it. */
  runId: RunId.optional(),
  /** Straight into the next kernel, or through firmware and boot loader, as the node said on its way down. */
  way: z.enum(['kexec', 'firmware']).optional(),
  /** From the request until the node was gone. */
  shutdown: z.number().nonnegative().optional(),
  /** From there to the first line of the kernel: firmware and boot loader, next to nothing with kexec. */
  firmware: z.number().nonnegative().optional(),
  /** From the first line of the kernel until Talos' own first line. */
  kernel: z.number().nonnegative().optional(),
  initialize: z.number().nonnegative().optional(),
  boot: z.number().nonnegative().optional(),
  /** From the end of the boot sequence until running and ready. */
  ready: z.number().nonnegative().optional(),
  /** From the request, else from the first line of the kernel, until running and ready. */
  total: z.number().nonnegative(),
})
export type BootTiming = z.infer<typeof BootTiming>

/** What may be done next, as the node and the journal show it; each begins as a plan of its own. */
export const NextStep = z.discriminatedUnion('kind', [
  /** Installed and not booted: the reboot is missing. */
  z.object({ kind: z.literal('reboot'), node: z.string(), hostname: z.string(), evidence: z.string() }),
  /** Runs what it ran before and holds the other version beside it. */
  z.object({ kind: z.literal('rollback'), node: z.string(), hostname: z.string(), evidence: z.string() }),
  z.object({
    kind: z.literal('upgrade'),
    node: z.string(),
    hostname: z.string(),
    version: z.string(),
    evidence: z.string(),
  }),
  /** Cordoned by the run that was cut off, and still so. */
  z.object({ kind: z.literal('uncordon'), node: z.string(), hostname: z.string(), evidence: z.string() }),
  /** `node`: the control plane to ask. */
  z.object({
    kind: z.literal('remove-member'),
    node: z.string(),
    hostname: z.string(),
    memberId: z.string(),
    evidence: z.string(),
  }),
  /** Kubernetes stands between two versions: a new plan leaves alone what stands and goes on there. */
  z.object({
    kind: z.literal('kubernetes'),
    /** Where it goes on: the first image of the order that is not yet what it is to be. */
    node: z.string(),
    hostname: z.string(),
    component: KubernetesComponent,
    version: z.string(),
    /** Whether the run that was cut off took the kubelets along. */
    kubelets: z.boolean(),
    /** Images that stand, of all. */
    there: z.number().int(),
    images: z.number().int(),
    evidence: z.string(),
  }),
  /** `node`: the control plane that renders objects which the cluster has otherwise, or not at all. */
  z.object({
    kind: z.literal('manifests'),
    node: z.string(),
    hostname: z.string(),
    objects: z.number().int(),
    evidence: z.string(),
  }),
])
export type NextStep = z.infer<typeof NextStep>

export const Run = z.object({
  id: RunId,
  kind: RunKind,
  context: ContextName,
  node: z.string(),
  hostname: z.string(),
  /** Every node of a run that goes over several, in the order it takes them; `node` is then the first. */
  nodes: z.array(RunNode).optional(),
  /** `Upgrade Talos v1.13.9 → v1.14.0`, in the machine's words: versions, counts, service names. */
  title: z.object({ key: z.string(), parameters: z.record(z.string(), z.string()) }),
  who: z.string(),
  startedAt: Instant,
  endedAt: Instant.optional(),
  steps: z.array(RunStep),
  /** Output of the installer, warnings of the node; the last 500 lines. */
  output: z.array(z.object({ at: Instant, text: z.string() })),
  outcome: RunOutcome.optional(),
  verdict: z.array(VerdictRow),
  error: WireError.optional(),
  talosctl: z.string(),
  /** Boots that this run watched. */
  boots: z.array(BootTiming).optional(),
  /** While a confirmed try runs: when the node goes back by itself, and what each fresh connection found. */
  trial: z
    .object({
      revertsAt: Instant,
      probes: z.array(z.object({ at: Instant, ok: z.boolean(), latencyMs: z.number().optional() })),
      decided: z.enum(['kept', 'reverted']).optional(),
    })
    .optional(),
  question: RunQuestion.optional(),
  stoppable: z.boolean(),
  /** The person asked to stop: before the next step that changes something, or when the node under way is done. */
  stopping: z.enum(['now', 'after-node']).optional(),
})
export type Run = z.infer<typeof Run>

export const RunsItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: Run }),
  z.object({ kind: z.literal('gone'), id: RunId }),
])
export type RunsItem = z.infer<typeof RunsItem>

export const runsContract = {
  /** The task log: every run this app made, newest last in the snapshot, then as they move. */
  'runs.watch': stream(
    z.object({ context: ContextName.optional(), limit: z.number().int().min(1).max(1000) }),
    RunsItem,
  ),
  /** Stops between two steps, or after the node under way; never in the middle of an installer. */
  'runs.stop': method(z.object({ runId: RunId, when: z.enum(['now', 'after-node']).optional() }), Nothing),
  /** Answers `Run.question`; `conflict` when that question stands no more. */
  'runs.answer': method(z.object({ runId: RunId, questionId: z.string(), answer: RunAnswer }), Nothing),
  /** After a crash: read the node and write down what is found, or close it as it is. Never repeats a step. */
  'runs.settle': method(z.object({ runId: RunId, how: z.enum(['observe', 'close']) }), Nothing),
  /** Reads the node, or the cluster, and says what is left to do. Sends nothing that changes anything. */
  'runs.next': method(z.object({ runId: RunId }), z.object({ next: z.array(NextStep) })),
  'runs.export': method(z.object({ runId: RunId }), z.object({ markdown: z.string() })),
} as const
