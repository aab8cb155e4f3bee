import type { BootTiming, Run } from '#contract/runs.ts'
import { exportRun } from './export-run.ts'

const PARTS = ['shutdown', 'firmware', 'kernel', 'initialize', 'boot', 'ready', 'total'] as const

/** Everything that was done to a node, newest first, with its boots as a table; Markdown. */
export function exportHistory(context: string, node: string, runs: readonly Run[]): string {
  const own = runs
    .filter((run) => run.node === node || run.boots?.some((boot) => boot.node === node))
    .toReversed()
  const hostname = own[0]?.hostname ?? node
  const boots = own
    .flatMap((run) => run.boots ?? [])
    .filter((boot) => boot.node === node)
    .toSorted((a, b) => a.at.localeCompare(b.at))
  return [
    `# ${hostname} (${node}), ${context}`,
    '',
    ...bootTable(boots),
    ...own.map((run) => exportRun(run).replace(/^# /, '## ')),
  ].join('\n')
}

/** Seconds of each part; a dash where nobody could tell. */
function bootTable(boots: readonly BootTiming[]): readonly string[] {
  if (boots.length === 0) return []
  const cell = (seconds: number | undefined): string => (seconds === undefined ? '–' : seconds.toFixed(1))
  return [
    `| Ready at | Talos | ${PARTS.map((part) => `${part} (s)`).join(' | ')} |`,
    `|${' --- |'.repeat(PARTS.length + 2)}`,
    ...boots.map(
      (boot) =>
        `| ${boot.at} | ${boot.talos ?? '–'} | ${PARTS.map((part) => cell(boot[part])).join(' | ')} |`,
    ),
    '',
  ]
}
