import { join, resolve } from 'node:path'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { HostPort } from '../../domain/host-port.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import type { Handlers } from '../../ipc/handlers.ts'
import { createFileLog } from '../../log/file-log.ts'
import type { Bundle } from '../bundle.ts'
import type { CreateApp } from '../create-app.ts'
import { browserDataDir, sharedLocksDir } from '../data-dir.ts'
import { lockDataDir } from '../data-dir-lock.ts'
import { openChosenKeystore } from '../keystore/chosen-keystore.ts'
import { allowedLink } from '../links.ts'
import { systemUser } from '../system-user.ts'
import type { BrowserArguments } from './arguments.ts'
import { parseBrowserArguments, USAGE } from './arguments.ts'
import { currentSurroundings, linkCommand, openWindow, windowCommand } from './open-window.ts'
import type { BrowserServer } from './server.ts'
import { startBrowserServer } from './server.ts'

export interface BrowserRun {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly bundle: Bundle
  readonly clock: ClockPort
  readonly createApp: CreateApp
  /** One line for the terminal. */
  readonly print: (line: string) => void
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal
}

/** Runs the browser host to its end and gives the exit code. Prints lines, never stacks. */
export async function runBrowserHost(run: BrowserRun): Promise<number> {
  let args: BrowserArguments
  try {
    args = parseBrowserArguments(run.args)
  } catch (error) {
    run.print(`${error instanceof Error ? error.message : 'Unknown option.'}\n\n${USAGE}`)
    return 2
  }
  if (args.help) {
    run.print(USAGE)
    return 0
  }
  const dataDir = resolve(args.dataDir ?? browserDataDir(process.platform, run.env))
  const lock = await lockDataDir(dataDir).catch((error: unknown) => {
    run.print(`Ichor cannot use ${dataDir}: ${error instanceof Error ? error.message : 'no reason given'}`)
    return undefined
  })
  if (lock === undefined) return 1
  if (lock.kind === 'taken') {
    run.print(
      `Ichor is running already (process ${lock.pid}) and has ${dataDir}. Use its window, or end it first.`,
    )
    return 1
  }
  try {
    return await serve(run, args, dataDir)
  } finally {
    await lock.release()
  }
}

async function serve(run: BrowserRun, args: BrowserArguments, dataDir: string): Promise<number> {
  const { bundle, clock, print } = run
  const log = createFileLog({ folder: join(dataDir, 'logs'), now: () => clock.now() })
  const ended = new AbortController()
  const end = (why: string): void => {
    log.info('host.ending', { why })
    ended.abort()
  }
  run.signal.addEventListener('abort', () => end('signal'), { once: true })
  log.info('host.started', { version: bundle.version, node: process.version, platform: process.platform })

  const keystore = await openChosenKeystore(dataDir)
  const host: HostPort = {
    kind: 'browser',
    version: bundle.version,
    user: systemUser(run.env),
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    platform: process.platform,
    dataDir,
    locksDir: sharedLocksDir(process.platform, run.env),
    protosDir: bundle.protosDir,
    resourcesDir: bundle.resourcesDir,
    keystore,
    nativeDialogs: false,
    openLink,
    log,
    clock,
  }
  // The window starts while the app is still being made; what it asks waits in the server.
  const app = run.createApp(host)
  const handlers: Promise<Handlers> = app.then(async (made) => {
    if (args.demo) await made.handlers['demo.start']({}, ended.signal)
    return made.handlers
  })
  let code = 0
  handlers.catch((error: unknown) => {
    log.error('host.app-failed', error)
    const why = error instanceof TalosFailure ? error.message : `See ${log.path}.`
    print(`Ichor could not start. ${why}`)
    code = 1
    end('app failed')
  })

  let server: BrowserServer
  try {
    server = await startBrowserServer({
      root: bundle.rendererDir,
      handlers,
      log,
      clock,
      port: args.port,
      onDeserted: () => {
        if (!args.keep) void endWhenIdle()
      },
      onStaleLink: sayNewLink(() => server.createLink()),
    })
  } catch (error) {
    log.error('host.no-port', error)
    print(
      `Ichor cannot listen on 127.0.0.1:${args.port}: ${error instanceof Error ? error.message : 'no reason'}`,
    )
    await dispose(app)
    await log.flush()
    return 1
  }
  if (!ended.signal.aborted) await show(server.createLink())
  await untilAborted(ended.signal)
  await server[Symbol.asyncDispose]()
  await dispose(app)
  await log.flush()
  return code

  /** A run goes on without a window; who comes back meanwhile finds it. */
  async function endWhenIdle(): Promise<void> {
    const made = await app.catch(() => undefined)
    await made?.idle()
    if (!server.isAttended()) end('last window closed')
  }

  async function show(link: string): Promise<void> {
    const command = args.noOpen
      ? undefined
      : windowCommand(link, join(dataDir, 'browser-profile'), currentSurroundings())
    const opened = command !== undefined && (await openWindow(command))
    print(
      opened
        ? 'Ichor opens in a window. If none appears, open this link; it is good once and for a minute:'
        : 'Ichor is ready. Open this link; it is good once and for a minute:',
    )
    print(`  ${link}`)
  }

  /** Whoever sits at the terminal is the one to trust with a new link; not more often than every 5 s. */
  function sayNewLink(createLink: () => string): () => void {
    let last = Number.NEGATIVE_INFINITY
    return () => {
      if (clock.now() - last < 5_000) return
      last = clock.now()
      print(`That link was used already or is older than a minute. A new one:\n  ${createLink()}`)
    }
  }
}

async function openLink(url: string): Promise<void> {
  const link = allowedLink(url)
  const command = linkCommand(link, currentSurroundings())
  if (command === undefined || !(await openWindow(command))) {
    throw new TalosFailure('refused', `There is no browser to open here. The page is ${link}`)
  }
}

async function dispose(app: Promise<AsyncDisposable>): Promise<void> {
  const made = await app.catch(() => undefined)
  await made?.[Symbol.asyncDispose]()
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
