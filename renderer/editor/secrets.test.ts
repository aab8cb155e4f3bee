import { expect, test } from 'vitest'
import { findPlaceholders, placeholderNear } from './secrets.ts'

test('every placeholder of a text is found with its marks', () => {
  const text = 'token: «secret:machine.token»\nca: «secret:machine.ca.key» # «not one»'
  expect(findPlaceholders(text).map((found) => text.slice(found.from, found.to))).toEqual([
    '«secret:machine.token»',
    '«secret:machine.ca.key»',
  ])
})

test('the cursor means the placeholder it is on, from its first mark to right behind its last', () => {
  const line = 'a: «secret:a» «secret:b»'
  expect(placeholderNear(line, 4)?.text).toBe('«secret:a»')
  expect(placeholderNear(line, 15)?.text).toBe('«secret:b»')
  expect(placeholderNear(line, 25)?.text).toBe('«secret:b»')
})

test('elsewhere in the line the cursor means its first placeholder', () => {
  expect(placeholderNear('token: «secret:machine.token» # note', 35)?.text).toBe('«secret:machine.token»')
  expect(placeholderNear('type: worker', 3)).toBeUndefined()
})

test('a mark that is never closed is text', () => {
  expect(findPlaceholders('token: «secret:machine.token\nkey: x»')).toEqual([])
})
