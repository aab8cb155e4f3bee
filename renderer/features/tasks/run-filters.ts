import type { Run, RunKind, RunOutcome } from '#contract/runs.ts'

/** Verdicts in three groups, as people look for them. */
export const VERDICT_GROUPS = ['proven', 'decide', 'going'] as const
export type VerdictGroup = (typeof VERDICT_GROUPS)[number]

const PROVEN: ReadonlySet<RunOutcome> = new Set(['proven'])

export function groupOf({ outcome }: Pick<Run, 'outcome'>): VerdictGroup {
  if (outcome === undefined) return 'going'
  return PROVEN.has(outcome) ? 'proven' : 'decide'
}

/** The run was about that node, alone or among others. */
export function isOfNode(run: Run, node: string): boolean {
  return run.node === node || run.nodes?.some((one) => one.node === node) === true
}

export interface RunFilter {
  readonly kinds: ReadonlySet<RunKind>
  readonly groups: ReadonlySet<VerdictGroup>
}

/** Nothing chosen: everything. */
export function passes(run: Run, { kinds, groups }: RunFilter): boolean {
  return (kinds.size === 0 || kinds.has(run.kind)) && (groups.size === 0 || groups.has(groupOf(run)))
}
