import { expect, test } from 'vitest'
import type { TalosEvent } from '../nodes/talos-port.ts'
import { readSequence } from './gather-plan.ts'

const event = (payload: TalosEvent['payload']): TalosEvent => ({ payload }) as TalosEvent
const START = event({ kind: 'sequence', sequence: 'initialize', action: 'start' })
const STOP = event({ kind: 'sequence', sequence: 'initialize', action: 'stop' })

/** A node that tells `events[n]` in the nth silence, counted from 1; 0 at once. */
function nodeThatTells(events: Readonly<Record<number, TalosEvent>>) {
  let silence = 0
  let wake: () => void = () => undefined
  return {
    silences: () => silence,
    quiet: async () => {
      silence += 1
      wake()
      // The stream says what it has before the silence counts as one.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    },
    async *events() {
      for (const [at, told] of Object.entries(events)) {
        while (silence < Number(at)) await new Promise<void>((resolve) => (wake = resolve))
        yield told
      }
      await new Promise(() => undefined)
    },
  }
}
const { signal } = new AbortController()

test('a past whose last sequence has its end is over at the first silence', async () => {
  const node = nodeThatTells({ 0: START, 1: STOP })
  expect(await readSequence(node, '10.0.20.11', node.quiet, signal)).toBeUndefined()
  expect(node.silences()).toBeLessThan(4)
})

test('one that is told with gaps is waited for before a sequence is called open', async () => {
  const node = nodeThatTells({ 0: START, 4: STOP })
  expect(await readSequence(node, '10.0.20.11', node.quiet, signal)).toBeUndefined()
})

test('a sequence that gets no end is under way', async () => {
  const node = nodeThatTells({ 0: START })
  expect(await readSequence(node, '10.0.20.11', node.quiet, signal)).toEqual({ sequence: 'initialize' })
})
