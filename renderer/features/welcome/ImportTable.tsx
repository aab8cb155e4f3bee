import type { CertificateFacts, PreviewedContext } from '#contract/contexts.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Badge, Dash, State } from '../../ui/State.tsx'
import { Cell, HeadCell, Row, RowButton, Table } from '../../ui/Table.tsx'
import { TickBox } from '../../ui/Tick.tsx'
import { useImportStore } from './import-context.ts'
import { usualAction, type ImportRow } from './import-store.ts'

/** One row per context of the files: what it is, what is here, what will be here. */
export function ImportTable({
  rows,
  selectedId,
  onSelect,
}: {
  readonly rows: readonly ImportRow[]
  readonly selectedId: string | undefined
  readonly onSelect: (id: string) => void
}) {
  const text = useText()
  const { t, format } = text
  const imports = useImportStore()
  return (
    <Table label={t('import.table', { source: t('import.title.none') })}>
      <thead>
        <tr>
          <HeadCell spoken={t('import.col.import')} style={{ width: 34 }} />
          <HeadCell>{t('import.col.context')}</HeadCell>
          <HeadCell>{t('import.col.endpoints')}</HeadCell>
          <HeadCell optional>{t('import.col.nodes')}</HeadCell>
          <HeadCell>{t('import.col.role')}</HeadCell>
          <HeadCell>{t('import.col.expires')}</HeadCell>
          <HeadCell tint="before" style={{ width: '19%' }}>
            {t('import.col.before')}
          </HeadCell>
          <HeadCell tint="after" style={{ width: '23%' }}>
            {t('import.col.after')}
          </HeadCell>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const { context } = row
          return (
            <Row key={row.id} selected={row.id === selectedId}>
              <Cell>
                <TickBox
                  label={`${t('import.col.import')}: ${context.name}`}
                  checked={row.action !== 'leave'}
                  disabled={context.blockedBy !== undefined}
                  onChange={(on) => {
                    imports.choose(row.id, on ? usualAction(context) : 'leave')
                    onSelect(row.id)
                  }}
                />
              </Cell>
              <Cell>
                <RowButton
                  selected={row.id === selectedId}
                  onSelect={() => {
                    onSelect(row.id)
                  }}
                >
                  <b className="strong">{context.name}</b>
                </RowButton>
              </Cell>
              <Cell>{context.endpoints.length === 0 ? t('none') : context.endpoints.join(', ')}</Cell>
              <Cell optional>{context.nodes.length === 0 ? t('none') : context.nodes.join(', ')}</Cell>
              <Cell>
                {context.certificate === undefined ? (
                  <Dash why={t('unknown')} />
                ) : (
                  rolesOf(context.certificate, text)
                )}
              </Cell>
              <Cell nowrap>
                <Expires context={context} />
              </Cell>
              <Cell tint="before">
                {context.existing === undefined ? (
                  <span className="faint">{t('import.no-such')}</span>
                ) : (
                  t('import.before', {
                    name: context.name,
                    role: rolesOf(context.existing.certificate, text),
                    date: format.date(context.existing.certificate.notAfter),
                  })
                )}
              </Cell>
              <Cell tint="after">
                <Becomes row={row} />
              </Cell>
            </Row>
          )
        })}
      </tbody>
    </Table>
  )
}

export function rolesOf(certificate: CertificateFacts, { t }: TextTools): string {
  return certificate.roles.length === 0 ? t('import.roles-none') : certificate.roles.join(', ')
}

/** The date, and in brass or vermilion when it is near or past. */
export function Expires({ context }: { readonly context: PreviewedContext }) {
  const { t, format } = useText()
  const { certificate, daysLeft, cautions } = context
  if (certificate === undefined) return <Dash why={t('unknown')} />
  const date = format.date(certificate.notAfter)
  if (cautions.includes('expired')) return <Badge kind="decide">{t('import.expired-badge', { date })}</Badge>
  if (daysLeft === undefined) return date
  const count = Math.floor(daysLeft)
  if (cautions.includes('expires-soon')) {
    return <Badge kind="caution">{t('import.expires-badge', { date, count })}</Badge>
  }
  return (
    <>
      {date} <span className="faint">{t('import.days', { count })}</span>
    </>
  )
}

function Becomes({ row }: { readonly row: ImportRow }) {
  const { t, rich } = useText()
  const { context, action } = row
  if (context.blockedBy !== undefined) return <State kind="decide">{t('import.after.blocked')}</State>
  switch (action) {
    case 'leave':
      return <span className="faint">{t('import.after.left')}</span>
    case 'renew':
      return lastsLonger(context)
        ? rich('import.after.renew', { name: context.name })
        : rich('import.after.renew-older', { name: context.name })
    case 'add':
      return context.existing === undefined && context.becomes === context.name
        ? rich('import.after.new', { name: context.name })
        : context.existing === undefined
          ? rich('import.after.renamed', { becomes: context.becomes })
          : rich('import.after.beside', { becomes: context.becomes })
  }
}

/** Days that the file's key outlives the one that is here; `undefined` when either is unknown. */
export function daysLonger(context: PreviewedContext): number | undefined {
  if (context.certificate === undefined || context.existing === undefined) return undefined
  const gained = Date.parse(context.certificate.notAfter) - Date.parse(context.existing.certificate.notAfter)
  return Math.floor(gained / 86_400_000)
}

function lastsLonger(context: PreviewedContext): boolean {
  return (daysLonger(context) ?? 0) > 0
}
