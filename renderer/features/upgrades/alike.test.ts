import { expect, test } from 'vitest'
import type { NodePlan, PlanRow } from '#contract/upgrades.ts'
import { foldRows, foldSteps } from './alike.ts'

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

function stops(hostname: string, ...steps: string[]): NodePlan {
  return { hostname, steps } as unknown as NodePlan
}

test('stops that all nodes have stand once, and what comes between two nodes beside them', () => {
  const folded = foldSteps([
    stops('estante-1', 'drain', 'reboot', 'storage', 'settle'),
    stops('estante-2', 'drain', 'reboot'),
  ])
  expect(folded).toEqual({
    groups: [{ hostnames: ['estante-1', 'estante-2'], steps: ['drain', 'reboot'] }],
    between: ['storage', 'settle'],
  })
})

test('nodes with other stops stand by themselves, in the order of the plan', () => {
  const folded = foldSteps([
    stops('bronce-1', 'snapshot', 'reboot', 'settle'),
    stops('estante-1', 'reboot', 'settle'),
    stops('bronce-2', 'snapshot', 'reboot'),
  ])
  expect(folded.groups).toEqual([
    { hostnames: ['bronce-1', 'bronce-2'], steps: ['snapshot', 'reboot'] },
    { hostnames: ['estante-1'], steps: ['reboot'] },
  ])
  expect(folded.between).toEqual(['settle'])
})

test('a pause that is not the same after every node stays with its node', () => {
  const folded = foldSteps([
    stops('bronce-1', 'reboot', 'settle'),
    stops('estante-1', 'reboot', 'storage', 'settle'),
    stops('estante-2', 'reboot'),
  ])
  expect(folded.between).toEqual([])
  expect(folded.groups.map(({ steps }) => steps)).toEqual([
    ['reboot', 'settle'],
    ['reboot', 'storage', 'settle'],
    ['reboot'],
  ])
})
