import { expect, test } from 'vitest'
import { findPlaceholders, placeholderAt } from './secrets.ts'

test('every placeholder of a text is found with its marks', () => {
  const text = 'token: «secret:machine.token»\nca: «secret:machine.ca.key» # «not one»'
  expect(findPlaceholders(text).map((found) => text.slice(found.from, found.to))).toEqual([
    '«secret:machine.token»',
    '«secret:machine.ca.key»',
  ])
})

test('the cursor is on a placeholder from its first mark to right behind its last', () => {
  const line = 'token: «secret:machine.token»'
  expect(placeholderAt(line, 7)).toBeUndefined()
  expect(placeholderAt(line, 8)?.text).toBe('«secret:machine.token»')
  expect(placeholderAt(line, 30)?.text).toBe('«secret:machine.token»')
})

test('a mark that is never closed is text', () => {
  expect(findPlaceholders('token: «secret:machine.token\nkey: x»')).toEqual([])
})
