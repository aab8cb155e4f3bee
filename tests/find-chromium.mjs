// Where a Chromium of any make is on this machine; installs Debian's or Ubuntu's when there is none and it may.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'msedge',
]
const PLACES = [
  '/usr/lib/chromium/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** Path of a browser, or undefined. `ICHOR_CHROMIUM` goes before everything. */
export function findChromium() {
  const named = process.env['ICHOR_CHROMIUM']
  if (named) return named
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name)
      if (existsSync(path)) return path
    }
  }
  return PLACES.find((path) => existsSync(path))
}

/** The same, after installing one where this user may; otherwise says what to run and ends. */
export function requireChromium() {
  const found = findChromium()
  if (found) return found
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
  if (!mayInstall) {
    const command =
      process.platform === 'linux'
        ? 'sudo apt-get install chromium   (Debian, Ubuntu; elsewhere your package manager)'
        : 'install Google Chrome, Chromium or Microsoft Edge'
    console.error(`The end-to-end tests need a Chromium. Run: ${command}\nor set ICHOR_CHROMIUM to one.`)
    process.exit(1)
  }
  console.log('No Chromium here: installing the package chromium with apt-get.')
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  execFileSync('apt-get', ['update', '-q'], options)
  execFileSync(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core', 'fonts-noto-core'],
    options,
  )
  const installed = findChromium()
  if (!installed) {
    console.error('apt-get installed chromium, but it cannot be found.')
    process.exit(1)
  }
  return installed
}
