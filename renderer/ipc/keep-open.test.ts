import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { WireError } from '#contract/wire-error.ts'
import { keepOpen } from './keep-open.ts'
import type { StreamReader, TalosClient } from './talos-client.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const LOST: WireError = { code: 'interrupted', message: 'lost', retryable: true }
const ENDED: WireError = { code: 'interrupted', message: 'ended', retryable: false }

function clientByHand() {
  const readers: StreamReader<unknown>[] = []
  let closed = 0
  const client = {
    open: (_name: string, _input: unknown, reader: StreamReader<unknown>) => {
      readers.push(reader)
      return () => {
        closed += 1
      }
    },
  } as unknown as TalosClient
  return { client, readers, closed: () => closed }
}

describe('a stream that is kept open', () => {
  test('hands its snapshot over whole, once it is complete', () => {
    const { client, readers } = clientByHand()
    const snapshots: unknown[] = []
    keepOpen(
      client,
      'app.watch',
      {},
      { onSnapshot: (all) => snapshots.push(all), onChanges: () => undefined },
    )
    readers[0]?.onItems([1], 'snapshot')
    readers[0]?.onItems([2], 'snapshot')
    expect(snapshots).toEqual([])
    readers[0]?.onReady?.()
    expect(snapshots).toEqual([[1, 2]])
  })

  test('begins again after a break, each time waiting longer, and at once short again after a good start', () => {
    const { client, readers } = clientByHand()
    keepOpen(client, 'app.watch', {}, { onSnapshot: () => undefined, onChanges: () => undefined })
    readers[0]?.onError?.(LOST)
    vi.advanceTimersByTime(499)
    expect(readers).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(readers).toHaveLength(2)
    readers[1]?.onError?.(LOST)
    vi.advanceTimersByTime(999)
    expect(readers).toHaveLength(2)
    vi.advanceTimersByTime(1)
    expect(readers).toHaveLength(3)
    readers[2]?.onReady?.()
    readers[2]?.onEnd?.()
    vi.advanceTimersByTime(500)
    expect(readers).toHaveLength(4)
  })

  test('does not begin again where that makes no sense', () => {
    const { client, readers } = clientByHand()
    const errors: WireError[] = []
    keepOpen(
      client,
      'app.watch',
      {},
      { onSnapshot: () => undefined, onChanges: () => undefined, onError: (error) => errors.push(error) },
    )
    readers[0]?.onError?.(ENDED)
    vi.advanceTimersByTime(60_000)
    expect(readers).toHaveLength(1)
    expect(errors).toEqual([ENDED])
  })

  test('stays closed once it is closed, even while it waits', () => {
    const { client, readers, closed } = clientByHand()
    const close = keepOpen(
      client,
      'app.watch',
      {},
      { onSnapshot: () => undefined, onChanges: () => undefined },
    )
    readers[0]?.onError?.(LOST)
    close()
    vi.advanceTimersByTime(60_000)
    expect(readers).toHaveLength(1)
    expect(closed()).toBe(1)
  })
})
