import { expect, test } from 'vitest'
import type { ClockPort } from '../clock-port.ts'
import { tailLog, type LogTailEvent } from './log-tail.ts'

/** Sleeping is what lets time pass. */
function sleepingClock(): ClockPort {
  let now = 0
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const parse = (text: string): { text: string } => ({ text })

async function* lines(count: number, afterwards?: Promise<void>): AsyncIterable<string> {
  for (let i = 0; i < count; i++) yield `line ${i}`
  if (afterwards !== undefined) {
    await afterwards
    yield 'late'
  }
}

async function all(events: AsyncIterable<LogTailEvent>): Promise<LogTailEvent[]> {
  const seen: LogTailEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

test('the newest lines asked for are the snapshot, and what comes later follows', async () => {
  let later: () => void = () => undefined
  const tail = tailLog({
    lines: lines(10, new Promise((resolve) => (later = resolve))),
    parse,
    tailLines: 3,
    clock: sleepingClock(),
    signal: new AbortController().signal,
  })[Symbol.asyncIterator]()
  expect((await tail.next()).value).toEqual({
    kind: 'snapshot',
    item: { lines: [{ text: 'line 7' }, { text: 'line 8' }, { text: 'line 9' }], dropped: 0 },
  })
  expect((await tail.next()).value).toEqual({ kind: 'ready' })
  later()
  expect((await tail.next()).value).toEqual({
    kind: 'change',
    item: { lines: [{ text: 'late' }], dropped: 0 },
  })
  expect((await tail.next()).done).toBe(true)
})

test('a long backlog comes in batches, in order and whole', async () => {
  const events = await all(
    tailLog({
      lines: lines(4500),
      parse,
      tailLines: 100_000,
      clock: sleepingClock(),
      signal: new AbortController().signal,
    }),
  )
  const texts = events.flatMap((event) =>
    event.kind === 'ready' ? [] : event.item.lines.map(({ text }) => text),
  )
  expect(texts).toHaveLength(4500)
  expect(texts.at(-1)).toBe('line 4499')
})

test('a reader slower than the log loses the oldest lines, and is told how many', async () => {
  async function* flood(): AsyncIterable<string> {
    yield 'first'
    await new Promise((resolve) => setImmediate(resolve))
    await released
    for (let i = 0; i < 60_000; i++) yield `line ${i}`
    allTaken()
  }
  let allTaken: () => void = () => undefined
  const taken = new Promise<void>((resolve) => (allTaken = resolve))
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const tail = tailLog({
    lines: flood(),
    parse,
    tailLines: 10,
    clock: sleepingClock(),
    signal: new AbortController().signal,
  })
  const reading = tail[Symbol.asyncIterator]()
  await reading.next()
  await reading.next()
  release()
  await taken
  let dropped = 0
  let kept = 0
  for (let next = await reading.next(); next.done !== true; next = await reading.next()) {
    if (next.value.kind === 'ready') continue
    dropped += next.value.item.dropped
    kept += next.value.item.lines.length
  }
  expect(dropped).toBeGreaterThan(0)
  expect(dropped + kept).toBe(60_000)
})

test('a node that goes away ends the log with its failure', async () => {
  async function* cut(): AsyncIterable<string> {
    yield 'only'
    throw new Error('connection lost')
  }
  const events = all(
    tailLog({
      lines: cut(),
      parse,
      tailLines: 5,
      clock: sleepingClock(),
      signal: new AbortController().signal,
    }),
  )
  await expect(events).rejects.toThrow('connection lost')
})

test('a log that is never quiet is shown after a second, not never', async () => {
  let now = 0
  const stop = new AbortController()
  async function* restless(): AsyncIterable<string> {
    for (let i = 0; !stop.signal.aborted; i++) {
      yield `line ${i}`
      // A line every five milliseconds, for as long as anyone listens.
      now += 5
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const tail = tailLog({
    lines: restless(),
    parse,
    tailLines: 10,
    clock: { now: () => now, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
    signal: stop.signal,
  })[Symbol.asyncIterator]()
  expect((await tail.next()).value).toMatchObject({ kind: 'snapshot' })
  expect(now).toBeLessThan(1_500)
  stop.abort()
})
