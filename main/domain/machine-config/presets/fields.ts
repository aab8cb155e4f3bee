import type { PresetChoice, PresetFieldId } from '#contract/presets.ts'
import type { FieldDefinition } from './field-definition.ts'
import type { PresetContext } from './preset.ts'

interface Options extends Partial<
  Pick<FieldDefinition, 'required' | 'value' | 'closed' | 'hint' | 'check' | 'askedFor'>
> {
  readonly choices?: readonly PresetChoice[]
}

export function field(
  id: PresetFieldId,
  kind: FieldDefinition['kind'],
  { choices = [], ...options }: Options = {},
): FieldDefinition {
  return {
    id,
    kind,
    required: false,
    value: kind === 'switch' ? 'false' : '',
    closed: false,
    ...options,
    choices: [...choices],
  }
}

/** The node's links, the first one chosen; a name that is not there yet may be typed. */
export function linkField(context: PresetContext, id: 'link' | 'parent' = 'link'): FieldDefinition {
  const choices = context.links ?? []
  return field(id, 'choice', { required: true, choices, value: choices[0]?.value ?? '', hint: 'enp3s0' })
}

export function options(...values: readonly string[]): readonly PresetChoice[] {
  return values.map((value) => ({ value }))
}
