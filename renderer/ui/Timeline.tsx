import type { CSSProperties, ReactNode } from 'react'
import './timeline.css'

/** `done` filled or ringed in ink, `proven` verdigris, `bad` vermilion, `gap` dashed (nothing heard), `ahead` still to come. */
export type StopState = 'done' | 'proven' | 'bad' | 'gap' | 'ahead' | 'busy'

export interface Stop {
  readonly id: string
  readonly at?: ReactNode
  readonly state: StopState
  readonly what: ReactNode
  readonly end?: ReactNode
}

/** A run seen along time, top to bottom. Say each state in `what`; the dot is only drawn. */
export function Timeline({ label, stops }: { readonly label: string; readonly stops: readonly Stop[] }) {
  return (
    <ol className="timeline" aria-label={label}>
      {stops.map((stop) => (
        <li key={stop.id} className={`stop stop-${stop.state}`}>
          <time>{stop.at}</time>
          <i aria-hidden />
          <div>{stop.what}</div>
          {stop.end !== undefined && <span className="meta">{stop.end}</span>}
        </li>
      ))}
    </ol>
  )
}

export interface LineStop {
  readonly id: string
  readonly state: StopState
  readonly title: ReactNode
  readonly word?: ReactNode
  readonly more?: ReactNode
}

/** The same along a horizontal line: the stops of a run over the page. */
export function StopLine({ label, stops }: { readonly label: string; readonly stops: readonly LineStop[] }) {
  return (
    <ol className="stop-line" aria-label={label} style={{ '--stops': String(stops.length) } as CSSProperties}>
      {stops.map((stop) => (
        <li key={stop.id} className={`line-stop line-stop-${stop.state}`}>
          <b>{stop.title}</b>
          {stop.word}
          {stop.more !== undefined && <span className="meta">{stop.more}</span>}
        </li>
      ))}
    </ol>
  )
}
