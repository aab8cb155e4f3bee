import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket as NodeWebSocket } from 'ws'
import type { SessionAnswer } from '#contract/bridge.ts'
import { createApp } from '../../main/app.ts'
import { startBrowserServer } from '../../main/hosts/browser/server.ts'
import { openChosenKeystore } from '../../main/hosts/keystore/chosen-keystore.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { createBrowserBridge } from '../../renderer/ipc/browser-bridge.ts'
import { createTalosClient, type TalosClient } from '../../renderer/ipc/talos-client.ts'
import { resourcesDir } from '../fakes/app-host.ts'
import { createRecordingLog } from '../fakes/recording-log.ts'
import { protosDir } from '../fakes/talos-node.ts'

export interface ServedApp extends AsyncDisposable {
  /** The renderer's client, its messages crossing a real WebSocket of the browser host. */
  readonly client: TalosClient
}

/** Everything between a screen and the wire, in this process, with its real clock; only the page is left out. */
export async function serveApp(): Promise<ServedApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ichor-bench-'))
  const log = createRecordingLog()
  const keystore = await openChosenKeystore(dataDir)
  await keystore.choose?.({ kind: 'memory' })
  const app = await createApp({
    kind: 'browser',
    version: '0.0.0',
    user: 'bench',
    locale: 'en',
    platform: process.platform,
    dataDir,
    protosDir,
    resourcesDir,
    keystore,
    nativeDialogs: false,
    openLink: async () => undefined,
    log,
    clock: systemClock,
  })
  const server = await startBrowserServer({
    root: dataDir,
    handlers: Promise.resolve(app.handlers),
    log,
    clock: systemClock,
    onDeserted: () => undefined,
  })
  const { origin, port } = server
  let cookie = ''
  let socket: NodeWebSocket | undefined
  const bridge = createBrowserBridge({
    takeToken: () => new URL(server.createLink()).hash.replace('#token=', ''),
    async openSession(token): Promise<SessionAnswer> {
      const response = await fetch(`${origin}/session`, {
        method: 'POST',
        headers: { origin, cookie },
        body: JSON.stringify({ token }),
      })
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      return (await response.json()) as SessionAnswer
    },
    openSocket() {
      socket = new NodeWebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { origin, cookie } })
      return socket as unknown as WebSocket
    },
    // Once closed below, the bridge must not come back.
    wait: () => new Promise(() => undefined),
  })
  return {
    client: createTalosClient(bridge),
    async [Symbol.asyncDispose]() {
      socket?.terminate()
      await server[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true })
    },
  }
}
