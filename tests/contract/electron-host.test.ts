import { mkdtemp, rm } from 'node:fs/promises'
import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { methodNames, streamNames } from '#contract/bridge.ts'
import type { HostPort } from '../../main/domain/host-port.ts'
import { runElectronHost } from '../../main/hosts/electron/run.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { createFakeContents, createFakeElectron } from '../fakes/electron.ts'
import { settle } from '../fakes/manual-clock.ts'
import { gate } from '../fakes/run-bodies.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ichor-electron-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

async function start({
  args = [],
  devServer,
  handlers = {},
  ...options
}: {
  readonly args?: readonly string[]
  readonly devServer?: string
  readonly handlers?: Record<string, unknown>
  readonly onlyInstance?: boolean
  readonly packaged?: boolean
  /** A run goes until `endRun`. */
  readonly running?: boolean
} = {}) {
  const fake = createFakeElectron({ dataDir, ...options })
  let host: HostPort | undefined
  let disposed = 0
  const running = gate()
  if (options.running !== true) running.open()
  await runElectronHost({
    electron: fake.electron,
    args,
    bundle: {
      version: '0.1.0',
      rendererDir: join(dataDir, 'renderer'),
      preloadFile: '/preload.cjs',
      protosDir: '/protos',
      resourcesDir: '/resources',
    },
    clock: systemClock,
    createApp: async (given) => {
      host = given
      return {
        handlers: { 'contexts.select': async () => ({}), ...handlers } as unknown as Handlers,
        idle: () => running.passed,
        going: () => (options.running === true ? 1 : 0),
        [Symbol.asyncDispose]: async () => void (disposed += 1),
      }
    },
    devServer,
    onBug: () => undefined,
  })
  if (options.onlyInstance !== false) await expect.poll(() => host).toBeDefined()
  return { ...fake, host: host!, disposed: () => disposed, endRun: running.open }
}

test('one window on app://bundle, shown when it has something to show', async () => {
  const { seen } = await start()
  expect(seen.windows).toHaveLength(1)
  const [window] = seen.windows
  expect(window!.urls).toEqual(['app://bundle/'])
  expect(window!.shown).toBe(false)
  window!.emit('ready-to-show')
  expect(window!.shown).toBe(true)
  expect(seen.schemes).toMatchObject([{ scheme: 'app', privileges: { standard: true, secure: true } }])
  expect(JSON.stringify(seen.schemes)).not.toContain('bypassCSP')
  expect(seen.protocols.has('app')).toBe(true)
})

test('a second instance gives way, and the first comes forward at the place it was asked for', async () => {
  expect((await start({ onlyInstance: false })).seen).toMatchObject({ quits: 1, windows: [] })
  const { app, seen } = await start()
  app.emit('second-instance', {}, ['ichor', 'ichor://context/casa'])
  expect(seen.windows[0]!.urls.at(-1)).toBe('app://bundle/#/c/casa')
  app.emit('second-instance', {}, ['ichor', 'ichor://reboot/casa'])
  expect(seen.windows[0]!.urls).toHaveLength(2)
})

test('closing the last window ends the app, but only when no run goes', async () => {
  const idle = await start()
  idle.seen.windows[0]!.emit('closed')
  idle.app.emit('window-all-closed')
  await settle()
  expect(idle.seen.quits).toBe(1)
  const busy = await start({ running: true })
  busy.seen.windows[0]!.emit('closed')
  busy.app.emit('window-all-closed')
  await settle()
  expect(busy.seen.quits).toBe(0)
  busy.endRun()
  await settle()
  expect(busy.seen.quits).toBe(1)
})

