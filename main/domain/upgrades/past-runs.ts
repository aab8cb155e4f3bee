import type { Run } from '#contract/runs.ts'
import { lineOf } from './version-table.ts'

/** Seconds that proven runs of a kind took on a node; the five newest. */
export function runSeconds(runs: readonly Run[], kind: Run['kind'], node: string): readonly number[] {
  return runs
    .filter((run) => run.kind === kind && run.node === node && isProven(run) && run.endedAt !== undefined)
    .slice(-5)
    .map((run) => Math.round((Date.parse(run.endedAt ?? '') - Date.parse(run.startedAt)) / 1000))
}

/**
 * Version in the boot slot that does not run, as far as this app wrote it: a node never tells. `undefined` when the
 * last run left it open, or there was none.
 */
export function otherSlotVersion(runs: readonly Run[], node: string): string | undefined {
  const last = runs.findLast(
    (run) => run.node === node && (run.kind === 'upgrade' || run.kind === 'rollback') && hasTouched(run),
  )
  if (last === undefined) return undefined
  const { from, to } = last.title.parameters
  const other = isProven(last) || last.outcome === 'not-ready' ? from : last.outcome === 'fell-back' ? to : ''
  return other !== undefined && lineOf(other) !== undefined ? other : undefined
}

function isProven({ outcome }: Run): boolean {
  return outcome === 'proven' || outcome === 'proven-with-differences'
}

/** Refused and stopped-in-time runs leave the slots as they were. */
function hasTouched({ outcome, steps }: Run): boolean {
  if (outcome === 'refused') return false
  return steps.some(({ name, state }) => (name === 'install' || name === 'rollback') && state !== 'skipped')
}
