import { LineCounter, parseDocument, type Document } from 'yaml'
import type { TextPosition } from '#contract/wire-error.ts'
import { TalosFailure } from '../talos-failure.ts'

/** 5 MB: a talosconfig of a thousand contexts is a tenth of that. */
const TALOSCONFIG_LIMIT_BYTES = 5 * 1024 * 1024

/** The parser's own messages quote the text, which may hold a key; its codes do not. */
const WORDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used to indent; YAML takes spaces only',
  BAD_INDENT: 'the indentation does not fit the lines above',
  DUPLICATE_KEY: 'the same key stands twice in one map',
  MULTIPLE_DOCS: 'there is more than one document in the file',
  MISSING_CHAR: 'a character is missing, such as a colon or a closing quote',
  BAD_ALIAS: 'an alias points to nothing',
  BLOCK_AS_IMPLICIT_KEY: 'a value starts where a key was expected',
}

export interface YamlText {
  readonly document: Document.Parsed
  /** Where the value at a path begins, if it is there. */
  readonly position: (path: readonly string[]) => TextPosition | undefined
}

/** Bytes to text; refuses what no editor would show as text. */
export function decodeTalosconfig(bytes: Uint8Array): string {
  if (bytes.length > TALOSCONFIG_LIMIT_BYTES) {
    const size = (bytes.length / 1024 / 1024).toFixed(1)
    throw new TalosFailure(
      'talosconfig-too-large',
      `The file has ${size} MB. A talosconfig has a few kB; Ichor reads up to 5 MB.`,
    )
  }
  if (bytes.includes(0)) throw notText()
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw notText(cause)
  }
  if (text.trim() === '') throw new TalosFailure('talosconfig-empty', 'The talosconfig is empty.')
  return text
}

/** One YAML document; throws `talosconfig-not-yaml` with the place of the first error. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number): TextPosition => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const [error] = document.errors
  if (error !== undefined) {
    const place = at(error.pos[0])
    const words = WORDS[error.code] ?? 'the text cannot be read as YAML'
    throw new TalosFailure(
      'talosconfig-not-yaml',
      `The talosconfig is not YAML: line ${place.line}, column ${place.column}: ${words}.`,
      { at: place },
    )
  }
  return {
    document,
    position: (path) => {
      const node: unknown = document.getIn(path, true)
      if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
      const range: unknown = node.range
      return Array.isArray(range) && typeof range[0] === 'number' ? at(range[0]) : undefined
    },
  }
}

function notText(cause?: unknown): TalosFailure {
  return new TalosFailure(
    'talosconfig-not-text',
    'The file is not text. A talosconfig is a YAML file in UTF-8, usually ~/.talos/config.',
    { cause },
  )
}
