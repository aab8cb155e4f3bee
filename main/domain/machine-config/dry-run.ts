import type { ApplyMode, ChangeTable, DryRun } from '#contract/machine-configs.ts'
import { redactText } from './redact.ts'

/** What was reviewed, and what our tables say the node does with it in the mode that was asked for. */
export interface Expectation extends Pick<ChangeTable, 'linesAdded' | 'linesRemoved'> {
  readonly outcome: DryRun['expected']
}

/** What the node does with a table's changes in a mode, by our own tables (behaviour.md §4.2). */
export function expectOutcome(table: ChangeTable, mode: ApplyMode): DryRun['expected'] {
  const effects = table.groups.flatMap((group) => group.rows.map((row) => row.effect.kind))
  if (effects.includes('rejected')) return 'refused'
  if (mode === 'staged' || mode === 'reboot') return mode
  const needsReboot = effects.includes('reboot')
  if (mode !== 'auto') return needsReboot ? 'refused' : 'no-reboot'
  if (needsReboot) return 'reboot'
  return effects.includes('unknown') ? 'unknown' : 'no-reboot'
}

/**
 * Takes a node's dry-run answer apart (behaviour.md §4.3): its sentence, its diff, whether it changes as many lines as
 * our table, and whether it would do what we expect. `values` are hidden in both texts.
 */
export function readDryRun(
  answer: { readonly mode: ApplyMode; readonly details: string },
  values: readonly string[],
  ours: Expectation,
): DryRun {
  const match = /^Config diff:[ \t]*$/m.exec(answer.details)
  const summary = match === null ? answer.details : answer.details.slice(0, match.index)
  const rest = match === null ? '' : answer.details.slice(match.index + match[0].length)
  const { linesAdded, linesRemoved } = countDiff(rest)
  return {
    summary: redactText(summary.replace(/^Dry run summary:\s*/, '').trim(), values),
    diff: redactText(rest.replace(/^\s*\n/, '').trimEnd(), values),
    linesAdded,
    linesRemoved,
    mode: answer.mode,
    agrees: linesAdded === ours.linesAdded && linesRemoved === ours.linesRemoved,
    expected: ours.outcome,
    effectAgrees: ours.outcome === 'unknown' || ours.outcome === outcomeOf(answer.mode),
  }
}

function outcomeOf(mode: ApplyMode): DryRun['expected'] {
  return mode === 'reboot' || mode === 'staged' ? mode : 'no-reboot'
}

/** Changed lines of a unified diff; its two head lines are none, and document marks of the YAML are. */
function countDiff(diff: string): { readonly linesAdded: number; readonly linesRemoved: number } {
  let linesAdded = 0
  let linesRemoved = 0
  let inHunk = false
  for (const line of diff.split('\n')) {
    if (line.startsWith('@@')) inHunk = true
    else if (inHunk && line.startsWith('+')) linesAdded++
    else if (inHunk && line.startsWith('-')) linesRemoved++
  }
  return { linesAdded, linesRemoved }
}
