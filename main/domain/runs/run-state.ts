import type { Run, RunStep } from '#contract/runs.ts'
import type { RunHead, StampedRunEvent } from './run-port.ts'

/** Lines of installer output a run keeps; older ones are in the journal file only. */
export const OUTPUT_LINES = 500

/** A run before its first event. */
export function beginRun(head: RunHead, stoppable: boolean): Run {
  return { ...head, steps: [], output: [], verdict: [], stoppable }
}

/** State of a run: the fold of its events. Pure; an event of a kind that this version does not know changes nothing. */
export function applyRunEvent(run: Run, { at, event }: StampedRunEvent): Run {
  switch (event.kind) {
    case 'planned':
      return { ...run, steps: event.steps.map((step) => ({ ...step, state: 'waiting' as const })) }
    case 'expected':
      return { ...run, verdict: [...event.rows] }
    case 'step-started':
      return withStep(run, event.id, (step) => ({ ...step, state: 'running', startedAt: at }))
    case 'step-progress':
      return withStep(run, event.id, (step) => ({
        ...step,
        ...(event.detail === undefined ? {} : { detail: event.detail }),
        ...(event.progress === undefined ? {} : { progress: event.progress }),
      }))
    case 'step-ended':
      return withStep(run, event.id, (step) => ({
        ...step,
        state: event.state,
        endedAt: at,
        ...(event.detail === undefined ? {} : { detail: event.detail }),
      }))
    case 'output':
      return { ...run, output: [...run.output, { at, text: event.text }].slice(-OUTPUT_LINES) }
    case 'trial':
      return { ...run, trial: { revertsAt: event.revertsAt, probes: [] } }
    case 'probe':
      return withTrial(run, (trial) => ({
        ...trial,
        probes: [
          ...trial.probes,
          { at, ok: event.ok, ...(event.latencyMs === undefined ? {} : { latencyMs: event.latencyMs }) },
        ],
      }))
    case 'decided':
      return withTrial(run, (trial) => ({ ...trial, decided: event.how }))
    case 'verdict':
      return {
        ...run,
        steps: run.steps.map(closeStep),
        verdict: [...event.rows],
        outcome: event.outcome,
        endedAt: at,
        stoppable: false,
        ...(event.error === undefined ? {} : { error: event.error }),
      }
    default: // a newer app's journal may hold kinds that this one does not name; lint keeps the list above whole
      return run
  }
}

/** A run whose journal has no end: the app went away. What was running is unknown until someone looks. */
export function interruptRun(run: Run): Run {
  return { ...run, steps: run.steps.map(interruptStep), outcome: 'interrupted', stoppable: false }
}

/** True while a run still goes, or lies interrupted and nobody has settled it. */
export function isOpen(run: Run): boolean {
  return run.endedAt === undefined
}

function withStep(run: Run, id: string, change: (step: RunStep) => RunStep): Run {
  const known = run.steps.some((step) => step.id === id)
  const steps = known ? run.steps : [...run.steps, { id, name: id, state: 'waiting' as const }]
  return { ...run, steps: steps.map((step) => (step.id === id ? change(step) : step)) }
}

function withTrial(run: Run, change: (trial: NonNullable<Run['trial']>) => NonNullable<Run['trial']>): Run {
  return run.trial === undefined ? run : { ...run, trial: change(run.trial) }
}

function closeStep(step: RunStep): RunStep {
  return step.state === 'waiting' ? { ...step, state: 'skipped' } : interruptStep(step)
}

function interruptStep(step: RunStep): RunStep {
  return step.state === 'running' ? { ...step, state: 'unknown' } : step
}
