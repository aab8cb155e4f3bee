import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const stampFile = join(root, 'dist', 'inputs.sha256')
const OUTPUTS = ['dist/renderer/index.html', 'dist/main/browser.cjs', 'dist/preload/index.cjs']

/** Everything the bundles are made from; tests and prose are not. */
const INPUTS = [
  'main',
  'preload',
  'renderer',
  'resources',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
  'vite.config.ts',
  'vite.main.config.ts',
  'vite.preload.config.ts',
]
const NOT_AN_INPUT = /(\.test\.tsx?|\.md)$/

/** Builds renderer, main and preload into dist/, unless what is there was made from exactly these sources. */
export async function buildApp({ force = false, say = console.log } = {}) {
  const stamp = hashInputs()
  if (!force && isCurrent(stamp)) return { built: false }
  if (!existsSync(join(root, 'node_modules', 'vite'))) {
    throw new Error('The packages are not installed yet. Run: npm ci')
  }
  const started = performance.now()
  say('Building Ichor (only needed after a change) …')
  const { build } = await import('vite')
  process.env.NODE_ENV = 'production'
  for (const configFile of ['vite.config.ts', 'vite.main.config.ts', 'vite.preload.config.ts']) {
    await build({ root: rootOf(configFile), configFile: join(root, configFile), logLevel: 'warn' })
  }
  writeFileSync(stampFile, stamp)
  say(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`)
  return { built: true }
}

function rootOf(configFile) {
  return configFile === 'vite.config.ts' ? join(root, 'renderer') : root
}

function isCurrent(stamp) {
  return (
    OUTPUTS.every((file) => existsSync(join(root, file))) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === stamp
  )
}

/** By content, not by time: a fresh clone or a switched branch changes every time stamp. */
function hashInputs() {
  const hash = createHash('sha256')
  for (const file of INPUTS.flatMap((name) => listFiles(join(root, name)))) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function listFiles(path) {
  if (NOT_AN_INPUT.test(path) || !existsSync(path)) return []
  const entries = readDirectory(path)
  if (entries === undefined) return [path]
  return entries.sort().flatMap((entry) => listFiles(join(path, entry)))
}

function readDirectory(path) {
  try {
    return readdirSync(path)
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  }
}
