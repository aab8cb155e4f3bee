import { expect, test } from 'vitest'
import { ApiFailure } from './api-failure.ts'
import type { KubeObject } from './objects.ts'
import { fieldFilter, labelFilter } from './selectors.ts'

const object = (
  labels: Record<string, string>,
  spec: object = {},
): KubeObject & { readonly spec: object } => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', uid: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
  spec,
})

test.each([
  ['app=a', true],
  ['app==a,tier!=db', true],
  ['app!=a', false],
  ['app in (a,b),!gone', true],
  ['app notin (a)', false],
  ['missing notin (a)', true],
  ['app', true],
  ['!app', false],
  ['missing=', false],
  ['', true],
])('labels by "%s": %s', (selector, selected) => {
  expect(labelFilter(selector)(object({ app: 'a', tier: 'web' }))).toBe(selected)
})

test('fields that a kind has no selector for are refused in the words of the API server', () => {
  expect(() => fieldFilter('spec.color=red', ['spec.nodeName'])).toThrow(
    new ApiFailure(400, 'BadRequest', 'field label not supported: spec.color'),
  )
})

test('a node without a mark counts as schedulable', () => {
  const schedulable = fieldFilter('spec.unschedulable=false', ['spec.unschedulable'])
  expect([{}, { unschedulable: true }].map((spec) => schedulable(object({}, spec)))).toEqual([true, false])
})
