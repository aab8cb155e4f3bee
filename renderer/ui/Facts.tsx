import { Fragment, type ReactNode } from 'react'
import './facts.css'

export interface Fact {
  readonly name: ReactNode
  /** `undefined`: the line is left out. */
  readonly value: ReactNode
}

/** Name and value, ruled. */
export function Facts({
  facts,
  thick = false,
}: {
  readonly facts: readonly Fact[]
  readonly thick?: boolean
}) {
  return (
    <dl className={thick ? 'facts facts-thick' : 'facts'}>
      {facts.map((fact, at) =>
        fact.value === undefined ? null : (
          <Fragment key={at}>
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </Fragment>
        ),
      )}
    </dl>
  )
}

export interface BandFact {
  readonly label: ReactNode
  readonly figure: ReactNode
  readonly more?: ReactNode
}

/** The strip of figures over a page. */
export function FactsBand({ facts }: { readonly facts: readonly BandFact[] }) {
  return (
    <dl className="band">
      {facts.map((fact, at) => (
        <div key={at}>
          <dt className="label">{fact.label}</dt>
          <dd className="band-figure">{fact.figure}</dd>
          {fact.more !== undefined && <dd className="meta">{fact.more}</dd>}
        </div>
      ))}
    </dl>
  )
}

/** Plain ruled lines: something left, its remark right. */
export function PlainList({
  lines,
}: {
  readonly lines: readonly { readonly what: ReactNode; readonly remark?: ReactNode }[]
}) {
  return (
    <ul className="plain-list">
      {lines.map((line, at) => (
        <li key={at}>
          <span>{line.what}</span>
          {line.remark !== undefined && <small>{line.remark}</small>}
        </li>
      ))}
    </ul>
  )
}
