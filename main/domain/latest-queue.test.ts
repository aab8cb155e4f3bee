import { expect, test } from 'vitest'
import { createLatestQueue, createPulse } from './latest-queue.ts'

test('a key set twice before it is read is delivered once, with its newest value', async () => {
  const queue = createLatestQueue<string, number>()
  queue.set('bronce-1', 1)
  queue.set('bronce-2', 1)
  queue.set('bronce-1', 2)
  queue.end()
  expect(await read(queue)).toEqual([
    ['bronce-1', 2],
    ['bronce-2', 1],
  ])
})

test('a reader that waits is woken by the next value', async () => {
  const queue = createLatestQueue<string, number>()
  const reading = queue[Symbol.asyncIterator]().next()
  queue.set('a', 7)
  expect(await reading).toEqual({ done: false, value: ['a', 7] })
})

test('a failure reaches the reader, before what still waits', async () => {
  const queue = createLatestQueue<string, number>()
  queue.set('a', 1)
  queue.fail(new Error('gone'))
  await expect(queue[Symbol.asyncIterator]().next()).rejects.toThrow('gone')
})

test('nothing is delivered after the end', async () => {
  const queue = createLatestQueue<string, number>()
  queue.end()
  queue.set('a', 1)
  expect(await read(queue)).toEqual([])
})

test('a pulse tells that something changed, not how often', async () => {
  const pulse = createPulse()
  pulse.set()
  pulse.set()
  expect(await pulse.changed()).toBe(true)
  pulse.end()
  expect(await pulse.changed()).toBe(false)
})

// `Array.fromAsync` came with Node 22.
async function read<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
