import { expect, test } from 'vitest'
import type { RunEvent } from '../runs/run-port.ts'
import { mergeParts } from './merge-parts.ts'
import type { RunPart } from './run-step.ts'

const say = (text: string): RunEvent => ({ kind: 'output', text })

async function heard(part: RunPart<void>): Promise<{ texts: string[]; failure: unknown }> {
  const texts: string[] = []
  try {
    for await (const event of part) if (event.kind === 'output') texts.push(event.text)
    return { texts, failure: undefined }
  } catch (failure) {
    return { texts, failure }
  }
}

test('parts go side by side, no more at a time than allowed, and every word is passed on', async () => {
  let going = 0
  let most = 0
  const part = (name: string) =>
    async function* (): RunPart<void> {
      most = Math.max(most, ++going)
      yield say(`${name} 1`)
      await Promise.resolve()
      yield say(`${name} 2`)
      going--
    }
  const { texts } = await heard(mergeParts(['a', 'b', 'c', 'd', 'e'].map(part), 2))
  expect(texts.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'].flatMap((name) => [`${name} 1`, `${name} 2`]))
  expect(most).toBe(2)
})

test('when one fails no other begins, those under way come to their end, and the failure is thrown', async () => {
  const failure = new Error('no such image')
  const begun: string[] = []
  const part = (name: string, fails: boolean) =>
    async function* (): RunPart<void> {
      begun.push(name)
      yield say(`${name} begins`)
      if (fails) throw failure
      await Promise.resolve()
      yield say(`${name} ends`)
    }
  const found = await heard(mergeParts([part('a', true), part('b', false), part('c', false)], 2))
  expect(found.failure).toBe(failure)
  expect(begun).toEqual(['a', 'b'])
  expect(found.texts).toContain('b ends')
})

test('who stops listening lets go of every part', async () => {
  const closed: string[] = []
  const part = (name: string) =>
    async function* (): RunPart<void> {
      try {
        for (;;) {
          yield say(name)
          await Promise.resolve()
        }
      } finally {
        closed.push(name)
      }
    }
  for await (const event of mergeParts([part('a'), part('b')], 2)) {
    expect(event.kind).toBe('output')
    break
  }
  expect(closed.toSorted()).toEqual(['a', 'b'])
})
