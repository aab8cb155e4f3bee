import { describe, expect, test } from 'vitest'
import { ContextName } from '#contract/names.ts'
import { settle } from '../../../tests/fakes/manual-clock.ts'
import { casa, gate, held, proven, request, setUpRuns } from '../../../tests/fakes/run-bodies.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { RunControl, RunEvent } from './run-port.ts'

describe('a run and its cluster', () => {
  test('a second exclusive run in the same context is refused while the first goes', async () => {
    const { engine } = setUpRuns()
    const first = held()
    await engine.start(request, first.body)
    await expect(engine.start(request, held().body)).rejects.toMatchObject({
      code: 'run-active',
      message: expect.stringContaining('bronce-3') as unknown,
    })
    expect(engine.holder(casa)?.node).toBe('10.0.20.13')
    first.open()
    await settle()
    expect(engine.holder(casa)).toBeUndefined()
    await expect(engine.start(request, held().body)).resolves.toBeTypeOf('string')
  })

  test('two clicks in the same moment start one run', async () => {
    const { engine } = setUpRuns()
    const results = await Promise.allSettled([
      engine.start(request, held().body),
      engine.start(request, held().body),
    ])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected'])
  })

  test('another cluster, and a run that shares, go on beside it', async () => {
    const { engine } = setUpRuns()
    await engine.start(request, held().body)
    await engine.start({ ...request, context: ContextName.parse('rack') }, held().body)
    await engine.start({ ...request, kind: 'service', exclusive: false }, held().body)
    expect(engine.list(casa)).toHaveLength(2)
    expect(engine.list()).toHaveLength(3)
  })

  test('two contexts of one cluster share its place', async () => {
    const { engine } = setUpRuns(undefined, { clusterOf: () => 'SHA256:one' })
    await engine.start(request, held().body)
    const other = { ...request, context: ContextName.parse('casa-1'), node: '10.0.20.11' }
    await expect(engine.start(other, held().body)).rejects.toMatchObject({ code: 'run-active' })
    expect(engine.holder(other.context)?.node).toBe(request.node)
  })

  test('is idle when the last of its runs has ended, also one that is just being written down', async () => {
    const { engine, journal } = setUpRuns()
    const disk = gate()
    const begin = journal.begin
    journal.begin = async (head) => {
      await disk.passed
      await begin(head)
    }
    const run = held()
    const started = engine.start(request, run.body)
    let idle = false
    const waiting = engine.idle(casa).then(() => (idle = true))
    disk.open()
    await started
    await settle()
    expect(idle).toBe(false)
    await expect(engine.idle('rack')).resolves.toBeUndefined()
    run.open()
    await waiting
  })

  test('a journal that cannot begin leaves no run and no lock', async () => {
    const { engine, journal } = setUpRuns()
    const begin = journal.begin
    journal.begin = () => Promise.reject(new TalosFailure('disk-write-failed', 'full'))
    await expect(engine.start(request, held().body)).rejects.toMatchObject({ code: 'disk-write-failed' })
    journal.begin = begin
    expect(engine.list()).toEqual([])
    await engine.start(request, held().body)
  })
})

