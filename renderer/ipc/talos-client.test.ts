import { describe, expect, test } from 'vitest'
import type { Bridge, StreamFrame } from '#contract/bridge.ts'
import { createTalosClient } from './talos-client.ts'

/** A bridge whose other side is the test. */
function bridgeByHand() {
  const frames = new Map<string, (frame: StreamFrame) => void>()
  const answers = new Map<string, (answer: unknown) => void>()
  const log: string[] = []
  const ids: string[] = []
  const byName = (make: (name: string) => unknown): never =>
    new Proxy({}, { get: (_, name) => make(String(name)) }) as never
  const bridge: Bridge = {
    invoke: byName((name) => (id: string) => {
      log.push(`call ${name}`)
      ids.push(id)
      return new Promise((resolve) => answers.set(id, resolve))
    }),
    open: byName((name) => (id: string, _input: unknown, onFrame: (frame: StreamFrame) => void) => {
      log.push(`open ${name}`)
      ids.push(id)
      frames.set(id, onFrame)
    }),
    cancel: (id) => {
      log.push(`cancel ${String(ids.indexOf(id))}`)
    },
    credit: (id, count) => {
      log.push(`credit ${String(ids.indexOf(id))} ${String(count)}`)
    },
  }
  return {
    client: createTalosClient(bridge),
    log,
    ids,
    send: (nth: number, frame: StreamFrame) => frames.get(ids[nth] ?? '')?.(frame),
    answer: (nth: number, value: unknown) => answers.get(ids[nth] ?? '')?.(value),
  }
}

describe('a call', () => {
  test('has an id of its own, two calls of one method too', async () => {
    const { client, ids, answer } = bridgeByHand()
    const both = Promise.all([client.call('demo.stop', {}), client.call('demo.stop', {})])
    answer(0, { ok: true, value: {} })
    answer(1, { ok: true, value: {} })
    await both
    expect(new Set(ids).size).toBe(2)
  })

  test('that is aborted is cancelled on the wire', async () => {
    const { client, log, answer } = bridgeByHand()
    const abort = new AbortController()
    const result = client.call('app.self-test', {}, abort.signal)
    abort.abort()
    answer(0, { ok: false, error: { code: 'cancelled', message: '', retryable: true } })
    expect((await result).ok).toBe(false)
    expect(log).toEqual(['call app.self-test', 'cancel 0'])
  })

  test('that was aborted before it began never crosses', async () => {
    const { client, log } = bridgeByHand()
    const result = await client.call('app.self-test', {}, AbortSignal.abort())
    expect(result).toMatchObject({ ok: false, error: { code: 'cancelled' } })
    expect(log).toEqual([])
  })

  test('over a bridge that throws is a failure, not an exception', async () => {
    const broken = { invoke: { 'demo.stop': () => Promise.reject(new Error('gone')) } } as unknown as Bridge
    const result = await createTalosClient(broken).call('demo.stop', {})
    expect(result).toMatchObject({ ok: false, error: { code: 'internal', message: 'gone' } })
  })
})

describe('a stream', () => {
  const silent = { onItems: () => undefined }

  test('gives a credit back for each frame it took in', () => {
    const { client, log, send } = bridgeByHand()
    client.open('app.watch', {}, silent)
    send(0, { kind: 'snapshot', items: [1, 2] })
    send(0, { kind: 'ready' })
    send(0, { kind: 'changes', items: [3] })
    expect(log).toEqual(['open app.watch', 'credit 0 1', 'credit 0 1', 'credit 0 1'])
  })

  test('that is closed is cancelled once and hears nothing more', () => {
    const { client, log, send } = bridgeByHand()
    const heard: unknown[] = []
    const close = client.open('app.watch', {}, { onItems: (items) => heard.push(...items) })
    close()
    close()
    send(0, { kind: 'changes', items: ['late'] })
    expect(heard).toEqual([])
    expect(log).toEqual(['open app.watch', 'cancel 0'])
  })

  test('that is closed while it takes a frame in gives no credit for it', () => {
    const { client, log, send } = bridgeByHand()
    const close = client.open('app.watch', {}, { onItems: () => close() })
    send(0, { kind: 'snapshot', items: [1] })
    expect(log).toEqual(['open app.watch', 'cancel 0'])
  })

  test('that failed is not cancelled afterwards', () => {
    const { client, log, send } = bridgeByHand()
    const codes: string[] = []
    const close = client.open('app.watch', {}, { ...silent, onError: ({ code }) => codes.push(code) })
    send(0, { kind: 'failed', error: { code: 'timeout', message: '', retryable: true } })
    close()
    expect(codes).toEqual(['timeout'])
    expect(log).toEqual(['open app.watch'])
  })
})
