import { createContext, Fragment, use, useMemo, type ReactNode } from 'react'
import type { Language } from '#contract/languages.ts'
import { catalogues, type NamesOf, type TextKey } from './catalogue.ts'
import { createFormat, type Format } from './format.ts'
import { inLanguage } from './said/said.ts'

type Values<K extends TextKey, V> = [NamesOf<K>] extends [never]
  ? []
  : [values: Readonly<Record<NamesOf<K>, V>>]

/** The texts in one language. `{count}` picks between `one` and `other`. */
export interface TextTools {
  readonly language: Language
  readonly format: Format
  readonly t: <K extends TextKey>(key: K, ...values: Values<K, string | number>) => string
  /** As `t`, with nodes for `{names}`; what stands between `**` is bold. */
  readonly rich: <K extends TextKey>(key: K, ...values: Values<K, ReactNode>) => ReactNode
  /** For keys with `{names}` that arrive as data; names without a value stay as they are. */
  readonly fill: (key: TextKey, values: Readonly<Record<string, string>>) => string
  /** A sentence that main wrote, in the person's language; a node's own words stay as they are. */
  readonly said: (text: string) => string
}

export function createText(language: Language): TextTools {
  const texts = catalogues[language]
  const format = createFormat(language)
  const plural = new Intl.PluralRules(language)

  function template(key: TextKey, count: unknown): string {
    const text = texts[key]
    if (typeof text === 'string') return text
    return plural.select(typeof count === 'number' ? count : Number(count)) === 'one' ? text.one : text.other
  }

  function show(value: unknown): string {
    return typeof value === 'number' ? format.number(value) : String(value)
  }

  function fill(key: TextKey, values: Readonly<Record<string, unknown>>): string {
    return template(key, values['count']).replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? show(values[name]) : whole,
    )
  }

  return {
    language,
    format,
    t: (key, ...[values]) => fill(key, values ?? {}),
    rich: (key, ...[values]) => {
      const given: Readonly<Record<string, ReactNode>> = values ?? {}
      return template(key, given['count'])
        .split(/(\*\*.+?\*\*)/)
        .map((part, at) => {
          const bold = part.startsWith('**') && part.endsWith('**') && part.length > 4
          const inside = placeNodes(bold ? part.slice(2, -2) : part, given, show)
          return bold ? <b key={at}>{inside}</b> : <Fragment key={at}>{inside}</Fragment>
        })
    },
    fill,
    said: (text) => withLocalTimes(inLanguage(text, language), format),
  }
}

/** An instant as main writes it into a sentence; Go writes its own without three digits of a second. */
const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

/** A text that is nothing but an instant is left to its place, which knows whether a day is enough. */
function withLocalTimes(text: string, format: Format): string {
  return text.replace(INSTANT, (instant) => (instant === text ? instant : format.when(instant, Date.now())))
}

function placeNodes(
  part: string,
  given: Readonly<Record<string, ReactNode>>,
  show: (value: unknown) => string,
): ReactNode {
  return part.split(/\{(\w+)\}/).map((piece, at) => {
    if (at % 2 === 0) return piece
    const node = given[piece]
    return <Fragment key={at}>{typeof node === 'number' ? show(node) : node}</Fragment>
  })
}

const TextContext = createContext<TextTools | undefined>(undefined)

export function TextProvider({
  language,
  children,
}: {
  readonly language: Language
  readonly children: ReactNode
}) {
  const tools = useMemo(() => createText(language), [language])
  return <TextContext value={tools}>{children}</TextContext>
}

/** `t('key', { name })`, `rich`, `format` for dates, durations, bytes and numbers. */
export function useText(): TextTools {
  const tools = use(TextContext)
  if (tools === undefined) throw new Error('No TextProvider above this component.')
  return tools
}
