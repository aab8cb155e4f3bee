import { Ban, ChevronLeft, CircleSlash2, Copy, Power, RefreshCw, Zap } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { ChangeRow, Review } from '#contract/machine-configs.ts'
import type { TextPosition, WireError } from '#contract/wire-error.ts'
import { ConfigDiff } from '../../editor/ConfigDiff.tsx'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button, LinkButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Filters, Segmented, type FilterOption } from '../../ui/Filters.tsx'
import { stateIcons } from '../../ui/icons.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { Note } from '../../ui/Note.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import type { RemedyActions } from '../../ui/remedies.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { State } from '../../ui/State.tsx'
import { ChangeList } from './ChangeList.tsx'
import { ChangeReason } from './ChangeReason.tsx'
import { changeFilters, filterGroups, nextRisk, stepRow, type ChangeFilter } from './change-rows.ts'
import { ExportMenu, ExportNote, useChangeExport } from './ExportMenu.tsx'
import { SendRail, whatBlocks, type SendChoice } from './SendRail.tsx'
import { undoChange } from './undo-change.ts'
import type { NodePlace } from './use-draft.ts'

const FILTER_ICON = {
  live: Zap,
  restarts: RefreshCw,
  reboot: Power,
  none: CircleSlash2,
  rejected: Ban,
  risk: stateIcons.decide,
  unknown: stateIcons.unknown,
} as const

/** Kinds that are rare have a pill only where there is one of them. */
function shownFilters(counts: Review['table']['counts'], chosen: ChangeFilter): readonly ChangeFilter[] {
  const isRare = (filter: ChangeFilter): boolean => filter === 'rejected' || filter === 'unknown'
  return changeFilters.filter((filter) => !isRare(filter) || counts[filter] > 0 || filter === chosen)
}

