import type { Run } from '#contract/runs.ts'
import { fence, inline, table } from '../markdown.ts'

/** A run as Markdown, for a ticket or a notebook: head, steps, verdict, output, and the same in talosctl. */
export function exportRun(run: Run): string {
  const several = run.nodes === undefined ? [] : ['Node']
  return [
    `# ${heading(run)}`,
    '',
    ...facts(run).map(([name, value]) => `- ${name}: ${value}`),
    '',
    ...table(
      [...several, 'Step', 'State', 'Started', 'Ended', 'Found'],
      run.steps.map((step) => [
        ...several.map(() => nameOf(run, step.node)),
        step.name,
        step.state,
        step.startedAt ?? '',
        step.endedAt ?? '',
        step.detail ?? '',
      ]),
    ),
    ...table(
      [...several, 'Fact', 'Before', 'Expected', 'Found', 'Verdict', 'Read from'],
      run.verdict.map((row) => [
        ...several.map(() => nameOf(run, row.node)),
        row.fact,
        row.before ?? '',
        row.expected,
        row.found ?? '',
        row.outcome,
        row.note ?? '',
      ]),
    ),
    ...(run.output.length === 0 ? [] : ['', ...fence(run.output.map(({ at, text }) => `${at} ${text}`))]),
    '',
    ...fence([run.talosctl]),
    '',
  ].join('\n')
}

/** Host name of a node of the run; empty where it is about none of them. */
function nameOf(run: Run, node: string | undefined): string {
  return run.nodes?.find((one) => one.node === node)?.hostname ?? node ?? ''
}

function heading(run: Run): string {
  const { from, to } = run.title.parameters
  const versions = from !== undefined && to !== undefined ? ` ${from} → ${to}` : ''
  const names = run.nodes?.map(({ hostname }) => hostname).join(', ') ?? run.hostname
  return `${run.kind} ${names}${versions}`
}

function facts(run: Run): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string | undefined])[] = [
    ['Context', run.context],
    ...(run.nodes ?? [run]).map(({ hostname, node }) => ['Node', `${hostname} (${node})`] as const),
    ['By', run.who],
    ['Started', run.startedAt],
    ['Ended', run.endedAt],
    ['Outcome', run.outcome ?? 'running'],
    ['Error', run.error === undefined ? undefined : `${run.error.code}: ${run.error.message}`],
  ]
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, inline(value)] as const]))
}
