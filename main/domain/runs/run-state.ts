import type { Run, RunNode, RunOutcome, RunStep, VerdictRow } from '#contract/runs.ts'
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
    case 'node-started':
      return withNode(run, event.node, (node) => ({ ...node, state: 'running', startedAt: at }))
    case 'node-ended':
      return {
        ...withNode(run, event.node, (node) => ({
          ...node,
          state: 'ended',
          endedAt: at,
          outcome: event.outcome,
          ...(event.error === undefined ? {} : { error: event.error }),
        })),
        verdict: withRowsOf(run.verdict, event.node, event.rows),
      }
    case 'layers':
      return withNode(run, event.node, (node) => ({ ...node, layers: [...event.layers] }))
    case 'question':
      return event.question === undefined ? withoutQuestion(run) : { ...run, question: event.question }
    case 'boot-timed':
      return { ...run, boots: [...(run.boots ?? []), { ...event.timing, runId: run.id }] }
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
        ...withoutQuestion(run),
        steps: run.steps.map(closeStep),
        ...(run.nodes === undefined
          ? {}
          : { nodes: run.nodes.map((node) => closeNode(node, event.outcome, at)) }),
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
  return {
    ...withoutQuestion(run),
    steps: run.steps.map(interruptStep),
    outcome: 'interrupted',
    stoppable: false,
  }
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

function withNode(run: Run, address: string, change: (node: RunNode) => RunNode): Run {
  if (run.nodes === undefined) return run
  return { ...run, nodes: run.nodes.map((node) => (node.node === address ? change(node) : node)) }
}

/** The node's new rows stand where its old ones stood. */
function withRowsOf(verdict: readonly VerdictRow[], node: string, rows: readonly VerdictRow[]): VerdictRow[] {
  const at = verdict.findIndex((row) => row.node === node)
  const others = verdict.filter((row) => row.node !== node)
  return at === -1 ? [...others, ...rows] : others.toSpliced(at, 0, ...rows)
}

function withoutQuestion({ question: settled, ...run }: Run): Run {
  return settled === undefined ? run : { ...run }
}

/** A node whose turn never came is as it was; one in the middle ends as the run does. */
function closeNode(node: RunNode, outcome: RunOutcome, at: string): RunNode {
  if (node.state === 'waiting') return { ...node, state: 'not-touched' }
  return node.state === 'running' ? { ...node, state: 'ended', outcome, endedAt: at } : node
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
