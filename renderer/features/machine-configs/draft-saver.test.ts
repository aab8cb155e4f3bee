import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDraftSaver, type DraftState } from './draft-saver.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

type Answer = { readonly ok: true; readonly at: string } | { readonly ok: false; readonly error: never }

function saver() {
  const disk: string[] = []
  const states: DraftState[] = []
  const pending: (() => void)[] = []
  const slow = { on: false }
  const done = (): Answer => ({ ok: true, at: '2026-11-23T09:55:02.000Z' })
  const made = createDraftSaver({
    base: 'mtu: 1500',
    initial: 'mtu: 1500',
    save: async (text) => {
      if (slow.on) await new Promise<void>((resolve) => pending.push(resolve))
      disk.push(text)
      return done()
    },
    discard: async () => {
      disk.push('(gone)')
      return done()
    },
    onState: (state) => states.push(state),
  })
  return { made, disk, states, pending, slow }
}

test('typing is written once, after a pause', async () => {
  const { made, disk, states } = saver()
  made.take('mtu: 9')
  made.take('mtu: 90')
  made.take('mtu: 9000')
  await vi.advanceTimersByTimeAsync(499)
  expect(disk).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(disk).toEqual(['mtu: 9000'])
  expect(states.at(-1)).toEqual({ kind: 'saved', at: '2026-11-23T09:55:02.000Z' })
})

test('back at what the node has, there is no draft any more', async () => {
  const { made, disk, states } = saver()
  made.take('mtu: 9000')
  await vi.advanceTimersByTimeAsync(500)
  made.take('mtu: 1500')
  await vi.advanceTimersByTimeAsync(500)
  expect(disk).toEqual(['mtu: 9000', '(gone)'])
  expect(states.at(-1)).toEqual({ kind: 'same' })
})

test('an older text never lands on a newer one', async () => {
  const { made, disk, states, pending, slow } = saver()
  slow.on = true
  made.take('mtu: 9000')
  const first = made.flush()
  await vi.advanceTimersByTimeAsync(0)
  made.take('mtu: 9001')
  const second = made.flush()
  await vi.advanceTimersByTimeAsync(0)
  expect(pending).toHaveLength(1)
  pending[0]?.()
  await first
  await vi.advanceTimersByTimeAsync(0)
  pending[1]?.()
  await second
  expect(disk).toEqual(['mtu: 9000', 'mtu: 9001'])
  expect(states.filter((state) => state.kind === 'saved')).toHaveLength(1)
})

test('a disk that refuses is said, and the next keystroke tries again', async () => {
  const states: DraftState[] = []
  let full = true
  const made = createDraftSaver({
    base: '',
    initial: '',
    save: async () =>
      full
        ? { ok: false, error: { code: 'disk-write-failed', message: 'No space left.', retryable: true } }
        : { ok: true, at: '2026-11-23T09:55:02.000Z' },
    discard: async () => ({ ok: true, at: '2026-11-23T09:55:02.000Z' }),
    onState: (state) => states.push(state),
  })
  made.take('a')
  await made.flush()
  expect(states.at(-1)?.kind).toBe('failed')
  full = false
  made.take('ab')
  await made.flush()
  expect(states.at(-1)?.kind).toBe('saved')
})
