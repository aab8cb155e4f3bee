import type { FieldProblem, Preset, PresetField, PresetId, PresetNote } from '#contract/presets.ts'
import { stringify } from 'yaml'
import { TalosFailure } from '../../talos-failure.ts'
import { applyPatch, type PatchContext, type PatchedConfig } from '../patches/apply-patch.ts'
import { checkFields, readForm } from './form-values.ts'
import { KUBERNETES_PRESETS } from './kubernetes-presets.ts'
import { NETWORK_PRESETS } from './network-presets.ts'
import type { FieldDefinition } from './field-definition.ts'
import type { PatchDocument, PresetContext, PresetDefinition } from './preset.ts'
import { STORAGE_PRESETS } from './storage-presets.ts'
import { SYSTEM_PRESETS } from './system-presets.ts'

const PRESETS: readonly PresetDefinition[] = [
  ...NETWORK_PRESETS,
  ...STORAGE_PRESETS,
  ...KUBERNETES_PRESETS,
  ...SYSTEM_PRESETS,
]

/** The presets that this node takes, each with its form. */
export function offeredPresets(context: PresetContext): readonly Preset[] {
  return PRESETS.filter((preset) => preset.offered(context)).map((preset) => {
    const fields = preset.fields(context).map(shownField)
    const values = readForm(Object.fromEntries(fields.map(({ id, value }) => [id, value])))
    return { id: preset.id, fields, notes: [...(preset.notes?.(context, values) ?? [])] }
  })
}

function shownField({ id, kind, required, value, choices, closed, ...more }: FieldDefinition): PresetField {
  const { hint, askedFor } = more
  const shown = { id, kind, required, value, choices: [...choices], closed }
  return {
    ...shown,
    ...(hint === undefined ? {} : { hint }),
    ...(askedFor === undefined ? {} : { askedFor: [...askedFor] }),
  }
}

export interface FilledPreset {
  readonly problems: readonly FieldProblem[]
  readonly notes: readonly PresetNote[]
  readonly patch?: string
  readonly draft?: PatchedConfig
}

/**
 * The patch that a filled form makes, and the draft with it. What the draft has already in a list is not put there
 * twice. Throws `not-found` for a preset that this node does not take, and what `applyPatch` throws.
 */
export function fillPreset(
  id: PresetId,
  values: Readonly<Record<string, string>>,
  draft: string,
  context: PresetContext,
  patching: PatchContext,
): FilledPreset {
  const preset = PRESETS.find((one) => one.id === id && one.offered(context))
  if (preset === undefined) throw new TalosFailure('not-found', `This node takes no preset ${id}.`)
  const form = readForm(values)
  const own = checkFields(preset.fields(context), values)
  const problems = own.length > 0 ? own : (preset.check?.(form, context) ?? [])
  const notes = preset.notes?.(context, form) ?? []
  if (problems.length > 0) return { problems, notes }
  const patch = patchText(preset.build(form, context))
  return { problems, notes, patch, draft: applyPatch(draft, patch, { ...patching, unite: true }) }
}

/** Documents as a patch, in the hand in which Talos writes. */
export function patchText(documents: readonly PatchDocument[]): string {
  return documents
    .map((document) => stringify(document, { indent: 4, indentSeq: true, lineWidth: 0 }))
    .join('---\n')
}
