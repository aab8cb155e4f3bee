import { Check, Minus } from 'lucide-react'
import { Checkbox } from 'radix-ui'
import { useId, type ReactNode } from 'react'
import './choice.css'

/** A risk that is accepted by name, or a plain yes or no. */
export function Tick({
  checked,
  onChange,
  children,
  reason,
  disabled = false,
}: {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly children: ReactNode
  readonly reason?: ReactNode
  readonly disabled?: boolean
}) {
  const id = useId()
  return (
    <div className="tick">
      <TickBox
        id={id}
        checked={checked}
        onChange={onChange}
        disabled={disabled}
        describedBy={reason === undefined ? undefined : `${id}-why`}
      />
      <label htmlFor={id}>{children}</label>
      {reason !== undefined && (
        <div className="meta" id={`${id}-why`}>
          {reason}
        </div>
      )}
    </div>
  )
}

/** Only the box, for a table cell; `label` names it. `some`: of the things it stands for, not all are ticked. */
export function TickBox({
  id,
  label,
  checked,
  onChange,
  onRange,
  disabled = false,
  describedBy,
}: {
  readonly id?: string
  readonly label?: string
  readonly checked: boolean | 'some'
  readonly onChange: (checked: boolean) => void
  /** Pressed with Shift held: everything from the last one to here. Without it Shift means nothing. */
  readonly onRange?: (() => void) | undefined
  readonly disabled?: boolean
  readonly describedBy?: string | undefined
}) {
  return (
    <Checkbox.Root
      id={id}
      aria-label={label}
      aria-describedby={describedBy}
      className="tick-box"
      checked={checked === 'some' ? 'indeterminate' : checked}
      disabled={disabled}
      onClick={(event) => {
        if (!event.shiftKey || onRange === undefined) return
        event.preventDefault()
        onRange()
      }}
      onCheckedChange={(next) => {
        onChange(next === true)
      }}
    >
      <Checkbox.Indicator asChild>
        {checked === 'some' ? (
          <Minus aria-hidden size={12} strokeWidth={3} />
        ) : (
          <Check aria-hidden size={12} strokeWidth={3} />
        )}
      </Checkbox.Indicator>
    </Checkbox.Root>
  )
}
