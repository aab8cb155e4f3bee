import type { FieldProblem } from '#contract/presets.ts'
import type { FieldDefinition } from './field-definition.ts'

/** What stands in a form, read by kind. */
export interface FormValues {
  text(field: string): string
  number(field: string): number | undefined
  on(field: string): boolean
  /** Lines and commas part entries. */
  list(field: string): readonly string[]
  /** `key=value` per line; a key alone has an empty value. */
  pairs(field: string): Readonly<Record<string, string>>
}

export function readForm(values: Readonly<Record<string, string>>): FormValues {
  const text = (field: string): string => (values[field] ?? '').trim()
  const list = (field: string): readonly string[] =>
    text(field)
      .split(/[\n,]+/)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
  return {
    text,
    list,
    number: (field) => (/^\d+$/.test(text(field)) ? Number(text(field)) : undefined),
    on: (field) => text(field) === 'true',
    pairs: (field) =>
      Object.fromEntries(
        pairLines(text(field)).map((line) => {
          const at = line.indexOf('=')
          return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
        }),
      ),
  }
}

function pairLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** What each field has wrong by itself. */
export function checkFields(
  fields: readonly FieldDefinition[],
  values: Readonly<Record<string, string>>,
): readonly FieldProblem[] {
  return fields.flatMap((field): readonly FieldProblem[] => {
    const value = (values[field.id] ?? '').trim()
    const wrong = (code: FieldProblem['code']): readonly FieldProblem[] => [{ field: field.id, code }]
    if (value === '') return field.required ? wrong('missing') : []
    if (field.kind === 'number' && !/^\d{1,9}$/.test(value)) return wrong('not-a-number')
    if (field.closed && field.kind !== 'list' && !field.choices.some((choice) => choice.value === value))
      return wrong('not-a-choice')
    const entries =
      field.kind === 'list'
        ? readForm(values).list(field.id)
        : field.kind === 'pairs'
          ? pairLines(value)
          : [value]
    const code = entries.map((entry) => field.check?.(entry)).find((found) => found !== undefined)
    return code === undefined ? [] : wrong(code)
  })
}

export const isPlainName = (entry: string): FieldProblem['code'] | undefined =>
  /^[A-Za-z0-9](?:[A-Za-z0-9.:_-]{0,61}[A-Za-z0-9])?$/.test(entry) ? undefined : 'not-a-name'

export function isAddress(entry: string): FieldProblem['code'] | undefined {
  return isIPv4(entry) || isIPv6(entry) ? undefined : 'not-an-address'
}

export function isPrefix(entry: string): FieldProblem['code'] | undefined {
  const [address = '', bits, ...rest] = entry.split('/')
  if (bits === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return 'not-a-prefix'
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  return Number(bits) <= most ? undefined : 'not-a-prefix'
}

function isIPv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
}

function isIPv6(text: string): boolean {
  if (!text.includes(':') || text.includes(':::')) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  return halves.length === 2 ? groups.length < 8 : groups.length === 8
}

export const isServer = (entry: string): FieldProblem['code'] | undefined =>
  isAddress(entry) === undefined || /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(entry)
    ? undefined
    : 'not-an-address'

export const isHttpUrl = (entry: string): FieldProblem['code'] | undefined =>
  /^https?:\/\/[^\s/]+/.test(entry) && URL.canParse(entry) ? undefined : 'not-a-url'

export const isPath = (entry: string): FieldProblem['code'] | undefined =>
  /^\/[^\s]*$/.test(entry) && !entry.includes('/../') ? undefined : 'not-a-path'

/** `100GiB`, `50GB`, `80%`. */
export const isSize = (entry: string): FieldProblem['code'] | undefined =>
  /^\d+(?:\.\d+)?\s*(?:[KMGTP]i?B|B|%)$/.test(entry) ? undefined : 'not-a-size'

export const isPair = (entry: string): FieldProblem['code'] | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9._/-]*\s*=.*$/.test(entry) ? undefined : 'not-a-pair'

/** `key=value:Effect` or `key=:Effect`. */
export const isTaint = (entry: string): FieldProblem['code'] | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9._/-]*\s*=[A-Za-z0-9._-]*:(?:NoSchedule|PreferNoSchedule|NoExecute)$/.test(
    entry.replace(/\s/g, ''),
  )
    ? undefined
    : 'not-a-pair'

/** Names of volumes: behaviour.md §11. */
export const isVolumeName = (entry: string): FieldProblem['code'] | undefined =>
  /^[A-Za-z0-9-]{1,34}$/.test(entry) ? undefined : 'not-a-name'
