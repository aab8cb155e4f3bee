import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MessageToRenderer } from '#contract/bridge.ts'
import type { LogBatch } from '#contract/nodes.ts'
import { buildApp } from '../../main/scripts/build-app.mjs'
import { startSimulator, type RunningSimulator } from '../e2e/simulator.ts'
import { openProfile, readProcess, rendererPid, startBuiltApp, startChromium } from './built-app.ts'
import { printTable } from './figures.ts'
import { importOnScreen } from './import-on-screen.ts'

const FOLLOW_SECONDS = 60
const SAMPLE_SECONDS = 15
const LINES_PER_SECOND = 5_000

let browser: Browser
let simulator: RunningSimulator
let dataDir: string
beforeAll(async () => {
  await buildApp()
  browser = await startChromium()
  dataDir = mkdtempSync(join(tmpdir(), 'ichor-flood-'))
  simulator = await startSimulator([
    '--controlplanes',
    '1',
    '--speed',
    '1',
    '--scenario',
    'log-flood@bronce-1',
  ])
})
afterAll(async () => {
  await browser.close()
  await simulator.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

interface Sample {
  readonly second: number
  readonly lines: number
  readonly dropped: number
  /** Lines the node had written that had not come yet, as far as their numbers tell. */
  readonly behind: number
  readonly mainMb: number
  readonly pageMb: number
  readonly pageHeapMb: number
}

test.skipIf(process.platform !== 'linux')(
  `a log of ${LINES_PER_SECOND} lines a second, followed on screen for a minute`,
  async () => {
    const app = await startBuiltApp('dist/main/browser.cjs', [], dataDir)
    const context = await openProfile(browser)
    try {
      const page = await context.newPage()
      const flow = countLines(page)
      await page.goto(app.url)
      await importOnScreen(page, simulator.talosconfig, 1)
      await page.getByRole('link', { name: 'bronce-1' }).first().click()
      await page.getByRole('link', { name: 'Logs', exact: true }).click()
      await page.getByRole('log').getByText('line of the flood').first().waitFor()
      const devTools = await context.newCDPSession(page)
      await devTools.send('Performance.enable')
      const pagePid = await rendererPid(browser)
      flow.begin()
      const began = { at: performance.now(), main: readProcess(app.pid), page: readProcess(pagePid) }
      const samples: Sample[] = []
      for (let second = 0; second <= FOLLOW_SECONDS; second += SAMPLE_SECONDS) {
        await sleep(Math.max(0, began.at + second * 1000 - performance.now()))
        samples.push({
          second,
          ...flow.sinceBegin((performance.now() - began.at) / 1000),
          mainMb: readProcess(app.pid).rss,
          pageMb: readProcess(pagePid).rss,
          pageHeapMb: await heapOf(devTools),
        })
      }
      const seconds = (performance.now() - began.at) / 1000
      const cpu = {
        main: (100 * (readProcess(app.pid).cpu - began.main.cpu)) / seconds,
        page: (100 * (readProcess(pagePid).cpu - began.page.cpu)) / seconds,
      }
      // No line is lost without being counted: the lines carry numbers.
      expect(flow.missing()).toBe(0)
      printTable({
        title: `kubelet's log at ${LINES_PER_SECOND} lines/s, followed on screen; CPU of main ${cpu.main.toFixed(0)} %, of the page ${cpu.page.toFixed(0)} % of a core`,
        goal: 'memory bounded, every line shown or counted as left out',
        head: ['second', 'lines', 'lines/s', 'left out', 'behind', 'main MB', 'page MB', 'page heap'],
        rows: samples.map(({ second, lines, dropped, behind, mainMb, pageMb, pageHeapMb }) => [
          String(second),
          String(lines),
          second === 0 ? '' : (lines / second).toFixed(0),
          String(dropped),
          String(behind),
          ...[mainMb, pageMb, pageHeapMb].map((mb) => mb.toFixed(0)),
        ]),
      })
    } finally {
      await context.close()
      await app.stop()
    }
  },
)

async function heapOf(devTools: CDPSession): Promise<number> {
  const { metrics } = await devTools.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN) / 2 ** 20
}

/** Reads along on the page's WebSocket. */
function countLines(page: Page) {
  let lines = 0
  let dropped = 0
  let missing = 0
  let last: number | undefined
  let beginning = { lines: 0, dropped: 0, last: 0 }
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(payload.toString()) as MessageToRenderer
      if (message.kind !== 'frame' || message.frame.kind !== 'changes') return
      for (const item of message.frame.items as readonly Partial<LogBatch>[]) take(item)
    })
  })

  function take(batch: Partial<LogBatch>): void {
    if (batch.lines === undefined) return
    let left = batch.dropped ?? 0
    dropped += left
    for (const { text } of batch.lines) {
      const found = /line of the flood" number=(\d+)/.exec(text)?.[1]
      if (found === undefined) continue
      lines += 1
      const number = Number(found)
      if (last !== undefined) {
        missing += Math.max(0, number - last - 1 - left)
        left = 0
      }
      last = number
    }
  }

  return {
    begin() {
      beginning = { lines, dropped, last: last ?? 0 }
    },
    sinceBegin(seconds: number) {
      const due = beginning.last + seconds * LINES_PER_SECOND
      return {
        lines: lines - beginning.lines,
        dropped: dropped - beginning.dropped,
        behind: Math.max(0, Math.round(due - (last ?? 0))),
      }
    },
    /** Lines that neither came nor were counted as left out. */
    missing: () => missing,
  }
}
