import type { NodeDetail } from '#contract/nodes.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { Sparkline } from '../../ui/Sparkline.tsx'

/** CPU, memory and EPHEMERAL of the last five minutes, as far as this window was open. */
export function Samples({ detail }: { readonly detail: NodeDetail }) {
  const { t, format } = useText()
  const { samples, node } = detail
  if (samples.length < 2) return null
  const at = samples.map((sample) => Date.parse(sample.at) / 1000)
  const last = samples.at(-1)
  const dash = '–'
  const cpu = last?.cpuPercent === undefined ? dash : format.percent(last.cpuPercent)
  const memory = last?.memoryUsed === undefined ? dash : format.bytes(last.memoryUsed)
  const disk = last?.diskUsed === undefined ? dash : format.bytes(last.diskUsed)
  return (
    <Section title={t('node.samples')} remark={t('node.samples.remark')}>
      <div className="sample-strip">
        <div>
          <div className="sample-head">
            <span>{t('node.cpu')}</span>
            <b className="strong">{cpu}</b>
          </div>
          <Sparkline
            at={at}
            values={samples.map((sample) => sample.cpuPercent)}
            max={100}
            label={t('node.cpu.label', { value: cpu })}
          />
          <div className="meta">
            {detail.cores === undefined ? '' : t('node.cores-count', { count: detail.cores })}
          </div>
        </div>
        <div>
          <div className="sample-head">
            <span>{t('node.memory')}</span>
            <b className="strong">{memory}</b>
          </div>
          <Sparkline
            at={at}
            values={samples.map((sample) => sample.memoryUsed)}
            {...(node.memory === undefined ? {} : { max: node.memory.total })}
            label={t('node.memory.label', { value: memory })}
          />
          <div className="meta">
            {node.memory === undefined ? '' : t('node.of-total', { total: format.bytes(node.memory.total) })}
          </div>
        </div>
        <div>
          <div className="sample-head">
            <span>EPHEMERAL</span>
            <b className="strong">{disk}</b>
          </div>
          <Sparkline
            at={at}
            values={samples.map((sample) => sample.diskUsed)}
            {...(node.disk === undefined ? {} : { max: node.disk.total })}
            label={t('node.disk.label', { value: disk })}
          />
          <div className="meta">
            {node.disk === undefined ? '' : t('node.of-total', { total: format.bytes(node.disk.total) })}
          </div>
        </div>
      </div>
    </Section>
  )
}
