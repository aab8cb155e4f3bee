import { afterEach, describe, expect, test } from 'vitest'
import type { Bridge, StreamFrame } from '#contract/bridge.ts'
import { INITIAL_CREDIT, methodNames, streamNames } from '#contract/bridge.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'

/** A running host with one window on it. */
interface HostUnderTest extends AsyncDisposable {
  readonly bridge: Bridge
  /** The window goes away, as by its close button. */
  readonly closeWindow: () => Promise<void>
}

type OpenHost = (handlers: Handlers) => Promise<HostUnderTest>

/** What every host owes the page, whatever carries its messages. */
export function describeHost(name: string, openHost: OpenHost): void {
  describe(name, () => {
    let host: HostUnderTest | undefined
    afterEach(async () => {
      await host?.[Symbol.asyncDispose]()
      host = undefined
    })
    async function open(handlers: Record<string, unknown>): Promise<HostUnderTest> {
      host = await openHost(handlers as unknown as Handlers)
      return host
    }

    test('the page has one function per name of the contract and no other', async () => {
      const { bridge } = await open({})
      expect(Object.keys(bridge.invoke).sort()).toEqual([...methodNames].sort())
      expect(Object.keys(bridge.open).sort()).toEqual([...streamNames].sort())
      expect(Object.keys(bridge).sort()).toEqual(['cancel', 'credit', 'invoke', 'open'])
    })

    test('a call reaches its handler and its answer comes back', async () => {
      const { bridge } = await open({
        'contexts.select': async ({ context }: { context: string }) => {
          expect(context).toBe('casa')
          return { key: 'stray' }
        },
      })
      expect(await bridge.invoke['contexts.select']('a', { context: 'casa' })).toEqual({
        ok: true,
        value: {},
      })
    })

    test('a malformed call is refused out loud', async () => {
      const { bridge } = await open({})
      expect(await bridge.invoke['contexts.select']('a', { context: 7 })).toMatchObject({
        ok: false,
        error: { code: 'malformed-call' },
      })
    })

    test('a failure keeps its code and its node', async () => {
      const { bridge } = await open({
        'contexts.select': async () => {
          throw new TalosFailure('unreachable', 'cp1 does not answer.', { node: 'cp1' })
        },
      })
      expect(await bridge.invoke['contexts.select']('a', { context: 'casa' })).toMatchObject({
        ok: false,
        error: { code: 'unreachable', node: 'cp1', retryable: true },
      })
    })

    test('a cancelled call is answered and its handler is told', async () => {
      let told = false
      let begun = (): void => undefined
      const running = new Promise<void>((resolve) => (begun = resolve))
      const { bridge } = await open({
        'contexts.select': (_input: unknown, signal: AbortSignal) => {
          signal.addEventListener('abort', () => (told = true))
          begun()
          return new Promise(() => undefined)
        },
      })
      const answer = bridge.invoke['contexts.select']('a', { context: 'casa' })
      await running
      bridge.cancel('a')
      expect(await answer).toMatchObject({ ok: false, error: { code: 'cancelled' } })
      expect(told).toBe(true)
    })

    test('a stream brings what exists, then ready, then changes, then its end', async () => {
      const { bridge } = await open({
        'contexts.watch': async function* () {
          yield { kind: 'snapshot', item: { kind: 'gone', name: 'casa' } }
          yield { kind: 'ready' }
          yield { kind: 'change', item: { kind: 'gone', name: 'taller' } }
        },
      })
      const frames: StreamFrame[] = []
      await new Promise<void>((resolve) => {
        bridge.open['contexts.watch']('s', {}, (frame) => {
          frames.push(frame)
          if (frame.kind === 'end') resolve()
        })
      })
      expect(frames).toEqual([
        { kind: 'snapshot', items: [{ kind: 'gone', name: 'casa' }] },
        { kind: 'ready' },
        { kind: 'changes', items: [{ kind: 'gone', name: 'taller' }] },
        { kind: 'end' },
      ])
    })

    test('a stream that fails says why', async () => {
      const { bridge } = await open({
        // eslint-disable-next-line require-yield -- it fails before it has anything
        'contexts.watch': async function* () {
          throw new TalosFailure('role-too-low', 'os:reader may not.')
        },
      })
      const frame = await new Promise((resolve) => bridge.open['contexts.watch']('s', {}, resolve))
      expect(frame).toMatchObject({ kind: 'failed', error: { code: 'role-too-low' } })
    })

    test('a stream waits for the page when it gives no credit back, and goes on when it does', async () => {
      let asked = 0
      const { bridge } = await open({
        'contexts.watch': async function* () {
          for (;;) {
            asked += 1
            yield { kind: 'ready' }
          }
        },
      })
      let frames = 0
      bridge.open['contexts.watch']('s', {}, () => (frames += 1))
      await expect.poll(() => frames).toBe(INITIAL_CREDIT)
      expect(asked).toBe(INITIAL_CREDIT)
      bridge.credit('s', 2)
      await expect.poll(() => frames).toBe(INITIAL_CREDIT + 2)
      expect(asked).toBe(INITIAL_CREDIT + 2)
    })

    test('closing a stream tells its handler', async () => {
      let told = (): void => undefined
      const stopped = new Promise<void>((resolve) => (told = resolve))
      const { bridge } = await open({
        'contexts.watch': async function* (_input: unknown, signal: AbortSignal) {
          signal.addEventListener('abort', told)
          yield { kind: 'ready' }
          await new Promise(() => undefined)
        },
      })
      await new Promise((resolve) => bridge.open['contexts.watch']('s', {}, resolve))
      bridge.cancel('s')
      await stopped
    })

    test('a window that closes stops all it had running', async () => {
      const told: string[] = []
      let begun = 0
      const { bridge, closeWindow } = await open({
        'contexts.select': (_input: unknown, signal: AbortSignal) => {
          begun += 1
          signal.addEventListener('abort', () => told.push('call'))
          return new Promise(() => undefined)
        },
        'contexts.watch': async function* (_input: unknown, signal: AbortSignal) {
          begun += 1
          signal.addEventListener('abort', () => told.push('stream'))
          await new Promise(() => undefined)
          yield { kind: 'ready' }
        },
      })
      void bridge.invoke['contexts.select']('a', { context: 'casa' })
      bridge.open['contexts.watch']('s', {}, () => undefined)
      await expect.poll(() => begun).toBe(2)
      await closeWindow()
      await expect.poll(() => told.sort()).toEqual(['call', 'stream'])
    })

    test('what is written in any language arrives as it was', async () => {
      const name = 'año «nodo» 節點 🜨 \u0000'
      const { bridge } = await open({
        'talosconfigs.import': async () => ({ imported: [name], current: name }),
      })
      expect(await bridge.invoke['talosconfigs.import']('a', { previewId: 'p', choices: [] })).toEqual({
        ok: true,
        value: { imported: [name], current: name },
      })
    })
  })
}
