import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTalosconfigFiles } from './talosconfig-files.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ichor-home-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const files = (env: Record<string, string> = {}): ReturnType<typeof createTalosconfigFiles> =>
  createTalosconfigFiles({ env, home, pick: undefined })

function write(path: string, text: string): string {
  mkdirSync(join(home, path, '..'), { recursive: true })
  writeFileSync(join(home, path), text)
  return join(home, path)
}

test('the file talosctl would use is found in its order: TALOSCONFIG, TALOS_HOME, the home folder', async () => {
  write('.talos/config', 'home')
  const talosHome = join(write('other/config', 'talos home'), '..')
  const named = write('named', 'named')
  const text = async (env: Record<string, string>): Promise<string> =>
    new TextDecoder().decode((await files(env).readDefault())?.bytes)
  expect(await text({ TALOSCONFIG: named, TALOS_HOME: talosHome })).toBe('named')
  expect(await text({ TALOS_HOME: talosHome })).toBe('talos home')
  expect(await text({ TALOS_HOME: 'not/absolute' })).toBe('home')
  expect(await text({})).toBe('home')
})

test('the path is shown as people write it', async () => {
  write('.talos/config', 'x')
  expect((await files().readDefault())?.path).toBe('~/.talos/config')
})

test('no file anywhere is no failure', async () => {
  expect(await files().readDefault()).toBeUndefined()
})

test('a folder in place of the file is told as unreadable', async () => {
  mkdirSync(join(home, '.talos', 'config'), { recursive: true })
  await expect(files().readDefault()).rejects.toMatchObject({ code: 'talosconfig-unreadable' })
})

test('a file of any length is read no further than can be told to be too long', async () => {
  write('.talos/config', 'x'.repeat(7_000_000))
  expect((await files().readDefault())?.bytes.length).toBe(6_000_001)
})
