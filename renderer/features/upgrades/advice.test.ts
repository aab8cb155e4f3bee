import { expect, test } from 'vitest'
import type { PreflightCheck } from '#contract/upgrades.ts'
import { createText } from '../../ui/i18n/text.tsx'
import { adviceOf } from './advice.ts'

const en = createText('en')
const check = (more: Partial<PreflightCheck>): PreflightCheck => ({
  id: 'kernel-arguments-kept',
  outcome: 'block',
  evidence: '',
  ...more,
})

test('what nobody could read is not said to be wrong', () => {
  expect(adviceOf(check({}), en)).toBe('This way of upgrading would drop them.')
  expect(adviceOf(check({ outcome: 'unknown' }), en)).toBe('Nobody could read it, so nobody can tell.')
})

test('a check that is about not knowing keeps its own words, and one with a reason that reason', () => {
  const image = check({ id: 'image', outcome: 'unknown' })
  expect(adviceOf(image, en)).toBe('Ichor cannot prove this image before it is pulled.')
  expect(adviceOf({ ...image, because: 'image-building' }, en)).not.toBe(adviceOf(image, en))
})
