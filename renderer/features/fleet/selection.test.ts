import { expect, test } from 'vitest'
import { shownState, withAllShown, withOne, withRange } from './selection.ts'

const shown = ['bronce-1', 'bronce-2', 'bronce-3', 'estante-1', 'estante-2']
const picked = (...keys: string[]): ReadonlySet<string> => new Set(keys)

test('Shift takes everything from the last touched node to this one, upwards and downwards', () => {
  expect([...withRange(picked('bronce-2'), shown, 'bronce-2', 'estante-1')]).toEqual([
    'bronce-2', 'bronce-3', 'estante-1',
  ]) // prettier-ignore
  expect([...withRange(picked('estante-2'), shown, 'estante-2', 'bronce-3')].sort()).toEqual([
    'bronce-3', 'estante-1', 'estante-2',
  ]) // prettier-ignore
})

test('Shift with no node before it, or one that the filter hides by now, takes this one alone', () => {
  expect([...withRange(picked(), shown, undefined, 'bronce-3')]).toEqual(['bronce-3'])
  expect([...withRange(picked(), shown.slice(2), 'bronce-1', 'bronce-3')]).toEqual(['bronce-3'])
})

test('the box of all takes what is shown and leaves what the filter hides', () => {
  const some = picked('bronce-1', 'estante-1')
  expect(shownState(some, shown)).toBe('some')
  const workers = shown.slice(3)
  expect([...withAllShown(some, workers)]).toEqual(['bronce-1', 'estante-1', 'estante-2'])
  expect([...withAllShown(picked('bronce-1', 'estante-1', 'estante-2'), workers)]).toEqual(['bronce-1'])
})

test('a node is picked and left by its own box', () => {
  expect([...withOne(picked('bronce-1'), 'bronce-2', true)]).toEqual(['bronce-1', 'bronce-2'])
  expect([...withOne(picked('bronce-1'), 'bronce-1', false)]).toEqual([])
})