test('quitting while a run goes asks first, in the language of the system, and stays unless told otherwise', async () => {
  const { app, seen } = await start({ running: true })
  await settle()
  let held = 0
  app.emit('before-quit', { preventDefault: () => (held += 1) })
  await settle()
  expect([held, seen.quits]).toEqual([1, 0])
  expect(seen.questions).toMatchObject([
    { message: 'Hay una tarea en curso', buttons: ['Seguir', 'Salir de todos modos'] },
  ])
  seen.pressed = 1
  app.emit('before-quit', { preventDefault: () => (held += 1) })
  await settle()
  expect([held, seen.quits]).toEqual([2, 1])
  // Answered once: the quit that follows is not asked about again.
  app.emit('before-quit', { preventDefault: () => (held += 1) })
  expect([held, seen.questions.length]).toEqual([2, 2])
})

test('quitting while no run goes asks nothing', async () => {
  const { app, seen } = await start()
  await settle()
  let held = 0
  app.emit('before-quit', { preventDefault: () => (held += 1) })
  await settle()
  expect([held, seen.questions.length]).toEqual([0, 0])
})

test('who opens the app again while a run goes on without a window gets one, and it stays', async () => {
  const { app, seen, endRun } = await start({ running: true })
  seen.windows[0]!.emit('closed')
  app.emit('window-all-closed')
  app.emit('second-instance', {}, ['ichor', 'ichor://context/casa'])
  expect(seen.windows).toHaveLength(2)
  expect(seen.windows[1]!.urls).toEqual(['app://bundle/#/c/casa'])
  endRun()
  await settle()
  expect(seen.quits).toBe(0)
})

test('a link at the start opens the window there', async () => {
  const { seen } = await start({ args: ['ichor://context/casa/node/10.0.20.11'] })
  expect(seen.windows[0]!.urls).toEqual(['app://bundle/#/c/casa/n/10.0.20.11/overview'])
})

test('every permission is denied but writing text to the clipboard, and that only for our page', async () => {
  const { seen } = await start()
  const request = seen.permissionRequest as (
    contents: unknown,
    permission: string,
    callback: (granted: boolean) => void,
  ) => void
  const granted = (url: string, permission: string): boolean => {
    let answer = false
    request(createFakeContents(url), permission, (is) => (answer = is))
    return answer
  }
  expect(granted('app://bundle/', 'clipboard-sanitized-write')).toBe(true)
  expect(granted('https://evil.example/', 'clipboard-sanitized-write')).toBe(false)
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'unknown',
  ])
    expect([permission, granted('app://bundle/', permission)]).toEqual([permission, false])
  const check = seen.permissionCheck as (contents: unknown, permission: string, origin: string) => boolean
  expect(check(undefined, 'clipboard-sanitized-write', 'app://bundle/')).toBe(true)
  expect(check(undefined, 'media', 'app://bundle/')).toBe(false)
  expect((seen.devicePermission as () => boolean)()).toBe(false)
})

test('no navigation leaves the page and nothing opens a window', async () => {
  const { app } = await start()
  const contents = createFakeContents()
  app.emit('web-contents-created', {}, contents)
  const prevented = (event: string, details: Record<string, unknown>): boolean => {
    let stopped = false
    contents.emit(event, { ...details, preventDefault: () => (stopped = true) })
    return stopped
  }
  expect(prevented('will-navigate', { url: 'https://evil.example/' })).toBe(true)
  expect(prevented('will-navigate', { url: 'app://bundle/' })).toBe(false)
  expect(prevented('will-frame-navigate', { url: 'app://bundle/', isMainFrame: false })).toBe(true)
  expect(prevented('will-redirect', { url: 'app://bundle/' })).toBe(true)
  expect(prevented('will-attach-webview', {})).toBe(true)
  expect(contents.openHandler!({ url: 'https://www.talos.dev/' })).toEqual({ action: 'deny' })
})

test('every name of the contract has its door and there is no other', async () => {
  const { ipc } = await start()
  expect([...ipc.registered.keys()].sort()).toEqual([...methodNames].sort())
  for (const name of [...streamNames, 'cancel']) expect(ipc.main.listenerCount(name)).toBe(1)
})

