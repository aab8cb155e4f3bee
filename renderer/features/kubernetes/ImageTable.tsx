import type { ImageRow, KubernetesPlan } from '#contract/kubernetes.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { Dash, State } from '../../ui/State.tsx'
import { Cell, GroupRow, HeadCell, NameCell, Row, SumRow, Table } from '../../ui/Table.tsx'
import './kubernetes.css'

const COLUMNS = 4

/** Every image the upgrade moves, in the order in which it goes: component by component, node by node. */
export function ImageTable({ plan }: { readonly plan: KubernetesPlan }) {
  const { t, format } = useText()
  const components = [...new Set(plan.images.map(({ component }) => component))]
  const moves = plan.images.filter(({ note }) => note === 'changes').length
  return (
    <Section
      title={t('kubernetes.images')}
      remark={t('kubernetes.images.remark', { time: format.time(plan.computedAt) })}
    >
      <Table dense label={t('kubernetes.images')}>
        <thead>
          <tr>
            <HeadCell>{t('kubernetes.node')}</HeadCell>
            <HeadCell tint="before">{t('plan.before')}</HeadCell>
            <HeadCell tint="after">{t('plan.after')}</HeadCell>
            <HeadCell>{t('kubernetes.what')}</HeadCell>
          </tr>
        </thead>
        {components.map((component) => (
          <tbody key={component}>
            <GroupRow columns={COLUMNS}>
              <span className="mono">{component}</span>
            </GroupRow>
            {plan.images
              .filter((row) => row.component === component)
              .map((row) => (
                <ImageLine key={row.node} row={row} />
              ))}
          </tbody>
        ))}
        <tbody>
          <SumRow>
            <Cell colSpan={COLUMNS}>{t('kubernetes.images.sum', { count: moves })}</Cell>
          </SumRow>
        </tbody>
      </Table>
    </Section>
  )
}

function ImageLine({ row }: { readonly row: ImageRow }) {
  const { t } = useText()
  const { before, after, note } = row
  return (
    <Row>
      <NameCell>{row.hostname}</NameCell>
      <Cell tint="before" mono>
        {before === undefined ? <Dash why={t('unknown')} /> : <span className="image-name">{before}</span>}
      </Cell>
      <Cell tint="after" mono>
        {note === 'off' ? (
          <Dash why={t('kubernetes.note.off')} />
        ) : (
          <span className={note === 'changes' ? 'image-name strong' : 'image-name'}>{after}</span>
        )}
      </Cell>
      <Cell nowrap>
        {note === 'unknown' ? (
          <State kind="unknown">{t('kubernetes.note.unknown')}</State>
        ) : note === 'written' ? (
          <State kind="caution">{t('kubernetes.note.written')}</State>
        ) : note === 'there-already' ? (
          <State kind="proven">{t('kubernetes.note.there-already')}</State>
        ) : (
          <span className={note === 'off' ? 'faint' : undefined}>{t(`kubernetes.note.${note}`)}</span>
        )}
      </Cell>
    </Row>
  )
}
