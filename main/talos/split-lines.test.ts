import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from './split-lines.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

test('lines come out whole wherever the node cuts its chunks, also inside a character', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, ''))
  fc.assert(
    fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (lines, sizes) => {
      const bytes = encode(lines.map((text) => `${text}\n`).join(''))
      const splitter = createLineSplitter()
      const found: string[] = []
      for (let at = 0; at < bytes.length;) {
        const size = sizes.next().value as number
        found.push(...splitter.push(bytes.subarray(at, at + size)))
        at += size
      }
      found.push(...splitter.end())
      expect(found).toEqual(lines)
    }),
  )
})

test('a last line without a newline is told when the stream ends', () => {
  const splitter = createLineSplitter()
  expect(splitter.push(encode('one\ntwo'))).toEqual(['one'])
  expect(splitter.end()).toEqual(['two'])
  expect(splitter.end()).toEqual([])
})

test('an empty line is a line, and a carriage return is none of it', () => {
  const splitter = createLineSplitter()
  expect(splitter.push(encode('one\r\n\n'))).toEqual(['one', ''])
})
