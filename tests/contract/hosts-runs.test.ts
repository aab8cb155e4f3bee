import { join } from 'node:path'
import { WebSocket as NodeWebSocket } from 'ws'
import type { StreamFrame, SessionAnswer } from '#contract/bridge.ts'
import type { Run, RunsItem } from '#contract/runs.ts'
import type { HostPort } from '../../main/domain/host-port.ts'
import { tellHost } from '../../main/domain/runs/tell-host.ts'
import { findBundle } from '../../main/hosts/bundle.ts'
import { runBrowserHost } from '../../main/hosts/browser/run.ts'
import { runElectronHost } from '../../main/hosts/electron/run.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { newsOf, progressOf, type Told } from '../../renderer/app/told-outside.ts'
import { createBrowserBridge } from '../../renderer/ipc/browser-bridge.ts'
import { createText } from '../../renderer/ui/i18n/text.tsx'
import { createFakeElectron } from '../fakes/electron.ts'
import { describeHostRuns, type HostSetting } from './host-runs-conformance.ts'

describeHostRuns('the Electron host, with a stand-in for Electron', async ({ dataDir, runs, language }) => {
  const fake = createFakeElectron({ dataDir })
  const ended = new AbortController()
  const host = await new Promise<HostPort>((resolve, reject) => {
    runElectronHost({
      electron: fake.electron,
      args: [],
      bundle: {
        version: '0.1.0',
        rendererDir: join(dataDir, 'renderer'),
        preloadFile: '/preload.cjs',
        protosDir: '/protos',
        resourcesDir: '/resources',
      },
      clock: systemClock,
      createApp: async (given) => {
        // As the composition root does it.
        void tellHost({ watch: (_, signal) => runs.watch(signal) }, given, language, ended.signal)
        resolve(given)
        return {
          handlers: {} as unknown as Handlers,
          idle: async () => undefined,
          going: () => 0,
          [Symbol.asyncDispose]: async () => ended.abort(),
        }
      },
      devServer: undefined,
      onBug: () => undefined,
    }).catch(reject)
  })
  const [window] = fake.seen.windows
  // Nobody looks at the window: a message is for one who looks elsewhere.
  if (window !== undefined) window.focused = false
  return {
    host,
    progress: () => {
      const share = window?.progress ?? -1
      return share < 0 ? undefined : `${Math.round(share * 100)} %`
    },
    messages: () => fake.seen.messages,
    [Symbol.asyncDispose]: async () => ended.abort(),
  }
})

describeHostRuns('the browser host, with the page that it serves', async (setting) => {
  const { link, host, stop } = await startBrowser(setting)
  const token = link.hash.replace('#token=', '')
  let cookie = ''
  let socket: NodeWebSocket | undefined
  let left = false
  const bridge = createBrowserBridge({
    takeToken: () => token,
    async openSession(given): Promise<SessionAnswer> {
      const response = await fetch(`${link.origin}/session`, {
        method: 'POST',
        headers: { origin: link.origin, cookie },
        body: JSON.stringify({ token: given }),
      })
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      return (await response.json()) as SessionAnswer
    },
    openSocket() {
      const url = `${link.origin.replace('http', 'ws')}/socket`
      socket = new NodeWebSocket(url, { headers: { origin: link.origin, cookie } })
      return socket as unknown as WebSocket
    },
    // A page that was left comes back no more; without a wait it would try for ever, beside all tests after this one.
    wait: () => (left ? new Promise<never>(() => undefined) : Promise.resolve()),
  })
  let known: readonly Run[] = []
  let told: Told['states'] = new Map()
  const messages: string[] = []
  // What the page does with each frame, without the page around it.
  bridge.open['runs.watch']('s', { limit: 100 }, (frame: StreamFrame) => {
    if (frame.kind !== 'changes' && frame.kind !== 'snapshot') return
    for (const item of frame.items as readonly RunsItem[]) {
      if (item.kind !== 'run') continue
      known = [...known.filter(({ id }) => id !== item.run.id), item.run]
      const { states, news } = newsOf(told, known, createText(setting.language()))
      told = states
      messages.push(...news.map(({ title, body }) => `${title} | ${body}`))
    }
    bridge.credit('s', 1)
  })
  return {
    host,
    progress: () => progressOf(known, createText(setting.language())),
    messages: () => messages,
    async [Symbol.asyncDispose]() {
      left = true
      socket?.terminate()
      await stop()
    },
  }
})

async function startBrowser({ dataDir, runs }: HostSetting) {
  const stop = new AbortController()
  const made = promised<HostPort>()
  const printed = promised<URL>()
  const ended = runBrowserHost({
    args: ['--no-open', '--keep', '--data-dir', dataDir],
    env: process.env,
    bundle: findBundle(import.meta.dirname),
    clock: systemClock,
    createApp: async (host) => {
      made.resolve(host)
      return {
        handlers: {
          'runs.watch': (_input: unknown, signal: AbortSignal) => runs.watch(signal),
        } as unknown as Handlers,
        idle: async () => undefined,
        going: () => 0,
        [Symbol.asyncDispose]: async () => undefined,
      }
    },
    print: (text) => {
      const found = /http:\S+/.exec(text)
      if (found !== null) printed.resolve(new URL(found[0]))
    },
    signal: stop.signal,
  })
  return {
    host: await made.value,
    link: await printed.value,
    async stop() {
      stop.abort()
      await ended
    },
  }
}

function promised<T>(): { readonly value: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const value = new Promise<T>((done) => (resolve = done))
  return { value, resolve: (given) => resolve(given) }
}
