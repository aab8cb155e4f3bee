import type { NodePlan } from '#contract/upgrades.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { stepName } from '../../ui/run-words.ts'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { StopLine } from '../../ui/Timeline.tsx'
import { foldSteps } from './alike.ts'
import { Words } from './Words.tsx'

/** The steps of each node: along one line where all have the same ones, else in a row for those that do. */
export function ClusterSteps({ nodes }: { readonly nodes: readonly NodePlan[] }) {
  const text = useText()
  const { t } = text
  const { groups, between } = foldSteps(nodes)
  const [first, ...others] = groups
  if (first === undefined) return null
  const named = (steps: readonly string[]) =>
    steps.map((name) => ({ id: name, title: stepName({ name }, text) }))
  return (
    <Section title={t('rolling.steps')}>
      {others.length === 0 ? (
        <StopLine
          label={t('rolling.steps')}
          stops={named(first.steps).map((stop) => ({ ...stop, state: 'ahead' }))}
        />
      ) : (
        <Table dense label={t('rolling.steps')}>
          <thead>
            <tr>
              <HeadCell>{t('rolling.col.node')}</HeadCell>
              <HeadCell>{t('rolling.col.steps')}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {groups.map(({ hostnames, steps }) => (
              <Row key={hostnames.join()}>
                <NameCell>
                  <Words words={hostnames} />
                </NameCell>
                <Cell>
                  <StepRow steps={named(steps)} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      {between.length > 0 && (
        <p className="meta rolling-between">
          {t('rolling.steps.between', {
            steps: named(between)
              .map(({ title }) => title)
              .join(' → '),
          })}
        </p>
      )}
    </Section>
  )
}

function StepRow({ steps }: { readonly steps: readonly { readonly id: string; readonly title: string }[] }) {
  return (
    <ol className="rolling-steps">
      {steps.map(({ id, title }) => (
        <li key={id}>{title}</li>
      ))}
    </ol>
  )
}
