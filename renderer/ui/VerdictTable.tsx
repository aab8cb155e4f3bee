import type { Run, VerdictRow } from '#contract/runs.ts'
import { knownKey } from './i18n/catalogue.ts'
import { useText, type TextTools } from './i18n/text.tsx'
import { Dash, State } from './State.tsx'
import { Cell, HeadCell, NameCell, Row, SumRow, Table } from './Table.tsx'

/** A fact's name as the catalogue has it (`fact.boot-id`), else as it came. */
export function factName(fact: string, { t }: TextTools): string {
  const key = knownKey(`fact.${fact}`)
  return key === undefined ? fact : (t as (key: string) => string)(key)
}

/** Expected beside found, row by row, and the sum. What could not be read is unknown, never proven. */
export function VerdictTable({
  label,
  rows,
  nodes,
  pending = false,
}: {
  readonly label: string
  readonly rows: readonly VerdictRow[]
  /** Of a run that goes over several: their names, and a column for them. */
  readonly nodes?: Run['nodes']
  /** The run still goes on: there is nothing found to show yet. */
  readonly pending?: boolean
}) {
  const text = useText()
  const { t } = text
  const proven = rows.filter((row) => row.outcome === 'proven').length
  const differs = rows.filter((row) => row.outcome === 'differs').length
  // Several nodes need the room for their names; what was before is in each one's own history.
  const withBefore = nodes === undefined && rows.some((row) => row.before !== undefined)
  const withSource = !pending && rows.some(readFrom)
  return (
    <Table label={label}>
      <thead>
        <tr>
          {nodes !== undefined && <HeadCell>{t('fleet.col.node')}</HeadCell>}
          <HeadCell>{t('verdict.fact')}</HeadCell>
          {withBefore && <HeadCell tint="before">{t('verdict.before')}</HeadCell>}
          <HeadCell tint="after">{t('verdict.expected')}</HeadCell>
          {!pending && <HeadCell>{t('verdict.found')}</HeadCell>}
          {!pending && <HeadCell>{t('verdict.verdict')}</HeadCell>}
          {withSource && <HeadCell optional>{t('verdict.read-from')}</HeadCell>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <Row key={at}>
            {nodes !== undefined && (
              <Cell nowrap>{nodes.find(({ node }) => node === row.node)?.hostname ?? row.node}</Cell>
            )}
            <NameCell>{factName(row.fact, text)}</NameCell>
            {withBefore && (
              <Cell tint="before">
                {row.before === undefined ? <Dash why={t('unknown')} /> : <Value text={row.before} />}
              </Cell>
            )}
            <Cell tint="after">
              <Value text={row.expected} />
            </Cell>
            {!pending && (
              <Cell bad={row.outcome === 'differs'}>
                {row.found === undefined ? (
                  <Dash why={row.note ?? t('verdict.not-told')} />
                ) : (
                  <Value text={row.found} />
                )}
              </Cell>
            )}
            {!pending && (
              <Cell>
                <Outcome outcome={row.outcome} />
                {row.outcome === 'unknown' && row.note !== undefined && (
                  <div className="meta">{row.note}</div>
                )}
              </Cell>
            )}
            {withSource && <Cell optional>{readFrom(row) && <span className="dim">{row.note}</span>}</Cell>}
          </Row>
        ))}
        {!pending && (
          <SumRow>
            <Cell colSpan={(withBefore ? 4 : 3) + (nodes === undefined ? 0 : 1)}>
              {t('verdict.sum', { proven, count: rows.length })}
            </Cell>
            <Cell colSpan={withSource ? 2 : 1}>
              <Outcome outcome={differs > 0 ? 'differs' : proven === rows.length ? 'proven' : 'unknown'} />
            </Cell>
          </SumRow>
        )}
      </tbody>
    </Table>
  )
}

/** Identifiers are elided: what tells them apart stands at their start. The whole is a hover away and in the export. */
function Value({ text }: { readonly text: string }) {
  const found = /^(≠ )?(?:sha256:)?([0-9a-f-]{12,})$/.exec(text)
  if (found === null) return <span className="verdict-value">{text}</span>
  const [, sign = '', id = ''] = found
  return (
    <span className="mono nowrap" title={text}>
      {sign}
      {id.length > 12 ? `${id.slice(0, 12)}…` : id}
    </span>
  )
}

/** A note beside what was found says where it was read; beside nothing it says why. */
function readFrom(row: VerdictRow): boolean {
  return row.outcome !== 'unknown' && row.note !== undefined
}

function Outcome({ outcome }: { readonly outcome: VerdictRow['outcome'] }) {
  const { t } = useText()
  switch (outcome) {
    case 'proven':
      return <State kind="proven">{t('verdict.as-expected')}</State>
    case 'differs':
      return (
        <State kind="decide">
          <b>{t('verdict.differs')}</b>
        </State>
      )
    case 'unknown':
      return <State kind="unknown">{t('unknown')}</State>
  }
}
