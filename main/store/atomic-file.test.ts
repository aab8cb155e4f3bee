import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRecordingLog } from '../../tests/fakes/recording-log.ts'
import { readTextIfThere, writeFileAtomic } from './atomic-file.ts'
import { DEFAULT_SETTINGS, openSettings } from './settings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-store-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('a file is replaced whole, its folder is made, and only this user may read it', async () => {
  const path = join(folder, 'deep', 'er', 'settings.json')
  await writeFileAtomic(path, 'one')
  await writeFileAtomic(path, 'two')
  expect(await readTextIfThere(path)).toBe('two')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(folder, 'deep', 'er'))).toEqual(['settings.json'])
})

test('a write that fails leaves no draft behind and says where and why', async () => {
  const path = join(folder, 'taken')
  await mkdir(join(path, 'inside'), { recursive: true })
  await expect(writeFileAtomic(path, 'text')).rejects.toMatchObject({
    code: 'disk-write-failed',
    message: expect.stringContaining(path) as string,
  })
  expect(await readdir(folder)).toEqual(['taken'])
})

test('a file that is not there is nothing, not an error', async () => {
  expect(await readTextIfThere(join(folder, 'none'))).toBeUndefined()
})

test('settings keep what is not changed and survive a restart', async () => {
  const first = await openSettings(folder, createRecordingLog())
  expect(first.current()).toEqual(DEFAULT_SETTINGS)
  await Promise.all([first.save({ theme: 'dark' }), first.save({ language: 'es' })])
  const second = await openSettings(folder, createRecordingLog())
  expect(second.current()).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark', language: 'es' })
})

test('damaged settings are set aside, said in the log, and defaults apply', async () => {
  await writeFile(join(folder, 'settings.json'), '{"theme": "purple"')
  const log = createRecordingLog()
  const settings = await openSettings(folder, log)
  expect(settings.current()).toEqual(DEFAULT_SETTINGS)
  expect(log.entries[0]).toMatchObject({ level: 'warn', event: 'settings.damaged' })
  expect(await readFile(join(folder, 'settings.json.damaged'), 'utf8')).toContain('purple')
})
