import type { NextStep, Run } from '#contract/runs.ts'
import { valueOf, type Known } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { runningLabel } from './slots.ts'

/** What was read for a run that is over or was cut off. */
export interface NextEvidence {
  readonly facts: NodeFacts
  /** META 0x06: the entry before an upgrade that has not proved itself. */
  readonly fallback: Known<string | undefined>
}

/**
 * What may be done next, from what the node and the journal show; each is a plan of its own, which the person reads
 * and starts. Nothing is repeated by itself. Order: what is most likely wanted first.
 */
export function nextSteps(run: Run, { facts, fallback }: NextEvidence): readonly NextStep[] {
  const { node, hostname } = run
  if (run.kind !== 'upgrade') return []
  const tag = valueOf(facts.version)?.tag
  const bootId = valueOf(facts.bootId)
  if (tag === undefined || bootId === undefined) return []
  const { from, to } = run.title.parameters
  const before = run.verdict.find(({ fact }) => fact === 'boot-id')?.before
  const sameBoot = before !== undefined && before === bootId
  const marker = valueOf(fallback)
  if (sameBoot && marker !== undefined && marker === runningLabel(facts)) {
    return [
      { kind: 'reboot', node, hostname, evidence: `META 0x06: ${marker}; BootID ${bootId.slice(0, 8)}…` },
    ]
  }
  // The file name that the marker compares with is told from 1.11 on; before, the journal has to say it.
  if (sameBoot && marker !== undefined && runningLabel(facts) === undefined && isDone(run, 'install')) {
    return [{ kind: 'reboot', node, hostname, evidence: `META 0x06: ${marker}; ${run.startedAt}: install` }]
  }
  if (tag === to && !sameBoot && isNotReady(facts)) {
    return [{ kind: 'rollback', node, hostname, evidence: `${tag}; ${stageOf(facts)}` }]
  }
  // A node that was not touched, or fell back: the same again is a new plan, never this one.
  if (tag === from && to !== undefined && fallback.known && marker === undefined && !isProven(run)) {
    return [{ kind: 'upgrade', node, hostname, version: to, evidence: `Version ${tag}; META 0x06: –` }]
  }
  return []
}

function isDone({ steps }: Run, name: string): boolean {
  return steps.some((step) => step.name === name && step.state === 'done')
}

function isProven({ outcome }: Run): boolean {
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
