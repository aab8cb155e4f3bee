import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createManualClock } from '../../tests/fakes/manual-clock.ts'
import { createCredit, pump } from './stream-pump.ts'
import type { StreamEvent } from './handlers.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('a stream that stays open keeps nothing of what went through it', async () => {
  const seen: WeakRef<object>[] = []
  const stop = new AbortController()
  let sent = 0
  let allSent = (): void => undefined
  const done = new Promise<void>((resolve) => (allSent = resolve))

  async function* events(): AsyncGenerator<StreamEvent<object>> {
    for (let number = 0; number < 100; number += 1) {
      // Each fills a frame, so that none waits for time to pass.
      const item = { number, text: 'x'.repeat(70_000) }
      seen.push(new WeakRef(item))
      yield { kind: 'change', item }
      await Promise.resolve()
    }
    await new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Error('ended'))))
  }

  const pumping = pump({
    events: events(),
    parse: (item) => item,
    send: (frame) => {
      sent += frame.kind === 'changes' ? frame.items.length : 0
      if (sent === 100) allSent()
    },
    credit: createCredit(200),
    clock: createManualClock(),
    signal: stop.signal,
  })
  await done
  // What is in flight is not kept, only not over yet.
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  const kept = seen.filter((reference) => reference.deref() !== undefined).length
  expect(kept).toBeLessThan(5)
  stop.abort(new Error('closed'))
  await expect(pumping).rejects.toThrow('closed')
})