describe('a run on disk', () => {
  test('a step begins only after its start is in the journal', async () => {
    const { engine, journal } = setUpRuns()
    const disk = gate()
    const did: string[] = []
    journal.beforeAppend = ({ event }) => (event.kind === 'step-started' ? disk.passed : undefined)
    await engine.start(request, async function* () {
      yield { kind: 'step-started', id: 'install' }
      did.push('install')
      yield proven
    })
    await settle()
    expect(did).toEqual([])
    disk.open()
    await settle()
    expect(did).toEqual(['install'])
  })

  test('a step whose start cannot be written is not begun', async () => {
    const { engine, journal, log } = setUpRuns()
    const did: string[] = []
    journal.beforeAppend = ({ event }) => {
      if (event.kind === 'step-started') throw new TalosFailure('disk-write-failed', 'No space left.')
    }
    const id = await engine.start(request, async function* () {
      yield { kind: 'step-started', id: 'install' }
      did.push('install')
      yield proven
    })
    await settle()
    expect(did).toEqual([])
    expect(engine.get(id)).toMatchObject({ outcome: 'failed', error: { code: 'disk-write-failed' } })
    expect(log.entries.map(({ event }) => event)).toContain('run-journal-append-failed')
  })

  test('an installer is not cut off because a line of its output cannot be written', async () => {
    const { engine, journal } = setUpRuns()
    journal.beforeAppend = ({ event }) => {
      if (event.kind === 'output') throw new Error('disk full')
    }
    const id = await engine.start(request, async function* () {
      yield { kind: 'output', text: 'writing grub.cfg' }
      yield proven
    })
    await settle()
    expect(engine.get(id)).toMatchObject({ outcome: 'proven', output: [{ text: 'writing grub.cfg' }] })
  })

  test('a body that throws a failure ends its run with it; a bug crosses without its text', async () => {
    const { engine, log } = setUpRuns()
    const refused = await engine.start(request, async function* () {
      yield { kind: 'expected', rows: [{ fact: 'talos', expected: 'v1.14.0', outcome: 'unknown' }] }
      throw new TalosFailure('refused', 'the node said no', { node: '10.0.20.13' })
    })
    await settle()
    expect(engine.get(refused)).toMatchObject({
      outcome: 'failed',
      error: { code: 'refused', message: 'the node said no' },
      verdict: [{ fact: 'talos', outcome: 'unknown' }],
    })
    const buggy = await engine.start(request, async function* () {
      yield { kind: 'output', text: 'so far' }
      throw new Error('token abc123')
    })
    await settle()
    expect(JSON.stringify(engine.get(buggy))).not.toContain('abc123')
    expect(engine.get(buggy).error?.code).toBe('internal')
    expect(log.entries.filter(({ event }) => event === 'run-failed')).toHaveLength(1)
  })

  test('a body that ends without a verdict is a bug, and its run is not left open', async () => {
    const { engine } = setUpRuns()
    const id = await engine.start(request, async function* () {
      yield { kind: 'output', text: 'and then nothing' }
    })
    await settle()
    expect(engine.get(id)).toMatchObject({ outcome: 'failed', error: { code: 'internal' } })
  })
})

