import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Surroundings {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Root may run Chromium only without its sandbox. */
  readonly isRoot: boolean
  readonly isExecutable: (path: string) => boolean
}

export interface WindowCommand {
  readonly program: string
  readonly args: readonly string[]
  /** `app`: a window of its own. `browser`: a tab of the person's browser. */
  readonly kind: 'app' | 'browser'
}

const LINUX_BROWSERS = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'brave-browser',
  'vivaldi',
]
const MAC_BROWSERS = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser']
const WINDOWS_BROWSERS = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
]

function hasDisplay({ platform, env }: Pick<Surroundings, 'platform' | 'env'>): boolean {
  if (platform === 'win32' || platform === 'darwin') return true
  return Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY'])
}

/** How to show `link`; `undefined` when there is no display to show it on. */
export function windowCommand(
  link: string,
  profileDir: string,
  around: Surroundings,
): WindowCommand | undefined {
  if (!hasDisplay(around)) return undefined
  const browser = candidates(around).find(around.isExecutable)
  if (browser !== undefined) {
    const args = [
      `--app=${link}`,
      `--user-data-dir=${profileDir}`,
      '--no-first-run',
      '--no-default-browser-check',
    ]
    if (around.isRoot) args.push('--no-sandbox')
    return { program: browser, args, kind: 'app' }
  }
  return linkCommand(link, around)
}

/** How to show a page in the person's own browser. */
export function linkCommand(link: string, around: Surroundings): WindowCommand | undefined {
  if (!hasDisplay(around)) return undefined
  switch (around.platform) {
    case 'darwin':
      return { program: 'open', args: [link], kind: 'browser' }
    case 'win32':
      return { program: 'explorer.exe', args: [link], kind: 'browser' }
    default: {
      const opener = onPath('xdg-open', around).find(around.isExecutable)
      return opener === undefined ? undefined : { program: opener, args: [link], kind: 'browser' }
    }
  }
}

function candidates(around: Surroundings): readonly string[] {
  const { platform, env } = around
  if (platform === 'darwin')
    return MAC_BROWSERS.flatMap((name) =>
      ['', env['HOME'] ?? ''].map((home) => `${home}/Applications/${name}.app/Contents/MacOS/${name}`),
    )
  if (platform === 'win32')
    return [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => WINDOWS_BROWSERS.map((parts) => join(folder, ...parts)))
  return LINUX_BROWSERS.flatMap((name) => onPath(name, around))
}

function onPath(name: string, { env }: Surroundings): readonly string[] {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
}

/** This computer. */
export function currentSurroundings(): Surroundings {
  return {
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
    isExecutable(path) {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    },
  }
}

/** Starts the program on its own; resolves to false when it could not be started at all. */
export function openWindow({ program, args }: WindowCommand): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
