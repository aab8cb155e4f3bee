import { spawn } from 'node:child_process'
import { createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { build, createServer } from 'vite'
import { root } from './build-app.mjs'
import { findElectron } from './find-electron.mjs'

/**
 * `npm run dev`: the page from Vite with hot reload, main rebuilt and restarted on change. The browser host stays
 * behind Vite's proxy, which speaks to it in its own name so that its Host and Origin checks hold as they are.
 * `--electron` opens the Electron host on the same page. Other options go to the host.
 */
const inElectron = process.argv.includes('--electron')
const args = process.argv.slice(2).filter((arg) => arg !== '--electron')
const hostPort = await freePort()
const hostOrigin = `http://127.0.0.1:${hostPort}`
let token = ''
let host

const pages = await createServer({
  configFile: join(root, 'vite.config.ts'),
  root: join(root, 'renderer'),
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: {
      '/session': {
        target: hostOrigin,
        changeOrigin: true,
        configure: (proxy) => proxy.on('proxyReq', (request) => request.setHeader('origin', hostOrigin)),
      },
      '/socket': { target: hostOrigin, changeOrigin: true, ws: true, rewriteWsOrigin: true },
    },
  },
  // Each page gets the host's last token, so a restarted host needs no new link from the terminal.
  plugins: [{ name: 'launch-token', transformIndexHtml: tokenScript }],
})
await pages.listen()
const pageUrl = pages.resolvedUrls.local[0]

// Beside the built app, so that `npm start` never takes a development bundle for it.
const mainDir = join(root, 'dist', 'dev')
const watchers = [await watch('vite.main.config.ts', { outDir: mainDir })]
if (inElectron) watchers.push(await watch('vite.preload.config.ts', {}))

for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, async () => {
    host?.kill()
    await Promise.all([pages.close(), ...watchers.map((watcher) => watcher.close())])
    process.exit()
  })
}

async function watch(configFile, output) {
  const watcher = await build({
    root,
    configFile: join(root, configFile),
    logLevel: 'warn',
    build: { watch: {}, minify: false, sourcemap: true, ...output },
  })
  let failed = false
  watcher.on('event', (event) => {
    if (event.code === 'START') failed = false
    if (event.code === 'ERROR') failed = true
    // Vite has said what is wrong; the host that runs goes on meanwhile.
    if (event.code === 'END' && !failed) restart()
  })
  return watcher
}

function restart() {
  if (host !== undefined) {
    const old = host
    host = undefined
    old.once('exit', launch)
    old.kill()
  } else launch()
}

function launch() {
  if (host !== undefined) return
  if (inElectron) {
    const path = findElectron()
    if (path === undefined)
      throw new Error("Electron's binary is not here. Fetch it with: npx install-electron --no")
    host = spawn(path, [join(mainDir, 'electron.cjs'), ...args], {
      stdio: 'inherit',
      env: { ...process.env, ICHOR_DEV_SERVER: pageUrl },
    })
    return
  }
  const file = join(mainDir, 'browser.cjs')
  host = spawn(process.execPath, [file, '--no-open', '--keep', '--port', String(hostPort), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  host.stdout.on('data', (chunk) => {
    const found = /#token=([\w-]+)/.exec(String(chunk))
    if (found === null) {
      process.stdout.write(chunk)
      return
    }
    token = found[1]
    console.log(`Ichor (hot reload): ${pageUrl}`)
    pages.ws.send({ type: 'full-reload' })
  })
}

/** Given out once, as the host takes it once; later loads come in with their cookie. */
function tokenScript() {
  if (token === '') return []
  const children = `location.hash = 'token=${token}'`
  token = ''
  return [{ tag: 'script', injectTo: 'head-prepend', children }]
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createTcpServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
