import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogues, type TextKey } from './catalogue.ts'
import type { Text, Texts } from './text-types.ts'

const keys = Object.keys(catalogues.en) as TextKey[]

function namesIn(text: Text): readonly string[] {
  const whole = typeof text === 'string' ? text : `${text.one} ${text.other}`
  const names = [...whole.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return [...new Set(names)].toSorted()
}

describe('the Spanish catalogue', () => {
  test('has every key of the English one and no other', () => {
    expect(Object.keys(catalogues.es).toSorted()).toEqual(Object.keys(catalogues.en).toSorted())
  })

  test('fills in the same names as the English one', () => {
    const differing = keys.filter(
      (key) => namesIn(catalogues.en[key]).join() !== namesIn(catalogues.es[key]).join(),
    )
    expect(differing).toEqual([])
  })
})

describe('both catalogues', () => {
  // Put together, the later one of two would silently stand for both.
  test.each(['en', 'es'])('have each key in one file only, %s', async (language) => {
    const folder = join(import.meta.dirname, language)
    const parts = await Promise.all(
      readdirSync(folder).map((file) => import(join(folder, file)) as Promise<Record<string, Texts>>),
    )
    const all = parts.flatMap((part) => Object.values(part).flatMap((texts) => Object.keys(texts)))
    expect(all.filter((key, at) => all.indexOf(key) !== at)).toEqual([])
    expect(all).toHaveLength(keys.length)
  })

  test('say nothing with an exclamation mark, an oops or a please', () => {
    const loud = keys.filter((key) =>
      [catalogues.en[key], catalogues.es[key]].some((text) =>
        /[!¡]|\b(oops|please|successfully|por favor|con éxito)\b/i.test(JSON.stringify(text)),
      ),
    )
    expect(loud).toEqual([])
  })

  test('leave no text empty', () => {
    const empty = keys.filter((key) =>
      [catalogues.en[key], catalogues.es[key]].some((text) =>
        typeof text === 'string' ? text.trim() === '' : text.one.trim() === '' || text.other.trim() === '',
      ),
    )
    expect(empty).toEqual([])
  })
})
