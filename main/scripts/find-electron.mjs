import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './build-app.mjs'

const packageDir = join(root, 'node_modules', 'electron')

/** Path of Electron's binary, or undefined. Never `require('electron')`: that would download it, however long it takes. */
export function findElectron(env = process.env) {
  const nameFile = join(packageDir, 'path.txt')
  const name = existsSync(nameFile) ? readFileSync(nameFile, 'utf8') : undefined
  const override = env.ELECTRON_OVERRIDE_DIST_PATH
  const path = override
    ? join(override, name ?? (process.platform === 'win32' ? 'electron.exe' : 'electron'))
    : name && join(packageDir, 'dist', name)
  return path && existsSync(path) ? path : undefined
}

/** Whether a window can be shown at all. */
export function hasDisplay(env = process.env, platform = process.platform) {
  return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}

/**
 * Fetches Electron's binary with the package's own installer. Resolves to `{ path }` or `{ why }`, within
 * `milliseconds` in any case; what takes longer is given up.
 */
export function fetchElectron(milliseconds) {
  const installer = join(packageDir, 'install.js')
  if (!existsSync(installer)) return Promise.resolve({ why: 'its package is not installed' })
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installer], { stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    child.stderr.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => {
      child.kill()
      resolve({ why: `its download was not done within ${milliseconds / 1000} s` })
    }, milliseconds)
    child.once('error', (error) => settle({ why: error.message }))
    child.once('exit', () => {
      const path = findElectron()
      settle(path ? { path } : { why: `its download failed (${reasonFrom(output)})` })
    })
    function settle(result) {
      clearTimeout(timer)
      resolve(result)
    }
  })
}

/** The line of a stack that says something; no stack is ever shown. */
export function reasonFrom(output) {
  const code = /\b(E[A-Z]{4,}|HTTPError[^\n]*|Response code \d+[^\n]*)/.exec(output)?.[1]
  const line = code ?? output.split('\n').find((text) => /error/i.test(text)) ?? 'no reason given'
  return line
    .trim()
    .replace(/^(?:\w*Error: )+/, '')
    .slice(0, 100)
}
