import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ElectronApplication, Page } from 'playwright'
import { methodNames, streamNames } from '#contract/bridge.ts'
import { findElectron, hasDisplay } from '../../main/scripts/find-electron.mjs'
import { buildApp, root } from '../../main/scripts/build-app.mjs'

const binary = findElectron()
const missing =
  binary === undefined
    ? "Electron's binary is not here"
    : hasDisplay()
      ? undefined
      : 'there is no display for Electron'
if (missing !== undefined)
  process.stdout.write(`skipped: the Electron host in Electron itself (${missing})\n`)

/** The door and preload pass the conformance suite with a stand-in; this is what only the binary can prove. */
describe.skipIf(missing !== undefined)(`the Electron host in Electron itself`, () => {
  let app: ElectronApplication
  let page: Page
  let dataDir: string
  const violations: string[] = []

  beforeAll(async () => {
    const { _electron } = await import('playwright')
    await buildApp({ say: () => undefined })
    dataDir = await mkdtemp(join(tmpdir(), 'ichor-electron-'))
    const rootFlags = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
    app = await _electron.launch({
      executablePath: binary!,
      args: [root, `--user-data-dir=${dataDir}`, ...rootFlags],
    })
    page = await app.firstWindow()
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text()))
        violations.push(message.text())
    })
    await page.waitForLoadState('load')
  }, 60_000)

  afterAll(async () => {
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  test('the page is on app://bundle, isolated, and without Node', async () => {
    expect(await page.evaluate('location.origin')).toBe('app://bundle')
    expect(await page.evaluate('[typeof require, typeof process, typeof module]')).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ])
  })

  test('the page has one function per name of the contract and no other', async () => {
    expect(await page.evaluate('Object.keys(window.talos.invoke).sort()')).toEqual([...methodNames].sort())
    expect(await page.evaluate('Object.keys(window.talos.open).sort()')).toEqual([...streamNames].sort())
  })

  test('a malformed call is refused out loud', async () => {
    expect(await page.evaluate("window.talos.invoke['contexts.select']('a', { context: 7 })")).toMatchObject({
      ok: false,
      error: { code: 'malformed-call' },
    })
  })

  test('a stream brings its snapshot and ready over a port', async () => {
    const kinds = await page.evaluate(`new Promise((resolve) => {
      const kinds = []
      window.talos.open['app.watch']('s', {}, (frame) => {
        kinds.push(frame.kind)
        if (frame.kind === 'ready') resolve(kinds)
      })
    })`)
    expect(kinds).toEqual(['snapshot', 'ready'])
  })

  test('Ed25519 mTLS works in this very runtime, and nothing broke the content policy', async () => {
    expect(await page.evaluate("window.talos.invoke['app.self-test']('t', {})")).toMatchObject({
      ok: true,
      value: { ok: true },
    })
    expect(violations).toEqual([])
  })
})
