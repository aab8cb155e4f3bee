/** A sentence with `{names}` in it, or one for each number of things (CLDR `one` and `other`). */
export type Text = string | { readonly one: string; readonly other: string }
export type Texts = Readonly<Record<string, Text>>

/** What a translation of `T` has to hold: the same keys, no more, no fewer. */
export type Translated<T extends Texts> = { readonly [K in keyof T]: Text }

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

/** The `{names}` of a text; `never` when it has none. */
export type NamesIn<T> = T extends { readonly one: infer One; readonly other: infer Other }
  ? Names<One> | Names<Other> | 'count'
  : Names<T>

/** What main says, and the same in Spanish; `{0}` to `{9}` stand for names, times and counts, and for words of a node. */
export type Said = readonly (readonly [said: string, spanish: string])[]
