import { expect, test } from 'vitest'
import { assertPatchType, patched } from './merge-patch.ts'

const STRATEGIC = 'application/strategic-merge-patch+json'
const MERGE = 'application/merge-patch+json'

test('a null takes a field away and nested objects are laid over', () => {
  const node = { spec: { unschedulable: true, podCIDR: 'x' }, metadata: { labels: { a: '1' } } }
  expect(patched(node, { spec: { unschedulable: null }, metadata: { labels: { b: '2' } } }, MERGE)).toEqual({
    spec: { podCIDR: 'x' },
    metadata: { labels: { a: '1', b: '2' } },
  })
})

test('a strategic patch merges conditions by type, a merge patch replaces them; taints are always replaced', () => {
  const node = { conditions: [{ type: 'A', status: '1' }, { type: 'B' }], taints: [{ key: 'x' }] }
  const patch = { conditions: [{ type: 'A', status: '2' }], taints: [{ key: 'y' }] }
  expect(patched(node, patch, STRATEGIC)).toEqual({
    conditions: [{ type: 'A', status: '2' }, { type: 'B' }],
    taints: [{ key: 'y' }],
  })
  expect(patched(node, patch, MERGE)).toEqual(patch)
})

test('a directive that is not understood is refused and not stored as a field', () => {
  expect(() => patched({}, { spec: { $patch: 'delete' } }, STRATEGIC)).toThrow(/\$patch/)
})

test('JSON patches are refused as an unsupported media type', () => {
  expect(() => assertPatchType('application/json-patch+json', 'nodes')).toThrow(/unknown format/)
})
