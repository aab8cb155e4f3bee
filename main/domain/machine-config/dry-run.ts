import type { ApplyMode, ChangeTable, DryRun } from '#contract/machine-configs.ts'
import { redactText } from './redact.ts'

/**
 * Takes a node's dry-run answer apart (behaviour.md §4.3): its sentence, its diff, and whether it changes as many
 * lines as our table. `values` are hidden in both texts.
 */
export function readDryRun(
  answer: { readonly mode: ApplyMode; readonly details: string },
  values: readonly string[],
  ours: Pick<ChangeTable, 'linesAdded' | 'linesRemoved'>,
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
  }
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
