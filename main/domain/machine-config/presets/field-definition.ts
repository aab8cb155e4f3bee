import type { FieldProblem, PresetField } from '#contract/presets.ts'

/** A field of a preset's form, and what is wrong with an entry where something is. */
export interface FieldDefinition extends PresetField {
  readonly check?: (entry: string) => FieldProblem['code'] | undefined
}
