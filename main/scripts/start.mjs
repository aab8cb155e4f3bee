import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildApp, root } from './build-app.mjs'
import { fetchElectron, findElectron, hasDisplay, reasonFrom } from './find-electron.mjs'

/** `npm start`: builds what changed, then runs the app in Electron when that is to be had, else in a browser. */
const FETCH_MS = 7_000
/** An Electron that ends with an error this soon never showed its window. */
const STILLBORN_MS = 5_000

const args = process.argv.slice(2)
const forBrowser = args.some(
  (arg) => ['--browser', '--no-open', '--help'].includes(arg) || arg.startsWith('--port'),
)

try {
  // Fetching and building need different things, so they do not wait for each other.
  const finding = forBrowser ? { why: undefined } : chooseElectron()
  await buildApp()
  const { path, why } = await finding
  const failure = path === undefined ? why : await runElectron(path)
  if (failure !== undefined) console.log(`Ichor runs in your browser because ${failure}.`)
  if (path === undefined || failure !== undefined) await runBrowser()
} catch (error) {
  console.error(`Ichor could not be started: ${error.message}`)
  process.exitCode = 1
}

async function chooseElectron() {
  if (!hasDisplay()) return { why: 'there is no display for Electron' }
  const path = findElectron()
  if (path !== undefined) return { path }
  const { path: fetched, why } = await fetchElectron(FETCH_MS)
  return fetched === undefined ? { why: `Electron is not here and ${why}` } : { path: fetched }
}

/** Resolves when Electron has ended: to a reason when it never came up, else to undefined. */
function runElectron(path) {
  return new Promise((resolve) => {
    const started = performance.now()
    // Chromium's sandbox does not run as root on Linux.
    const flags = process.platform === 'linux' && process.getuid() === 0 ? ['--no-sandbox'] : []
    const child = spawn(path, [root, ...flags, ...args], { stdio: ['ignore', 'inherit', 'pipe'] })
    let complaint = ''
    child.stderr.on('data', (chunk) => {
      if (complaint.length < 10_000) complaint += chunk
    })
    for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => child.kill(name))
    child.once('error', (error) => resolve(`Electron does not start (${error.code ?? error.message})`))
    child.once('exit', (code) => {
      const stillborn = code !== 0 && performance.now() - started < STILLBORN_MS
      if (stillborn) resolve(`Electron does not start here (${reasonFrom(complaint)})`)
      else {
        process.exitCode = code ?? 0
        resolve(undefined)
      }
    })
  })
}

/** In this very process: a second Node would cost a tenth of a second for nothing. */
async function runBrowser() {
  process.argv = [process.argv[0], join(root, 'dist', 'main', 'browser.cjs'), ...args]
  const { createRequire } = await import('node:module')
  createRequire(import.meta.url)(process.argv[1])
}
