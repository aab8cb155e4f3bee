import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClusterLocks } from './cluster-locks.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-locks-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const holder = { runId: 'r1', who: 'ana', at: '2026-11-28T09:00:00.000Z' }
const onlyFile = async (): Promise<string> => {
  const names = await readdir(folder)
  expect(names).toHaveLength(1)
  return join(folder, names[0] ?? '')
}

describe('the lock of a cluster', () => {
  test('is one among all instances, names who holds it, and is free again after', async () => {
    const [mine, other] = [createClusterLocks(folder), createClusterLocks(folder)]
    const held = await mine.take('SHA256:casa', holder)
    await expect(other.take('SHA256:casa', { ...holder, runId: 'r2' })).rejects.toMatchObject({
      code: 'run-active',
      message: expect.stringContaining(`process ${process.pid}`) as unknown,
    })
    const rack = await other.take('SHA256:rack', holder)
    await rack.release()
    await held.release()
    expect((await other.take('SHA256:casa', holder)).stale).toBeUndefined()
  })

  test('of a process that died is taken over, and said so', async () => {
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    await createClusterLocks(folder, child.pid).take('casa', holder)
    const held = await createClusterLocks(folder).take('casa', { ...holder, runId: 'r2' })
    expect(held.stale).toContain(`process ${String(child.pid)}, run r1`)
  })

  test('of another boot of this computer, or of a process that started since, is stale', async () => {
    await createClusterLocks(folder).take('casa', holder)
    for (const change of [{ boot: 'another' }, { started: '1' }]) {
      const path = await onlyFile()
      const found = JSON.parse(await readFile(path, 'utf8')) as object
      await writeFile(path, JSON.stringify({ ...found, ...change }))
      const held = await createClusterLocks(folder).take('casa', holder)
      expect(held.stale).toContain('run r1')
    }
  })

  test('that was torn while it was written is no reason to stand still', async () => {
    const held = await createClusterLocks(folder).take('casa', holder)
    await writeFile(await onlyFile(), '{"pid":')
    const again = await createClusterLocks(folder).take('casa', holder)
    // The first one lets go of what is no longer its own: nothing.
    await held.release()
    await expect(createClusterLocks(folder).take('casa', holder)).rejects.toMatchObject({
      code: 'run-active',
    })
    await again.release()
  })

  test('is taken by one of many who want it at the same moment', async () => {
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        createClusterLocks(folder).take('casa', { ...holder, runId: `r${n}` }),
      ),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('that cannot be written is told as a disk that failed', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(createClusterLocks(join(folder, 'file')).take('casa', holder)).rejects.toMatchObject({
      code: 'disk-write-failed',
    })
  })
})
