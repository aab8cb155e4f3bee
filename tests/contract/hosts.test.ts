import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel as NodeMessageChannel } from 'node:worker_threads'
import { vi } from 'vitest'
import { WebSocket as NodeWebSocket } from 'ws'
import type { Bridge, SessionAnswer } from '#contract/bridge.ts'
import { startBrowserServer } from '../../main/hosts/browser/server.ts'
import { openDoor } from '../../main/hosts/electron/ipc-door.ts'
import { APP_URL } from '../../main/hosts/electron/trusted-frame.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { createBrowserBridge } from '../../renderer/ipc/browser-bridge.ts'
import { createFakeIpc } from '../fakes/electron.ts'
import { createLoopback } from '../fakes/ipc-loopback.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { describeHost } from './host-conformance.ts'

describeHost('the loopback of the tests', async (handlers) => {
  const { bridge, close } = createLoopback({ handlers, log: createRecordingLog(), clock: systemClock })
  return { bridge, closeWindow: async () => close(), [Symbol.asyncDispose]: async () => close() }
})

describeHost('the browser host', async (handlers) => {
  const root = await mkdtemp(join(tmpdir(), 'ichor-host-'))
  await writeFile(join(root, 'index.html'), '<!doctype html>')
  const server = await startBrowserServer({
    root,
    handlers: Promise.resolve(handlers),
    log: createRecordingLog(),
    clock: systemClock,
    onDeserted: () => undefined,
  })
  const { origin, port } = server
  let cookie = ''
  let socket: NodeWebSocket | undefined
  let shut = false
  const token = new URL(server.createLink()).hash.replace('#token=', '')
  const bridge = createBrowserBridge({
    takeToken: () => token,
    async openSession(given): Promise<SessionAnswer> {
      if (shut) return new Promise(() => undefined)
      const response = await fetch(`${origin}/session`, {
        method: 'POST',
        headers: { origin, cookie },
        body: JSON.stringify({ token: given }),
      })
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      return (await response.json()) as SessionAnswer
    },
    openSocket() {
      socket = new NodeWebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { origin, cookie } })
      return socket as unknown as WebSocket
    },
    wait: async () => undefined,
  })
  const closeWindow = async (): Promise<void> => {
    shut = true
    socket?.terminate()
  }
  return {
    bridge,
    closeWindow,
    async [Symbol.asyncDispose]() {
      await closeWindow()
      await server[Symbol.asyncDispose]()
      await rm(root, { recursive: true })
    },
  }
})

describeHost("the Electron host's door and preload, with a stand-in for Electron", async (handlers) => {
  const ipc = createFakeIpc()
  const door = openDoor({
    ipcMain: ipc.main as never,
    border: Promise.resolve({ handlers, log: createRecordingLog(), clock: systemClock }),
    pageUrl: APP_URL,
    onRefused: () => undefined,
  })
  let bridge: Bridge | undefined
  vi.resetModules()
  vi.doMock('electron', () => ({
    ipcRenderer: ipc.renderer,
    contextBridge: { exposeInMainWorld: (_name: string, exposed: Bridge) => (bridge = exposed) },
  }))
  // Node's own ports, which do not hold the process open once the page is gone.
  vi.stubGlobal('MessageChannel', NodeMessageChannel)
  await import('../../preload/index.ts')
  if (bridge === undefined) throw new Error('the preload exposed nothing')
  return {
    bridge,
    closeWindow: async () => void ipc.contents.emit('destroyed'),
    async [Symbol.asyncDispose]() {
      ipc.contents.emit('destroyed')
      door[Symbol.dispose]()
      vi.doUnmock('electron')
      vi.unstubAllGlobals()
    },
  }
})
