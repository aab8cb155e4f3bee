import { expect, test } from 'vitest'
import { BOOT_PARTS, secondsOf } from './boot-rows.ts'

const at = '2026-11-23T20:51:10.000Z'

test('what no one told apart is the rest of the whole', () => {
  const row = { at, total: 60, shutdown: 10, kernel: 4, initialize: 3, boot: 20, ready: 8 }
  expect(secondsOf(row, 'firmware')).toBe(0)
  expect(secondsOf(row, 'rest')).toBe(15)
  expect(BOOT_PARTS.reduce((sum, part) => sum + secondsOf(row, part), 0)).toBe(60)
})

test('parts that come to more than the whole, by two clocks, leave no rest', () => {
  expect(secondsOf({ at, total: 30, shutdown: 20, boot: 20 }, 'rest')).toBe(0)
})
