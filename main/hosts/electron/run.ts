import { homedir } from 'node:os'
import { join } from 'node:path'
import type * as ElectronModule from 'electron'
import type { BrowserWindow } from 'electron'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { HostPort } from '../../domain/host-port.ts'
import { createFileLog } from '../../log/file-log.ts'
import type { Bundle } from '../bundle.ts'
import { sharedLocksDir } from '../data-dir.ts'
import type { CreateApp, MadeApp } from '../create-app.ts'
import { allowedLink } from '../links.ts'
import { systemUser } from '../system-user.ts'
import { APP_SCHEME_PRIVILEGES, createContentHandler } from './content-protocol.ts'
import { LINK_SCHEME, placeOfArguments, placeOfLink } from './deep-link.ts'
import { openDoor } from './ipc-door.ts'
import { denyNavigation, denyPermissions } from './lock-down.ts'
import { menuLanguage, menuTemplate } from './menu-template.ts'
import { openKeystore } from './os-keystore.ts'
import { askToQuit } from './ask-to-quit.ts'
import { pickTalosconfig } from './pick-talosconfig.ts'
import { APP_SCHEME, APP_URL } from './trusted-frame.ts'
import { windowOptions } from './window-options.ts'

/** The parts of the `electron` module that are used; a test gives stand-ins. */
export type Electron = Pick<
  typeof ElectronModule,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeTheme'
  | 'Notification'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'shell'
>

export interface ElectronRun {
  readonly electron: Electron
  readonly args: readonly string[]
  readonly bundle: Bundle
  readonly clock: ClockPort
  readonly createApp: CreateApp
  /** Vite's page, in development; a packaged app does not look at it. */
  readonly devServer: string | undefined
  /** Calls back with what nobody caught, before the process ends of it. */
  readonly onBug: (listener: (error: unknown) => void) => void
}

const never = new AbortController().signal

