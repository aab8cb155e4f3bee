import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TalosFailure } from '../domain/talos-failure.ts'
import { createEtcdSnapshots } from './etcd-snapshots.ts'

let folder: string
let now = Date.UTC(2026, 10, 23, 20, 51, 10)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-snapshots-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function* chunksOf(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

describe('etcd snapshots on this computer', () => {
  const of = { context: 'casa/../x', hostname: 'bronce-3' }

  test('are whole, hashed, and for this user only', async () => {
    const saved = await createEtcdSnapshots(folder, { now: () => now }).save(of, chunksOf('bo', 'lt'))
    expect(await readFile(saved.path, 'utf8')).toBe('bolt')
    expect(saved).toEqual({
      path: join(folder, 'casa____x', '2026-11-23T20-51-10-000Z-bronce-3.snapshot'),
      bytes: 4,
      sha256: 'd0b3cba71f725563d316ea3516099328042095d10f4571be25c07f9ce31985a5',
    })
    expect((await stat(saved.path)).mode & 0o077).toBe(0)
  })

  test('whose own SHA-256 does not fit leave no file behind', async () => {
    const database = Buffer.alloc(1024, 7)
    const seal = createHash('sha256').update(database).digest()
    async function* sealed(damage: number): AsyncGenerator<Uint8Array> {
      const bytes = Buffer.concat([database, seal])
      bytes[5] = damage
      for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
    }
    const snapshots = createEtcdSnapshots(folder, { now: () => now })
    await expect(snapshots.save(of, sealed(8))).rejects.toMatchObject({ code: 'node-error' })
    expect(await readdir(join(folder, 'casa____x'))).toEqual([])
    expect((await snapshots.save(of, sealed(7))).bytes).toBe(1056)
  })

  test('cut off leave no file behind', async () => {
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('bo')
      throw new TalosFailure('node-error', 'not whole')
    }
    await expect(createEtcdSnapshots(folder, { now: () => now }).save(of, cut())).rejects.toMatchObject({
      code: 'node-error',
    })
    expect(await readdir(join(folder, 'casa____x'))).toEqual([])
  })

  test('that cannot be written fail as disk-write-failed', async () => {
    await writeFile(join(folder, 'file'), '')
    const snapshots = createEtcdSnapshots(join(folder, 'file'), { now: () => now })
    await expect(snapshots.save(of, chunksOf('x'))).rejects.toMatchObject({ code: 'disk-write-failed' })
  })

  test('are kept to the ten newest of a context', async () => {
    const snapshots = createEtcdSnapshots(folder, { now: () => (now += 1000) })
    for (let n = 0; n < 12; n++) await snapshots.save({ context: 'casa', hostname: `n${n}` }, chunksOf('x'))
    await snapshots.save({ context: 'rack', hostname: 'other' }, chunksOf('x'))
    const names = await readdir(join(folder, 'casa'))
    expect(names.map((name) => /-(n\d+)\.snapshot$/.exec(name)?.[1])).toEqual([
      'n2',
      'n3',
      'n4',
      'n5',
      'n6',
      'n7',
      'n8',
      'n9',
      'n10',
      'n11',
    ])
  })
})

test('what a killed process was writing is removed at the next start, and whole ones stay', async () => {
  const snapshots = createEtcdSnapshots(folder, { now: () => now })
  await snapshots.sweep()
  const { path } = await snapshots.save({ context: 'casa', hostname: 'bronce-1' }, chunksOf('bolt'))
  const home = join(folder, 'casa')
  await writeFile(join(home, '.0b0f2a52-7d53-4f0e-9a4e-6f8a2e6f1c11'), 'half a data')
  await writeFile(join(home, '.mine'), 'not ours')
  await snapshots.sweep()
  expect((await readdir(home)).sort()).toEqual(['.mine', path.slice(home.length + 1)])
})
