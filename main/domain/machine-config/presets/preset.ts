import type { FieldProblem, PresetChoice, PresetId, PresetNote } from '#contract/presets.ts'
import type { FieldDefinition } from './field-definition.ts'
import type { FormValues } from './form-values.ts'

/** A disk of the node, as a choice and as a selector. */
export interface DiskChoice extends PresetChoice {
  readonly value: string
  /** Bytes. */
  readonly size?: number
  readonly system: boolean
}

/** What the presets know of the node and of the draft. What did not answer is `undefined`. */
export interface PresetContext {
  /** Of Talos 1.x. */
  readonly minor: number
  readonly talosVersion: string
  readonly role: 'controlplane' | 'worker' | 'unknown'
  readonly links?: readonly PresetChoice[]
  readonly disks?: readonly DiskChoice[]
  /** Names as the node reports them: `iscsi-tools`. */
  readonly extensions?: readonly string[]
  /** Names of the draft's documents of a kind; one empty text for a kind without names. */
  readonly names: (kind: string) => readonly string[]
  /** Whether the v1alpha1 document has something there. */
  readonly legacy: (path: string) => boolean
}

/** A document of the patch; the v1alpha1 one has neither `apiVersion` nor `kind`. */
export type PatchDocument = Readonly<Record<string, unknown>>

export interface PresetDefinition {
  readonly id: PresetId
  readonly offered: (context: PresetContext) => boolean
  readonly fields: (context: PresetContext) => readonly FieldDefinition[]
  /** Wrong beyond a single field. */
  readonly check?: (values: FormValues, context: PresetContext) => readonly FieldProblem[]
  readonly notes?: (context: PresetContext, values: FormValues) => readonly PresetNote[]
  readonly build: (values: FormValues, context: PresetContext) => readonly PatchDocument[]
}

export function note(
  code: PresetNote['code'],
  level: PresetNote['level'],
  parameters: PresetNote['parameters'] = {},
): PresetNote {
  return { code, level, parameters }
}

/** Leaves out what is not there, so that nothing is written for a field that was left empty. */
export function compact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  )
}

export function typed(kind: string, fields: Readonly<Record<string, unknown>>): PatchDocument {
  return { apiVersion: 'v1alpha1', kind, ...compact(fields) }
}
