import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'

const root = join(import.meta.dirname, '..', '..')

/** The built app behind its browser host, with a data folder of its own. */
export interface RunningApp {
  readonly url: string
  readonly dataDir: string
  readonly process: ChildProcess
  /** As a crash: no farewell. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export async function startApp(
  options: { readonly args?: readonly string[]; readonly dataDir?: string } = {},
): Promise<RunningApp> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'ichor-e2e-'))
  const child = spawn(
    process.execPath,
    [
      join(root, 'dist/main/browser.cjs'),
      '--no-open',
      '--keep',
      '--data-dir',
      dataDir,
      ...(options.args ?? []),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TALOSCONFIG: '', TALOS_HOME: dataDir, HOME: dataDir },
    },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    const listen = (chunk: Buffer): void => {
      said += chunk.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said)
      if (found !== null) resolve(found[0])
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('exit', (code) =>
      reject(new Error(`the app ended (${String(code)}) before it said its address:\n${said}`)),
    )
  })
  return {
    url,
    dataDir,
    process: child,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      await gone
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

interface Fixtures {
  readonly app: RunningApp
  /** A window on the app, opened with its launch token; every console error fails the test. */
  readonly window: Page
}

export const test = base.extend<Fixtures>({
  // Playwright insists on a destructured first argument.
  // eslint-disable-next-line no-empty-pattern
  app: async ({}, use) => {
    const app = await startApp()
    await use(app)
    await app.stop()
  },
  window: async ({ app, page }, use) => {
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(app.url)
    await use(page)
    expect(errors, 'the page reported errors').toEqual([])
  },
})

export { expect }
