import { expect, test } from 'vitest'
import type { StreamFrame } from '#contract/bridge.ts'
import { INITIAL_CREDIT, methodNames, streamNames } from '#contract/bridge.ts'
import { contract } from '#contract/index.ts'
import type { Result } from '#contract/wire-error.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'
import type { StreamEvent } from '../../main/ipc/handlers.ts'
import { createLoopback } from '../fakes/ipc-loopback.ts'
import { createManualClock, settle } from '../fakes/manual-clock.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'

const reboot = { context: 'casa', node: '10.5.0.2', mode: 'default' }

function join(handlers: Record<string, unknown>) {
  const log = createRecordingLog()
  const clock = createManualClock()
  return { log, clock, ...createLoopback({ handlers: handlers, log, clock }) }
}

const gone = (name: string) => ({ kind: 'gone', name })
const change = (name: string) => ({ kind: 'change', item: gone(name) })

/** Follows contexts.watch of whatever the handler yields. */
function follow(handler: (input: unknown, signal: AbortSignal) => AsyncIterable<unknown>) {
  const frames: StreamFrame[] = []
  const joined = join({ 'contexts.watch': handler })
  joined.bridge.open['contexts.watch']('s1', {}, (frame) => frames.push(frame))
  return { ...joined, frames }
}

test('the name lists and the contract hold the same names, each of its kind', () => {
  const ofKind = (kind: string) =>
    Object.entries(contract)
      .filter(([, entry]) => entry.kind === kind)
      .map(([name]) => name)
      .sort()
  expect([...methodNames].sort()).toEqual(ofKind('method'))
  expect([...streamNames].sort()).toEqual(ofKind('stream'))
})

test('a client key that strays into a reply is stripped', async () => {
  const { bridge } = join({ 'contexts.select': async () => ({ key: 'LS0tLS1CRUdJTi' }) })
  expect(await bridge.invoke['contexts.select']('a', { context: 'casa' })).toEqual({ ok: true, value: {} })
})

test('a client key that strays into a stream item is stripped', async () => {
  const { frames } = follow(async function* () {
    yield { kind: 'change', item: { ...gone('casa'), key: 'LS0tLS1CRUdJTi' } }
  })
  await settle()
  await settle()
  expect(JSON.stringify(frames)).not.toContain('LS0tLS1CRUdJTi')
})

test('a malformed call is refused out loud and never reaches its handler', async () => {
  let reached = false
  const { bridge, log } = join({ 'contexts.select': async () => ((reached = true), {}) })
  const result = (await bridge.invoke['contexts.select']('a', { context: 7 })) as Result<unknown>
  expect(result).toMatchObject({ ok: false, error: { code: 'malformed-call', remedy: 'open-log' } })
  expect(JSON.stringify(result)).toContain('context')
  expect(reached).toBe(false)
  expect(log.entries).toContainEqual(expect.objectContaining({ level: 'warn', event: 'ipc.malformed' }))
})

test('a call that the contract does not name is refused, and its name stays out of the log', async () => {
  const { sendRaw, received, log } = join({})
  sendRaw({ kind: 'call', id: 'a', name: 'nodes.format-disk', input: {} })
  sendRaw({ kind: 'call', id: 'b', name: '__proto__', input: {} })
  sendRaw({ kind: 'call', id: 'c', name: 'nodes.watch', input: {} })
  await settle()
  expect(received).toHaveLength(3)
  for (const message of received)
    expect(message).toMatchObject({
      kind: 'answer',
      result: { ok: false, error: { code: 'malformed-call' } },
    })
  expect(JSON.stringify(log.entries)).not.toContain('format-disk')
})

test('what is no message at all is logged and harms nothing', async () => {
  const { sendRaw, received, log } = join({})
  for (const noise of [undefined, 7, 'call', [], { kind: 'call' }, { kind: 'credit', id: 'x' }])
    sendRaw(noise)
  await settle()
  expect(received).toEqual([])
  expect(log.entries).toHaveLength(6)
})

