import type { Run, RunNode } from '#contract/runs.ts'
import { useText } from '../../ui/i18n/text.tsx'
import { State } from '../../ui/State.tsx'
import { axisOf, PARTS } from './run-parts.ts'
import { nodeWord } from './node-word.ts'
import './rolling.css'

/** Five nodes along time: who was in which part when, and that no two were away at once. */
export function TimeAxis({
  run,
  nowMs,
}: {
  readonly run: Run & { readonly nodes: readonly RunNode[] }
  readonly nowMs: number
}) {
  const text = useText()
  const { t, format } = text
  const axis = axisOf(run, nowMs)
  const asking = run.question?.node
  const at = (share: number): string => `${String(share * 100)}%`
  return (
    <div className="axis">
      <ul className="axis-legend" aria-hidden>
        {PARTS.map((part) => (
          <li key={part}>
            <i className={`axis-piece axis-${part}`} />
            {t(`rolling.part.${part}`)}
          </li>
        ))}
      </ul>
      <ol className="axis-lanes" aria-label={t('rolling.axis')}>
        <li className="axis-ruler" aria-hidden>
          <div className="axis-track">
            {axis.ticks.map((tick) => (
              <time key={tick} style={{ left: at((tick - axis.startMs) / (axis.endMs - axis.startMs)) }}>
                {format.minute(new Date(tick).toISOString())}
              </time>
            ))}
          </div>
        </li>
        {axis.lanes.map(({ node, pieces }) => {
          const word = nodeWord(node, run, text)
          return (
            <li key={node.node}>
              <b>{node.hostname}</b>
              <State kind={word.kind}>{word.words}</State>
              <div className="axis-track">
                {pieces.map((piece, index) => (
                  <i
                    key={index}
                    className={`axis-piece axis-${piece.part}${piece.state === 'failed' ? ' axis-bad' : ''}${piece.state === 'running' && asking === node.node ? ' axis-asks' : ''}`}
                    style={{ left: at(piece.from), width: at(Math.max(0.002, piece.to - piece.from)) }}
                  />
                ))}
                {axis.now !== undefined && <i className="axis-now" style={{ left: at(axis.now) }} />}
              </div>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
