import { expect, test } from 'vitest'
import type { NodePlan } from '#contract/upgrades.ts'
import { orderNodes } from './order.ts'
import type { PreparedNode } from './plan.ts'

function node(hostname: string, role: NodePlan['role'], leader = false): PreparedNode {
  return { plan: { hostname, role, leader } } as PreparedNode
}
const home = [
  node('estante-10', 'worker'),
  node('bronce-1', 'controlplane', true),
  node('estante-2', 'worker'),
  node('bronce-3', 'controlplane'),
  node('bronce-2', 'init'),
]
const names = (nodes: readonly PreparedNode[]) => nodes.map(({ plan }) => plan.hostname)

test('control planes go first, the leader of etcd last among them, workers by number', () => {
  expect(names(orderNodes(home, 'control-planes-first'))).toEqual([
    'bronce-2', 'bronce-3', 'bronce-1', 'estante-2', 'estante-10',
  ]) // prettier-ignore
})

test('or workers first, and the leader is the very last', () => {
  expect(names(orderNodes(home, 'workers-first'))).toEqual([
    'estante-2', 'estante-10', 'bronce-2', 'bronce-3', 'bronce-1',
  ]) // prettier-ignore
})

test('a node that does not tell its role is treated like one that holds etcd', () => {
  const nodes = [node('x', 'unknown'), node('estante-1', 'worker')]
  expect(names(orderNodes(nodes, 'workers-first'))).toEqual(['estante-1', 'x'])
})
