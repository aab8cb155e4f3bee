import type { ActionRow, NodeActionPlan } from '#contract/node-actions.ts'
import { knownKey } from '../../ui/i18n/catalogue.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { stepName } from '../../ui/run-words.ts'
import { Dash, State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, Table } from '../../ui/Table.tsx'
import { StopLine } from '../../ui/Timeline.tsx'

/** What happens, before and after, and in which order. */
export function ActionTable({ plan }: { readonly plan: NodeActionPlan }) {
  const text = useText()
  const { t } = text
  return (
    <>
      <Section title={t('action.rows')}>
        <Table dense label={t('action.rows')}>
          <thead>
            <tr>
              <HeadCell>{t('plan.part')}</HeadCell>
              <HeadCell tint="before">{t('plan.before')}</HeadCell>
              <HeadCell tint="after">{t('plan.after')}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {plan.rows.map((row) => (
              <ActionLine key={row.fact} row={row} />
            ))}
          </tbody>
        </Table>
      </Section>
      <Section title={t('plan.steps')}>
        <StopLine
          label={t('plan.steps')}
          stops={plan.steps.map((step) => ({
            id: step,
            state: 'ahead',
            title: stepName({ name: step }, text),
          }))}
        />
      </Section>
    </>
  )
}

function ActionLine({ row }: { readonly row: ActionRow }) {
  const text = useText()
  const { t } = text
  const before = valueText(row.before, text)
  const after = valueText(row.after, text)
  return (
    <Row>
      <NameCell>{t(`action.row.${row.fact}`)}</NameCell>
      <Cell tint="before">{before ?? (row.note === 'unknown' ? <Dash why={t('unknown')} /> : null)}</Cell>
      <Cell tint="after">
        {row.note === 'lost' ? (
          <State kind="decide">
            <b>{after ?? t('action.lost')}</b>
          </State>
        ) : after === undefined ? (
          <Dash why={t('action.not-known')} />
        ) : row.note === 'changes' ? (
          <b className="strong">{after}</b>
        ) : (
          after
        )}
      </Cell>
    </Row>
  )
}

/** A word of ours in the person's language; names, counts and versions as they were read. */
function valueText(value: string | undefined, text: TextTools): string | undefined {
  if (value === undefined) return undefined
  const key = knownKey(`action.word.${value}`)
  return key === undefined ? text.said(value) : text.fill(key, {})
}
