import type { NextStep, Run } from '#contract/runs.ts'
import { isOwnCordon } from './drain.ts'
import { valueOf, type Known } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { nodePart, type NodePart } from './past-runs.ts'
import { runningLabel } from './slots.ts'

/** What was read for a run that is over or was cut off. */
export interface NextEvidence {
  readonly facts: NodeFacts
  /** META 0x06: the entry before an upgrade that has not proved itself. */
  readonly fallback: Known<string | undefined>
}

/**
 * What may be done next, from what the node and the journal show; each is a plan of its own, which the person reads
 * and starts. Nothing is repeated by itself.
 */
export function nextSteps(run: Run, { facts, fallback }: NextEvidence): readonly NextStep[] {
  if (!hasNextSteps(run)) return []
  const part = nodePart(run, facts.node)
  if (part === undefined) return []
  const cordon = uncordonOf(part, facts)
  if (run.kind !== 'upgrade') return cordon
  return [...ofNode(part, facts, fallback), ...cordon, ...restOf(run, facts.node)]
}

/** Runs that take a node out of service may leave it so, and one that was to take that back may not have. */
export function hasNextSteps({ kind }: Run): boolean {
  return kind === 'upgrade' || kind === 'rollback' || kind === 'uncordon'
}

/** Only what the journal says this run cordoned, or was to uncordon; a node someone cordoned on purpose stays so. */
function uncordonOf(part: NodePart, facts: NodeFacts): readonly NextStep[] {
  const { kind, startedAt } = part.run
  const isOurs = kind === 'uncordon' || (part.steps.some(isOwnCordon) && !isDone(part, 'uncordon'))
  const node = valueOf(facts.kubernetesNode)
  if (!isOurs || node?.unschedulable !== true) return []
  const hostname = valueOf(facts.hostname) ?? facts.node
  const what = kind === 'uncordon' ? 'uncordon' : 'cordon'
  const evidence = `${startedAt}: ${what}; ${node.name}: SchedulingDisabled`
  return [{ kind: 'uncordon', node: facts.node, hostname, evidence }]
}

function ofNode(part: NodePart, facts: NodeFacts, fallback: Known<string | undefined>): readonly NextStep[] {
  const { node } = facts
  const hostname = valueOf(facts.hostname) ?? node
  const tag = valueOf(facts.version)?.tag
  const bootId = valueOf(facts.bootId)
  if (tag === undefined || bootId === undefined) return []
  const sameBoot = part.verdict.find(({ fact }) => fact === 'boot-id')?.before === bootId
  const marker = valueOf(fallback)
  const label = runningLabel(facts)
  // The marker names the entry that ran when the installer wrote; before 1.11 a UKI's name is not told, and the
  // journal has to say that it was written.
  const written = label === undefined ? isDone(part, 'install') : marker === label
  if (sameBoot && marker !== undefined && written) {
    return [
      { kind: 'reboot', node, hostname, evidence: `META 0x06: ${marker}; BootID ${bootId.slice(0, 8)}…` },
    ]
  }
  if (tag === part.to && !sameBoot && isNotReady(facts)) {
    return [{ kind: 'rollback', node, hostname, evidence: `${tag}; ${stageOf(facts)}` }]
  }
  // A node that was not touched, or fell back: the same again is a new plan, never this one.
  const untouched = fallback.known && marker === undefined && !isProven(part)
  if (tag === part.from && part.to !== undefined && untouched) {
    return [{ kind: 'upgrade', node, hostname, version: part.to, evidence: `Version ${tag}; META 0x06: –` }]
  }
  return []
}

/** Nodes whose turn never came, but for the one that was read: a run cut off between two nodes reads the next. */
function restOf(run: Run, read: string): readonly NextStep[] {
  const left = (run.nodes ?? []).filter(
    ({ node, state }) => node !== read && (state === 'waiting' || state === 'not-touched'),
  )
  return left.flatMap(({ node, hostname }) => {
    const version = nodePart(run, node)?.to
    return version === undefined
      ? []
      : [{ kind: 'upgrade' as const, node, hostname, version, evidence: `${run.startedAt}: –` }]
  })
}

function isDone({ steps }: NodePart, name: string): boolean {
  return steps.some((step) => step.name === name && step.state === 'done')
}

function isProven({ outcome }: NodePart): boolean {
  return outcome === 'proven' || outcome === 'proven-with-differences'
}

function isNotReady({ stage }: NodeFacts): boolean {
  const report = valueOf(stage)
  return report !== undefined && !(report.name === 'running' && report.ready)
}

function stageOf({ stage }: NodeFacts): string {
  const report = valueOf(stage)
  return report === undefined ? '–' : report.name
}
