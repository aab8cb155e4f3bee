import { EventEmitter } from 'node:events'
import type { MessageChannel as NodeMessageChannel } from 'node:worker_threads'
import type { Electron } from '../../main/hosts/electron/run.ts'

/** What a page has of Electron: the preload's `ipcRenderer`, and whatever it puts on `window`. */
export interface FakePage {
  readonly url: string
  readonly parent: unknown
}

type InvokeListener = (event: unknown, ...args: unknown[]) => Promise<unknown>

/** Main's and a page's ends of Electron's IPC in one process; values are cloned as they cross. */
export function createFakeIpc() {
  const handlers = new Map<string, InvokeListener>()
  const listeners = new EventEmitter()
  const contents = createFakeContents()
  /** Frame that the next messages come from; a test may put another in. */
  let frame: FakePage | null = contents.mainFrame
  const event = (ports: unknown[] = []) => ({ senderFrame: frame, sender: contents, ports })
  return {
    contents,
    registered: handlers,
    sendFrom(other: FakePage | null) {
      frame = other
    },
    main: {
      handle(name: string, listener: InvokeListener) {
        // Electron throws too.
        if (handlers.has(name)) throw new Error(`a second handler for ${name}`)
        handlers.set(name, listener)
      },
      removeHandler: (name: string) => handlers.delete(name),
      on: (name: string, listener: (...args: unknown[]) => void) => listeners.on(name, listener),
      removeAllListeners: (name: string) => listeners.removeAllListeners(name),
      listenerCount: (name: string) => listeners.listenerCount(name),
    },
    renderer: {
      async invoke(name: string, ...args: unknown[]): Promise<unknown> {
        const handler = handlers.get(name)
        if (handler === undefined) throw new Error(`No handler registered for '${name}'`)
        return structuredClone(await handler(event(), ...structuredClone(args)))
      },
      send(name: string, ...args: unknown[]) {
        listeners.emit(name, event(), ...structuredClone(args))
      },
      postMessage(name: string, message: unknown, ports: NodePort[]) {
        listeners.emit(name, event(ports.map(asMainPort)), structuredClone(message))
      },
    },
  }
}

type NodePort = InstanceType<typeof NodeMessageChannel>['port1']

/** Electron's port in main is an emitter of `{ data }`; Node's gives the bare value. */
function asMainPort(port: NodePort) {
  const emitter = new EventEmitter()
  port.on('close', () => emitter.emit('close'))
  return Object.assign(emitter, {
    postMessage: (message: unknown) => port.postMessage(message),
    start: () => void port.on('message', (data: unknown) => emitter.emit('message', { data })),
    close: () => port.close(),
  })
}

export function createFakeContents(url = 'app://bundle/') {
  return Object.assign(new EventEmitter(), {
    mainFrame: { url, parent: null },
    getURL: () => url,
    openHandler: undefined as ((details: { url: string }) => { action: string }) | undefined,
    setWindowOpenHandler(handler: (details: { url: string }) => { action: string }) {
      this.openHandler = handler
    },
  })
}

