import { useId, useState } from 'react'
import { useText } from './i18n/text.tsx'
import './seconds-field.css'

/**
 * A wait in whole seconds. What is typed counts once the field is left or Enter is pressed; `undefined` goes out for
 * what is no number between `min` and `max`, and the field says what it would take.
 */
export function SecondsField({
  label,
  reason,
  value,
  min,
  max,
  disabled = false,
  onChange,
}: {
  readonly label: string
  readonly reason: string
  /** What counts now. */
  readonly value: number
  readonly min: number
  readonly max: number
  readonly disabled?: boolean
  readonly onChange: (seconds: number | undefined) => void
}) {
  const { t, format } = useText()
  const id = useId()
  const [text, setText] = useState(String(value))
  const [wrong, setWrong] = useState(false)

  function settle(): void {
    const typed = text.trim()
    const seconds = Number(typed)
    const isRight = /^\d{1,5}$/.test(typed) && seconds >= min && seconds <= max
    setWrong(!isRight)
    if (isRight) setText(String(seconds))
    if (!isRight || seconds !== value || wrong) onChange(isRight ? seconds : undefined)
  }

  return (
    <div className="seconds-field">
      <label htmlFor={id}>{label}</label>
      <span className="seconds-box">
        <input
          id={id}
          className="input"
          inputMode="numeric"
          autoComplete="off"
          maxLength={6}
          value={text}
          disabled={disabled}
          aria-invalid={wrong}
          aria-describedby={`${id}-why`}
          onChange={(event) => setText(event.target.value)}
          onBlur={settle}
          onKeyDown={(event) => {
            if (event.key === 'Enter') settle()
          }}
        />
        <span className="meta">{value >= 60 && !wrong ? `s = ${format.stopwatch(value)}` : 's'}</span>
      </span>
      <div className="meta" id={`${id}-why`} role={wrong ? 'alert' : undefined}>
        {wrong ? (
          <span className="seconds-wrong">{t('seconds.range', { min, max: format.number(max) })}</span>
        ) : (
          reason
        )}
      </div>
    </div>
  )
}
