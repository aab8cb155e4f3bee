import type { Run, RunNode, RunStep } from '#contract/runs.ts'
import { useText, type TextTools } from '../../ui/i18n/text.tsx'
import { stepName } from '../../ui/run-words.ts'
import { State } from '../../ui/State.tsx'
import { Cell, HeadCell, NameCell, Row, RowButton, Table } from '../../ui/Table.tsx'
import { nodeWord } from './node-word.ts'
import { COLUMNS, stepsOf } from './run-parts.ts'
import './rolling.css'

/** Node by node, step by step: upright what happened and when, slanted what is to come. */
export function Timetable({
  run,
  nowMs,
  shown,
  onShow,
}: {
  readonly run: Run & { readonly nodes: readonly RunNode[] }
  readonly nowMs: number
  readonly shown: string
  readonly onShow: (node: string) => void
}) {
  const text = useText()
  const { t, format } = text
  const columns = COLUMNS.filter((name) => run.steps.some((step) => step.name === name))
  return (
    <div className="timetable">
      <Table dense label={t('rolling.timetable')}>
        <thead>
          <tr>
            <HeadCell>{t('rolling.col.node')}</HeadCell>
            <HeadCell number>{t('rolling.starts')}</HeadCell>
            {columns.map((name) => (
              <HeadCell key={name} number optional={name === 'answers' || name === 'snapshot'}>
                {stepName({ name }, text)}
              </HeadCell>
            ))}
            <HeadCell>{t('rolling.proof')}</HeadCell>
          </tr>
        </thead>
        <tbody>
          {run.nodes.map((node) => {
            const steps = stepsOf(run, node.node)
            return (
              <Row key={node.node} selected={node.node === shown}>
                <NameCell strong>
                  <RowButton selected={node.node === shown} onSelect={() => onShow(node.node)}>
                    {node.hostname}
                  </RowButton>
                  <div className="meta">{t(`rolling.role.${node.role ?? 'unknown'}`)}</div>
                </NameCell>
                <Cell number>
                  {node.startedAt === undefined ? (
                    <i className="to-come">{t(`rolling.node.${node.state ?? 'waiting'}`)}</i>
                  ) : (
                    format.time(node.startedAt)
                  )}
                </Cell>
                {columns.map((name) => (
                  <StepCell
                    key={name}
                    step={steps.find((one) => one.name === name)}
                    asks={
                      run.question?.node === node.node && name === 'drain' ? run.question.blockers.length : 0
                    }
                    nowMs={nowMs}
                    optional={name === 'answers' || name === 'snapshot'}
                  />
                ))}
                <ProofCell run={run} node={node} />
              </Row>
            )
          })}
        </tbody>
      </Table>
      <p className="meta timetable-foot">{t('rolling.upright')}</p>
    </div>
  )
}

function StepCell({
  step,
  asks,
  nowMs,
  optional,
}: {
  readonly step: RunStep | undefined
  /** Pods that stay, while the person is asked about them. */
  readonly asks: number
  readonly nowMs: number
  readonly optional: boolean
}) {
  const text = useText()
  const { format } = text
  if (step === undefined) {
    return (
      <Cell number optional={optional}>
        <span className="dim">–</span>
      </Cell>
    )
  }
  const end = step.endedAt === undefined ? nowMs : Date.parse(step.endedAt)
  const took =
    step.startedAt === undefined ? undefined : format.stopwatch((end - Date.parse(step.startedAt)) / 1000)
  return (
    <Cell number optional={optional} bad={step.state === 'failed' || asks > 0}>
      {stepWords(step, asks, text)}
      {took !== undefined && (
        <div className="meta">
          {step.state === 'running' && step.progress !== undefined && step.progress > 0
            ? `${format.percent(step.progress * 100)}, ${took}`
            : took}
        </div>
      )}
    </Cell>
  )
}

function stepWords(step: RunStep, asks: number, { t, format }: TextTools) {
  switch (step.state) {
    case 'running':
      return asks > 0 ? (
        <State kind="decide">
          <b>{t('rolling.pods', { count: asks })}</b>
        </State>
      ) : (
        <State kind="busy">{t('step.state.running')}</State>
      )
    case 'failed':
      return <State kind="decide">{t('step.state.failed')}</State>
    case 'unknown':
      return <State kind="unknown">{t('step.state.unknown')}</State>
    case 'done':
      return step.endedAt === undefined ? t('step.state.done') : format.time(step.endedAt)
    case 'waiting':
    case 'skipped':
      return <i className="to-come">{t(`step.state.${step.state}`)}</i>
  }
}

function ProofCell({ run, node }: { readonly run: Run; readonly node: RunNode }) {
  const text = useText()
  const { t } = text
  const rows = run.verdict.filter((row) => row.node === node.node)
  const proven = rows.filter(({ outcome }) => outcome === 'proven').length
  const word = nodeWord(node, run, text)
  return (
    <Cell bad={node.outcome !== undefined && word.kind === 'decide'}>
      {node.outcome === undefined ? (
        <i className="to-come">{word.words}</i>
      ) : (
        <State kind={word.kind}>{word.words}</State>
      )}
      {node.outcome !== undefined && rows.length > 0 && (
        <div className="meta">{t('tree.of', { ready: proven, all: rows.length })}</div>
      )}
    </Cell>
  )
}
