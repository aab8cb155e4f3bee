import type { NodePlan, PlanRow, UpgradePlan } from '#contract/upgrades.ts'
import { Command } from '../../ui/Command.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { useText } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Section } from '../../ui/Page.tsx'
import { Dash } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, SumRow, Table } from '../../ui/Table.tsx'
import { foldRows } from './alike.ts'
import { ClusterSteps } from './ClusterSteps.tsx'
import { AfterValue, BeforeValue, PlanLine, whyOf } from './PlanTables.tsx'
import './rolling.css'

/** A plan of several nodes: their order and steps, then what is alike on all of them once, and what is not by node. */
export function ClusterTables({ plan }: { readonly plan: UpgradePlan }) {
  const { t } = useText()
  const { same, different } = foldRows(plan.nodes)
  const kept = keptOf(plan.nodes)
  return (
    <>
      <Section title={t('rolling.changes')} remark={t('rolling.changes.remark')}>
        <OrderTable plan={plan} />
      </Section>
      <ClusterSteps nodes={plan.nodes} />
      {different.length > 0 && (
        <Section title={t('rolling.differs')}>
          <Table dense label={t('rolling.differs')}>
            <thead>
              <tr>
                <HeadCell>{t('plan.part')}</HeadCell>
                <HeadCell>{t('rolling.col.node')}</HeadCell>
                <HeadCell tint="before">{t('plan.before')}</HeadCell>
                <HeadCell tint="after">{t('plan.after')}</HeadCell>
              </tr>
            </thead>
            <tbody>
              {different.flatMap(({ fact, part, nodes }) =>
                nodes.map(({ hostname, row }) => (
                  <Row key={`${fact} ${part ?? ''} ${hostname}`}>
                    <NameCell>
                      {t(`plan.row.${fact}`)}
                      {part !== undefined && <span className="plan-part"> {part}</span>}
                    </NameCell>
                    <Cell nowrap>{hostname}</Cell>
                    <Cell tint="before">
                      <BeforeValue row={row} />
                    </Cell>
                    <Cell tint="after">
                      <AfterValue row={row} />
                    </Cell>
                  </Row>
                )),
              )}
            </tbody>
          </Table>
        </Section>
      )}
      <div className="rolling-pair">
        {same.length > 0 && (
          <Section title={t('rolling.same', { count: plan.nodes.length })}>
            <Table dense label={t('rolling.same', { count: plan.nodes.length })}>
              <thead>
                <tr>
                  <HeadCell>{t('plan.part')}</HeadCell>
                  <HeadCell tint="before">{t('plan.before')}</HeadCell>
                  <HeadCell tint="after">{t('plan.after')}</HeadCell>
                </tr>
              </thead>
              <tbody>
                {same.map((row) => (
                  <PlanLine key={`${row.fact} ${row.part ?? ''}`} row={row} />
                ))}
              </tbody>
            </Table>
          </Section>
        )}
        <Section title={t('plan.kept')}>
          <Facts
            thick
            facts={kept.map(({ part, what }) => ({ name: part, value: t(`plan.kept.${what}`) }))}
          />
        </Section>
      </div>
      <Section title={t('rolling.talosctl')}>
        <Command command={plan.talosctl} />
      </Section>
    </>
  )
}

function OrderTable({ plan }: { readonly plan: UpgradePlan }) {
  const text = useText()
  const { t, format } = text
  const entries = plan.nodes.some(({ rows }) => rows.some(({ fact }) => fact === 'boot-entry'))
  const row = (node: NodePlan, fact: PlanRow['fact']) => node.rows.find((one) => one.fact === fact)
  return (
    <Table dense label={t('rolling.changes')}>
      <thead>
        <tr>
          <HeadCell number>#</HeadCell>
          <HeadCell>{t('rolling.col.node')}</HeadCell>
          <HeadCell tint="before">{`Talos, ${t('plan.before').toLowerCase()}`}</HeadCell>
          <HeadCell tint="after">{`Talos, ${t('plan.after').toLowerCase()}`}</HeadCell>
          {entries && (
            <HeadCell
              tint="before"
              optional
            >{`${t('rolling.col.entry')}, ${t('plan.before').toLowerCase()}`}</HeadCell>
          )}
          {entries && (
            <HeadCell
              tint="after"
              optional
            >{`${t('rolling.col.entry')}, ${t('plan.after').toLowerCase()}`}</HeadCell>
          )}
          <HeadCell number>{t('rolling.takes')}</HeadCell>
        </tr>
      </thead>
      <tbody>
        {plan.nodes.map((node, at) => (
          <Row key={node.node}>
            <Cell number>{at + 1}</Cell>
            <NameCell>
              <b className="nowrap">{node.hostname}</b>{' '}
              <span className="dim">
                {t(`rolling.role.${node.leader ? 'leader' : node.role}`)}
                {row(node, 'restart')?.after === 'firmware-asked' && `, ${t('rolling.cold-boot.mark')}`}
              </span>
            </NameCell>
            <Cell tint="before">{plainVersion(node.from)}</Cell>
            <Cell tint="after">
              <b className="strong">{plainVersion(node.to)}</b>
            </Cell>
            {entries && (
              <Cell tint="before" mono optional>
                {row(node, 'boot-entry')?.before ?? (
                  <Dash why={whyOf(row(node, 'boot-entry'), 'unknown', text)} />
                )}
              </Cell>
            )}
            {entries && (
              <Cell tint="after" mono optional>
                {row(node, 'boot-entry')?.after ?? (
                  <Dash why={whyOf(row(node, 'boot-entry'), 'plan.not-known', text)} />
                )}
              </Cell>
            )}
            <Cell number>
              {node.estimateSeconds === undefined ? (
                <span className="dim">–</span>
              ) : (
                format.stopwatch(node.estimateSeconds)
              )}
            </Cell>
          </Row>
        ))}
        <SumRow>
          <Cell />
          <Cell colSpan={3}>
            <b>{t('rolling.reboots', { count: plan.nodes.length })}</b>{' '}
            {t('rolling.between', { time: format.wait(plan.options.settleSeconds) })}{' '}
            {plan.estimateSeconds !== undefined &&
              t('rolling.estimate', { time: format.stopwatch(plan.estimateSeconds) })}
          </Cell>
          {entries && <Cell optional colSpan={2} />}
          <Cell number>
            {plan.estimateSeconds === undefined ? '' : format.stopwatch(plan.estimateSeconds)}
          </Cell>
        </SumRow>
      </tbody>
    </Table>
  )
}

/** Each part that any of the nodes keeps, once. */
function keptOf(nodes: readonly NodePlan[]): NodePlan['kept'] {
  return [
    ...new Map(
      nodes.flatMap(({ kept }) => kept).map((one) => [`${one.part} ${one.what}`, one] as const),
    ).values(),
  ]
}
