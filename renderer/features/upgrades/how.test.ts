import { expect, test } from 'vitest'
import { PlanOptions } from '#contract/upgrades.ts'
import { AS_USUAL, isSameHow, USUAL, withSeconds } from './how.ts'

test('what is no number of seconds leaves the number before it, and is remembered as wrong until it is one', () => {
  const longer = withSeconds(AS_USUAL, 'drainSeconds', 900)
  const wrong = withSeconds(longer, 'drainSeconds', undefined)
  expect(wrong.options.drainSeconds).toBe(900)
  expect([...wrong.wrong]).toEqual(['drainSeconds'])
  expect([...withSeconds(wrong, 'drainSeconds', 600).wrong]).toEqual([])
  expect([...withSeconds(wrong, 'settleSeconds', 0).wrong]).toEqual(['drainSeconds'])
})

test('a plan with other waits than the ones on the page is not the plan of the page', () => {
  expect(isSameHow(USUAL, AS_USUAL.options)).toBe(true)
  expect(isSameHow(USUAL, { ...USUAL, settleSeconds: 60 })).toBe(false)
})

test('what is usual on the page is what the contract takes for usual', () => {
  expect(USUAL).toEqual(PlanOptions.parse({}))
})