/** Runs the Electron host. Called before `ready`, in the first turn of the process. */
export async function runElectronHost(run: ElectronRun): Promise<void> {
  const { electron, bundle, clock } = run
  const { app } = electron
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  const pageUrl = !app.isPackaged && run.devServer !== undefined ? run.devServer : APP_URL
  let window: BrowserWindow | undefined
  let place = placeOfArguments(run.args)

  electron.protocol.registerSchemesAsPrivileged([APP_SCHEME_PRIVILEGES])
  app.enableSandbox()
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  // Electron would build a default menu first, only for it to be replaced.
  electron.Menu.setApplicationMenu(null)
  denyNavigation(app, pageUrl)
  app.on('second-instance', (_event, argv) => show(placeOfArguments(argv)))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    show(placeOfLink(url))
  })
  /** Empty until the first window is there. */
  const begun: { app?: Promise<MadeApp>; made?: MadeApp } = {}
  app.on('window-all-closed', () => void quitWhenIdle())
  await app.whenReady()

  const dataDir = app.getPath('userData')
  const log = createFileLog({ folder: join(dataDir, 'logs'), now: () => clock.now() })
  log.info('host.started', {
    version: bundle.version,
    electron: process.versions.electron,
    platform: process.platform,
  })
  run.onBug((error) => {
    log.error('host.bug', error)
    log.flushNow()
  })
  const session = electron.session.defaultSession
  denyPermissions(session, pageUrl)
  session.protocol.handle(APP_SCHEME, createContentHandler(bundle.rendererDir))
  const [locale = 'en'] = app.getPreferredSystemLanguages()
  const language = menuLanguage(locale)

  // The window first: the page loads while keys are opened and the app is made; its calls wait.
  window = createWindow()
  const made = makeApp()
  begun.app = made
  made.then((it) => (begun.made = it)).catch(() => undefined)
  const border = made.then(({ handlers }) => ({ handlers, log, clock }))
  const door = openDoor({
    ipcMain: electron.ipcMain,
    border,
    pageUrl,
    onRefused: (url) => log.warn('door.refused', { url }),
  })
  electron.Menu.setApplicationMenu(
    electron.Menu.buildFromTemplate(
      menuTemplate(language, process.platform, {
        goTo: show,
        openLink: (url) => void electron.shell.openExternal(allowedLink(url)),
        showLog: () => electron.shell.showItemInFolder(log.path),
      }),
    ),
  )
  made.catch((error: unknown) => {
    log.error('host.app-failed', error)
    log.flushNow()
    electron.dialog.showErrorBox('Ichor', `Ichor could not start. See ${log.path}.`)
    app.exit(1)
  })
  /** Asked and answered: the person ends the app although a run goes. */
  let mayQuit = false
  app.on('before-quit', (event) => {
    const going = begun.made?.going() ?? 0
    if (mayQuit || going === 0) return
    event.preventDefault()
    void askToQuit(electron.dialog, window, language, going).then((quits) => {
      if (!quits) return
      mayQuit = true
      app.quit()
    })
  })
  let quitting = false
  app.on('will-quit', (event) => {
    if (quitting) return
    // Runs' journals and the demo's ports are put away first, for three seconds at most.
    event.preventDefault()
    quitting = true
    door[Symbol.dispose]()
    void Promise.race([made.then((it) => it[Symbol.asyncDispose]()), clock.sleep(3_000, never)])
      .catch((error: unknown) => log.error('host.end-failed', error))
      .then(() => {
        log.flushNow()
        app.quit()
      })
  })

  /** A run goes on without a window, until the person ends the app itself; who opens it again finds the run. */
  async function quitWhenIdle(): Promise<void> {
    const it = await begun.app?.catch(() => undefined)
    await it?.idle()
    if (window === undefined) app.quit()
  }

  async function makeApp(): ReturnType<CreateApp> {
    const keystore = await openKeystore({
      dataDir,
      platform: process.platform,
      safeStorage: electron.safeStorage,
      log,
    })
    const host: HostPort = {
      kind: 'electron',
      version: bundle.version,
      user: systemUser(process.env),
      locale,
      platform: process.platform,
      dataDir,
      locksDir: sharedLocksDir(process.platform, process.env),
      protosDir: bundle.protosDir,
      resourcesDir: bundle.resourcesDir,
      keystore,
      nativeDialogs: true,
      pickFile: async () =>
        window === undefined
          ? undefined
          : pickTalosconfig(electron.dialog, window, {
              title: 'talosconfig',
              folder: join(homedir(), '.talos'),
            }),
      openLink: async (url) => electron.shell.openExternal(allowedLink(url)),
      notify: (title, body) => {
        // While the window is looked at, the page says it itself.
        if (electron.Notification.isSupported() && window?.isFocused() !== true) {
          new electron.Notification({ title, body }).show()
        }
      },
      // Electron's word for "none" is -1.
      setProgress: (share) => window?.setProgressBar(share ?? -1),
      log,
      clock,
    }
    const it = await run.createApp(host)
    if (run.args.includes('--demo')) await it.handlers['demo.start']({}, never)
    return it
  }

  function createWindow(): BrowserWindow {
    const created = new electron.BrowserWindow(
      windowOptions(bundle.preloadFile, {
        dark: electron.nativeTheme.shouldUseDarkColors,
        devTools: !app.isPackaged,
      }),
    )
    created.once('ready-to-show', () => created.show())
    created.once('closed', () => (window = undefined))
    void created
      .loadURL(pageUrl + (place ?? ''))
      .catch((error: unknown) => log.error('host.page-failed', error))
    place = undefined
    return created
  }

  /** Brings the window to the front, at a place of the page when one is given. */
  function show(fragment: string | undefined): void {
    if (window === undefined) {
      place = fragment ?? place
      // Closed while a run goes on; before the first one, that one takes the place.
      if (begun.app !== undefined) window = createWindow()
      return
    }
    if (window.isMinimized()) window.restore()
    window.focus()
    if (fragment !== undefined) void window.loadURL(pageUrl + fragment).catch(() => undefined)
  }
}
