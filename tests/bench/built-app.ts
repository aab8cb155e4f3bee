import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext } from 'playwright'
import { root } from '../../main/scripts/build-app.mjs'
import { requireChromium } from '../find-chromium.mjs'

export interface BuiltApp {
  readonly pid: number
  /** The launch link: good once and for a minute. */
  readonly url: string
  stop(): Promise<void>
}

/** Resolves when the app has said its address. `script`: what Node is given, relative to the checkout. */
export async function startBuiltApp(
  script: string,
  args: readonly string[],
  dataDir: string,
): Promise<BuiltApp> {
  const child = spawn(
    process.execPath,
    [join(root, script), ...args, '--no-open', '--keep', '--data-dir', dataDir],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TALOSCONFIG: '', TALOS_HOME: dataDir, HOME: dataDir },
    },
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said)
      if (found !== null) resolve(found[0])
    })
    child.once('exit', (code) => reject(new Error(`the app ended (${String(code)}) and had said: ${said}`)))
  })
  return {
    pid: child.pid ?? 0,
    url,
    async stop() {
      child.kill('SIGTERM')
      await gone
    },
  }
}

export async function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: requireChromium(),
    args: ['--disable-gpu', '--disable-background-networking'],
  })
}

/** A window as a person's: the same size, and a profile of its own that has never seen the app. */
export function openProfile(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
}

/** What the system says of a process; Linux only. */
export interface ProcessReading {
  /** Resident, in MiB. */
  readonly rss: number
  /** Seconds of one core since its start, user and system. */
  readonly cpu: number
}

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

export function readProcess(pid: number): ProcessReading {
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return {
    rss: Number(rss) / 1024,
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  }
}

/** Process of Chromium that draws the page; there is one per window here. */
export async function rendererPid(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer')
    // The one that has worked: Chromium keeps a spare ready that has not.
    const busiest = renderers.sort((a, b) => b.cpuTime - a.cpuTime)[0]
    if (busiest === undefined) throw new Error('Chromium has no process for the page')
    return busiest.id
  } finally {
    await session.detach()
  }
}
