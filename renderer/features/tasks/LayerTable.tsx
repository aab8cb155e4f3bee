import type { RunLayer } from '#contract/runs.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { Cell, HeadCell, Row, SumRow, Table } from '../../ui/Table.tsx'

/** The layers of an image as a node pulls them. */
export function LayerTable({
  hostname,
  layers,
}: {
  readonly hostname: string
  readonly layers: readonly RunLayer[]
}) {
  const { t, format } = useText()
  const size = (bytes: number): string => format.bytes(bytes)
  const whole = layers.reduce((sum, { total }) => sum + total, 0)
  return (
    <Section title={t('rolling.layers', { node: hostname })}>
      <Table dense label={t('rolling.layers', { node: hostname })}>
        <thead>
          <tr>
            <HeadCell>{t('rolling.layer')}</HeadCell>
            <HeadCell number>{t('rolling.layer.size')}</HeadCell>
            <HeadCell>{t('rolling.layer.state')}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {layers.map((layer) => (
            <Row key={layer.id}>
              <Cell mono>
                <span title={layer.id}>{layer.id.replace(/^sha256:/, '').slice(0, 12)}</span>
              </Cell>
              <Cell number>{size(layer.total)}</Cell>
              <Cell>
                {t(`rolling.layer.${layer.status}`)}
                {layer.status === 'downloading' &&
                  layer.total > 0 &&
                  ` ${format.percent((layer.offset / layer.total) * 100)}`}
              </Cell>
            </Row>
          ))}
          <SumRow>
            <Cell />
            <Cell number>{size(whole)}</Cell>
            <Cell />
          </SumRow>
        </tbody>
      </Table>
    </Section>
  )
}
