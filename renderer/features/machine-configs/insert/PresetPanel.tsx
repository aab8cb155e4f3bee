import { useEffect, useId, useState } from 'react'
import type { FieldProblem, Preset, PresetField } from '#contract/presets.ts'
import { useQuery } from '../../../ipc/use-call.ts'
import { Button } from '../../../ui/Button.tsx'
import { ErrorNote } from '../../../ui/ErrorNote.tsx'
import { useText } from '../../../ui/i18n/text.tsx'
import { Note } from '../../../ui/Note.tsx'
import { Tick } from '../../../ui/Tick.tsx'
import type { NodePlace } from '../use-draft.ts'
import { DraftPreview } from './DraftPreview.tsx'

const TYPING_MS = 250
const LEVEL = { info: 'plain', good: 'proven', warn: 'caution' } as const

/** A preset's form, what to know before, and what it makes of the draft. */
export function PresetPanel({
  place,
  text,
  preset,
  onDraft,
  onKeep,
}: {
  readonly place: NodePlace
  readonly text: string
  readonly preset: Preset
  readonly onDraft: (text: string) => void
  readonly onKeep: (patch: string) => void
}) {
  const { t, fill } = useText()
  const [values, setValues] = useState(() =>
    Object.fromEntries(preset.fields.map(({ id, value }) => [id, value])),
  )
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const settled = useSettled(values)
  const filled = useQuery('presets.fill', { ...place, text, preset: preset.id, values: settled })
  const answer = filled.value
  const problems = answer?.problems ?? []
  const notes = answer?.notes ?? preset.notes
  const draft = answer?.draft
  const unseen = filled.busy || settled !== values
  const reason =
    problems.length > 0 ? t('insert.put.wait') : draft?.text === text ? t('insert.put.none') : undefined

  function isAsked({ askedFor }: PresetField): boolean {
    return askedFor?.includes(values['where'] ?? '') ?? true
  }
  function change(id: string, value: string) {
    setValues((before) => ({ ...before, [id]: value }))
    setTouched((before) => new Set([...before, id]))
  }
  return (
    <>
      <h2>{t(`preset.${preset.id}`)}</h2>
      <p className="meta">{t(`preset.${preset.id}.text`)}</p>
      <form
        className="insert-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (draft !== undefined && reason === undefined && !unseen) onDraft(draft.text)
        }}
      >
        {preset.fields.filter(isAsked).map((field) => (
          <Field
            key={field.id}
            field={field}
            value={values[field.id] ?? ''}
            problem={problems.find(
              (one) => one.field === field.id && (one.code !== 'missing' || touched.has(one.field)),
            )}
            onChange={(value) => change(field.id, value)}
          />
        ))}
        <div className="insert-actions">
          <Button kind="go" type="submit" busy={unseen && problems.length === 0} off={reason}>
            {t('insert.put')}
          </Button>
          {answer?.patch !== undefined && (
            <Button type="button" onClick={() => onKeep(answer.patch ?? '')}>
              {t('insert.keep')}
            </Button>
          )}
        </div>
      </form>
      {filled.error !== undefined && <ErrorNote error={filled.error} actions={{ retry: filled.reload }} />}
      <div className="insert-notes">
        {notes.map((note) => (
          <Note key={`${note.code} ${JSON.stringify(note.parameters)}`} kind={LEVEL[note.level]}>
            {fill(`preset.note.${note.code}`, note.parameters)}
          </Note>
        ))}
      </div>
      {draft !== undefined && draft.text !== text && <DraftPreview before={text} draft={draft} />}
    </>
  )
}

/** The values once nobody has typed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

function Field({
  field,
  value,
  problem,
  onChange,
}: {
  readonly field: PresetField
  readonly value: string
  readonly problem: FieldProblem | undefined
  readonly onChange: (value: string) => void
}) {
  const { t } = useText()
  const id = useId()
  const label = t(`preset.field.${field.id}`)
  if (field.kind === 'switch') {
    return (
      <div className="insert-field insert-switch">
        <Tick checked={value === 'true'} onChange={(on) => onChange(String(on))}>
          {label}
        </Tick>
      </div>
    )
  }
  const shared = {
    id,
    value,
    required: field.required,
    'aria-invalid': problem !== undefined || undefined,
    'aria-describedby': problem === undefined ? undefined : `${id}-problem`,
    placeholder: field.hint ?? '',
    spellCheck: false,
  }
  return (
    <div className="insert-field">
      <label htmlFor={id}>{label}</label>
      {field.closed ? (
        <select {...shared} className="input" onChange={(event) => onChange(event.target.value)}>
          {field.choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {field.id === 'where'
                ? t(choice.value === 'volume' ? 'preset.where.volume' : 'preset.where.ephemeral')
                : choice.value}
            </option>
          ))}
        </select>
      ) : field.kind === 'list' || field.kind === 'pairs' ? (
        <textarea
          {...shared}
          className="input mono"
          rows={2}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <input
          {...shared}
          className="input"
          inputMode={field.kind === 'number' ? 'numeric' : undefined}
          type={field.id === 'passphrase' ? 'password' : 'text'}
          autoComplete="off"
          list={field.choices.length > 0 ? `${id}-choices` : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {!field.closed && field.choices.length > 0 && (
        <Proposals id={`${id}-choices`} field={field} value={value} onChange={onChange} />
      )}
      {problem !== undefined && (
        <div className="insert-problem" id={`${id}-problem`}>
          {t(`preset.problem.${problem.code}`)}
        </div>
      )}
    </div>
  )
}

/** What the node has: a list to pick from while typing, and the detail of what is chosen. */
function Proposals({
  id,
  field,
  value,
  onChange,
}: {
  readonly id: string
  readonly field: PresetField
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  if (field.kind === 'list') {
    const lines = value.split('\n').filter((line) => line.trim() !== '')
    return (
      <div className="insert-proposals">
        {field.choices
          .filter((choice) => !lines.includes(choice.value))
          .map((choice) => (
            <Button
              key={choice.value}
              size="small"
              type="button"
              onClick={() => onChange([...lines, choice.value].join('\n'))}
            >
              {`+ ${choice.value}`}
            </Button>
          ))}
      </div>
    )
  }
  const detail = field.choices.find((choice) => choice.value === value)?.detail
  return (
    <>
      <datalist id={id}>
        {field.choices.map((choice) => (
          <option key={choice.value} value={choice.value} label={choice.detail} />
        ))}
      </datalist>
      {detail !== undefined && <div className="meta">{detail}</div>}
    </>
  )
}
