import { useId } from 'react'
import { Icon, stateIcons } from '../../ui/icons.tsx'

/** A field that has to hold a text letter by letter. Says so by a mark as soon as it does. */
export function TypeToConfirm({
  label,
  wanted,
  value,
  onChange,
}: {
  readonly label: string
  readonly wanted: string
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  const id = useId()
  const done = value === wanted
  return (
    <div className={done ? 'type-field type-done' : 'type-field'}>
      <label htmlFor={id}>{label}</label>
      <span className="type-box">
        <input
          id={id}
          type="text"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="none"
          value={value}
          onChange={(event) => {
            onChange(event.target.value)
          }}
        />
        {done && <Icon of={stateIcons.proven} />}
      </span>
    </div>
  )
}
