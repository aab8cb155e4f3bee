import { Minus, Pencil, Plus } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import type { ChangeGroup, ChangeRow } from '#contract/machine-configs.ts'
import { Icon } from '../../ui/icons.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Cell, HeadCell, Row, Table } from '../../ui/Table.tsx'
import { EffectWord, PathText, RiskWords, ValueText } from './ChangeCells.tsx'

const GROUP_ICON = { added: Plus, removed: Minus, changed: Pencil } as const

/** What the heads speak of: a change to be sent, one on trial, or two configurations side by side. */
export type ListMoment = 'review' | 'trial' | 'compare'

const HEADS = {
  review: { before: 'review.col.before', after: 'review.col.after', more: 'review.col.after.more' },
  trial: { before: 'try.col.before', after: 'try.col.after', more: 'try.col.after.more' },
  compare: { before: 'compare.before', after: 'compare.after', more: undefined },
} as const

/** Field by field, grouped by document: before on newsprint, after in ink. */
export function ChangeList({
  groups,
  moment,
  selected,
  onSelect,
  reason,
}: {
  readonly groups: readonly ChangeGroup[]
  readonly moment: ListMoment
  readonly selected?: string | undefined
  readonly onSelect?: (id: string | undefined) => void
  /** What unfolds below the selected row. */
  readonly reason?: (row: ChangeRow) => ReactNode
}) {
  const { t } = useText()
  const head = HEADS[moment]
  return (
    <div className="changes">
      <Table label={t('review.table')} dense fixed sticky>
        <thead>
          <tr>
            <HeadCell>{t('review.col.field')}</HeadCell>
            <HeadCell tint="before">
              {t(head.before)}
              {moment === 'review' && <span className="wide-only">{t('review.col.before.more')}</span>}
            </HeadCell>
            <HeadCell tint="after">
              {t(head.after)}
              {head.more !== undefined && <span className="wide-only">{t(head.more)}</span>}
            </HeadCell>
            <HeadCell>{t('review.col.effect')}</HeadCell>
            {moment === 'review' && <HeadCell>{t('review.col.risk')}</HeadCell>}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Fragment key={groupKey(group)}>
              <GroupHead group={group} columns={moment === 'review' ? 2 : 1} />
              {group.rows.map((row) => (
                <ChangeLine
                  key={row.id}
                  row={row}
                  withRisk={moment === 'review'}
                  isSelected={row.id === selected}
                  onSelect={onSelect}
                  reason={reason}
                />
              ))}
            </Fragment>
          ))}
        </tbody>
      </Table>
    </div>
  )
}

function groupKey(group: ChangeGroup): string {
  return `${group.kind}/${group.name ?? ''}/${group.section}/${group.change}`
}

function GroupHead({ group, columns }: { readonly group: ChangeGroup; readonly columns: number }) {
  const { t, rich } = useText()
  const line = group.afterAt?.line
  return (
    <tr className="change-group">
      <th scope="rowgroup">
        <span className="change-document">
          <Icon of={GROUP_ICON[group.change]} size={14} />
          <b>{group.kind}</b>
          {group.name !== undefined && <span className="mono">{group.name}</span>}
          {group.section !== '' && <PathText path={group.section} />}
        </span>
      </th>
      <td className="cell-before meta">{group.change === 'added' && t('review.no-document')}</td>
      <td className="cell-after meta">
        {group.change === 'removed' && <b className="strong">{t('review.removed-document')}</b>}
        {group.change === 'added' &&
          (line === undefined ? (
            <b className="strong">{t('review.new-document')}</b>
          ) : (
            rich('review.new-document.at', { line: String(line) })
          ))}
        {group.change === 'changed' && line !== undefined && t('review.line', { line: String(line) })}
      </td>
      <td colSpan={columns} />
    </tr>
  )
}

function ChangeLine({
  row,
  withRisk,
  isSelected,
  onSelect,
  reason,
}: {
  readonly row: ChangeRow
  readonly withRisk: boolean
  readonly isSelected: boolean
  readonly onSelect: ((id: string | undefined) => void) | undefined
  readonly reason: ((row: ChangeRow) => ReactNode) | undefined
}) {
  const { t } = useText()
  const path = row.path === '' ? t('review.whole-document') : <PathText path={row.path} />
  return (
    <>
      <Row selected={isSelected}>
        <th scope="row" className="change-path">
          {onSelect === undefined ? (
            path
          ) : (
            <button
              type="button"
              data-change={row.id}
              className="config-link row-link"
              aria-expanded={isSelected}
              onClick={() => onSelect(isSelected ? undefined : row.id)}
            >
              {path}
            </button>
          )}
        </th>
        <Cell tint="before">
          <ValueText value={row.before} other={row.after} side="before" />
        </Cell>
        <Cell tint="after">
          <ValueText value={row.after} other={row.before} side="after" />
        </Cell>
        <Cell>
          <EffectWord effect={row.effect} />
        </Cell>
        {withRisk && (
          <Cell>
            <RiskWords risks={row.risks} />
          </Cell>
        )}
      </Row>
      {isSelected && reason !== undefined && (
        <tr className="change-reason">
          <td colSpan={withRisk ? 5 : 4}>{reason(row)}</td>
        </tr>
      )}
    </>
  )
}