test('an input larger than 16 MB is refused before it is parsed', async () => {
  const { bridge } = join({ 'talosconfigs.preview': async () => ({}) })
  const source = { kind: 'bytes', name: 'config', base64: 'A'.repeat(17 * 1024 * 1024) }
  expect(await bridge.invoke['talosconfigs.preview']('a', { source })).toMatchObject({
    ok: false,
    error: { code: 'malformed-call', message: 'The input is too large.' },
  })
})

test('an input that contains itself is refused', async () => {
  const { bridge } = join({ 'contexts.select': async () => ({}) })
  const input: Record<string, unknown> = { context: 'casa' }
  input['self'] = input
  expect(await bridge.invoke['contexts.select']('a', input)).toMatchObject({ ok: false })
})

test('a failure crosses with its code, node and remedy', async () => {
  const { bridge } = join({
    'node-actions.plan-reboot': async () => {
      throw new TalosFailure('role-too-low', 'os:reader may not reboot.', { node: 'cp1' })
    },
  })
  expect(await bridge.invoke['node-actions.plan-reboot']('a', reboot)).toEqual({
    ok: false,
    error: {
      code: 'role-too-low',
      message: 'os:reader may not reboot.',
      node: 'cp1',
      remedy: 'ask-for-admin',
      retryable: false,
    },
  })
})

test('a bug is logged whole and shown bare', async () => {
  const bug = new Error('boom at /home/eva/.talos/config')
  const { bridge, log } = join({
    'contexts.select': () => {
      throw bug
    },
  })
  const result = await bridge.invoke['contexts.select']('a', { context: 'casa' })
  expect(result).toMatchObject({ ok: false, error: { code: 'internal' } })
  expect(JSON.stringify(result)).not.toContain('boom')
  expect(log.entries).toContainEqual(expect.objectContaining({ level: 'error', error: bug }))
})

test('cancelling one of two equal calls leaves the other running', async () => {
  const waiting: { signal: AbortSignal; finish: () => void }[] = []
  const { bridge } = join({
    'contexts.select': (_: unknown, signal: AbortSignal) =>
      new Promise((resolve) => waiting.push({ signal, finish: () => resolve({}) })),
  })
  const first = bridge.invoke['contexts.select']('a', { context: 'casa' })
  const second = bridge.invoke['contexts.select']('b', { context: 'casa' })
  bridge.cancel('a')
  expect(await first).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(waiting.map(({ signal }) => signal.aborted)).toEqual([true, false])
  waiting[1]!.finish()
  expect(await second).toEqual({ ok: true, value: {} })
})

test('an id that is in use is refused and the call that has it goes on', async () => {
  let finish = (): void => undefined
  const { bridge, sendRaw, received } = join({
    'contexts.select': () => new Promise((resolve) => (finish = () => resolve({}))),
  })
  void bridge.invoke['contexts.select']('a', { context: 'casa' })
  sendRaw({ kind: 'call', id: 'a', name: 'contexts.forget', input: { context: 'casa' } })
  await settle()
  expect(received[0]).toMatchObject({ result: { ok: false, error: { code: 'malformed-call' } } })
  finish()
  await settle()
  expect(received[1]).toMatchObject({ result: { ok: true } })
})

test('a window that dies aborts all its calls and streams, and nothing more is sent to it', async () => {
  const signals: AbortSignal[] = []
  const { bridge, close, received } = join({
    'contexts.select': (_: unknown, signal: AbortSignal) => {
      signals.push(signal)
      return new Promise(() => undefined)
    },
    'contexts.watch': (_: unknown, signal: AbortSignal) => {
      signals.push(signal)
      return (async function* () {
        await new Promise(() => undefined)
        yield { kind: 'ready' }
      })()
    },
  })
  void bridge.invoke['contexts.select']('a', { context: 'casa' })
  bridge.open['contexts.watch']('b', {}, () => undefined)
  await settle()
  close()
  await settle()
  expect(signals.map((signal) => signal.aborted)).toEqual([true, true])
  expect(received).toEqual([])
})

