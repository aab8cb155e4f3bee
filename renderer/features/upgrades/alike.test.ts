import { expect, test } from 'vitest'
import type { NodePlan, PlanRow } from '#contract/upgrades.ts'
import { foldRows } from './alike.ts'

function plan(hostname: string, ...rows: PlanRow[]): NodePlan {
  return { hostname, rows } as unknown as NodePlan
}
const kernel: PlanRow = { fact: 'kernel', before: '6.12', after: '6.18', note: 'changes' }
const etcd: PlanRow = { fact: 'etcd', before: '3.6', after: '3.7', note: 'changes' }

test('what is alike on all nodes stands once, what only some have stands with their names', () => {
  const folded = foldRows([plan('bronce-1', kernel, etcd), plan('estante-1', kernel)])
  expect(folded.same).toEqual([kernel])
  expect(folded.different).toEqual([
    { fact: 'etcd', part: undefined, nodes: [{ hostname: 'bronce-1', row: etcd }] },
  ])
})

test('two nodes that differ in one value are not folded', () => {
  const other: PlanRow = { ...kernel, before: '6.6' }
  const folded = foldRows([plan('bronce-1', kernel), plan('bronce-2', other)])
  expect(folded.same).toEqual([])
  expect(folded.different[0]?.nodes.map(({ row }) => row.before)).toEqual(['6.12', '6.6'])
})
