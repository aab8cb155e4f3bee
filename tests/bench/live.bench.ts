import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../../main/scripts/build-app.mjs'
import { startSimulator } from '../e2e/simulator.ts'
import { openProfile, readProcess, rendererPid, startBuiltApp, startChromium } from './built-app.ts'
import { printTable } from './figures.ts'
import { importOnScreen } from './import-on-screen.ts'

/** First the boot logs are read and the code gets warm; what stays is measured. */
const SETTLE_MS = 8_000
const MEASURE_MS = 30_000
const FLEETS = [
  { nodes: 5, workers: 2 },
  { nodes: 50, workers: 47 },
]

let browser: Browser
beforeAll(async () => {
  await buildApp()
  browser = await startChromium()
})
afterAll(() => browser.close())

/** Megabytes resident, per cent of one core. */
interface Load {
  readonly nodes: number
  readonly mainRss: number
  readonly mainCpu: number
  readonly pageRss: number
  readonly pageHeap: number
  readonly pageCpu: number
}

test.skipIf(process.platform !== 'linux')(
  'what fleets of 5 and 50 nodes cost while they are on screen',
  async () => {
    const loads: Load[] = []
    for (const fleet of FLEETS) loads.push(await measure(fleet))
    for (const { mainRss, pageHeap } of loads) expect(Math.min(mainRss, pageHeap)).toBeGreaterThan(0)
    printTable({
      title: `The fleet live on screen for ${MEASURE_MS / 1000} s, nothing touched; the nodes in a process of their own`,
      goal: 'main and page together under 350 MB and 5 % of a core',
      head: [
        'nodes',
        'main MB',
        'page MB',
        'together MB',
        'of it page heap',
        'main CPU %',
        'page CPU %',
        'together CPU %',
      ],
      rows: loads.map((load) => [
        String(load.nodes),
        ...[load.mainRss, load.pageRss, load.mainRss + load.pageRss, load.pageHeap].map((mb) =>
          mb.toFixed(0),
        ),
        ...[load.mainCpu, load.pageCpu, load.mainCpu + load.pageCpu].map((percent) => percent.toFixed(1)),
      ]),
    })
  },
)

async function measure({ nodes, workers }: (typeof FLEETS)[number]): Promise<Load> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ichor-live-'))
  const simulator = await startSimulator([
    ...['--controlplanes', '3', '--workers', String(workers), '--speed', '1'],
    ...['--talos', 'v1.13.9,v1.14.0'],
  ])
  const app = await startBuiltApp('dist/main/browser.cjs', [], dataDir)
  const context = await openProfile(browser)
  try {
    const page = await context.newPage()
    await page.goto(app.url)
    await importOnScreen(page, simulator.talosconfig, nodes)
    await sleep(SETTLE_MS)
    const devTools = await context.newCDPSession(page)
    await devTools.send('Performance.enable')
    const pagePid = await rendererPid(browser)
    const before = { main: readProcess(app.pid), page: readProcess(pagePid) }
    const began = performance.now()
    await sleep(MEASURE_MS)
    const after = { main: readProcess(app.pid), page: readProcess(pagePid) }
    const seconds = (performance.now() - began) / 1000
    const { metrics } = await devTools.send('Performance.getMetrics')
    const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN
    return {
      nodes,
      mainRss: after.main.rss,
      mainCpu: (100 * (after.main.cpu - before.main.cpu)) / seconds,
      pageRss: after.page.rss,
      pageHeap: heap / 2 ** 20,
      pageCpu: (100 * (after.page.cpu - before.page.cpu)) / seconds,
    }
  } finally {
    await context.close()
    await app.stop()
    await simulator.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