test('a watch sends what exists, then ready, then changes, then its end', async () => {
  const { frames, clock } = follow(async function* () {
    for (let n = 0; n < 600; n += 1) yield { kind: 'snapshot', item: gone(`c${n}`) }
    yield { kind: 'ready' }
    yield change('casa')
  })
  await settle()
  await clock.advance(100)
  expect(frames.map((frame) => [frame.kind, 'items' in frame ? frame.items.length : 0])).toEqual([
    ['snapshot', 256],
    ['snapshot', 256],
    ['snapshot', 88],
    ['ready', 0],
    ['changes', 1],
    ['end', 0],
  ])
})

test('a frame holds about 64 KB at most', async () => {
  const { frames, clock } = follow(async function* () {
    for (let n = 0; n < 1000; n += 1) yield { kind: 'snapshot', item: gone('x'.repeat(250)) }
    for (let n = 0; n < 300; n += 1) yield change('y'.repeat(253))
  })
  await settle()
  await clock.advance(100)
  for (const frame of frames) expect(JSON.stringify(frame).length).toBeLessThan(90_000)
})

test('a reader that gives no credit back stops the handler from being asked', async () => {
  let asked = 0
  const { frames, clock, bridge } = follow(async function* () {
    for (;;) {
      asked += 1
      yield { kind: 'ready' } satisfies StreamEvent<unknown>
    }
  })
  await settle()
  await clock.advance(10_000)
  expect(frames).toHaveLength(INITIAL_CREDIT)
  expect(asked).toBe(INITIAL_CREDIT)
  bridge.credit('s1', 3)
  await settle()
  expect(frames).toHaveLength(INITIAL_CREDIT + 3)
  expect(asked).toBe(INITIAL_CREDIT + 3)
})

test('changes leave at most sixty times a second, the first of them at once', async () => {
  let push: (name: string) => void = () => undefined
  const { frames, clock } = follow(async function* () {
    const queue: string[] = []
    let wake = (): void => undefined
    push = (name) => {
      queue.push(name)
      wake()
    }
    for (;;) {
      while (queue.length > 0) yield change(queue.shift()!)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  })
  await settle()
  push('first')
  await settle()
  await clock.advance(0)
  expect(frames).toEqual([{ kind: 'changes', items: [gone('first')] }])
  for (const name of ['second', 'third']) {
    push(name)
    await clock.advance(2)
  }
  expect(frames).toHaveLength(1)
  await clock.advance(16)
  expect(frames[1]).toEqual({ kind: 'changes', items: [gone('second'), gone('third')] })
})

test('what came before a failure is still delivered', async () => {
  const { frames } = follow(async function* () {
    yield change('casa')
    throw new TalosFailure('unreachable', 'No node answers.')
  })
  await settle()
  await settle()
  expect(frames.map((frame) => frame.kind)).toEqual(['changes', 'failed'])
  expect(frames[1]).toMatchObject({ error: { code: 'unreachable', retryable: true } })
})

test('a stream that was cancelled just stops, and its handler is told', async () => {
  let signal: AbortSignal | undefined
  const { bridge, frames, received } = follow((_, given) => {
    signal = given
    return (async function* () {
      yield { kind: 'ready' }
      await new Promise((_resolve, reject) =>
        given.addEventListener('abort', () => reject(new Error('stop'))),
      )
    })()
  })
  await settle()
  bridge.cancel('s1')
  await settle()
  expect(signal?.aborted).toBe(true)
  expect(frames).toEqual([{ kind: 'ready' }])
  expect(received).toHaveLength(1)
})

test('a stream that breaks lets go of what its handler has open', async () => {
  let signal: AbortSignal | undefined
  const { frames } = follow(async function* (_, given) {
    signal = given
    yield { kind: 'change', item: { kind: 'nothing the contract has' } }
    await new Promise(() => undefined)
  })
  await settle()
  await settle()
  expect(frames.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'internal' } })
  expect(signal?.aborted).toBe(true)
})
