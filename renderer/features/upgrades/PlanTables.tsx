import type { NodePlan, PlanRow, UpgradePlan } from '#contract/upgrades.ts'
import { Command } from '../../ui/Command.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { knownKey } from '../../ui/i18n/catalogue.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { plainVersion } from '../../ui/node-state.ts'
import { Section } from '../../ui/Page.tsx'
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

/** What a run would do on each node, before and after, and what it leaves alone. */
export function PlanTables({ plan }: { readonly plan: UpgradePlan }) {
  return plan.nodes.map((node) => (
    <NodeTables key={node.node} kind={plan.kind} computedAt={plan.computedAt} plan={node} />
  ))
}

function NodeTables({
  kind,
  computedAt,
  plan,
}: {
  readonly kind: UpgradePlan['kind']
  readonly computedAt: string
  readonly plan: NodePlan
}) {
  const text = useText()
  const { t, format } = text
  return (
    <>
      <Section
        title={t('plan.changes', { node: plan.hostname })}
        remark={t('plan.changes.remark', { time: format.time(computedAt) })}
      >
        <Table dense label={t('plan.changes', { node: plan.hostname })}>
          <thead>
            <tr>
              <HeadCell>{t('plan.part')}</HeadCell>
              <HeadCell tint="before">{t('plan.before')}</HeadCell>
              <HeadCell tint="after">{t('plan.after')}</HeadCell>
            </tr>
          </thead>
          <tbody>
            {shownRows(plan.rows).map((row) => (
              <PlanLine key={`${row.fact} ${row.part ?? ''}`} row={row} />
            ))}
            <SumRow>
              <Cell colSpan={3}>
                {t('plan.reboot')}
                {plan.estimateSeconds !== undefined &&
                  ` ${t('plan.estimate', { time: format.stopwatch(plan.estimateSeconds) })}`}
              </Cell>
            </SumRow>
          </tbody>
        </Table>
      </Section>
      <Section title={t('plan.steps')}>
        <StopLine
          label={t('plan.steps')}
          stops={plan.steps.map((step) => ({ id: step, state: 'ahead', title: stepName(step, text) }))}
        />
      </Section>
      <Section title={t(kind === 'rollback' ? 'plan.kept.rollback' : 'plan.kept')}>
        <Facts
          thick
          facts={plan.kept.map(({ part, what }) => ({ name: part, value: t(`plan.kept.${what}`) }))}
        />
      </Section>
      <div className="section">
        <Command command={plan.talosctl} />
      </div>
    </>
  )
}

/** The line of all extensions only where none of them has its own. */
function shownRows(rows: readonly PlanRow[]): readonly PlanRow[] {
  const single = rows.some(({ fact }) => fact === 'extension')
  return rows.filter(({ fact }) => !single || fact !== 'extensions')
}

export function PlanLine({ row }: { readonly row: PlanRow }) {
  const { t } = useText()
  const mono = MONO.has(row.fact)
  return (
    <Row>
      <NameCell>
        {t(`plan.row.${row.fact}`)}
        {row.part !== undefined && <span className="plan-part"> {row.part}</span>}
      </NameCell>
      <Cell tint="before" mono={mono}>
        <BeforeValue row={row} />
      </Cell>
      <Cell tint="after" mono={mono && row.note !== 'lost'}>
        <AfterValue row={row} />
      </Cell>
    </Row>
  )
}

export function BeforeValue({ row }: { readonly row: PlanRow }) {
  const text = useText()
  const before = valueOf(row, row.before, text)
  return (
    <span className="plan-value">
      {before === undefined ? (
        <Dash why={whyOf(row, hadNone(row) ? 'plan.none-before' : 'unknown', text)} />
      ) : (
        <Elided value={before} other={valueOf(row, row.after, text)} />
      )}
    </span>
  )
}

/** Why a side is empty, where the plan knows; else what is true of any. */
export function whyOf(
  row: PlanRow | undefined,
  other: 'unknown' | 'plan.none-before' | 'plan.not-known',
  { t }: TextTools,
): string {
  return t(row?.why === undefined ? other : `plan.why.${row.why}`)
}

/** How this run goes had no before, and what is added was not there: neither is unknown. */
function hadNone({ fact, note }: PlanRow): boolean {
  return fact === 'mechanism' || fact === 'restart' || fact === 'pods' || note === 'added'
}

export function AfterValue({ row }: { readonly row: PlanRow }) {
  const text = useText()
  const { t } = text
  const before = valueOf(row, row.before, text)
  const after = valueOf(row, row.after, text)
  return (
    <span className="plan-value">
      {row.note === 'lost' ? (
        <State kind="decide">
          <b>{t('plan.lost')}</b>
        </State>
      ) : row.note === 'removed' ? (
        <b className="strong">{t('plan.removed')}</b>
      ) : row.note === 'added' ? (
        <b className="strong">
          {t('plan.added')}
          {after === undefined ? '' : ` ${after}`}
        </b>
      ) : after === undefined ? (
        <Dash why={whyOf(row, 'plan.not-known', text)} />
      ) : row.note === 'changes' ? (
        <b className="strong">
          <Elided value={after} other={before} />
        </b>
      ) : (
        <Elided value={after} other={before} />
      )}
    </span>
  )
}

/**
 * An identifier that is the same on both sides, or has nothing beside it, is elided; what differs never is. `2.3.3 (v1.14.0-rc.1)`: known from
 * another release of that line.
 */
function Elided({ value, other }: { readonly value: string; readonly other: string | undefined }) {
  const { t } = useText()
  const [, known, release] = /^(\S+) \((v\d\S*)\)$/.exec(value) ?? []
  if (known !== undefined && release !== undefined) {
    return (
      <>
        {known} <span className="plan-release">{t('plan.as-in', { version: plainVersion(release) })}</span>
      </>
    )
  }
  const short = value.replace(/[0-9a-f]{40,}/g, (id) =>
    other === undefined || other.includes(id) ? `${id.slice(0, 12)}…` : id,
  )
  return short === value ? value : <span title={value}>{short}</span>
}

/** Facts whose values are words of ours. */
const WORDS: ReadonlySet<PlanRow['fact']> = new Set(['mechanism', 'restart', 'pods', 'secure-boot'])

function valueOf(
  { fact, seconds }: PlanRow,
  value: string | undefined,
  { fill, format }: TextTools,
): string | undefined {
  if (!WORDS.has(fact) || value === undefined) return value
  const key = knownKey(`plan.${fact}.${value}`)
  if (key === undefined) return value
  return fill(key, seconds === undefined ? {} : { time: format.wait(seconds) })
}

function stepName(step: string, { t }: TextTools): string {
  const key = knownKey(`step.${step}`)
  return key === undefined ? step : (t as (key: string) => string)(key)
}
