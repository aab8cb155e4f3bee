import type { ReactNode } from 'react'
import './slots.css'

export interface SlotCard {
  /** `Slot A, running, default` */
  readonly title: ReactNode
  readonly figure: ReactNode
  readonly running: boolean
  readonly facts: readonly { readonly name: ReactNode; readonly value: ReactNode }[]
}

/** Two boot slots: the older on newsprint, the newer on ink; the running one is framed. Give the older first. */
export function Slots({ older, newer }: { readonly older: SlotCard; readonly newer: SlotCard | undefined }) {
  return (
    <div className="slots">
      <Slot slot={older} tint="before" />
      {newer !== undefined && <Slot slot={newer} tint="after" />}
    </div>
  )
}

function Slot({ slot, tint }: { readonly slot: SlotCard; readonly tint: 'before' | 'after' }) {
  return (
    <div className={`slot slot-${tint}${slot.running ? ' slot-running' : ''}`}>
      <div className="label">{slot.title}</div>
      <div className="slot-figure">{slot.figure}</div>
      <dl>
        {slot.facts.map((fact, at) => (
          <div key={at}>
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
