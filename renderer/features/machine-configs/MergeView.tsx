import { ChevronLeft, GitMerge } from 'lucide-react'
import { useState } from 'react'
import type { MergeChoice, MergeRow } from '#contract/config-sides.ts'
import type { CellValue } from '#contract/machine-configs.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote, ErrorState } from '../../ui/ErrorNote.tsx'
import { Segmented } from '../../ui/Filters.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { PageBody, PageFoot, PageHead } from '../../ui/Page.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, Table } from '../../ui/Table.tsx'
import { useNow } from '../../ui/use-now.ts'
import { PathText } from './ChangeCells.tsx'
import type { NodePlace } from './use-draft.ts'
import './compare.css'

/** A draft whose node moved on: what it began from, what the node has now, and the draft; row by row, until it fits. */
export function MergeView({
  place,
  name,
  text,
  baseHash,
  onBack,
  onMerged,
}: {
  readonly place: NodePlace
  readonly name: string
  readonly text: string
  readonly baseHash: string
  readonly onBack: () => void
  readonly onMerged: () => void
}) {
  const { t, format } = useText()
  const nowMs = useNow()
  const table = useQuery('machine-configs.merge', { ...place, text, baseHash })
  const save = useAction('machine-configs.save-merged')
  const [chosen, setChosen] = useState<ReadonlyMap<string, MergeChoice>>(new Map())
  const rows = table.value?.rows ?? []
  const conflicts = rows.filter(({ state }) => state === 'conflict')
  const open = conflicts.filter(({ id }) => !chosen.has(id)).length
  const missed = save.value?.missed.length
  const { nowHash, baseAt } = table.value ?? {}

  async function doSave() {
    if (nowHash === undefined) return
    const choices = [...chosen].map(([id, take]) => ({ id, take }))
    const saved = await save.run({ ...place, text, baseHash, nowHash, choices })
    // Rows that no line could be found for are told before the editor opens.
    if (saved.ok && saved.value.missed.length === 0) onMerged()
  }
  return (
    <>
      <PageHead
        title={t('merge.title', { node: name })}
        below={[
          t('merge.text'),
          ...(baseAt === undefined ? [] : [t('merge.base-at', { time: format.when(baseAt, nowMs) })]),
        ]}
        actions={
          <Button icon={ChevronLeft} onClick={onBack}>
            {t('review.editor')}
          </Button>
        }
      />
      <PageBody>
        {table.error !== undefined && (
          <ErrorState error={table.error} actions={{ retry: table.reload, reload: table.reload }} />
        )}
        {table.value === undefined && table.error === undefined && (
          <EmptyState kind="busy" title={t('compare.reading')} />
        )}
        {table.value !== undefined && rows.length === 0 && (
          <EmptyState icon={GitMerge} title={t('merge.none')}>
            {t('merge.none.text')}
          </EmptyState>
        )}
        {rows.length > 0 && (
          <div className="merge-table">
            <Table label={t('merge.table')} fixed sticky>
              <thead>
                <tr>
                  <HeadCell>{t('review.col.field')}</HeadCell>
                  <HeadCell>{t('merge.col.base')}</HeadCell>
                  <HeadCell tint="before">{t('merge.col.theirs')}</HeadCell>
                  <HeadCell tint="after">{t('merge.col.yours')}</HeadCell>
                  <HeadCell>{t('merge.col.take')}</HeadCell>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <MergeLine
                    key={row.id}
                    row={row}
                    take={chosen.get(row.id) ?? row.proposed}
                    onTake={(take) => setChosen(new Map([...chosen, [row.id, take]]))}
                  />
                ))}
              </tbody>
            </Table>
          </div>
        )}
        {missed !== undefined && missed > 0 && (
          <div className="section">
            <Note
              kind="decide"
              urgent
              title={t('merge.missed', { count: missed })}
              action={<Button onClick={onMerged}>{t('review.editor')}</Button>}
            >
              {t('merge.missed.text')}
            </Note>
          </div>
        )}
        {save.error !== undefined && (
          <div className="section">
            <ErrorNote error={save.error} actions={{ reload: table.reload }} />
          </div>
        )}
      </PageBody>
      <PageFoot
        actions={
          <Button
            kind="go"
            busy={save.busy}
            off={
              nowHash === undefined
                ? t('compare.reading')
                : open > 0
                  ? t('merge.open', { count: open })
                  : undefined
            }
            onClick={() => void doSave()}
          >
            {t('merge.save')}
          </Button>
        }
      >
        {open > 0 ? t('merge.open', { count: open }) : t('merge.save.text')}
      </PageFoot>
    </>
  )
}

function MergeLine({
  row,
  take,
  onTake,
}: {
  readonly row: MergeRow
  readonly take: MergeChoice | undefined
  readonly onTake: (take: MergeChoice) => void
}) {
  const { t } = useText()
  return (
    <tr className={row.state === 'conflict' ? 'row merge-conflict' : 'row'}>
      <th scope="row">
        <span className="merge-path">
          {row.path === '' ? t('review.whole-document') : <PathText path={row.path} />}
        </span>
        <span className="meta">{row.document}</span>
      </th>
      <Cell>
        <Value value={row.base} />
      </Cell>
      <Cell tint="before">
        <Value value={row.theirs} changed={row.state !== 'yours'} />
      </Cell>
      <Cell tint="after">
        <Value value={row.yours} changed={row.state !== 'theirs'} />
      </Cell>
      <Cell>
        {row.state === 'conflict' && (
          <State kind="decide">
            <b>{t('merge.conflict')}</b>
          </State>
        )}
        {row.choices.length > 1 ? (
          <Segmented
            label={t('merge.take', { path: row.path === '' ? row.document : row.path })}
            value={take ?? ('none' as const)}
            options={row.choices.map((value) => ({ value, label: t(`merge.take.${value}`) }))}
            onChange={(value) => {
              if (value !== 'none') onTake(value)
            }}
          />
        ) : (
          <span className="dim">{t(row.state === 'same' ? 'merge.same' : 'merge.only-theirs')}</span>
        )}
      </Cell>
    </tr>
  )
}

function Value({ value, changed = false }: { readonly value: CellValue; readonly changed?: boolean }) {
  const { t } = useText()
  switch (value.kind) {
    case 'absent':
      return <span className="faint">{t('review.not-set')}</span>
    case 'secret':
      return <span className="faint">{t('review.hidden')}</span>
    case 'moved':
      return <span>{t('review.moved', { position: value.position })}</span>
    case 'value':
      return <span className="mono">{changed ? <b>{value.text}</b> : value.text}</span>
  }
}
