import { useState } from 'react'
import type { Run, RunNode } from '#contract/runs.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { Section } from '../../ui/Page.tsx'
import { useShortcut } from '../../ui/shortcuts.tsx'
import { VerdictTable } from '../../ui/VerdictTable.tsx'
import { Button, Buttons } from '../../ui/Button.tsx'
import { BootPhases } from './BootPhases.tsx'
import { LayerTable } from './LayerTable.tsx'
import { nodeToShow, stepsOf } from './run-parts.ts'
import { StepList } from './StepList.tsx'
import { TimeAxis } from './TimeAxis.tsx'
import { Timetable } from './Timetable.tsx'

/** A run over several nodes: all of them in a timetable or along time, then one of them whole. */
export function RollingView({
  run,
  nowMs,
  going,
}: {
  readonly run: Run & { readonly nodes: readonly RunNode[] }
  readonly nowMs: number
  readonly going: boolean
}) {
  const { t } = useText()
  const [view, setView] = useState<'timetable' | 'axis'>('timetable')
  const [picked, setPicked] = useState<string>()
  const shown = picked ?? nodeToShow(run.nodes)
  const node = run.nodes.find((one) => one.node === shown)
  const other = view === 'timetable' ? 'axis' : 'timetable'
  useShortcut('v', t(`rolling.${other}`), t('keys.group.here'), () => setView(other))
  const untouched = run.nodes.filter(({ state }) => state === 'not-touched').length
  return (
    <>
      <Section
        title={t(`rolling.${view}`)}
        remark={untouched > 0 ? t('rolling.frozen', { count: untouched }) : t('rolling.changes.remark')}
        actions={
          <Buttons>
            {(['timetable', 'axis'] as const).map((one) => (
              <Button key={one} size="small" aria-pressed={view === one} onClick={() => setView(one)}>
                {t(`rolling.${one}`)}
              </Button>
            ))}
          </Buttons>
        }
      >
        {view === 'timetable' ? (
          <Timetable run={run} nowMs={nowMs} shown={shown} onShow={setPicked} />
        ) : (
          <TimeAxis run={run} nowMs={nowMs} />
        )}
      </Section>
      {node !== undefined && <OneNode run={run} node={node} going={going} />}
    </>
  )
}

function OneNode({
  run,
  node,
  going,
}: {
  readonly run: Run
  readonly node: RunNode
  readonly going: boolean
}) {
  const { t } = useText()
  const rows = run.verdict.filter((row) => row.node === node.node)
  const pending = going && node.state !== 'ended'
  const verdict = t(pending ? 'run.expected' : 'run.verdict')
  return (
    <div className="rolling-columns">
      <div>
        <Section title={node.hostname} remark={t('run.steps')}>
          <StepList label={`${t('run.steps')}, ${node.hostname}`} steps={stepsOf(run, node.node)} />
        </Section>
        <BootPhases run={run} node={node.node} />
        {node.layers !== undefined && <LayerTable hostname={node.hostname} layers={node.layers} />}
      </div>
      <div>
        {rows.length > 0 && (
          <Section title={verdict} remark={t(pending ? 'run.expected.remark' : 'run.verdict.remark')}>
            <VerdictTable label={`${verdict}, ${node.hostname}`} rows={rows} pending={pending} />
          </Section>
        )}
      </div>
    </div>
  )
}
