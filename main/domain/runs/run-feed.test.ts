import { describe, expect, test } from 'vitest'
import { ContextName } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import { settle } from '../../../tests/fakes/manual-clock.ts'
import { createMemoryJournal } from '../../../tests/fakes/memory-journal.ts'
import { casa, held, proven, request, setUpRuns } from '../../../tests/fakes/run-bodies.ts'
import { RUNS_KEPT } from './run-engine.ts'
import type { RunsStreamEvent } from './run-feed.ts'

async function take(stream: AsyncIterable<RunsStreamEvent>, count: number): Promise<RunsStreamEvent[]> {
  const taken: RunsStreamEvent[] = []
  for await (const event of stream) {
    taken.push(event)
    if (taken.length === count) break
  }
  return taken
}

function runOf(event: RunsStreamEvent | undefined): Run {
  if (event === undefined || event.kind === 'ready' || event.item.kind !== 'run') throw new Error('not a run')
  return event.item.run
}

describe('the task log', () => {
  test('what there is, then ready, then each change, whether or not anyone watched before', async () => {
    const { engine } = setUpRuns()
    const first = held()
    const id = await engine.start(request, first.body)
    await settle()
    const watching = new AbortController()
    const seen = take(engine.watch({ context: casa, limit: 10 }, watching.signal), 3)
    await settle()
    first.open()
    const [snapshot, ready, change] = await seen
    expect(runOf(snapshot)).toMatchObject({ id, steps: [{ state: 'running' }] })
    expect(ready).toEqual({ kind: 'ready' })
    expect(runOf(change)).toMatchObject({ id, outcome: 'proven' })
  })

  test('a slow reader gets the newest state, not every step', async () => {
    const { engine } = setUpRuns()
    const watching = new AbortController()
    const stream = engine.watch({ limit: 10 }, watching.signal)[Symbol.asyncIterator]()
    await stream.next()
    const lines = Array.from({ length: 50 }, (_, n) => ({ kind: 'output' as const, text: `${n}` }))
    const many = held([...lines, proven])
    await engine.start(request, many.body)
    many.open()
    await settle()
    await settle()
    const change = (await stream.next()).value as RunsStreamEvent
    expect(runOf(change)).toMatchObject({ outcome: 'proven' })
    const nothingMore = stream.next()
    watching.abort()
    expect((await nothingMore).done).toBe(true)
  })

  test('the newest are told, newest last, and other clusters are left out', async () => {
    const { engine, journal } = setUpRuns()
    for (let n = 0; n < 4; n++) {
      await engine.start({ ...request, hostname: `n${n}` }, async function* () {
        yield proven
      })
      await settle()
    }
    await engine.start({ ...request, context: ContextName.parse('rack') }, held().body)
    const seen = await take(engine.watch({ context: casa, limit: 2 }, new AbortController().signal), 3)
    expect(seen.slice(0, 2).map((event) => runOf(event).hostname)).toEqual(['n2', 'n3'])
    expect(journal.kept.size).toBe(5)
  })

  test('beyond a thousand the oldest settled run goes, and watchers are told', async () => {
    const journal = createMemoryJournal()
    const { engine } = setUpRuns(journal)
    for (let n = 0; n < RUNS_KEPT; n++) {
      const id = `old-${n}`
      const head = { ...request, id, who: 'ana', startedAt: '2026-01-01T00:00:00.000Z' }
      await journal.begin(head as never)
      if (n > 0) await journal.append(id, { at: '2026-01-01T00:00:01.000Z', event: proven })
    }
    await engine.load()
    const watching = new AbortController()
    const stream = engine.watch({ context: casa, limit: 1 }, watching.signal)[Symbol.asyncIterator]()
    await stream.next()
    await stream.next()
    await engine.start(request, held().body)
    await settle()
    const told = [await stream.next(), await stream.next()].map((next) => next.value as RunsStreamEvent)
    expect(told).toContainEqual({ kind: 'change', item: { kind: 'gone', id: 'old-1' } })
    expect(engine.get('old-0').outcome).toBe('interrupted')
    watching.abort()
  })
})