describe('a run that was cut off', () => {
  test('whatever event it died after, it is interrupted, never replayed, and can be settled', async () => {
    const script: RunEvent[] = [
      { kind: 'planned', steps: [{ id: 'pull', name: 'pull' }] },
      { kind: 'step-started', id: 'pull' },
      { kind: 'output', text: 'layer' },
      { kind: 'step-ended', id: 'pull', state: 'done' },
      { kind: 'step-started', id: 'install' },
    ]
    for (let died = 0; died <= script.length; died++) {
      const first = setUpRuns()
      let went = 0
      const id = await first.engine.start(request, async function* (control: RunControl) {
        for (const event of script.slice(0, died)) {
          went++
          yield event
        }
        await new Promise((_, reject) => {
          control.signal.addEventListener('abort', () => reject(control.signal.reason as Error))
        })
      })
      await settle()
      await first.engine.close()
      expect(went).toBe(died)

      const again = setUpRuns(first.journal)
      await again.engine.load()
      const run = again.engine.get(id)
      expect(run).toMatchObject({ outcome: 'interrupted', stoppable: false })
      expect(run.endedAt).toBeUndefined()
      expect(run.steps.some(({ state }) => state === 'running')).toBe(false)
      expect(again.engine.holder(casa)).toBeUndefined()
      expect(went).toBe(died)

      await again.engine.settle(id, { how: 'close' })
      expect(again.engine.get(id)).toMatchObject({
        outcome: 'interrupted',
        endedAt: expect.any(String) as unknown,
      })
      const third = setUpRuns(first.journal)
      await third.engine.load()
      expect(third.engine.get(id).endedAt).toBeDefined()
    }
  })

  test('observing writes what was read, once', async () => {
    const { engine, journal } = setUpRuns()
    await engine.start(request, held().body)
    await engine.close()
    const again = setUpRuns(journal)
    await again.engine.load()
    const [{ id } = { id: '' }] = again.engine.list()
    const reading = gate()
    const observe = async () => {
      await reading.passed
      const row = { fact: 'talos', expected: 'v1.14.0', found: 'v1.14.0', outcome: 'proven' as const }
      return { rows: [row], outcome: 'proven' as const }
    }
    const settled = again.engine.settle(id, { how: 'observe', observe })
    await expect(again.engine.settle(id, { how: 'close' })).rejects.toMatchObject({ code: 'conflict' })
    reading.open()
    await settled
    expect(again.engine.get(id)).toMatchObject({ outcome: 'proven', verdict: [{ found: 'v1.14.0' }] })
    await expect(again.engine.settle(id, { how: 'close' })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a node that cannot be read leaves the run to be settled again', async () => {
    const { engine, journal } = setUpRuns()
    await engine.start(request, held().body)
    await engine.close()
    const again = setUpRuns(journal)
    await again.engine.load()
    const [{ id } = { id: '' }] = again.engine.list()
    const observe = () => Promise.reject(new TalosFailure('unreachable', 'no answer'))
    await expect(again.engine.settle(id, { how: 'observe', observe })).rejects.toMatchObject({
      code: 'unreachable',
    })
    await again.engine.settle(id, { how: 'close' })
  })

  test('a run that goes on cannot be settled', async () => {
    const { engine } = setUpRuns()
    const id = await engine.start(request, held().body)
    await expect(engine.settle(id, { how: 'close' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(engine.settle('nobody', { how: 'close' })).rejects.toMatchObject({ code: 'run-not-found' })
  })
})

describe('the person and the run', () => {
  test('stopping is seen by the body between two steps', async () => {
    const { engine } = setUpRuns()
    const { passed, open } = gate()
    const id = await engine.start(request, async function* (control: RunControl) {
      yield { kind: 'step-started', id: 'pull' }
      await passed
      yield { kind: 'verdict', rows: [], outcome: control.stopRequested() ? 'stopped' : 'proven' }
    })
    engine.stop(id)
    open()
    await settle()
    expect(engine.get(id).outcome).toBe('stopped')
    expect(() => engine.stop(id)).toThrow(expect.objectContaining({ code: 'conflict' }) as Error)
    expect(() => engine.stop('nobody')).toThrow(expect.objectContaining({ code: 'run-not-found' }) as Error)
  })

  test('a decision reaches a try, before or after it is asked for, and nothing else', async () => {
    const { engine } = setUpRuns()
    const { passed, open } = gate()
    const decided: string[] = []
    const body = async function* (control: RunControl): AsyncGenerator<RunEvent> {
      yield { kind: 'trial', revertsAt: '2026-11-23T20:54:00.000Z' }
      await passed
      decided.push(await control.decision())
      yield { kind: 'decided', how: 'kept' }
      yield proven
    }
    const id = await engine.start(request, body)
    await settle()
    engine.decide(id, 'keep')
    engine.decide(id, 'revert')
    open()
    await settle()
    expect(decided).toEqual(['keep'])
    expect(() => engine.decide(id, 'keep')).toThrow(
      expect.objectContaining({ code: 'run-not-found' }) as Error,
    )

    const asked = await engine.start(request, body)
    await settle()
    engine.decide(asked, 'revert')
    await settle()
    expect(decided).toEqual(['keep', 'revert'])

    const upgrade = await engine.start(request, held().body)
    expect(() => engine.decide(upgrade, 'keep')).toThrow(
      expect.objectContaining({ code: 'run-not-found' }) as Error,
    )
  })

  test('closing the app in a try leaves the run interrupted, not reverted', async () => {
    const { engine, journal } = setUpRuns()
    await engine.start(request, async function* (control: RunControl) {
      yield { kind: 'trial', revertsAt: '2026-11-23T20:54:00.000Z' }
      await control.decision()
      yield proven
    })
    await settle()
    await engine.close()
    const again = setUpRuns(journal)
    await again.engine.load()
    expect(again.engine.list()[0]?.outcome).toBe('interrupted')
  })
})

describe('closing', () => {
  test('a body that does not let go holds the app for three seconds, no more', async () => {
    const { engine, clock } = setUpRuns()
    await engine.start(request, async function* () {
      yield { kind: 'step-started', id: 'install' }
      await new Promise(() => undefined)
    })
    await settle()
    let closed = false
    const closing = engine.close().then(() => (closed = true))
    await clock.advance(2_999)
    expect(closed).toBe(false)
    await clock.advance(1)
    await closing
  })
})

test('a journal that another version wrote hides no other run', async () => {
  const { engine, journal } = setUpRuns()
  const first = await engine.start(request, held([proven]).body)
  const strange = await engine.start({ ...request, exclusive: false }, held([proven]).body)
  await settle()
  journal.kept.get(strange)!.events = [
    { at: '2027-01-01T00:00:00.000Z', event: { kind: 'planned' } as unknown as RunEvent },
  ]
  const again = setUpRuns(journal)
  await again.engine.load()
  expect(again.engine.list().map(({ id }) => id)).toEqual([first])
  expect(again.log.entries.some(({ event }) => event === 'run-journal-not-understood')).toBe(true)
})
