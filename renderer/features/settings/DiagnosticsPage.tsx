import { useMemo } from 'react'
import type { SelfTestReport } from '#contract/app.ts'
import { useQuery } from '../../ipc/use-call.ts'
import { Button } from '../../ui/Button.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { Note } from '../../ui/Note.tsx'
import { PageBody, PageHead } from '../../ui/Page.tsx'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, SumRow, Table } from '../../ui/Table.tsx'

/** The self-test: mutual TLS with Ed25519 keys, in the runtime that the app is in. */
export function DiagnosticsPage() {
  const { t, format } = useText()
  const input = useMemo(() => ({}), [])
  const test = useQuery('app.self-test', input)
  const report = test.value
  return (
    <>
      <PageHead
        title={t('diagnostics.title')}
        below={[t('diagnostics.lead')]}
        actions={
          <Button busy={test.busy} onClick={test.reload}>
            {test.busy ? t('diagnostics.running') : t('diagnostics.run')}
          </Button>
        }
      />
      <PageBody>
        <div className="section">
          {test.error !== undefined && <ErrorNote error={test.error} actions={{ retry: test.reload }} />}
          {report === undefined && test.error === undefined && (
            <Note kind="busy" title={t('diagnostics.running')} />
          )}
          {report !== undefined && (
            <>
              <Note
                kind={report.ok ? 'proven' : 'decide'}
                title={report.ok ? t('diagnostics.ok') : t('diagnostics.not-ok')}
              >
                {t('diagnostics.took', {
                  runtime: report.runtime,
                  ms: format.number(report.tookMs, 0),
                  time: format.time(report.at),
                })}
              </Note>
              <div className="section">
                <Checks report={report} />
              </div>
            </>
          )}
        </div>
      </PageBody>
    </>
  )
}

const OUTCOME_KIND: Readonly<Record<SelfTestReport['checks'][number]['outcome'], StateKind>> = {
  pass: 'proven',
  fail: 'decide',
  note: 'plain',
}

function Checks({ report }: { readonly report: SelfTestReport }) {
  const { t, said } = useText()
  const counted = report.checks.filter((check) => check.outcome !== 'note')
  const passed = counted.filter((check) => check.outcome === 'pass').length
  return (
    <Table label={t('diagnostics.table')}>
      <thead>
        <tr>
          <HeadCell style={{ width: '34%' }}>{t('diagnostics.col.check')}</HeadCell>
          <HeadCell style={{ width: 130 }}>{t('diagnostics.col.result')}</HeadCell>
          <HeadCell>{t('diagnostics.col.found')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {report.checks.map((check) => (
          <Row key={check.id}>
            <NameCell>{t(`check.${check.id}`)}</NameCell>
            <Cell>
              <State kind={OUTCOME_KIND[check.outcome]}>{t(`diagnostics.${check.outcome}`)}</State>
            </Cell>
            <Cell mono>{said(check.found)}</Cell>
          </Row>
        ))}
        <SumRow>
          <Cell>{t('diagnostics.sum', { passed, count: counted.length })}</Cell>
          <Cell colSpan={2} />
        </SumRow>
      </tbody>
    </Table>
  )
}
