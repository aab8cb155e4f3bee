import { expect, test } from 'vitest'
import type { RolloutPart } from '#contract/config-rollout.ts'
import type { ChangeGroup, ChangeRow, Review } from '#contract/machine-configs.ts'
import { commonRows } from './common-rows.ts'

const row = (path: string, after: string, line = 1): ChangeRow => ({
  id: `v1alpha1|machine.${path}`,
  path,
  before: { kind: 'absent' },
  after: { kind: 'value', text: after },
  afterAt: { line, column: 1 },
  effect: { kind: 'live' },
  risks: [],
})
function part(node: string, rows: readonly ChangeRow[]): RolloutPart {
  const groups: ChangeGroup[] = [{ kind: 'v1alpha1', section: 'machine', change: 'changed', rows: [...rows] }]
  const review = { table: { groups } } as unknown as Review
  return {
    node: node as RolloutPart['node'],
    hostname: node,
    role: 'worker',
    unchanged: false,
    left: [],
    review,
  }
}
const pathsOf = (groups: readonly ChangeGroup[] | undefined): readonly string[] =>
  (groups ?? []).flatMap(({ rows }) => rows.map(({ path }) => path))

test('what says the same on every node stands once, whatever line it is on; the rest stays with its node', () => {
  const { same, own } = commonRows([
    part('a', [row('sysctls', '1', 10), row('mtu', '1500')]),
    part('b', [row('sysctls', '1', 99), row('mtu', '9000')]),
  ])
  expect(pathsOf(same)).toEqual(['sysctls'])
  expect(pathsOf(own.get('a'))).toEqual(['mtu'])
  expect(pathsOf(own.get('b'))).toEqual(['mtu'])
})

test('a row that one of three lacks is nobody’s common row', () => {
  const { same, own } = commonRows([part('a', [row('x', '1')]), part('b', [row('x', '1')]), part('c', [])])
  expect(same).toEqual([])
  expect(['a', 'b', 'c'].map((node) => pathsOf(own.get(node)))).toEqual([['x'], ['x'], []])
})

test('one node alone keeps its own table', () => {
  const { same, own } = commonRows([part('a', [row('x', '1')])])
  expect(same).toEqual([])
  expect(pathsOf(own.get('a'))).toEqual(['x'])
})
