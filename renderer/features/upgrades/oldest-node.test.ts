import { expect, test } from 'vitest'
import type { NodeSummary } from '#contract/nodes.ts'
import { oldestOf } from './oldest-node.ts'

function node(address: string, talosVersion?: string): NodeSummary {
  return { address, talosVersion } as NodeSummary
}

test('the node furthest behind decides where all can go', () => {
  expect(oldestOf([node('a', 'v1.13.9'), node('b', 'v1.9.6'), node('c', 'v1.13.8')])?.address).toBe('b')
})

test('a node that has not told its version decides nothing, while another has', () => {
  expect(oldestOf([node('a'), node('b', 'v1.13.9')])?.address).toBe('b')
  expect(oldestOf([])).toBeUndefined()
})
