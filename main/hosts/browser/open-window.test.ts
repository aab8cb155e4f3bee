import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { browserDataDir } from '../data-dir.ts'
import { lockDataDir } from '../data-dir-lock.ts'
import { parseBrowserArguments } from './arguments.ts'
import type { Surroundings } from './open-window.ts'
import { linkCommand, windowCommand } from './open-window.ts'

const link = 'http://127.0.0.1:4711/#token=abc'
const desktop = (over: Partial<Surroundings> = {}, ...programs: readonly string[]): Surroundings => ({
  platform: 'linux',
  env: { DISPLAY: ':0', PATH: '/usr/local/bin:/usr/bin' },
  isRoot: false,
  isExecutable: (path) => programs.includes(path),
  ...over,
})

test('Chromium opens the app in a window and a profile of its own', () => {
  expect(windowCommand(link, '/data/profile', desktop({}, '/usr/bin/chromium', '/usr/bin/xdg-open'))).toEqual(
    {
      program: '/usr/bin/chromium',
      args: [
        `--app=${link}`,
        '--user-data-dir=/data/profile',
        '--no-first-run',
        '--no-default-browser-check',
      ],
      kind: 'app',
    },
  )
})

test('only root does without Chromium’s sandbox, as it must', () => {
  const user = windowCommand(link, '/data/profile', desktop({}, '/usr/bin/google-chrome'))
  const root = windowCommand(link, '/data/profile', desktop({ isRoot: true }, '/usr/bin/google-chrome'))
  expect(user?.args).not.toContain('--no-sandbox')
  expect(root?.args).toContain('--no-sandbox')
})

test('without Chromium the link opens in the person’s browser, and without that nowhere', () => {
  expect(windowCommand(link, '/p', desktop({}, '/usr/bin/xdg-open'))).toEqual({
    program: '/usr/bin/xdg-open',
    args: [link],
    kind: 'browser',
  })
  expect(windowCommand(link, '/p', desktop())).toBeUndefined()
})

test('without a display nothing is opened', () => {
  const blind = desktop({ env: { PATH: '/usr/bin' } }, '/usr/bin/chromium', '/usr/bin/xdg-open')
  expect(windowCommand(link, '/p', blind)).toBeUndefined()
  expect(linkCommand(link, blind)).toBeUndefined()
  const wayland = desktop({ env: { PATH: '/usr/bin', WAYLAND_DISPLAY: 'wayland-0' } }, '/usr/bin/chromium')
  expect(windowCommand(link, '/p', wayland)?.kind).toBe('app')
})

test('macOS and Windows have their usual places', () => {
  const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
  expect(windowCommand(link, '/p', desktop({ platform: 'darwin', env: {} }, chrome))?.program).toBe(chrome)
  expect(windowCommand(link, '/p', desktop({ platform: 'darwin', env: {} }))?.program).toBe('open')
  expect(windowCommand(link, '/p', desktop({ platform: 'win32', env: {} }))?.program).toBe('explorer.exe')
})

test('arguments are read, and a wrong one is named', () => {
  expect(
    parseBrowserArguments(['--demo', '--keep', '--port', '8080', '--data-dir', '/tmp/x', '--no-open']),
  ).toEqual({
    demo: true,
    keep: true,
    noOpen: true,
    port: 8080,
    dataDir: '/tmp/x',
    help: false,
  })
  expect(parseBrowserArguments([])).toMatchObject({ demo: false, keep: false, port: 0, dataDir: undefined })
  for (const port of ['-1', '65536', 'x', '80.5', ''])
    expect(() => parseBrowserArguments([`--port=${port}`])).toThrow('--port')
  expect(() => parseBrowserArguments(['--demoo'])).toThrow('--demoo')
})

test('the data folder is where each system keeps such things', () => {
  expect(browserDataDir('linux', {}, '/home/eva')).toBe('/home/eva/.local/share/ichor-browser')
  expect(browserDataDir('linux', { XDG_DATA_HOME: '/data' }, '/home/eva')).toBe('/data/ichor-browser')
  // The specification says to ignore a relative one.
  expect(browserDataDir('linux', { XDG_DATA_HOME: 'data' }, '/home/eva')).toBe(
    '/home/eva/.local/share/ichor-browser',
  )
  expect(browserDataDir('darwin', {}, '/Users/eva')).toBe(
    '/Users/eva/Library/Application Support/Ichor Browser',
  )
})

test('one process has a data folder at a time; one that was killed does not keep it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ichor-lock-'))
  try {
    const parent = process.ppid
    const first = await lockDataDir(folder, parent)
    expect(first.kind).toBe('held')
    expect(await lockDataDir(folder)).toEqual({ kind: 'taken', pid: parent })
    if (first.kind === 'held') await first.release()
    expect((await lockDataDir(folder)).kind).toBe('held')
    // No process has the highest number there is.
    await writeFile(join(folder, 'running.pid'), '4194304')
    expect((await lockDataDir(folder)).kind).toBe('held')
    await writeFile(join(folder, 'running.pid'), 'nonsense')
    expect((await lockDataDir(folder)).kind).toBe('held')
  } finally {
    await rm(folder, { recursive: true })
  }
})
