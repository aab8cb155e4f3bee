import { expect, test } from 'vitest'
import { lineChanges, toLines } from './line-changes.ts'

test('equal texts have no bars', () => {
  expect(lineChanges('a: 1\n', 'a: 1\n')).toEqual([])
})

test('a changed value is modified and remembers what stands on the node', () => {
  expect(
    lineChanges('kind: LinkConfig\nmtu: 1500\nup: true\n', 'kind: LinkConfig\nmtu: 9000\nup: true\n'),
  ).toEqual([{ kind: 'modified', from: 2, to: 2, before: ['mtu: 1500'], beforeFrom: 2 }])
})

test('a new route is added, below the line it follows', () => {
  expect(lineChanges('routes:\n  - a\nup: true', 'routes:\n  - a\n  - b\n  - c\nup: true')).toEqual([
    { kind: 'added', from: 3, to: 4, before: [], beforeFrom: 2 },
  ])
})

test('a removed document leaves its mark on the line before it', () => {
  expect(lineChanges('a: 1\n---\nkind: WatchdogTimerConfig\n---\nb: 2', 'a: 1\n---\nb: 2')).toEqual([
    { kind: 'removed', from: 2, to: 2, before: ['kind: WatchdogTimerConfig', '---'], beforeFrom: 3 },
  ])
})

test('lines taken off the very top are marked at line 0', () => {
  expect(lineChanges('# note\na: 1', 'a: 1')).toEqual([
    { kind: 'removed', from: 0, to: 0, before: ['# note'], beforeFrom: 1 },
  ])
})

test('two places far apart are two changes', () => {
  const base = Array.from({ length: 10_000 }, (_, index) => `key${index}: ${index}`)
  const draft = [...base]
  draft[9] = 'key9: changed'
  draft.splice(9_000, 1)
  const changes = lineChanges(base.join('\n'), draft.join('\n'), 10_000)
  expect(changes.map(({ kind, from }) => [kind, from])).toEqual([
    ['modified', 10],
    ['removed', 9_000],
  ])
})

test('a comparison that takes too long marks the whole stretch instead of stopping the typing', () => {
  const base = Array.from({ length: 4_000 }, (_, index) => `a${index}`)
  const draft = Array.from({ length: 4_000 }, (_, index) => `b${(index * 7919) % 4_000}`)
  expect(lineChanges(base.join('\n'), draft.join('\n'), 1)).toEqual([
    { kind: 'modified', from: 1, to: 4_000, before: base, beforeFrom: 1 },
  ])
})

test('a final newline is no line', () => {
  expect(toLines('a\nb\n')).toEqual(['a', 'b'])
  expect(toLines('')).toEqual([''])
})
