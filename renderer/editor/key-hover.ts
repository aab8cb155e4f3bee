import { monaco } from './monaco.ts'
import { entryAt, entryTitle, outlineOf } from './outline.ts'
import { keysAt, type JsonSchema } from './schema-keys.ts'
import { pathAt, pathText } from './yaml-path.ts'

/** What a hover over a key tells: where it stands, and what the schema of this Talos line takes there. */
export interface KeyFacts {
  readonly key: string
  /** 1-based columns of the key; `to` is the one after it. */
  readonly from: number
  readonly to: number
  /** `LinkConfig enp3s0: routes[0].gateway` */
  readonly place: string
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
  return { key, from, to, place: `${document}: ${pathText(path)}`, ...known }
}

/** Tells it over the keys of this model. The service's own hovers need descriptions, and the schema carries none. */
export function hoverOverKeys(
  model: monaco.editor.ITextModel,
  schemaNow: () => JsonSchema | undefined,
  oneOf: string,
  originOf: (place: string) => string | undefined,
): monaco.IDisposable {
  return monaco.languages.registerHoverProvider('yaml', {
    provideHover(hovered, { lineNumber, column }) {
      const schema = schemaNow()
      if (hovered !== model || schema === undefined) return undefined
      const facts = keyFacts(schema, model.getValue(), { line: lineNumber, column })
      if (facts === undefined) return undefined
      const { key, type, values, place, from, to } = facts
      const origin = originOf(place)
      const list = values?.map((value) => `\`${value}\``).join(', ')
      return {
        range: new monaco.Range(lineNumber, from, lineNumber, to),
        contents: [
          { value: type === undefined ? `**${key}**` : `**${key}** ${type}` },
          ...(list === undefined ? [] : [{ value: `${oneOf} ${list}` }]),
          { value: `\`${place}\`` },
          ...(origin === undefined ? [] : [{ value: origin }]),
        ],
      }
    },
  })
}
