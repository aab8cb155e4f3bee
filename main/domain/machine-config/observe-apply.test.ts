import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ContextName, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { createInMemoryTalos } from '../../../tests/fakes/in-memory-talos-port.ts'
import { createManualClock } from '../../../tests/fakes/manual-clock.ts'
import { shortHash } from './apply-verdict.ts'
import { expectsConfigs, observeApply } from './observe-apply.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const short = (text: string): string => shortHash(sha256(text))
const { signal } = new AbortController()
const address = '10.0.20.21'

const interrupted: Run = {
  id: RunId.parse('apply-1'),
  kind: 'apply',
  context: ContextName.parse('casa'),
  node: address,
  hostname: 'estante-1',
  title: { key: 'run.apply', parameters: {} },
  who: 'ana',
  startedAt: '2026-11-23T00:00:00.000Z',
  steps: [],
  output: [],
  verdict: [
    { fact: 'config-active', before: short('old'), expected: short('new'), outcome: 'unknown' },
    { fact: 'config-persistent', before: short('old'), expected: short('new'), outcome: 'unknown' },
    { fact: 'stage', expected: 'running, ready', outcome: 'unknown' },
  ],
  outcome: 'interrupted',
  talosctl: '',
  stoppable: false,
}
const trial = { revertsAt: '2026-11-23T00:02:00.000Z', probes: [] }

function observe(run: Run, active: string, disk: string, off = false) {
  const talos = createInMemoryTalos(createManualClock(), [
    { hostname: 'estante-1', address, role: 'worker', version: 'v1.13.9' },
  ])
  const node = talos.node('estante-1')
  node.config = { text: active, version: '2' }
  node.persistent = disk
  if (off) node.troubles.add('off')
  return observeApply(talos, run, sha256, signal)
}

describe('an apply that was cut off', () => {
  test('is proven when the node has on both sides what was sent', async () => {
    const { outcome, rows } = await observe(interrupted, 'new', 'new')
    expect(outcome).toBe('proven')
    expect(rows.map(({ fact, outcome: found }) => `${fact} ${found}`)).toEqual([
      'config-active proven',
      'config-persistent proven',
      'stage proven',
    ])
  })

  test('stays interrupted when the node has what it had, with what was found beside it', async () => {
    const { outcome, rows } = await observe(interrupted, 'old', 'old')
    expect(outcome).toBe('interrupted')
    expect(rows[0]).toMatchObject({ expected: short('new'), found: short('old'), outcome: 'differs' })
  })

  test('of a node that does not answer is left to be asked again', async () => {
    await expect(observe(interrupted, 'old', 'old', true)).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('in a try that the node took back was reverted', async () => {
    const { outcome, rows } = await observe({ ...interrupted, trial }, 'old', 'old')
    expect(outcome).toBe('reverted')
    expect(rows.every((row) => row.outcome === 'proven')).toBe(true)
  })

  test('in a try that still runs is not settled before its timer', async () => {
    const settling = observe({ ...interrupted, trial }, 'new', 'old')
    await expect(settling).rejects.toMatchObject({ code: 'config-try-pending' })
  })

  test('in a try that was kept is proven', async () => {
    const kept: Run = { ...interrupted, trial: { ...trial, decided: 'kept' } }
    expect((await observe(kept, 'new', 'new')).outcome).toBe('proven')
  })

  test('over several nodes is judged node by node', async () => {
    const talos = createInMemoryTalos(createManualClock(), [
      { hostname: 'estante-1', address, role: 'worker', version: 'v1.13.9' },
      { hostname: 'estante-2', address: '10.0.20.22', role: 'worker', version: 'v1.13.9' },
    ])
    talos.node('estante-1').config = { text: 'new', version: '2' }
    talos.node('estante-2').config = { text: 'old', version: '1' }
    const nodes = [
      { node: address, hostname: 'estante-1' },
      { node: '10.0.20.22', hostname: 'estante-2' },
    ]
    const verdict = nodes.map(({ node }) => ({
      fact: 'config-active',
      node,
      before: short('old'),
      expected: short('new'),
      outcome: 'unknown' as const,
    }))
    const { outcome, rows } = await observeApply(talos, { ...interrupted, nodes, verdict }, sha256, signal)
    expect(outcome).toBe('interrupted')
    expect(rows.map(({ node, outcome: found }) => `${node ?? ''} ${found}`)).toEqual([
      '10.0.20.21 proven',
      '10.0.20.22 differs',
    ])
  })

  test('before anything was expected has no configurations to look for', () => {
    expect(expectsConfigs(interrupted)).toBe(true)
    expect(expectsConfigs({ ...interrupted, verdict: [] })).toBe(false)
  })
})
