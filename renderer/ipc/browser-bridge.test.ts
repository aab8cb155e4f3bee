import { expect, test } from 'vitest'
import type { MessageToMain, MessageToRenderer, SessionAnswer, StreamFrame } from '#contract/bridge.ts'
import { SOCKET_CLOSED } from '#contract/bridge.ts'
import { createBrowserBridge } from './browser-bridge.ts'

/** A socket that a test opens, feeds and closes. */
function createFakeSocket() {
  const sent: MessageToMain[] = []
  const socket = {
    onopen: undefined as (() => void) | undefined,
    onmessage: undefined as ((event: { data: string }) => void) | undefined,
    onclose: undefined as ((event: { code: number }) => void) | undefined,
    send: (text: string) => void sent.push(JSON.parse(text) as MessageToMain),
  }
  return {
    sent,
    socket,
    open: () => socket.onopen!(),
    receive: (message: MessageToRenderer) => socket.onmessage!({ data: JSON.stringify(message) }),
    close: (code: number) => socket.onclose!({ code }),
  }
}

/** Lets promises run on; nothing here waits for real time. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve()
}

function start(answers: (SessionAnswer | Error)[] = []) {
  const tokens: (string | undefined)[] = []
  const sockets: ReturnType<typeof createFakeSocket>[] = []
  const waits: { readonly milliseconds: number; readonly over: () => void }[] = []
  const bridge = createBrowserBridge({
    takeToken: () => 'launch',
    async openSession(token) {
      tokens.push(token)
      const answer = answers.shift() ?? { ok: true }
      if (answer instanceof Error) throw answer
      return answer
    },
    openSocket() {
      const fake = createFakeSocket()
      sockets.push(fake)
      return fake.socket as unknown as WebSocket
    },
    wait: (milliseconds) => new Promise((over) => waits.push({ milliseconds, over })),
  })
  return { bridge, tokens, sockets, waits }
}

test('what is called before the connection stands is sent when it does, in order', async () => {
  const { bridge, tokens, sockets } = start()
  void bridge.invoke['contexts.select']('a', { context: 'casa' })
  bridge.open['contexts.watch']('s', {}, () => undefined)
  await settle()
  expect(tokens).toEqual(['launch'])
  sockets[0]!.open()
  expect(sockets[0]!.sent).toEqual([
    { kind: 'call', id: 'a', name: 'contexts.select', input: { context: 'casa' } },
    { kind: 'open', id: 's', name: 'contexts.watch', input: {} },
  ])
})

test('a session that is taken answers every call and stream with that', async () => {
  const error = { code: 'session-taken', message: 'Open elsewhere.', retryable: true } as const
  const { bridge, sockets } = start([{ ok: false, error }])
  const frames: StreamFrame[] = []
  const early = bridge.invoke['contexts.select']('a', { context: 'casa' })
  bridge.open['contexts.watch']('s', {}, (frame) => frames.push(frame))
  expect(await early).toEqual({ ok: false, error })
  expect(frames).toEqual([{ kind: 'failed', error }])
  expect(await bridge.invoke['contexts.select']('b', { context: 'casa' })).toEqual({ ok: false, error })
  expect(sockets).toHaveLength(0)
})

test('a drop interrupts what was running and comes back with the cookie alone', async () => {
  const { bridge, tokens, sockets, waits } = start()
  await settle()
  sockets[0]!.open()
  const frames: StreamFrame[] = []
  const running = bridge.invoke['contexts.select']('a', { context: 'casa' })
  bridge.open['contexts.watch']('s', {}, (frame) => frames.push(frame))
  sockets[0]!.close(1006)
  expect(await running).toMatchObject({ ok: false, error: { code: 'interrupted', retryable: true } })
  expect(frames).toMatchObject([{ kind: 'failed', error: { code: 'interrupted' } }])
  const waiting = bridge.invoke['contexts.select']('b', { context: 'casa' })
  waits[0]!.over()
  await settle()
  expect(tokens).toEqual(['launch', undefined])
  sockets[1]!.open()
  expect(sockets[1]!.sent).toMatchObject([{ kind: 'call', id: 'b' }])
  sockets[1]!.receive({ kind: 'answer', id: 'b', result: { ok: true, value: {} } })
  expect(await waiting).toEqual({ ok: true, value: {} })
})

test('when Ichor stays away, calls are answered and the tries become rarer', async () => {
  const away = (): Error => new Error('connection refused')
  const { bridge, waits } = start([away(), away(), away(), away(), away(), away(), away()])
  const early = bridge.invoke['contexts.select']('a', { context: 'casa' })
  for (let n = 0; n < 6; n += 1) {
    await settle()
    waits.at(-1)!.over()
  }
  expect(await early).toMatchObject({ ok: false, error: { code: 'interrupted' } })
  expect(waits.map(({ milliseconds }) => milliseconds)).toEqual([250, 500, 1000, 2000, 4000, 5000])
  expect(await bridge.invoke['contexts.select']('b', { context: 'casa' })).toMatchObject({ ok: false })
})

test('a window that was taken over, or whose Ichor ended, does not come back by itself', async () => {
  for (const [code, says] of [
    [SOCKET_CLOSED.takenOver, 'session-taken'],
    [SOCKET_CLOSED.ended, 'interrupted'],
  ] as const) {
    const { bridge, sockets, waits, tokens } = start()
    await settle()
    sockets[0]!.open()
    sockets[0]!.close(code)
    await settle()
    expect(await bridge.invoke['contexts.select']('a', { context: 'casa' })).toMatchObject({
      ok: false,
      error: { code: says },
    })
    expect([waits.length, tokens.length]).toEqual([0, 1])
  }
})

test('a call that was cancelled before the connection stood is never sent', async () => {
  const { bridge, sockets } = start()
  const early = bridge.invoke['contexts.select']('a', { context: 'casa' })
  bridge.cancel('a')
  expect(await early).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  await settle()
  sockets[0]!.open()
  expect(sockets[0]!.sent).toEqual([])
})

test('a stream that was closed hears nothing more', async () => {
  const { bridge, sockets } = start()
  await settle()
  sockets[0]!.open()
  const frames: StreamFrame[] = []
  bridge.open['contexts.watch']('s', {}, (frame) => frames.push(frame))
  sockets[0]!.receive({ kind: 'frame', id: 's', frame: { kind: 'ready' } })
  bridge.cancel('s')
  sockets[0]!.receive({ kind: 'frame', id: 's', frame: { kind: 'ready' } })
  expect(frames).toEqual([{ kind: 'ready' }])
  expect(sockets[0]!.sent.at(-1)).toEqual({ kind: 'cancel', id: 's' })
})
