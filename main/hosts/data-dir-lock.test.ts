import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDataDir } from './data-dir-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Lives as long as the tests. */
const alive = process.ppid
const inBoot = (id: string) => () => Promise.resolve(id)

test('after another boot the same number is another program', async () => {
  await lockDataDir(folder, alive, inBoot('yesterday'))
  expect((await lockDataDir(folder, process.pid, inBoot('today'))).kind).toBe('held')
  await lockDataDir(folder, alive, inBoot('today'))
})

test('of many that find a dead lock in the same moment one gets it', async () => {
  await writeFile(join(folder, 'running.pid'), '4194305')
  const locks = await Promise.all([process.pid, alive].map((pid) => lockDataDir(folder, pid)))
  expect(locks.filter(({ kind }) => kind === 'held')).toHaveLength(1)
  expect(await readdir(folder)).toEqual(['running.pid'])
})