/** The heart: what will change, field by field, what it costs, and how it is to be sent. */
export function ReviewView({
  place,
  name,
  review,
  staged,
  tryPending,
  neverTells,
  busyNode,
  choice,
  onChoice,
  sending,
  error,
  remedies,
  onBack,
  onUndo,
  onSend,
}: {
  readonly place: NodePlace
  readonly name: string
  readonly review: Review
  readonly staged: boolean
  readonly tryPending: boolean
  readonly neverTells: boolean
  readonly busyNode: boolean
  readonly choice: SendChoice
  readonly onChoice: (choice: SendChoice) => void
  readonly sending: boolean
  readonly error: WireError | undefined
  readonly remedies: RemedyActions
  readonly onBack: (at: TextPosition | undefined) => void
  readonly onUndo: (text: string) => void
  readonly onSend: () => void
}) {
  const text = useText()
  const { t, format } = text
  const announce = useAnnounce()
  const [filter, setFilter] = useState<ChangeFilter>('all')
  const [view, setView] = useState<'table' | 'sides'>('table')
  const [selected, setSelected] = useState<string>()
  const body = useRef<HTMLDivElement>(null)
  const groups = filterGroups(review.table, filter)
  const { counts } = review.table
  const exporter = useChangeExport(place, review)
  const blocked = whatBlocks(review, choice, { busyNode, staged }, text)

  // Opening a review focuses the table, never the button that sends it.
  useEffect(() => body.current?.focus(), [])

  function select(id: string | undefined) {
    setSelected(id)
    if (id === undefined) return
    const row = body.current?.querySelector<HTMLElement>(`[data-change="${CSS.escape(id)}"]`)
    row?.focus()
    row?.scrollIntoView({ block: 'nearest' })
  }
  function undo(row: ChangeRow, undone: string) {
    announce(t('review.undone', { path: row.path }))
    setSelected(undefined)
    onUndo(undone)
  }
  const inTable = view === 'table' && counts.all > 0
  const here = t('keys.config')
  useShortcut(
    'j',
    t('keys.config.next'),
    here,
    inTable ? () => select(stepRow(groups, selected, 1)) : undefined,
  )
  useShortcut(
    'k',
    t('keys.config.previous'),
    here,
    inTable ? () => select(stepRow(groups, selected, -1)) : undefined,
  )
  useShortcut(
    'f8',
    t('keys.config.risk'),
    here,
    inTable ? () => select(nextRisk(groups, selected)) : undefined,
  )
  useShortcut('z', t('keys.config.undo'), here, () => {
    const row = groups.flatMap((group) => group.rows).find((one) => one.id === selected)
    const undone = row === undefined ? undefined : undoChange(review, row)
    if (row !== undefined && undone !== undefined) undo(row, undone)
  })
  useShortcut(
    'mod+enter',
    t('keys.config.send'),
    here,
    blocked === undefined && !sending ? onSend : undefined,
  )
  useShortcut('escape', t('keys.back'), here, () => onBack(undefined))

  return (
    <div className="config-split">
      <div className="config-pane">
        <PageHead
          title={
            counts.all === 0
              ? t('review.none.title', { node: name })
              : t('review.title', { count: counts.all, node: name })
          }
          below={[
            t('review.of', { time: format.time(review.computedAt) }),
            t('review.took', { ms: Math.max(1, Math.round(review.tookMs)) }),
            <State key="same" kind={staged ? 'caution' : 'proven'}>
              {staged ? t('review.staged') : t('review.same')}
            </State>,
          ]}
          actions={
            <>
              {counts.all > 0 && <ExportMenu exporter={exporter} />}
              {counts.all > 0 && (
                <LinkButton
                  icon={Copy}
                  href={hrefOf({ at: 'several', context: place.context, node: place.node })}
                >
                  {t('several.open')}
                </LinkButton>
              )}
              <Button icon={ChevronLeft} onClick={() => onBack(undefined)}>
                {t('review.editor')}
              </Button>
            </>
          }
        />
        <div className="config-tools">
          <Filters
            label={t('review.filter')}
            options={shownFilters(counts, filter).map((value): FilterOption<ChangeFilter> => ({
              value,
              label: t(`review.filter.${value}`),
              count: counts[value],
              ...(value === 'all' ? {} : { icon: FILTER_ICON[value] }),
            }))}
            chosen={new Set([filter])}
            onChange={(chosen) => setFilter([...chosen].find((one) => one !== filter) ?? 'all')}
          />
          <Segmented
            label={t('review.view')}
            value={view}
            options={[
              { value: 'table', label: t('review.view.table') },
              { value: 'sides', label: t('review.view.sides') },
            ]}
            onChange={setView}
          />
        </div>
        {review.stops.map(({ code, fields }) => (
          <div key={code} className="config-note">
            <Note kind="decide" urgent title={t(`stop.${code}.title`)}>
              {t(`stop.${code}.text`, { node: name, fields: fields.join(', ') })}
            </Note>
          </div>
        ))}
        {exporter.outcome !== undefined && (
          <div className="config-note">
            <ExportNote outcome={exporter.outcome} />
          </div>
        )}
        {view === 'sides' ? (
          <div className="config-sides">
            <ConfigDiff
              before={review.beforeText}
              after={review.afterText}
              beforeLabel={`${t('review.col.before')}${t('review.col.before.more')}`}
              afterLabel={`${t('review.col.after')}${t('review.col.after.more')}`}
            />
          </div>
        ) : (
          <PageBody>
            <div ref={body} tabIndex={-1} className="config-focus">
              {counts.all === 0 ? (
                <EmptyState title={t('review.none.title', { node: name })}>
                  {staged ? t('review.none.staged') : t('review.none.text')}
                </EmptyState>
              ) : (
                <ChangeList
                  groups={groups}
                  moment="review"
                  selected={selected}
                  onSelect={select}
                  reason={(row) => <ChangeReason row={row} review={review} onUndo={undo} onShow={onBack} />}
                />
              )}
            </div>
          </PageBody>
        )}
      </div>
      <SendRail
        place={place}
        name={name}
        review={review}
        choice={choice}
        onChoice={onChoice}
        blocked={blocked}
        tryPending={tryPending}
        staged={staged}
        neverTells={neverTells}
        sending={sending}
        error={error}
        remedies={remedies}
        onSend={onSend}
      />
    </div>
  )
}
