import type { NodePlan, PreflightCheck, UpgradePlan } from '#contract/upgrades.ts'
import { fence, inline, table } from '../markdown.ts'

export interface ExportedPlan {
  readonly fileName: string
  readonly text: string
}

/** A plan to keep or to show to somebody, in the machine's words. It holds no secret, as the plan itself holds none. */
export function exportPlan(plan: UpgradePlan, format: 'markdown' | 'json'): ExportedPlan {
  const targets = [...new Set(plan.nodes.map(({ to }) => to))].join('-')
  const who = plan.nodes.length === 1 ? (plan.nodes[0]?.hostname ?? '') : `${plan.nodes.length}-nodes`
  const name = `${plan.kind}-${who}-${targets}`.replace(/[^\w.-]+/g, '_')
  return format === 'json'
    ? { fileName: `${name}.json`, text: `${JSON.stringify(plan, undefined, 2)}\n` }
    : { fileName: `${name}.md`, text: markdown(plan) }
}

function markdown(plan: UpgradePlan): string {
  return [
    `# ${plan.kind}: ${plan.nodes.map(({ hostname, from, to }) => `${hostname} ${from} → ${to}`).join(', ')}`,
    '',
    `- Computed: ${plan.computedAt}, valid until ${plan.validUntil} while its inputs hold`,
    ...(plan.estimateSeconds === undefined
      ? []
      : [`- Estimate: ${plan.estimateSeconds} s, from earlier runs`]),
    ...optionLines(plan),
    ...checks(plan.preflight),
    ...plan.nodes.flatMap(nodePart),
    '',
    ...fence(plan.talosctl.split('\n')),
    '',
  ].join('\n')
}

function optionLines({ options, nodes }: UpgradePlan): readonly string[] {
  const { order, coldBoot, drain, drainSeconds, settleSeconds } = options
  const several = nodes.length > 1
  return [
    ...(several ? [`- Order: ${order}`] : []),
    `- Drain: ${drain ? `yes; asks after ${drainSeconds} s of waiting` : 'no'}`,
    ...(several ? [`- Between nodes: ${settleSeconds} s`] : []),
    `- Cold boot of the first node: ${coldBoot ? 'yes' : 'no'}`,
  ]
}

function nodePart(node: NodePlan, at: number): readonly string[] {
  return [
    '',
    `## ${at + 1}. ${node.hostname} (${node.node})`,
    '',
    ...(node.image === undefined ? [] : [`- Image: ${inline(node.image)}`]),
    `- Mechanism: ${node.mechanism}`,
    ...(node.estimateSeconds === undefined ? [] : [`- Estimate: ${node.estimateSeconds} s`]),
    `- Steps: ${node.steps.join(', ')}`,
    ...table(
      ['Part', 'Before', 'After', 'What'],
      node.rows.map(({ fact, part, before, after, seconds, note }) => [
        part === undefined ? fact : `${fact} ${part}`,
        before ?? '?',
        seconds === undefined ? (after ?? '?') : `${after ?? '?'}, ${seconds} s`,
        note,
      ]),
    ),
    ...table(
      ['Kept', 'What'],
      node.kept.map(({ part, what }) => [part, what]),
    ),
    ...checks(node.preflight),
    ...schematicPart(node),
  ]
}

function checks(list: readonly PreflightCheck[]): readonly string[] {
  return table(
    ['Check', 'Outcome', 'Evidence', 'Read'],
    list.map(({ id, outcome, evidence, readings = [] }) => [
      id,
      outcome,
      evidence,
      readings.map(({ source, found }) => `${source}: ${found}`).join('; '),
    ]),
  )
}

function schematicPart({ schematic: { before, after } = {} }: NodePlan): readonly string[] {
  const one = (title: string, view: typeof before): readonly string[] => [
    ...(view === undefined ? [] : ['', `${title}: \`${view.id}\``]),
    ...(view?.text === undefined ? [] : ['', ...fence(view.text.trimEnd().split('\n'))]),
  ]
  return [
    ...one('Schematic before', before),
    ...(after?.id === before?.id ? [] : one('Schematic after', after)),
  ]
}
