import type { ChangeExport, ChangeExportFormat } from '#contract/config-exports.ts'
import type { CellValue, ChangeGroup, ChangeRow, ChangeTable, Effect } from '#contract/machine-configs.ts'
import type { RedactedSide } from './change-table.ts'
import { patchOf } from './export-patch.ts'
import type { MergeRules } from './patches/merge-rules.ts'

export interface ReviewedChanges {
  readonly hostname: string
  readonly talosVersion: string
  /** ISO 8601. */
  readonly computedAt: string
  readonly table: ChangeTable
  readonly base: RedactedSide
  readonly draft: RedactedSide
  /** How Talos merges on the node's line. */
  readonly rules: MergeRules
}

const EXTENSION = { markdown: 'md', patch: 'yaml', json: 'json' } as const satisfies Record<
  ChangeExportFormat,
  string
>

/** The table of a review in a form for others; in English, as what Talos itself writes. Secrets are named only. */
export function exportChanges(changes: ReviewedChanges, format: ChangeExportFormat): ChangeExport {
  const name = changes.hostname.replace(/[^\w.-]+/g, '-') || 'node'
  const file = `${name}-${format === 'patch' ? 'patch' : 'changes'}.${EXTENSION[format]}`
  switch (format) {
    case 'markdown':
      return { text: toMarkdown(changes), file, missing: [] }
    case 'json':
      return { text: toJson(changes), file, missing: [] }
    case 'patch': {
      const { text, missing } = patchOf(changes.base, changes.draft, changes.rules)
      return { text: `${patchHead(changes, missing)}${text}`, file, missing: [...missing] }
    }
  }
}

const WHY = {
  secret: 'a secret, which no export holds',
  list: 'a list that a strategic merge patch can only add to',
  'empty-value': 'an empty value, which a strategic merge patch takes for nothing',
  type: 'a value of another type than before, which a strategic merge patch refuses in a field of any type',
} as const satisfies Record<ChangeExport['missing'][number]['why'], string>

function patchHead(
  { hostname, talosVersion, computedAt }: ReviewedChanges,
  missing: ChangeExport['missing'],
): string {
  const lines = [
    `Strategic merge patch: ${hostname}, Talos ${talosVersion}, ${computedAt}`,
    ...(missing.length === 0 ? [] : ['Not in this patch:']),
    ...missing.map(({ path, why }) => `  ${path}: ${WHY[why]}`),
  ]
  return lines.map((line) => `# ${line.replace(/\s+$/g, '').replaceAll('\n', ' ')}\n`).join('')
}

function toMarkdown({ hostname, talosVersion, computedAt, table }: ReviewedChanges): string {
  const { all } = table.counts
  const rows = table.groups.flatMap((group) =>
    group.rows.map((row) =>
      [
        documentOf(group),
        code(pathOf(group, row)),
        cell(row.before),
        cell(row.after),
        effectText(row.effect),
        notes(row),
      ]
        .map((text) => text.replaceAll('|', String.raw`\|`).replace(/\r?\n/g, '<br>'))
        .join(' | '),
    ),
  )
  return [
    `# ${all} ${all === 1 ? 'change' : 'changes'} to ${hostname}`,
    '',
    `Talos ${talosVersion}, reviewed ${computedAt}. Lines: +${table.linesAdded} −${table.linesRemoved}.`,
    '',
    '| Document | Path | Before | After | Effect | Note |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n')
}

function documentOf({ kind, name }: ChangeGroup): string {
  return name === undefined ? kind : `${kind} ${name}`
}

function pathOf({ section }: ChangeGroup, { path }: ChangeRow): string {
  if (path === '') return section
  return section === '' || path.startsWith('[') ? section + path : `${section}.${path}`
}

function code(text: string): string {
  if (text === '') return ''
  const fence = text.includes('`') ? '``' : '`'
  return `${fence}${text.startsWith('`') ? ' ' : ''}${text}${text.endsWith('`') ? ' ' : ''}${fence}`
}

function cell(value: CellValue): string {
  switch (value.kind) {
    case 'absent':
      return '–'
    case 'secret':
      return value.differs ? '(secret, changed)' : '(secret)'
    case 'moved':
      return `place ${value.position + 1}`
    case 'value':
      return code(value.text)
  }
}

function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'restarts':
      return `restarts ${effect.service}`
    case 'reboot':
      return 'reboots the node'
    case 'at-reboot':
      return 'at the next reboot'
    case 'none':
      return `none (${effect.why})`
    case 'rejected':
      return 'refused'
    case 'live':
    case 'unknown':
      return effect.kind
  }
}

function notes({ risks }: ChangeRow): string {
  return risks
    .map(({ code: risk, level, about }) => {
      const more = [...(level === 'note' ? [] : [level]), ...(about === undefined ? [] : [about])]
      return more.length === 0 ? risk : `${risk} (${more.join(': ')})`
    })
    .join(', ')
}

function toJson({ hostname, talosVersion, computedAt, table }: ReviewedChanges): string {
  const value = (of: CellValue): unknown => {
    if (of.kind === 'value') return { value: of.text }
    if (of.kind === 'secret') return { secret: true, changed: of.differs }
    return of.kind === 'moved' ? { position: of.position } : undefined
  }
  const changes = table.groups.flatMap((group) =>
    group.rows.map((row) => ({
      document: {
        kind: group.kind,
        ...(group.name === undefined ? {} : { name: group.name }),
      },
      change: group.change,
      path: pathOf(group, row),
      before: value(row.before),
      after: value(row.after),
      effect: row.effect,
      risks: row.risks,
    })),
  )
  const { counts, linesAdded, linesRemoved } = table
  return `${JSON.stringify({ node: hostname, talosVersion, reviewedAt: computedAt, counts, linesAdded, linesRemoved, changes }, undefined, 2)}\n`
}
