import { parse } from 'yaml'
import { field, listField, textField } from '../nodes/spec-fields.ts'
import type { Sha256 } from './hash-port.ts'

/** The parts of an Image Factory schematic that Ichor reads; a schematic with others is left alone. */
export interface SchematicContent {
  readonly overlay?: { readonly image: string; readonly name: string }
  readonly extraKernelArgs: readonly string[]
  readonly meta: readonly { readonly key: number; readonly value: string }[]
  readonly extensions: readonly string[]
}

const INDENT = '    '

/**
 * The canonical YAML whose SHA-256 is the schematic's id (behaviour.md §5.10): four spaces, dashes indented below
 * their key, fixed order, empty fields left out, `customization` always there.
 */
export function canonicalSchematic(content: SchematicContent): string {
  const lines: string[] = []
  const line = (depth: number, text: string): void => void lines.push(INDENT.repeat(depth) + text)
  if (content.overlay !== undefined) {
    line(0, 'overlay:')
    line(1, `image: ${scalar(content.overlay.image)}`)
    line(1, `name: ${scalar(content.overlay.name)}`)
  }
  const { extraKernelArgs, meta, extensions } = content
  const empty = extraKernelArgs.length + meta.length + extensions.length === 0
  line(0, empty ? 'customization: {}' : 'customization:')
  if (extraKernelArgs.length > 0) line(1, 'extraKernelArgs:')
  for (const argument of extraKernelArgs) line(2, `- ${scalar(argument)}`)
  if (meta.length > 0) line(1, 'meta:')
  for (const { key, value } of meta) {
    line(2, `- key: ${key}`)
    line(2, `  value: ${scalar(value)}`)
  }
  if (extensions.length > 0) {
    line(1, 'systemExtensions:')
    line(2, 'officialExtensions:')
  }
  for (const extension of extensions) line(3, `- ${scalar(extension)}`)
  return `${lines.join('\n')}\n`
}

export function schematicId(content: SchematicContent, sha256: Sha256): string {
  return sha256(canonicalSchematic(content))
}

/** Of a schematic that changes nothing: `376567988ad3…`. */
export function defaultSchematicId(sha256: Sha256): string {
  return schematicId({ extraKernelArgs: [], meta: [], extensions: [] }, sha256)
}

/** Reads a schematic's YAML as a node tells it (`extraInfo` of the pseudo extension); `undefined` when it is none. */
export function parseSchematic(text: string): SchematicContent | undefined {
  let raw: unknown
  try {
    raw = parse(text)
  } catch {
    return undefined
  }
  if (field(raw, 'customization') === undefined) return undefined
  const image = textField(raw, 'overlay', 'image')
  const name = textField(raw, 'overlay', 'name')
  return {
    ...(image === undefined || name === undefined ? {} : { overlay: { image, name } }),
    extraKernelArgs: listField(raw, 'customization', 'extraKernelArgs').map(String),
    meta: listField(raw, 'customization', 'meta').map((entry) => ({
      key: Number(field(entry, 'key')),
      value: textField(entry, 'value') ?? '',
    })),
    extensions: listField(raw, 'customization', 'systemExtensions', 'officialExtensions').map(String),
  }
}

/** As Go's YAML writes a string: plain where it reads back as the same string, double quotes where it would be another type. */
function scalar(text: string): string {
  if (text === '' || readsAsOtherType(text)) return `"${text}"`
  const plain =
    /^[^\s\-?:,[\]{}#&*!|>'"%@`][^\n]*$|^[-?:](?=\S)[^\n]*$/.test(text) && !/: |:$| #|^\s|\s$/.test(text)
  if (plain) return text
  return /[\n\t"\\]/.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`
}

function readsAsOtherType(text: string): boolean {
  return /^(true|false|yes|no|on|off|y|n|null|~)$/i.test(text) || /^[-+]?[\d.][\d_.,:eExXoObB+-]*$/.test(text)
}
