import type { Run, RunStep, VerdictRow } from '#contract/runs.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import type { StateKind } from '../../ui/icons.tsx'
import { Section } from '../../ui/Page.tsx'
import { hrefOf } from '../../ui/route.ts'
import { stepName } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, RowLink, Table } from '../../ui/Table.tsx'

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

function standing(
  run: Run,
  steps: readonly RunStep[],
  rows: readonly VerdictRow[],
  text: TextTools,
): { readonly kind: StateKind; readonly words: string } {
  const { t } = text
  const failed = steps.find(({ state }) => state === 'failed')
  if (failed !== undefined) {
    return { kind: 'decide', words: `${stepName(failed, text)}, ${t('step.state.failed')}` }
  }
  const running = steps.find(({ state }) => state === 'running')
  if (running !== undefined) return { kind: 'busy', words: stepName(running, text) }
  if (steps.every(({ state }) => state === 'waiting' || state === 'skipped')) {
    return run.outcome === undefined
      ? { kind: 'plain', words: t('step.state.waiting') }
      : { kind: 'unknown', words: t('run.nodes.not-reached') }
  }
  const proven = rows.filter(({ outcome }) => outcome === 'proven').length
  const differs = rows.some(({ outcome }) => outcome === 'differs')
  const words = t('run.nodes.proven', { proven, all: rows.length })
  return { kind: differs ? 'decide' : proven === rows.length && proven > 0 ? 'proven' : 'unknown', words }
}
