import { expect, test } from 'vitest'
import { Run } from '#contract/runs.ts'
import { groupOf, isOfNode, passes } from './run-filters.ts'

const run = (more: Partial<Record<keyof Run, unknown>>): Run =>
  Run.parse({
    id: 'r1',
    kind: 'upgrade',
    context: 'casa',
    node: '10.0.20.11',
    hostname: 'bronce-1',
    title: { key: 'run.upgrade', parameters: {} },
    who: 'ana',
    startedAt: '2026-11-23T20:51:10.000Z',
    steps: [],
    output: [],
    verdict: [],
    talosctl: '',
    stoppable: false,
    ...more,
  })

test('a run over several nodes is of each of them', () => {
  const several = run({
    nodes: [
      { node: '10.0.20.11', hostname: 'bronce-1' },
      { node: '10.0.20.12', hostname: 'bronce-2' },
    ],
  })
  expect([isOfNode(several, '10.0.20.12'), isOfNode(several, '10.0.20.13')]).toEqual([true, false])
})

test('what was not proven is looked for together: it wants a look', () => {
  expect(groupOf(run({ outcome: 'proven' }))).toBe('proven')
  for (const outcome of ['fell-back', 'failed', 'unknown', 'interrupted', 'proven-with-differences']) {
    expect(groupOf(run({ outcome }))).toBe('decide')
  }
  expect(groupOf(run({}))).toBe('going')
})

test('kind and verdict both have to fit, and nothing chosen lets everything through', () => {
  const reboot = run({ kind: 'reboot', outcome: 'failed' })
  const filter = (kinds: readonly Run['kind'][], groups: readonly ReturnType<typeof groupOf>[]) =>
    passes(reboot, { kinds: new Set(kinds), groups: new Set(groups) })
  expect([
    filter([], []),
    filter(['reboot'], ['decide']),
    filter(['reboot'], ['proven']),
    filter(['reset'], []),
  ]).toEqual([true, true, false, false])
})
