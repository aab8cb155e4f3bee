import { monaco } from './monaco.ts'
import { entryAt, entryTitle, outlineOf } from './outline.ts'
import { keysAt, type JsonSchema } from './schema-keys.ts'
import { pathAt, pathText, type PathStep } from './yaml-path.ts'

/** A key as main knows it. */
export interface KeyField {
  /** Kind; `v1alpha1` for the legacy document. */
  readonly document: string
  readonly name?: string
  readonly path: readonly PathStep[]
}

/** What main knows of a key, in sentences. */
export interface FieldWords {
  readonly lines: readonly string[]
  /** Of the official reference, with the words that lead there. */
  readonly docs?: { readonly url: string; readonly label: string }
}

/** What a hover over a key tells: where it stands, and what the schema of this Talos line takes there. */
export interface KeyFacts {
  readonly key: string
  /** 1-based columns of the key; `to` is the one after it. */
  readonly from: number
  readonly to: number
  /** `LinkConfig enp3s0: routes[0].gateway` */
  readonly place: string
  readonly field: KeyField
  readonly type?: string
  readonly values?: readonly string[]
}

const KEY = /^(\s*(?:- +)*)([^\s#'"][^:#]*?)\s*:(?:\s|$)/

/** `undefined` beside a key, in a comment, and where the schema is silent. `line` and `column` are 1-based. */
export function keyFacts(
  schema: JsonSchema,
  text: string,
  { line, column }: { readonly line: number; readonly column: number },
): KeyFacts | undefined {
  const lines = text.split('\n')
  const [, lead = '', key] = KEY.exec(lines[line - 1] ?? '') ?? []
  if (key === undefined) return undefined
  const from = lead.length + 1
  const to = from + key.length
  if (column < from || column > to) return undefined
  const entry = entryAt(outlineOf(text, text), line)
  if (entry === undefined) return undefined
  const path = pathAt(lines, line)
  const known = keysAt(schema, entry.kind, path.slice(0, -1))?.get(key)
  if (known === undefined) return undefined
  const document = entry.section === undefined ? entryTitle(entry) : entry.kind
  const field: KeyField = {
    document: entry.kind,
    path,
    ...(entry.name === undefined ? {} : { name: entry.name }),
  }
  return { key, from, to, place: `${document}: ${pathText(path)}`, field, ...known }
}

export interface HoverSources {
  readonly schema: () => JsonSchema | undefined
  /** Before the values that a key takes. */
  readonly oneOf: string
  /** A sentence on who set the value at a place. */
  readonly originOf: (place: string) => string | undefined
  readonly fieldWords: (field: KeyField) => Promise<FieldWords>
  /** Command that opens a page of the reference, which is its one argument. */
  readonly openCommand: string
}

/** Tells it over the keys of this model. The service's own hovers need descriptions, and the schema carries none. */
export function hoverOverKeys(model: monaco.editor.ITextModel, sources: HoverSources): monaco.IDisposable {
  return monaco.languages.registerHoverProvider('yaml', {
    async provideHover(hovered, { lineNumber, column }) {
      const schema = sources.schema()
      if (hovered !== model || schema === undefined) return undefined
      const facts = keyFacts(schema, model.getValue(), { line: lineNumber, column })
      if (facts === undefined) return undefined
      const { key, type, values, place, field, from, to } = facts
      const origin = sources.originOf(place)
      const { lines, docs } = await sources.fieldWords(field)
      const list = values?.map((value) => `\`${value}\``).join(', ')
      return {
        range: new monaco.Range(lineNumber, from, lineNumber, to),
        contents: [
          { value: type === undefined ? `**${key}**` : `**${key}** ${type}` },
          ...(list === undefined ? [] : [{ value: `${sources.oneOf} ${list}` }]),
          ...(lines.length === 0 ? [] : [{ value: lines.join('\n\n') }]),
          { value: `\`${place}\`` },
          ...(origin === undefined ? [] : [{ value: origin }]),
          ...(docs === undefined ? [] : [linkTo(docs, sources.openCommand)]),
        ],
      }
    },
  })
}

/** A link of Monaco's own would open a window; this one asks main, which opens documentation only. */
function linkTo(docs: { readonly url: string; readonly label: string }, command: string) {
  const argument = encodeURIComponent(JSON.stringify([docs.url]))
  return {
    value: `[${docs.label}](command:${command}?${argument})`,
    isTrusted: { enabledCommands: [command] },
  }
}
