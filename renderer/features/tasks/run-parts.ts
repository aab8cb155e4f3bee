import type { Run, RunNode, RunStep } from '#contract/runs.ts'

/** Parts of a node's turn as the time axis draws them: several steps each. */
export const PARTS = ['check', 'pull', 'drain', 'install', 'boot', 'proof', 'wait'] as const
export type Part = (typeof PARTS)[number]

const PART_OF: Readonly<Record<string, Part>> = {
  preflight: 'check',
  snapshot: 'check',
  'hand-over': 'check',
  pull: 'pull',
  cordon: 'drain',
  drain: 'drain',
  install: 'install',
  rollback: 'boot',
  reboot: 'boot',
  answers: 'boot',
  ready: 'boot',
  kubernetes: 'proof',
  uncordon: 'proof',
  verify: 'proof',
  storage: 'wait',
  settle: 'wait',
}

/** Columns of the timetable; cordon and uncordon are told by the drain and by Kubernetes. */
export const COLUMNS = [
  'snapshot',
  'pull',
  'drain',
  'install',
  'rollback',
  'reboot',
  'answers',
  'ready',
  'kubernetes',
] as const

/** True for a run that goes over nodes and tells how each of them stands. */
export function isRolling(run: Run): run is Run & { readonly nodes: readonly RunNode[] } {
  return run.nodes !== undefined && run.nodes.length > 1 && run.nodes.some(({ state }) => state !== undefined)
}

/** True for a run that is about the whole cluster, whichever node it names first. */
export function isOfCluster({ kind }: Run): boolean {
  return kind === 'kubernetes' || kind === 'manifests'
}

export function stepsOf(run: Run, node: string): readonly RunStep[] {
  return run.steps.filter((step) => step.node === node)
}

/** The node a person wants to see: the one under way, else the one that froze the run, else the last one done. */
export function nodeToShow(nodes: readonly RunNode[]): string {
  const shown =
    nodes.find(({ state }) => state === 'running') ??
    nodes.find(({ outcome }) => outcome !== undefined && outcome !== 'proven') ??
    nodes.findLast(({ state }) => state === 'ended') ??
    nodes[0]
  return shown?.node ?? ''
}

export interface AxisPiece {
  readonly part: Part
  readonly state: RunStep['state']
  /** Shares of the axis, 0 to 1. */
  readonly from: number
  readonly to: number
}

export interface Axis {
  readonly startMs: number
  readonly endMs: number
  /** Share of the axis where now is; absent when the run has ended. */
  readonly now?: number
  /** Whole minutes to write under the axis, as milliseconds since 1970. */
  readonly ticks: readonly number[]
  readonly lanes: readonly { readonly node: RunNode; readonly pieces: readonly AxisPiece[] }[]
}

const MINUTE = 60_000
const TICKS_AT_MOST = 8

/** Every node's steps along one axis of time. */
export function axisOf(run: Run & { readonly nodes: readonly RunNode[] }, nowMs: number): Axis {
  const startMs = Date.parse(run.startedAt)
  const last = run.endedAt === undefined ? nowMs : Date.parse(run.endedAt)
  // Room on the right for what is to come, while it goes on.
  const span = Math.max(last - startMs, 30_000) * (run.endedAt === undefined ? 1.15 : 1)
  const endMs = startMs + span
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - startMs) / span))
  return {
    startMs,
    endMs,
    ...(run.endedAt === undefined ? { now: share(nowMs) } : {}),
    ticks: ticksBetween(startMs, endMs),
    lanes: run.nodes.map((node) => ({
      node,
      pieces: stepsOf(run, node.node).flatMap((step) => {
        const part = PART_OF[step.name]
        if (part === undefined || step.startedAt === undefined) return []
        const from = Date.parse(step.startedAt)
        const to = step.endedAt === undefined ? last : Date.parse(step.endedAt)
        return [{ part, state: step.state, from: share(from), to: share(to) }]
      }),
    })),
  }
}

/** At whole minutes, or every 2, 5, 10, … of them, so that no more than eight stand there. */
function ticksBetween(startMs: number, endMs: number): readonly number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE)
  const step = steps.find((one) => (endMs - startMs) / one <= TICKS_AT_MOST) ?? 480 * MINUTE
  const first = Math.ceil(startMs / step) * step
  const ticks: number[] = []
  for (let at = first; at < endMs; at += step) ticks.push(at)
  return ticks
}