/** As much of the module as the host uses; everything the host does to it can be read off. */
export function createFakeElectron({
  dataDir,
  onlyInstance = true,
  languages = ['es-ES'],
  packaged = true,
}: {
  readonly dataDir: string
  readonly onlyInstance?: boolean
  readonly languages?: readonly string[]
  readonly packaged?: boolean
}) {
  const ipc = createFakeIpc()
  const seen = {
    windows: [] as FakeWindow[],
    menus: [] as unknown[],
    schemes: [] as unknown[],
    opened: [] as string[],
    errors: [] as string[],
    permissionRequest: undefined as unknown,
    permissionCheck: undefined as unknown,
    devicePermission: undefined as unknown,
    protocols: new Map<string, (request: Request) => Promise<Response>>(),
    quits: 0,
    picked: { canceled: true, filePaths: [] as string[] },
    /** Questions asked, and the button that is pressed. */
    /** Messages of the system: `title | body`. */
    messages: [] as string[],
    questions: [] as { message: string; buttons: string[] }[],
    pressed: 0,
  }

  class FakeWindow extends EventEmitter {
    readonly webContents = ipc.contents
    readonly urls: string[] = []
    shown = false
    progress = -1
    readonly options: unknown
    constructor(options: unknown) {
      super()
      this.options = options
      seen.windows.push(this)
    }
    async loadURL(url: string) {
      this.urls.push(url)
    }
    show() {
      this.shown = true
    }
    focus() {
      this.emit('focused')
    }
    focused = true
    isFocused() {
      return this.focused
    }
    isMinimized() {
      return false
    }
    restore() {
      this.shown = true
    }
    setProgressBar(share: number) {
      this.progress = share
    }
  }

  class FakeNotification {
    static isSupported() {
      return true
    }
    readonly #said: string
    constructor({ title, body }: { readonly title: string; readonly body: string }) {
      this.#said = `${title} | ${body}`
    }
    show() {
      seen.messages.push(this.#said)
    }
  }

  const app = Object.assign(new EventEmitter(), {
    isPackaged: packaged,
    requestSingleInstanceLock: () => onlyInstance,
    enableSandbox: () => undefined,
    setAsDefaultProtocolClient: () => true,
    whenReady: async () => undefined,
    getPath: () => dataDir,
    getPreferredSystemLanguages: () => [...languages],
    quit: () => (seen.quits += 1),
    exit: () => (seen.quits += 1),
  })

  const electron = {
    app,
    BrowserWindow: FakeWindow,
    dialog: {
      showOpenDialog: async () => seen.picked,
      showMessageBox: async (...given: unknown[]) => {
        seen.questions.push(given.at(-1) as { message: string; buttons: string[] })
        return { response: seen.pressed, checkboxChecked: false }
      },
      showErrorBox: (_title: string, text: string) => void seen.errors.push(text),
    },
    ipcMain: ipc.main,
    Menu: {
      setApplicationMenu: (menu: unknown) => void seen.menus.push(menu),
      buildFromTemplate: (template: unknown) => template,
    },
    nativeTheme: { shouldUseDarkColors: true },
    Notification: FakeNotification,
    protocol: { registerSchemesAsPrivileged: (schemes: unknown[]) => void seen.schemes.push(...schemes) },
    safeStorage: createFakeSafeStorage(),
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: unknown) => (seen.permissionRequest = handler),
        setPermissionCheckHandler: (handler: unknown) => (seen.permissionCheck = handler),
        setDevicePermissionHandler: (handler: unknown) => (seen.devicePermission = handler),
        setDisplayMediaRequestHandler: () => undefined,
        protocol: {
          handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
            void seen.protocols.set(scheme, handler),
        },
      },
    },
    shell: {
      openExternal: async (url: string) => void seen.opened.push(url),
      showItemInFolder: (path: string) => void seen.opened.push(path),
    },
  }
  return { electron: electron as unknown as Electron, app, ipc, seen }
}

/** A key store that seals by turning bits, with the mark that Chromium puts before what it sealed. */
export function createFakeSafeStorage({
  available = true,
  backend = 'gnome_libsecret',
  mark = 'v11',
}: { readonly available?: boolean; readonly backend?: string; readonly mark?: string } = {}) {
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0x5a))
  return {
    isAsyncEncryptionAvailable: async () => available,
    getSelectedStorageBackend: () => backend as 'gnome_libsecret',
    encryptStringAsync: async (text: string) => Buffer.concat([Buffer.from(mark), turn(Buffer.from(text))]),
    async decryptStringAsync(sealed: Buffer) {
      if (sealed.subarray(0, 3).toString() !== mark) throw new Error('cannot decrypt')
      return { shouldReEncrypt: false, result: turn(sealed.subarray(3)).toString() }
    },
  }
}
