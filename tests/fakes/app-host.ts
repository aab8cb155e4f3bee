import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MessageToRenderer } from '#contract/bridge.ts'
import { createApp } from '../../main/app.ts'
import type { ClockPort } from '../../main/domain/clock-port.ts'
import type { KeystorePort } from '../../main/domain/host-port.ts'
import { openChosenKeystore } from '../../main/hosts/keystore/chosen-keystore.ts'
import { createAppWindow, type AppWindow } from './app-window.ts'
import { createHurriedClock } from './hurried-clock.ts'
import { createRecordingLog, type LogEntry } from './recording-log.ts'
import { protosDir } from './talos-node.ts'

export const resourcesDir = join(protosDir, '..', 'resources')

/** The least scrypt cost the key store takes: what is tested is not how long a guess lasts. */
const SCRYPT_COST = 2 ** 15
/** How much faster than life the app's own waiting is. */
const PATIENCE = 10

export interface AppOptions {
  /** A folder that another app used, as after a restart. Else a fresh one, removed with the app. */
  readonly dataDir?: string
  readonly clock?: ClockPort
  /** Default: keys in memory only. `chosen`: as the browser host begins, unset or locked. */
  readonly keystore?: 'memory' | 'chosen'
  /** Asked in place of the public Image Factory; default: one that nobody answers at. */
  readonly factoryUrl?: string
}

/** The whole main process with windows on it, everything real but the host's own window, menu and dialogs. */
export interface AppUnderTest extends AsyncDisposable {
  readonly dataDir: string
  readonly log: readonly LogEntry[]
  /** Everything that crossed to any window, oldest first. */
  readonly crossed: readonly MessageToRenderer[]
  readonly window: () => AppWindow
  /** Every file below the data folder, by its path there. */
  readonly files: () => Promise<ReadonlyMap<string, string>>
}

export async function startApp(options: AppOptions = {}): Promise<AppUnderTest> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ichor-app-')))
  // Nobody outside is asked in a test: this port refuses at once.
  const settings = join(dataDir, 'settings.json')
  const asked = options.factoryUrl ?? 'http://127.0.0.1:9'
  if (!existsSync(settings)) await writeFile(settings, JSON.stringify({ factoryUrl: asked }))
  const log = createRecordingLog()
  const clock = options.clock ?? createHurriedClock(PATIENCE)
  const keystore: KeystorePort = await openChosenKeystore(dataDir, { cost: SCRYPT_COST })
  if (options.keystore !== 'chosen') await keystore.choose?.({ kind: 'memory' })
  const app = await createApp({
    kind: 'browser',
    version: '0.0.0',
    user: 'ana',
    locale: 'es-ES',
    platform: 'linux',
    dataDir,
    // As the hosts have it: not in the data folder, which a crash leaves to another app.
    locksDir: `${dataDir}-locks`,
    protosDir,
    resourcesDir,
    keystore,
    nativeDialogs: false,
    openLink: async () => undefined,
    log,
    clock,
  })
  const crossed: MessageToRenderer[] = []
  const windows: AppWindow[] = []
  return {
    dataDir,
    log: log.entries,
    crossed,
    window() {
      const opened = createAppWindow({ handlers: app.handlers, log, clock }, crossed)
      windows.push(opened)
      return opened
    },
    files: () => filesBelow(dataDir),
    async [Symbol.asyncDispose]() {
      for (const window of windows) window.close()
      await app[Symbol.asyncDispose]()
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true })
      await rm(`${dataDir}-locks`, { recursive: true, force: true })
    },
  }
}

async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const)),
  )
}

/**
 * What a crash at this moment would leave on disk, as a folder of its own: the app goes on here, but whoever starts on
 * the copy starts after its death.
 */
export async function copyOfDisk(app: AppUnderTest): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'ichor-app-'))
  await cp(app.dataDir, copy, { recursive: true })
  return copy
}
