import { expect, test } from 'vitest'
import type { PreflightCheck } from '#contract/upgrades.ts'
import { judgeMixedPaths } from './mixed-path.ts'
import type { PreparedNode } from './plan.ts'

const path = (evidence: string): PreflightCheck => ({ id: 'version-path', outcome: 'pass', evidence })
const down: PreflightCheck = {
  ...path('v1.13.9 → v1.12.11'),
  outcome: 'warn',
  because: 'path-downgrade',
}
const up = path('v1.11.6 → v1.12.11')
const memory: PreflightCheck = { id: 'memory', outcome: 'pass', evidence: '7905 MiB' }

function node(from: string, check: PreflightCheck): PreparedNode {
  return { plan: { from, to: 'v1.12.11', preflight: [memory, check] } } as unknown as PreparedNode
}
const checks = (nodes: readonly PreparedNode[]) => nodes.flatMap(({ plan }) => plan.preflight.slice(1))

test('a node that would go back while another one goes up blocks the run', () => {
  const judged = judgeMixedPaths([node('v1.13.9', down), node('v1.11.6', up)])
  expect(checks(judged)).toEqual([{ ...down, outcome: 'block', because: 'path-setback' }, up])
  expect(judged[0]?.plan.preflight[0]).toBe(memory)
})

test('one that is there already is told that it would be installed again', () => {
  const there = path('v1.12.11')
  const judged = judgeMixedPaths([node('v1.12.11', there), node('v1.11.6', up)])
  expect(checks(judged)).toEqual([{ ...there, outcome: 'warn', because: 'path-again' }, up])
  const blocked: PreflightCheck = { ...there, outcome: 'block' }
  expect(checks(judgeMixedPaths([node('v1.12.11', blocked), node('v1.11.6', up)]))).toEqual([blocked, up])
})

test('where nobody goes up, back or again is what was asked for', () => {
  const back = [node('v1.13.9', down), node('v1.12.11', path('v1.12.11'))]
  expect(judgeMixedPaths(back)).toBe(back)
  const untold = [node('v1.13.9', down), node('?', up)]
  expect(judgeMixedPaths(untold)).toBe(untold)
})
