import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../../main/scripts/build-app.mjs'
import { openProfile, startBuiltApp, startChromium } from './built-app.ts'
import { printTable, spreadRow } from './figures.ts'

const ROUNDS = 5
const DEMO_NODES = 5

let browser: Browser
let dataDir: string
beforeAll(async () => {
  await buildApp()
  browser = await startChromium()
  dataDir = mkdtempSync(join(tmpdir(), 'ichor-start-'))
})
afterAll(async () => {
  await browser.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Milliseconds since the command was given, in the order in which they come. */
interface Start {
  readonly linkPrinted: number
  readonly frameShown: number
  readonly firstRow: number
  readonly allReady: number
}

test('from npm start on a built app to the demo fleet, live on screen', async () => {
  await start()
  const starts: Start[] = []
  for (let round = 0; round < ROUNDS; round++) starts.push(await start())
  const of = (phase: keyof Start): readonly number[] => starts.map((times) => times[phase])
  for (const times of starts) expect(times.allReady).toBeGreaterThan(times.linkPrinted)
  printTable({
    title: `node main/scripts/start.mjs --demo, the browser running already, ${ROUNDS} starts after one unmeasured`,
    goal: 'all nodes on screen, running and ready, within 2000 ms',
    head: ['milliseconds since the command', 'min', 'median', 'max'],
    rows: [
      spreadRow('link printed', of('linkPrinted'), 0),
      spreadRow('frame on screen', of('frameShown'), 0),
      spreadRow('first node on screen', of('firstRow'), 0),
      spreadRow(`all ${DEMO_NODES} running and ready`, of('allReady'), 0),
    ],
  })
})

async function start(): Promise<Start> {
  const context = await openProfile(browser)
  const page = await context.newPage()
  const began = performance.now()
  const since = (): number => performance.now() - began
  const app = await startBuiltApp('main/scripts/start.mjs', ['--demo'], dataDir)
  try {
    const linkPrinted = since()
    await page.goto(app.url, { waitUntil: 'commit' })
    await page.locator('.frame').waitFor()
    const frameShown = since()
    const table = page.getByRole('table', { name: /^Nodes of/ })
    await table.getByRole('rowheader').first().waitFor()
    const firstRow = since()
    await table
      .getByText('running, ready')
      .nth(DEMO_NODES - 1)
      .waitFor()
    return { linkPrinted, frameShown, firstRow, allReady: since() }
  } finally {
    await context.close()
    await app.stop()
  }
}
