import { expect, test } from 'vitest'
import { sideOfLink, sideToLink, type LinkedSide } from './side-link.ts'

const node = 'fd00::1'

test.each<LinkedSide>([
  { kind: 'active', node },
  { kind: 'persistent', node },
  { kind: 'draft', node },
  { kind: 'history', node, hash: 'a'.repeat(64) },
])('an address leads back to the side it was made from: $kind', (side) => {
  expect(sideOfLink(sideToLink(side))).toEqual(side)
})

test.each([
  undefined,
  '',
  'active',
  'active~',
  'teapot~10.0.0.1',
  'history~10.0.0.1',
  'history~10.0.0.1~../x',
])('%s is no side', (link) => {
  expect(sideOfLink(link)).toBeUndefined()
})
