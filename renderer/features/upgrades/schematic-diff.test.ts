import { expect, test } from 'vitest'
import { diffLines } from './schematic-diff.ts'

const shown = (before: string, after: string): string =>
  diffLines(before, after)
    .map(({ kind, text }) => `${{ same: ' ', gone: '-', new: '+' }[kind]}${text}`)
    .join('\n')

test('a schematic that gains an extension shows the one line', () => {
  expect(
    shown('customization:\n    x:\n        - a\n', 'customization:\n    x:\n        - a\n        - b\n'),
  ).toBe(' customization:\n     x:\n         - a\n+        - b')
})

test('what goes stands before what comes in its place', () => {
  expect(shown('customization: {}\n', 'customization:\n    y:\n')).toBe(
    '-customization: {}\n+customization:\n+    y:',
  )
})

test('the same text is all the same, and nothing is nothing', () => {
  expect(shown('a\nb\n', 'a\nb\n')).toBe(' a\n b')
  expect(shown('', '')).toBe('')
})
