import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeSafeStorage } from '../../../tests/fakes/electron.ts'
import { createRecordingLog } from '../../../tests/fakes/recording-log.ts'
import { Secret } from '../../domain/secret.ts'
import { openKeystore } from './os-keystore.ts'

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ichor-os-keystore-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const plain = Buffer.from('client key of casa')

function open(safeStorage = createFakeSafeStorage(), platform = 'linux') {
  return openKeystore({ dataDir, platform, safeStorage, log: createRecordingLog() })
}

test('with a keyring, keys are sealed by the system and open again after a restart', async () => {
  const first = await open()
  expect(first.state()).toEqual({ kind: 'os' })
  expect(first.choose).toBeUndefined()
  const sealed = await first.seal.seal(plain)
  const second = await open()
  expect(Buffer.from(await second.seal.unseal(sealed))).toEqual(plain)
})

test('without a keyring on Linux the person chooses, and nothing was written', async () => {
  for (const storage of [
    createFakeSafeStorage({ backend: 'basic_text' }),
    // Says it is available and has a good name, but seals with the key every computer has.
    createFakeSafeStorage({ mark: 'v10' }),
    createFakeSafeStorage({ available: false }),
  ]) {
    const keystore = await open(storage)
    expect(keystore.state().kind).toBe('unset')
    expect(keystore.state().note).toMatch(/\.$/)
    expect(keystore.choose).toBeDefined()
    expect(await readdir(dataDir)).toEqual([])
  }
})

test('v10 is a good mark on macOS, where it means the Keychain', async () => {
  expect((await open(createFakeSafeStorage({ mark: 'v10' }), 'darwin')).state()).toEqual({ kind: 'os' })
})

test('a passphrase that was chosen stays, also when a keyring appears later', async () => {
  const without = await open(createFakeSafeStorage({ available: false }))
  await without.choose!({ kind: 'passphrase', passphrase: new Secret('correct horse battery') })
  expect((await open()).state()).toEqual({ kind: 'locked' })
})

test('a key that the system no longer opens is said, and its file is left as it is', async () => {
  await open()
  const path = join(dataDir, 'os-keystore.json')
  const before = await readFile(path, 'utf8')
  const replaced = await open(createFakeSafeStorage({ mark: 'v12' }))
  expect(replaced.state()).toMatchObject({
    kind: 'unset',
    note: expect.stringContaining('key store') as string,
  })
  expect(await readFile(path, 'utf8')).toBe(before)
  await writeFile(path, '{"version":1}')
  expect((await open()).state().kind).toBe('unset')
})
