import type { Run } from '#contract/runs.ts'

/** How a confirmed try stands at one moment. Seconds are whole: the clock on screen changes once a second. */
export interface TryClock {
  readonly totalSeconds: number
  readonly leftSeconds: number
  /** 0 to 1 of the time that has gone. */
  readonly gone: number
  readonly startedMs: number
  readonly revertsMs: number
}

/** A try that is running, or `undefined` when the run is none or was decided. */
export function tryClock(run: Run, nowMs: number): TryClock | undefined {
  if (run.trial === undefined || run.trial.decided !== undefined || run.endedAt !== undefined)
    return undefined
  const startedMs = startOf(run)
  const revertsMs = Date.parse(run.trial.revertsAt)
  const total = Math.max(1, revertsMs - startedMs)
  const left = Math.min(total, Math.max(0, revertsMs - nowMs))
  return {
    totalSeconds: Math.round(total / 1000),
    leftSeconds: Math.ceil(left / 1000),
    gone: 1 - left / total,
    startedMs,
    revertsMs,
  }
}

/** The node's timer begins when it accepts, which is when the step of the try begins. */
function startOf(run: Run): number {
  const step = run.steps.find((one) => one.name === 'try' && one.startedAt !== undefined)
  return Date.parse(step?.startedAt ?? run.startedAt)
}

/** Seconds at which the time left is said aloud. */
export const SPOKEN_AT: readonly number[] = [60, 30, 10]

/** One probe on the ruler. `at` is 0 to 1 of the whole try; `height` 0 to 1, for misses 0. */
export interface ProbeMark {
  readonly at: number
  readonly ok: boolean
  readonly height: number
  readonly latencyMs?: number
  readonly instant: string
}

/** Below this a stem would not be seen; the slowest probe of the try fills the ruler. */
const SHORTEST = 0.18

export function probeMarks(run: Run, clock: Pick<TryClock, 'startedMs' | 'revertsMs'>): readonly ProbeMark[] {
  const probes = run.trial?.probes ?? []
  const slowest = Math.max(1, ...probes.map((probe) => probe.latencyMs ?? 0))
  const length = Math.max(1, clock.revertsMs - clock.startedMs)
  return probes.map((probe) => ({
    at: Math.min(1, Math.max(0, (Date.parse(probe.at) - clock.startedMs) / length)),
    ok: probe.ok,
    height: probe.ok ? Math.max(SHORTEST, (probe.latencyMs ?? 0) / slowest) : 0,
    ...(probe.latencyMs === undefined ? {} : { latencyMs: probe.latencyMs }),
    instant: probe.at,
  }))
}

/** Seconds between the marks of the ruler, so that there are at most seven. */
export function rulerStep(totalSeconds: number): number {
  return [10, 20, 30, 60, 120].find((step) => totalSeconds / step <= 6) ?? 120
}
