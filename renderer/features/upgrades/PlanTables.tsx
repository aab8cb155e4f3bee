import type { PlanRow, UpgradePlan } from '#contract/upgrades.ts'
import { Command } from '../../ui/Command.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { knownKey } from '../../ui/i18n/catalogue.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { Columns, Section } from '../../ui/Page.tsx'
import { Dash, State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, SumRow, Table } from '../../ui/Table.tsx'
import { StopLine } from '../../ui/Timeline.tsx'

/** Written by a machine: shown in its own type. */
const MONO: ReadonlySet<PlanRow['fact']> = new Set([
  'image',
  'kernel-arguments',
  'boot-entry',
  'schematic',
  'kernel',
])

/** What a run would do, before and after, and what it leaves alone. */
export function PlanTables({ plan }: { readonly plan: UpgradePlan }) {
  const text = useText()
  const { t, format } = text
  return (
    <>
      <Section
        title={t('plan.changes', { node: plan.hostname })}
        remark={t('plan.changes.remark', { time: format.time(plan.computedAt) })}
      >
        <Table label={t('plan.changes', { node: plan.hostname })}>
          <thead>
            <tr>
              <HeadCell>{t('plan.part')}</HeadCell>
              <HeadCell tint="before">{t('plan.before')}</HeadCell>
              <HeadCell tint="after">{t('plan.after')}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {plan.rows.map((row) => (
              <PlanLine key={row.fact} row={row} />
            ))}
            <SumRow>
              <Cell colSpan={3}>
                {t('plan.reboot', { node: plan.hostname })}
                {plan.estimateSeconds !== undefined &&
                  ` ${t('plan.estimate', { time: format.stopwatch(plan.estimateSeconds) })}`}
              </Cell>
            </SumRow>
          </tbody>
        </Table>
      </Section>
      <Columns even>
        <Section title={t(plan.kind === 'rollback' ? 'plan.kept.rollback' : 'plan.kept')}>
          <Facts
            thick
            facts={plan.kept.map(({ part, what }) => ({ name: part, value: t(`plan.kept.${what}`) }))}
          />
        </Section>
        <Section title={t('plan.steps')}>
          <StopLine
            label={t('plan.steps')}
            stops={plan.steps.map((step) => ({ id: step, state: 'ahead', title: stepName(step, text) }))}
          />
        </Section>
      </Columns>
      <Command command={plan.talosctl} />
    </>
  )
}

function PlanLine({ row }: { readonly row: PlanRow }) {
  const text = useText()
  const { t } = text
  const mono = MONO.has(row.fact)
  const after = valueOf(row.fact, row.after, text)
  return (
    <Row>
      <NameCell>{t(`plan.row.${row.fact}`)}</NameCell>
      <Cell tint="before" mono={mono}>
        <span className="plan-value">
          {valueOf(row.fact, row.before, text) ?? <Dash why={t('unknown')} />}
        </span>
      </Cell>
      <Cell tint="after" mono={mono && row.note !== 'lost'}>
        <span className="plan-value">
          {row.note === 'lost' ? (
            <State kind="decide">
              <b>{t('plan.lost')}</b>
            </State>
          ) : after === undefined ? (
            <Dash why={t('plan.not-known')} />
          ) : row.note === 'changes' ? (
            <b className="strong">{after}</b>
          ) : (
            after
          )}
        </span>
      </Cell>
    </Row>
  )
}

function valueOf(fact: PlanRow['fact'], value: string | undefined, { t }: TextTools): string | undefined {
  if (fact !== 'mechanism' || value === undefined) return value
  const key = knownKey(`plan.mechanism.${value}`)
  return key === undefined ? value : (t as (key: string) => string)(key)
}

function stepName(step: string, { t }: TextTools): string {
  const key = knownKey(`step.${step}`)
  return key === undefined ? step : (t as (key: string) => string)(key)
}
