import { memo } from 'react'
import { useStore } from 'zustand'
import type { Outline, OutlineEntry } from '../../editor/outline.ts'
import { entryAt, entryTitle } from '../../editor/outline.ts'
import type { EditorProblem } from '../../editor/problems.ts'
import { Icon, stateIcons } from '../../ui/icons.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import type { CursorStore } from './cursor-store.ts'

const MARK = { added: '+', changed: '~', removed: '−', same: '' } as const

/** The documents of the draft in their order, those that it takes out at the end. */
export const OutlineNav = memo(function OutlineNav({
  outline,
  problems,
  counts,
  cursor,
  onOpen,
}: {
  readonly outline: Outline
  readonly problems: readonly EditorProblem[]
  /** Fields that change, by entry; absent while nobody has counted. */
  readonly counts: ReadonlyMap<string, number> | undefined
  readonly cursor: CursorStore
  readonly onOpen: (line: number) => void
}) {
  const { t } = useText()
  const current = useStore(cursor, ({ line }) => entryAt(outline, line)?.key)
  return (
    <nav className="config-outline" aria-label={t('config.documents')}>
      <div className="config-outline-head">
        <span className="label">{t('config.documents')}</span>
        <span className="meta">
          {outline.removed === 0
            ? outline.documents
            : t('config.documents.removed', { kept: outline.documents, removed: outline.removed })}
        </span>
      </div>
      <ul>
        {outline.entries.map((entry) => (
          <li key={entry.key}>
            <OutlineButton
              entry={entry}
              problems={problemsIn(entry, problems)}
              count={counts?.get(entry.key)}
              isCurrent={entry.key === current}
              onOpen={onOpen}
            />
          </li>
        ))}
      </ul>
    </nav>
  )
})

function problemsIn(entry: OutlineEntry, problems: readonly EditorProblem[]): readonly EditorProblem[] {
  const { line, to } = entry
  if (line === undefined || to === undefined) return []
  return problems.filter((problem) => problem.from.line >= line && problem.from.line <= to)
}

function OutlineButton({
  entry,
  problems,
  count,
  isCurrent,
  onOpen,
}: {
  readonly entry: OutlineEntry
  readonly problems: readonly EditorProblem[]
  readonly count: number | undefined
  readonly isCurrent: boolean
  readonly onOpen: (line: number) => void
}) {
  const { t } = useText()
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const warnings = problems.filter((problem) => problem.severity === 'warning').length
  return (
    <button
      type="button"
      className={`config-outline-entry config-outline-${entry.change}`}
      aria-current={isCurrent || undefined}
      disabled={entry.line === undefined}
      title={entryTitle(entry)}
      onClick={() => {
        if (entry.line !== undefined) onOpen(entry.line)
      }}
    >
      <span className="config-mark" aria-hidden>
        {MARK[entry.change]}
      </span>
      <span className="elided">
        {entry.kind === '' ? t('config.document.no-kind') : entry.kind}{' '}
        <span className="faint">{entry.section ?? entry.name}</span>
      </span>
      {entry.change !== 'same' && <span className="spoken">, {t(`config.document.${entry.change}`)}</span>}
      {count !== undefined && (
        <span className="config-outline-count" title={t('config.document.changes', { count })}>
          <span aria-hidden>{count}</span>
          <span className="spoken">, {t('config.document.changes', { count })}</span>
        </span>
      )}
      {errors > 0 && (
        <span className="config-outline-problem state-decide">
          <Icon of={stateIcons.decide} size={13} />
          <span aria-hidden>{errors}</span>
          <span className="spoken">, {t('config.document.errors', { count: errors })}</span>
        </span>
      )}
      {errors === 0 && warnings > 0 && (
        <span className="config-outline-problem state-caution">
          <Icon of={stateIcons.caution} size={13} />
          <span aria-hidden>{warnings}</span>
          <span className="spoken">, {t('config.document.warnings', { count: warnings })}</span>
        </span>
      )}
      <small>
        <span aria-hidden>{entry.line ?? '–'}</span>
        {entry.line !== undefined && (
          <span className="spoken">, {t('config.document.at', { line: entry.line })}</span>
        )}
      </small>
    </button>
  )
}
