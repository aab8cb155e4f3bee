import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { build, preview, type PreviewServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp, root } from '../../main/scripts/build-app.mjs'
import { openProfile, startBuiltApp, startChromium, type BuiltApp } from './built-app.ts'
import { printTable, spreadOf, spreadRow } from './figures.ts'

const LINES = 10_000
const MANY_LINES = 100_000
const KEYS = 60
const FRAMES = 120

let browser: Browser
let app: BuiltApp
let bare: PreviewServer
let folder: string
beforeAll(async () => {
  await buildApp()
  folder = mkdtempSync(join(tmpdir(), 'ichor-editor-'))
  const outDir = join(folder, 'bare')
  await build({
    root: join(import.meta.dirname, 'bare-monaco'),
    configFile: join(root, 'vite.config.ts'),
    build: { outDir, emptyOutDir: true },
    logLevel: 'warn',
  })
  bare = await preview({
    root: folder,
    configFile: false,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
    logLevel: 'warn',
  })
  app = await startBuiltApp('dist/main/browser.cjs', ['--demo'], join(folder, 'data'))
  browser = await startChromium()
}, 120_000)
afterAll(async () => {
  await browser.close()
  await app.stop()
  await bare.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Documents of a hundred lines each, as manifests and extension configs make a configuration long. */
function longText(lines: number): string {
  const body = Array.from({ length: 93 }, (_, i) => `        option${i} = value ${i}`).join('\n')
  return Array.from(
    { length: lines / 100 },
    (_, i) =>
      `---\napiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: part-${i}\nconfigFiles:\n    - content: |\n${body}\n      mountPath: /etc/part-${i}\n`,
  ).join('')
}

interface Smoothness {
  /** Milliseconds from a key to the frame that shows it. */
  readonly keys: readonly number[]
  /** Milliseconds between frames while the wheel turns. */
  readonly frames: readonly number[]
  /** Longest time without a frame in the three seconds after the last key. */
  readonly afterTyping: number
}

async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.locator('.monaco-editor').first().locator('.native-edit-context, textarea').first().focus()
  await page.keyboard.press('ControlOrMeta+End')
  await page.evaluate((value) => navigator.clipboard.writeText(value), text)
  await page.keyboard.press('ControlOrMeta+V')
}

/** Longest time without a frame until `wanted` answers, and `restMs` longer. */
async function longestGap(page: Page, wanted: () => Promise<unknown>, restMs: number): Promise<number> {
  await page.evaluate(() => {
    const state = globalThis as { gap?: number; watching?: boolean }
    state.gap = 0
    state.watching = true
    let last = performance.now()
    const frame = (): void => {
      const now = performance.now()
      state.gap = Math.max(state.gap ?? 0, now - last)
      last = now
      if (state.watching === true) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
  await wanted()
  await page.waitForTimeout(restMs)
  return page.evaluate(() => {
    const state = globalThis as { gap?: number; watching?: boolean }
    state.watching = false
    return state.gap ?? 0
  })
}

async function measure(page: Page): Promise<Smoothness> {
  await page.evaluate(() => {
    const keys: number[] = []
    ;(globalThis as { keys?: number[] }).keys = keys
    addEventListener(
      'keydown',
      () => {
        const pressed = performance.now()
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel()
          // Runs once the frame is handed over.
          port1.onmessage = () => keys.push(performance.now() - pressed)
          port2.postMessage(undefined)
        })
      },
      true,
    )
  })
  await page.locator('.monaco-editor').first().locator('.native-edit-context, textarea').first().focus()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('End')
  // A comment, so that no list of completions takes part.
  await page.keyboard.type(' # ')
  await page.evaluate(() => (globalThis as { keys?: number[] }).keys?.splice(0))
  await page.keyboard.type('x'.repeat(KEYS), { delay: 60 })
  const afterTyping = await longestGap(page, () => Promise.resolve(), 3000)
  const keys = await page.evaluate(() => (globalThis as { keys?: number[] }).keys ?? [])
  const frames = await page.evaluate(
    (count) =>
      new Promise<number[]>((resolve) => {
        const target = document.querySelector('.monaco-editor .monaco-scrollable-element')
        const found: number[] = []
        let last = performance.now()
        const frame = (): void => {
          const now = performance.now()
          found.push(now - last)
          last = now
          if (found.length > count) {
            resolve(found.slice(1))
            return
          }
          target?.dispatchEvent(new WheelEvent('wheel', { deltaY: 240, bubbles: true, cancelable: true }))
          requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
      }),
    FRAMES,
  )
  return { keys, frames, afterTyping }
}

async function openEditor(): Promise<Page> {
  const page = await (await openProfile(browser)).newPage()
  await page.goto(app.url)
  await page
    .getByRole('table', { name: /^Nodes of/ })
    .getByRole('link', { name: 'bronce-3' })
    .click()
  await page.getByRole('link', { name: 'Configuration', exact: true }).click()
  await page.locator('.monaco-editor .view-line').first().waitFor()
  return page
}

async function openBare(): Promise<Page> {
  const page = await (await openProfile(browser)).newPage()
  await page.goto(bare.resolvedUrls?.local[0] ?? '')
  await page.locator('.monaco-editor .view-line').first().waitFor()
  return page
}

test('typing and scrolling in a long configuration, beside a bare Monaco, and a paste that is too long', async () => {
  const plain = await openBare()
  await paste(plain, longText(LINES))
  await plain.waitForTimeout(2000)
  const without = await measure(plain)
  const barePaste = await longestGap(plain, () => paste(plain, longText(MANY_LINES)), 5000)
  await plain.context().close()

  const page = await openEditor()
  await paste(page, longText(LINES))
  await page.getByText(/10,\d+ lines/).waitFor()
  await page.getByText(/^Draft saved/).waitFor({ timeout: 30_000 })
  await page.waitForTimeout(3000)
  const own = await measure(page)

  // Main answers its page from one thread: how long it keeps the page waiting.
  let slowest = 0
  const polling = { on: true }
  const origin = new URL(app.url).origin
  const asked = (async () => {
    while (polling.on) {
      const began = performance.now()
      await fetch(origin).then((answer) => answer.text())
      slowest = Math.max(slowest, performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  const began = performance.now()
  let shown = 0
  const ownPaste = await longestGap(
    page,
    async () => {
      await paste(page, longText(MANY_LINES))
      await page.getByText(/11\d,\d+ lines/).waitFor({ timeout: 60_000 })
      shown = performance.now() - began
    },
    10_000,
  )
  polling.on = false
  await asked
  await page.context().close()

  expect(own.keys.length).toBeGreaterThan(KEYS / 2)
  const ratio = (a: readonly number[], b: readonly number[]): string =>
    `${(spreadOf(a).median / spreadOf(b).median).toFixed(2)} ×`
  printTable({
    title: `the editor with ${LINES} lines in Chromium, beside a bare Monaco with the same text`,
    goal: 'full frame rate (16.7 ms), no key waits longer',
    head: ['milliseconds', 'min', 'median', 'max'],
    rows: [
      spreadRow('key to frame, Ichor', own.keys),
      spreadRow('key to frame, bare', without.keys),
      spreadRow('frame while scrolling, Ichor', own.frames),
      spreadRow('frame while scrolling, bare', without.frames),
      [
        'ratio of medians: keys, frames',
        '',
        ratio(own.keys, without.keys),
        ratio(own.frames, without.frames),
      ],
      ['longest gap in 3 s after typing, Ichor', '', '', own.afterTyping.toFixed(0)],
      ['longest gap in 3 s after typing, bare', '', '', without.afterTyping.toFixed(0)],
      [`longest gap, ${MANY_LINES} lines pasted, Ichor`, '', '', ownPaste.toFixed(0)],
      [`longest gap, ${MANY_LINES} lines pasted, bare`, '', '', barePaste.toFixed(0)],
      ['… until the status line counts them', '', '', shown.toFixed(0)],
      ['… slowest answer of main meanwhile', '', '', slowest.toFixed(0)],
    ],
  })
}, 240_000)
