import { describe, expect, test } from 'vitest'
import type { Context } from '#contract/contexts.ts'
import type { NodeSummary } from '#contract/nodes.ts'
import type { Run } from '#contract/runs.ts'
import { countVersions, etcdFacts, matchesFilter } from './fleet-facts.ts'
import { waitingFor } from './waiting.ts'

const NOW = Date.parse('2026-11-22T09:41:00.000Z')
const SILENT: NodeSummary['reach'] = {
  kind: 'silent',
  since: '2026-11-22T02:14:07.000Z',
  error: { code: 'timeout', message: '10.0.20.22:50000 times out', retryable: true },
}

function node(hostname: string, more: Partial<NodeSummary> = {}): NodeSummary {
  return {
    context: 'casa',
    address: `${hostname}.lan`,
    hostname,
    role: 'worker',
    reach: { kind: 'answering', via: 'direct' },
    stage: { name: 'running', ready: true, unmet: [] },
    diagnostics: [],
    ...more,
  } as NodeSummary
}

function plane(hostname: string, more: Partial<NodeSummary> = {}): NodeSummary {
  return node(hostname, { role: 'controlplane', etcd: { leader: false }, ...more })
}

const casa = {
  name: 'casa',
  certificate: { roles: ['os:admin'], notAfter: '2027-08-14T00:00:00.000Z' },
} as unknown as Context

function run(id: string, more: Partial<Run>): Run {
  return {
    id,
    context: 'casa',
    node: 'bronce-1.lan',
    startedAt: '',
    steps: [],
    verdict: [],
    ...more,
  } as unknown as Run
}

describe('etcd in the band', () => {
  test('has one to spare with three of three, none with two, and has lost quorum with one', () => {
    const three = ['a', 'b', 'c']
    const spare = (down: number) =>
      etcdFacts(three.map((name, at) => plane(name, at < down ? { reach: SILENT } : {})))?.spare
    expect([spare(0), spare(1), spare(2)]).toEqual([1, 0, -1])
  })

  test('does not count a member whose machine answers but has not booted yet', () => {
    const booting = { name: 'booting' as const, ready: false, unmet: [] }
    expect(etcdFacts([plane('a'), plane('b'), plane('c', { stage: booting })])).toMatchObject({
      up: 2,
      spare: 0,
    })
  })

  test('is unknown while no control plane told of its member', () => {
    expect(etcdFacts([node('a', { role: 'controlplane' }), node('b')])).toBeUndefined()
  })

  test('is unknown while one was not asked yet, and lost when those that were asked say nothing', () => {
    const [mute, unasked] = [{ etcd: undefined, etcdSilent: true as const }, { etcd: undefined }]
    expect(etcdFacts([plane('a'), plane('b', unasked), plane('c', unasked)])).toBeUndefined()
    expect(etcdFacts([plane('a'), plane('b', mute), plane('c', mute)])).toMatchObject({ up: 1, spare: -1 })
  })
})

test('versions are counted, newest first, also past nine', () => {
  const nodes = ['v1.9.5', 'v1.14.2', 'v1.14.2', undefined].map((talosVersion, at) =>
    node(String(at), talosVersion === undefined ? {} : { talosVersion }),
  )
  expect(countVersions(nodes, (one) => one.talosVersion)).toEqual([
    { version: '1.14.2', count: 2 },
    { version: '1.9.5', count: 1 },
  ])
})

test('the filter wants every word, anywhere in the row', () => {
  const one = node('estante-1', { talosVersion: 'v1.13.9' })
  expect(matchesFilter(one, 'estante 1.13', 'running, ready')).toBe(true)
  expect(matchesFilter(one, 'READY', 'running, ready')).toBe(true)
  expect(matchesFilter(one, 'estante 1.14', 'running, ready')).toBe(false)
})

describe('what waits for a person', () => {
  const kinds = (nodes: readonly NodeSummary[], runs: readonly Run[] = [], context = casa) =>
    waitingFor(context, nodes, runs, NOW).map((item) => item.kind)

  test('is nothing while all is well', () => {
    expect(kinds([plane('bronce-1'), node('estante-1')])).toEqual([])
  })

  test('is a node that stopped answering, before one that holds a staged configuration', () => {
    expect(kinds([node('estante-1', { configStaged: true }), node('estante-2', { reach: SILENT })])).toEqual([
      'silent',
      'staged',
    ])
  })

  test('is not a node that is away because a run restarts it', () => {
    expect(kinds([plane('bronce-1', { reach: SILENT })], [run('8', {})])).toEqual([])
  })

  test('is a fall back until a later run of that node ended otherwise', () => {
    const fell = run('1', { outcome: 'fell-back' })
    expect(kinds([], [fell])).toEqual(['fell-back'])
    expect(kinds([], [run('2', { outcome: 'proven' }), fell])).toEqual([])
  })

  test('is a try, not a staged configuration, while what the node runs is only on trial', () => {
    const trial = { revertsAt: '2026-11-22T09:43:00.000Z', probes: [] }
    const tried = [plane('bronce-1', { configStaged: true }), node('estante-1', { configStaged: true })]
    expect(waitingFor(casa, tried, [run('1', { trial })], NOW).map(({ id }) => id)).toEqual([
      'try 1',
      'staged estante-1.lan',
    ])
    const kept = run('1', { trial: { ...trial, decided: 'kept' }, outcome: 'proven' })
    expect(kinds([tried[0]!], [kept])).toEqual(['staged'])
  })

  test('is a run that was cut off, and a try that nobody decided', () => {
    const trial = { revertsAt: '2026-11-22T09:43:00.000Z', probes: [] }
    expect(kinds([], [run('1', { outcome: 'interrupted' }), run('2', { trial })])).toEqual([
      'try',
      'interrupted',
    ])
  })

  test('is a run that was cut off and closed as it stood, until a later one of that node went on', () => {
    const closed = run('1', { outcome: 'interrupted', endedAt: '2026-11-22T09:43:00.000Z' })
    expect(kinds([], [closed])).toEqual(['interrupted'])
    expect(kinds([], [run('2', { outcome: 'proven' }), closed])).toEqual([])
    expect(kinds([], [run('2', { outcome: 'proven' }), run('1', { outcome: 'interrupted' })])).toEqual([
      'interrupted',
    ])
  })

  test('is a key that ends within two weeks', () => {
    const soon = { ...casa, certificate: { ...casa.certificate, notAfter: '2026-12-04T11:20:00.000Z' } }
    expect(kinds([], [], soon)).toEqual(['expires'])
  })

  test('of another cluster does not show here', () => {
    expect(kinds([], [{ ...run('1', { outcome: 'interrupted' }), context: 'rack' } as Run])).toEqual([])
  })
})
