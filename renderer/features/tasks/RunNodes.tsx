import type { Run } from '#contract/runs.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { stepName } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, RowLink, Table } from '../../ui/Table.tsx'
import { standing } from './node-standing.ts'

/** Of a run that goes over several nodes: where each one stands, in the order they are taken. */
export function RunNodes({ run }: { readonly run: Run }) {
  const text = useText()
  const { t } = text
  if (run.nodes === undefined) return null
  return (
    <Section title={t('run.nodes')}>
      <Table label={t('run.nodes')} dense>
        <thead>
          <tr>
            <HeadCell>{t('fleet.col.node')}</HeadCell>
            <HeadCell>{t('run.nodes.steps')}</HeadCell>
            <HeadCell>{t('runs.col.verdict')}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {run.nodes.map(({ node, hostname }) => {
            const steps = run.steps.filter((step) => step.node === node)
            const { kind, words } = standing(
              run,
              steps,
              run.verdict.filter((row) => row.node === node),
              text,
            )
            return (
              <Row key={node}>
                <NameCell strong>
                  <RowLink href={hrefOf({ at: 'node', context: run.context, node, tab: 'overview' })}>
                    {hostname}
                  </RowLink>
                </NameCell>
                <Cell>
                  {steps
                    .filter(({ state }) => state === 'done')
                    .map((step) => stepName(step, text))
                    .join(' · ')}
                </Cell>
                <Cell>
                  <State kind={kind}>{words}</State>
                </Cell>
              </Row>
            )
          })}
        </tbody>
      </Table>
    </Section>
  )
}
