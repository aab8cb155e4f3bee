import { z } from 'zod'
import { method, stream } from './define.ts'
import { ContextName, Instant, Nothing, RunId } from './names.ts'
import { WireError } from './wire-error.ts'

export const RunKind = z.enum(['apply', 'upgrade', 'rollback', 'reboot', 'service', 'import'])
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
  'failed',
  'stopped', // by the person, between two steps
  'unknown', // nothing could be read back
  'interrupted', // the app went away in the middle
])
export type RunOutcome = z.infer<typeof RunOutcome>

export const Run = z.object({
  id: RunId,
  kind: RunKind,
  context: ContextName,
  node: z.string(),
  hostname: z.string(),
  /** Every node of a run that goes over several, in the order it takes them; `node` is then the first. */
  nodes: z.array(z.object({ node: z.string(), hostname: z.string() })).optional(),
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
  /** While a confirmed try runs: when the node goes back by itself, and what each fresh connection found. */
  trial: z
    .object({
      revertsAt: Instant,
      probes: z.array(z.object({ at: Instant, ok: z.boolean(), latencyMs: z.number().optional() })),
      decided: z.enum(['kept', 'reverted']).optional(),
    })
    .optional(),
  stoppable: z.boolean(),
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
  /** Stops between two steps; never in the middle of an installer. */
  'runs.stop': method(z.object({ runId: RunId }), Nothing),
  /** After a crash: read the node and write down what is found, or close it as it is. Never repeats a step. */
  'runs.settle': method(z.object({ runId: RunId, how: z.enum(['observe', 'close']) }), Nothing),
  'runs.export': method(z.object({ runId: RunId }), z.object({ markdown: z.string() })),
} as const
