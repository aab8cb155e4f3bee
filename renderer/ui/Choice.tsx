import { RadioGroup } from 'radix-ui'
import { useId, type ReactNode } from 'react'
import './choice.css'

export interface ChoiceOption<V extends string> {
  readonly value: V
  readonly title: ReactNode
  /** What follows from it. */
  readonly reason?: ReactNode
  /** Stays in the list, dashed; `reason` says why. */
  readonly refused?: boolean
}

/** Radio rows with what follows from each below it. */
export function Choice<V extends string>({
  label,
  value,
  options,
  lines = false,
  onChange,
}: {
  readonly label: string
  readonly value: V | undefined
  readonly options: readonly ChoiceOption<V>[]
  /** Title and reason on one line each, for lists of which one is read, not weighed. */
  readonly lines?: boolean
  readonly onChange: (value: V) => void
}) {
  const id = useId()
  return (
    <RadioGroup.Root
      aria-label={label}
      className={lines ? 'choice choice-lines' : 'choice'}
      value={value ?? ''}
      onValueChange={(next) => {
        const option = options.find((one) => one.value === next)
        if (option !== undefined) onChange(option.value)
      }}
    >
      {options.map((option) => (
        <div
          key={option.value}
          className={`choice-row${option.value === value ? ' choice-on' : ''}${option.refused === true ? ' choice-off' : ''}`}
        >
          <RadioGroup.Item
            id={`${id}-${option.value}`}
            value={option.value}
            disabled={option.refused === true}
            className="choice-dot"
            aria-describedby={option.reason === undefined ? undefined : `${id}-${option.value}-why`}
          />
          <label htmlFor={`${id}-${option.value}`}>{option.title}</label>
          {option.reason !== undefined && (
            <div className="meta" id={`${id}-${option.value}-why`}>
              {option.reason}
            </div>
          )}
        </div>
      ))}
    </RadioGroup.Root>
  )
}
