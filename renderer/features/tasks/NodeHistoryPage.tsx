import { FileDown, NotebookText } from 'lucide-react'
import { selectNode } from '../../ipc/stores/nodes-store.ts'
import { awayAs, selectPutAway } from '../../ipc/stores/runs-store.ts'
import { useNodes, useRuns } from '../../ipc/stores/stores-context.ts'
import { useAction, useQuery } from '../../ipc/use-call.ts'
import { useAnnounce } from '../../ui/announcer.tsx'
import { Button } from '../../ui/Button.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { nodeName, plainVersion } from '../../ui/node-state.ts'
import { NodeHead } from '../../ui/NodeHead.tsx'
import { NodeTabs } from '../../ui/NodeTabs.tsx'
import { PageBody, PageHead, Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { saveText } from '../../ui/save-text.ts'
import { Dash } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, RowLink, Table } from '../../ui/Table.tsx'
import { BootChart } from './BootChart.tsx'
import { BOOT_PARTS, secondsOf, type BootPart, type BootRow } from './boot-rows.ts'
import { isOfNode } from './run-filters.ts'
import { TaskTable } from './TaskTable.tsx'
import './tasks.css'

interface Props {
  readonly context: string
  readonly node: string
}

/** The History tab of a node: how long its boots took across upgrades, and every run it was in. */
export function NodeHistoryPage({ context, node }: Props) {
  const { t } = useText()
  const announce = useAnnounce()
  const summary = useNodes(selectNode(node))
  const name = summary === undefined ? node : nodeName(summary)
  const off = useRuns(selectPutAway(context, node))
  const all = useRuns((state) => state.runs)
  const runs = all.filter((run) => run.context === context && isOfNode(run, node))
  const save = useAction('node-actions.export-history')
  const file = `${name}-history.md`
  const saveButton = runs.length > 0 && (
    <Button
      icon={FileDown}
      busy={save.busy}
      onClick={() => {
        void save.run({ context, node }).then((result) => {
          if (!result.ok) return
          saveText(file, result.value.markdown, 'text/markdown')
          announce(t('save.done'))
        })
      }}
    >
      {t('node-history.export')}
    </Button>
  )
  return (
    <>
      {summary === undefined ? (
        <PageHead
          title={name}
          actions={saveButton}
          tabs={<NodeTabs context={context} node={node} current="history" />}
        />
      ) : (
        <NodeHead context={context} node={summary} away={awayAs(off)} tab="history" actions={saveButton} />
      )}
      <PageBody>
        {save.error !== undefined && <ErrorNote error={save.error} />}
        <Boots context={context} node={node} name={name} ended={runs.filter((run) => run.endedAt).length} />
        <Section title={t('runs.title')}>
          {runs.length === 0 ? (
            <EmptyState icon={NotebookText} title={t('node-history.none')} />
          ) : (
            <TaskTable runs={runs} />
          )}
        </Section>
      </PageBody>
    </>
  )
}

/** `ended`: a run more may have watched a boot more. */
function Boots({ context, node, name, ended }: Props & { readonly name: string; readonly ended: number }) {
  const { t, format } = useText()
  const boots = useQuery('node-actions.boots', { context, node })
  const measured = useRuns((state) => state.runs).flatMap((run) => run.boots ?? [])
  // What the runs on the screen tell is newer than the question.
  const rows: readonly BootRow[] = (boots.value?.measured ?? [])
    .concat(measured.filter((boot) => boot.node === node))
    .filter((boot, at, every) => every.findIndex((one) => one.at === boot.at) === at)
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .slice(-SHOWN)
  const last = rows.at(-1)
  const current = boots.value?.current
  return (
    <Section title={t('boots.title')} remark={t('boots.remark')} key={ended}>
      {boots.error !== undefined && <ErrorNote error={boots.error} />}
      {last === undefined ? (
        <p className="dim">{t('boots.none')}</p>
      ) : (
        <>
          <BootChart
            rows={rows}
            label={t('boots.summary', {
              count: rows.length,
              node: name,
              time: format.stopwatch(last.total, true),
            })}
          />
          <BootTable rows={rows.toReversed()} />
        </>
      )}
      {current !== undefined && (
        <p className="meta">{t('boots.current', { time: format.stopwatch(current.total, true) })}</p>
      )}
    </Section>
  )
}

/** Bars that are still wide enough to be told apart. */
const SHOWN = 20

function BootTable({ rows }: { readonly rows: readonly BootRow[] }) {
  const { t, format } = useText()
  const parts = BOOT_PARTS.filter((part) => rows.some((row) => secondsOf(row, part) > 0))
  const hasWay = rows.some(({ way }) => way !== undefined)
  return (
    <Table dense label={t('boots.title')}>
      <thead>
        <tr>
          <HeadCell>{t('boots.at')}</HeadCell>
          <HeadCell>Talos</HeadCell>
          {hasWay && <HeadCell>{t('boots.way')}</HeadCell>}
          {parts.map((part) => (
            <HeadCell key={part} number>
              {t(`boots.part.${part}`)}
            </HeadCell>
          ))}
          <HeadCell number>{t('boots.total')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.at}>
            <NameCell>
              {row.runId === undefined ? (
                format.dateTime(row.at)
              ) : (
                <RowLink href={hrefOf({ at: 'run', id: row.runId })}>{format.dateTime(row.at)}</RowLink>
              )}
            </NameCell>
            <Cell>{row.talos === undefined ? <Dash why={t('unknown')} /> : plainVersion(row.talos)}</Cell>
            {hasWay && (
              <Cell>{row.way === undefined ? <Dash why={t('unknown')} /> : t(`boots.way.${row.way}`)}</Cell>
            )}
            {parts.map((part) => (
              <Cell key={part} number>
                <Seconds row={row} part={part} />
              </Cell>
            ))}
            <Cell number>
              <b>{format.stopwatch(row.total, true)}</b>
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

function Seconds({ row, part }: { readonly row: BootRow; readonly part: BootPart }) {
  const { t, format } = useText()
  const told = part === 'rest' ? secondsOf(row, part) : row[part]
  return told === undefined ? <Dash why={t('action.not-known')} /> : format.number(Math.round(told * 10) / 10)
}
