import type { Run } from '#contract/runs.ts'
import { isActive } from '../../ipc/stores/runs-store.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { hrefOf } from '../../ui/route.ts'
import { runPlace, runSeconds, runTitle, runVerdict } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, Row, RowLink, Table } from '../../ui/Table.tsx'
import { MINUTE_MS, useNow } from '../../ui/use-now.ts'

/** Start, end or running time, where, what, who, verdict. Each row opens its run. */
export function TaskTable({
  runs,
  current,
  sticky = false,
}: {
  readonly runs: readonly Run[]
  /** The run that is open, drawn as selected. */
  readonly current?: string | undefined
  readonly sticky?: boolean
}) {
  const { t } = useText()
  return (
    <Table label={t('runs.title')} dense fixed sticky={sticky}>
      <thead>
        <tr>
          <HeadCell style={{ width: 124 }}>{t('runs.col.start')}</HeadCell>
          <HeadCell style={{ width: 92 }}>{t('runs.col.end')}</HeadCell>
          <HeadCell style={{ width: 124 }}>{t('runs.col.where')}</HeadCell>
          <HeadCell>{t('runs.col.what')}</HeadCell>
          <HeadCell optional style={{ width: 130 }}>
            {t('runs.col.who')}
          </HeadCell>
          <HeadCell style={{ width: '36%' }}>{t('runs.col.verdict')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <TaskRow key={run.id} run={run} selected={run.id === current} />
        ))}
      </tbody>
    </Table>
  )
}

function TaskRow({ run, selected }: { readonly run: Run; readonly selected: boolean }) {
  const text = useText()
  const { format } = text
  const nowMs = useNow(isActive(run) ? 1000 : MINUTE_MS)
  const verdict = runVerdict(run, text, nowMs)
  const title = runTitle(run, text)
  return (
    <Row selected={selected}>
      <Cell nowrap>{format.when(run.startedAt, nowMs)}</Cell>
      <Cell nowrap>
        {run.endedAt !== undefined ? (
          format.time(run.endedAt)
        ) : isActive(run) ? (
          <span className="state-busy">{format.stopwatch(runSeconds(run, nowMs))}</span>
        ) : (
          <span className="faint">–</span>
        )}
      </Cell>
      <Cell>
        <div className="elided">{runPlace(run, text)}</div>
      </Cell>
      <Cell>
        <div className="elided" title={title}>
          <RowLink href={hrefOf({ at: 'run', id: run.id })}>{title}</RowLink>
        </div>
      </Cell>
      <Cell optional>
        <div className="elided">{run.who}</div>
      </Cell>
      <Cell>
        <State kind={verdict.kind}>{verdict.words}</State>
      </Cell>
    </Row>
  )
}
