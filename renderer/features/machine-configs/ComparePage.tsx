import { ArrowLeftRight, FileDiff } from 'lucide-react'
import { useState } from 'react'
import type { ConfigComparison, FoldedWhy } from '#contract/config-sides.ts'
import type { ChangeGroup } from '#contract/machine-configs.ts'
import { ConfigDiff } from '../../editor/ConfigDiff.tsx'
import { useNodes } from '../../ipc/stores/stores-context.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { IconButton } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Segmented } from '../../ui/Filters.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { navigate } from '../../ui/route.ts'
import { ChangeList } from './ChangeList.tsx'
import { sideOfLink, sideToLink, type ConfigSide } from './side-link.ts'
import { SidePicker } from './SidePicker.tsx'
import { readFileSide, useFileDrop, type FileSide } from './use-file-drop.ts'
import './compare.css'
import './machine-configs.css'
import './review.css'

type SideName = 'before' | 'after'

/** Any two configurations beside each other: what runs, what waits, drafts, the history, other nodes, a file. */
export function ComparePage({
  context,
  before,
  after,
}: {
  readonly context: string
  readonly before: string | undefined
  readonly after: string | undefined
}) {
  const { t } = useText()
  const nodes = useNodes((state) => state.nodes)
  const [files, setFiles] = useState<Readonly<Partial<Record<SideName, FileSide>>>>({})
  const [view, setView] = useState<'table' | 'sides'>('table')
  const sides: Readonly<Record<SideName, ConfigSide | undefined>> = {
    before: files.before ?? sideOfLink(before),
    after: files.after ?? sideOfLink(after),
  }
  const ready = sides.before !== undefined && sides.after !== undefined
  const compared = useQuery(
    'machine-configs.compare',
    ready ? { context, before: sides.before, after: sides.after } : undefined,
  )
  const shown = compared.busy ? undefined : compared.value

  function put(which: SideName, side: ConfigSide) {
    const next = { ...sides, [which]: side }
    setFiles({
      ...(next.before?.kind === 'file' ? { before: next.before } : {}),
      ...(next.after?.kind === 'file' ? { after: next.after } : {}),
    })
    const link = (of: ConfigSide | undefined): string | undefined =>
      of === undefined || of.kind === 'file' ? undefined : sideToLink(of)
    navigate({ at: 'compare', context, before: link(next.before), after: link(next.after) }, 'replace')
  }
  async function putFile(which: SideName, file: File) {
    put(which, await readFileSide(file))
  }
  const over = useFileDrop((file, on) => {
    const which = on?.closest('[data-side]')?.getAttribute('data-side') === 'before' ? 'before' : 'after'
    void putFile(which, file)
  })
  function swap() {
    const { before: a, after: b } = sides
    setFiles({ ...(b?.kind === 'file' ? { before: b } : {}), ...(a?.kind === 'file' ? { after: a } : {}) })
    const link = (of: ConfigSide | undefined): string | undefined =>
      of === undefined || of.kind === 'file' ? undefined : sideToLink(of)
    navigate({ at: 'compare', context, before: link(b), after: link(a) }, 'replace')
  }
  const picker = (which: SideName) => (
    <div data-side={which} className={over ? 'side-drop side-drop-over' : 'side-drop'}>
      <SidePicker
        context={context}
        label={t(`compare.${which}`)}
        side={sides[which]}
        nodes={nodes}
        head={shown?.[which]}
        onChange={(side) => put(which, side)}
        onFile={(file) => void putFile(which, file)}
      />
    </div>
  )
  return (
    <>
      <PageHead title={t('compare.title')} below={[t('compare.text')]} />
      <div className="compare-sides">
        {picker('before')}
        <IconButton label={t('compare.swap')} icon={ArrowLeftRight} onClick={swap} />
        {picker('after')}
      </div>
      {compared.error !== undefined && ready && (
        <div className="section">
          <ErrorNote error={compared.error} actions={{ retry: compared.reload, reload: compared.reload }} />
        </div>
      )}
      {!ready && (
        <PageBody>
          <EmptyState icon={FileDiff} title={t('compare.choose')}>
            {t('compare.choose.text')}
          </EmptyState>
        </PageBody>
      )}
      {ready && compared.busy && <EmptyState kind="busy" title={t('compare.reading')} />}
      {shown !== undefined && (
        <>
          <div className="config-tools">
            <p className="compare-sum" role="status">
              {shown.table.counts.all === 0
                ? t('compare.same')
                : t('compare.count', { count: shown.table.counts.all - shown.folded.length })}
              {shown.folded.length > 0 && (
                <span className="dim"> · {t('compare.folded', { count: shown.folded.length })}</span>
              )}
            </p>
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
          {view === 'sides' ? (
            <div className="config-sides">
              <ConfigDiff
                before={shown.beforeText}
                after={shown.afterText}
                beforeLabel={t('compare.before')}
                afterLabel={t('compare.after')}
              />
            </div>
          ) : (
            <Compared comparison={shown} />
          )}
        </>
      )}
    </>
  )
}

const REASONS: readonly FoldedWhy[] = ['hostname', 'address', 'disk']

function Compared({ comparison }: { readonly comparison: ConfigComparison }) {
  const { t } = useText()
  const { table, folded } = comparison
  const why = new Map(folded.map((one) => [one.id, one.why]))
  const own = keepRows(table.groups, (id) => !why.has(id))
  const expected = keepRows(table.groups, (id) => why.has(id))
  const reasons = REASONS.filter((reason) => folded.some((one) => one.why === reason))
  return (
    <PageBody>
      {own.length > 0 && <ChangeList groups={own} moment="compare" />}
      {own.length === 0 && (
        <EmptyState title={table.counts.all === 0 ? t('compare.same') : t('compare.same-but')}>
          {table.counts.all === 0 ? t('compare.same.text') : t('compare.same-but.text')}
        </EmptyState>
      )}
      {expected.length > 0 && (
        <details className="compare-folded">
          <summary>
            {t('compare.folded', { count: folded.length })}
            <span className="dim">: {reasons.map((reason) => t(`compare.folded.${reason}`)).join(', ')}</span>
          </summary>
          <ChangeList groups={expected} moment="compare" />
        </details>
      )}
    </PageBody>
  )
}

/** The groups with only those rows, without groups that lost all. */
export function keepRows(
  groups: readonly ChangeGroup[],
  keep: (id: string) => boolean,
): readonly ChangeGroup[] {
  return groups
    .map((group) => ({ ...group, rows: group.rows.filter(({ id }) => keep(id)) }))
    .filter(({ rows }) => rows.length > 0)
}
