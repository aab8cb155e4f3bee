import { expect, test } from 'vitest'
import { ageOf } from './ages.ts'

const START = Date.UTC(2026, 0, 1)
const after = (seconds: number): string => ageOf('2026-01-01T00:00:00Z', START + seconds * 1000)

test('ages are told as kubectl tells them', () => {
  const told = [0, 119, 120, 192, 600, 10_799, 10_800, 18_120, 28_800, 172_799, 172_800, 180_000, 691_200]
  expect(told.map(after)).toEqual([
    '0s',
    '119s',
    '2m',
    '3m12s',
    '10m',
    '179m',
    '3h',
    '5h2m',
    '8h',
    '47h',
    '2d',
    '2d2h',
    '8d',
  ])
})

test('a time to come is invalid, one that is missing unknown', () => {
  expect(after(-5)).toBe('<invalid>')
  expect(ageOf(undefined, START)).toBe('<unknown>')
})