test('a frame that is not our page is refused out loud, on calls and on streams', async () => {
  let reached = 0
  const { ipc } = await start({ handlers: { 'contexts.select': async () => ((reached += 1), {}) } })
  const main = ipc.contents.mainFrame
  for (const frame of [
    null,
    { url: 'https://evil.example/', parent: null },
    { url: 'app://bundle/', parent: null },
    { url: 'app://bundle/', parent: main },
  ]) {
    ipc.sendFrom(frame)
    expect(await ipc.renderer.invoke('contexts.select', 'a', { context: 'casa' })).toMatchObject({
      ok: false,
      error: { code: 'untrusted-caller' },
    })
    const port = Object.assign(new EventEmitter(), { sent: [] as unknown[], closed: false })
    ipc.renderer.postMessage('contexts.watch', { id: 's', input: {} }, [
      Object.assign(port, {
        postMessage: (message: unknown) => port.sent.push(message),
        close: () => (port.closed = true),
      }) as never,
    ])
    expect(port.sent).toMatchObject([{ kind: 'failed', error: { code: 'untrusted-caller' } }])
    expect(port.closed).toBe(true)
  }
  expect(reached).toBe(0)
  ipc.sendFrom(main)
  expect(await ipc.renderer.invoke('contexts.select', 'a', { context: 'casa' })).toMatchObject({ ok: true })
})

test('loading the page again ends what the page before had running', async () => {
  const signals: AbortSignal[] = []
  const { ipc } = await start({
    handlers: {
      'contexts.select': (_input: unknown, signal: AbortSignal) => {
        signals.push(signal)
        return new Promise(() => undefined)
      },
    },
  })
  void ipc.renderer.invoke('contexts.select', 'a', { context: 'casa' })
  await expect.poll(() => signals.length).toBe(1)
  // Another place of the same page is no new page.
  ipc.contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
  await settle()
  expect(signals[0]!.aborted).toBe(false)
  ipc.contents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
  await settle()
  expect(signals[0]!.aborted).toBe(true)
  void ipc.renderer.invoke('contexts.select', 'a', { context: 'casa' })
  await expect.poll(() => signals.length).toBe(2)
  expect(signals[1]!.aborted).toBe(false)
})

test('links are opened in the browser only when they are on the list', async () => {
  const { host, seen } = await start()
  await host.openLink('https://www.talos.dev/v1.14/')
  for (const url of [
    'http://www.talos.dev/',
    'https://evil.example/',
    'https://www.talos.dev.evil.example/',
    'https://user@www.talos.dev/',
    'https://www.talos.dev:8443/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'nonsense',
  ])
    await expect(host.openLink(url)).rejects.toMatchObject({ code: 'refused' })
  expect(seen.opened).toEqual(['https://www.talos.dev/v1.14/'])
})

test('the app learns of the system what it needs, and the menu speaks its language', async () => {
  const { host, seen } = await start()
  expect(host).toMatchObject({ kind: 'electron', locale: 'es-ES', dataDir, nativeDialogs: true })
  expect(host.keystore.state()).toEqual({ kind: 'os' })
  expect(await host.pickFile!()).toBeUndefined()
  host.setProgress!(0.5)
  expect(seen.windows[0]!.progress).toBe(0.5)
  host.setProgress!(undefined)
  expect(seen.windows[0]!.progress).toBe(-1)
  expect(JSON.stringify(seen.menus.at(-1))).toContain('Archivo')
})

test('a packaged app does not look at the address of a development server', async () => {
  const devServer = 'http://127.0.0.1:5173/'
  expect((await start({ devServer, packaged: true })).seen.windows[0]!.urls).toEqual(['app://bundle/'])
  expect((await start({ devServer, packaged: false })).seen.windows[0]!.urls).toEqual([devServer])
})

test('the app is put away before the program ends', async () => {
  const { app, disposed, seen, ipc } = await start()
  let held = 0
  app.emit('will-quit', { preventDefault: () => (held += 1) })
  await expect.poll(() => seen.quits).toBe(1)
  expect(held).toBe(1)
  expect(disposed()).toBe(1)
  expect(ipc.registered.size).toBe(0)
  app.emit('will-quit', { preventDefault: () => (held += 1) })
  expect(held).toBe(1)
})
