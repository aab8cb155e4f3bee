import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../domain/secret.ts'
import { openChosenKeystore } from './chosen-keystore.ts'

const cost = 2 ** 15
const passphrase = new Secret('correct horse battery')
const plain = Buffer.from('client key of casa')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-keystore-'))
})
afterEach(() => rm(folder, { recursive: true }))

const file = (): string => join(folder, 'keystore.json')
const open = () => openChosenKeystore(folder, { cost })

async function withPassphrase() {
  const keystore = await open()
  await keystore.choose!({ kind: 'passphrase', passphrase })
  return keystore
}

test('before the person has chosen, nothing can be sealed', async () => {
  const keystore = await open()
  expect(keystore.state()).toEqual({ kind: 'unset' })
  await expect(keystore.seal.seal(plain)).rejects.toMatchObject({ code: 'locked' })
})

test('what a passphrase sealed, the same passphrase opens after a restart', async () => {
  const sealed = await (await withPassphrase()).seal.seal(plain)
  const again = await open()
  expect(again.state()).toEqual({ kind: 'locked' })
  await expect(again.seal.unseal(sealed)).rejects.toMatchObject({ code: 'locked' })
  const seen: string[] = []
  again.onChange(({ kind }) => seen.push(kind))
  expect(await again.unlock!(passphrase)).toEqual({ kind: 'passphrase' })
  expect(seen).toEqual(['passphrase'])
  expect(Buffer.from(await again.seal.unseal(sealed))).toEqual(plain)
})

test('of two passphrases chosen in the same moment the first counts, and what it sealed stays open to it', async () => {
  const keystore = await open()
  const second = new Secret('another passphrase')
  const first = keystore.choose!({ kind: 'passphrase', passphrase })
  const late = keystore.choose!({ kind: 'passphrase', passphrase: second })
  await first
  const sealed = await keystore.seal.seal(plain)
  await expect(late).rejects.toMatchObject({ code: 'conflict' })
  const again = await open()
  await again.unlock!(passphrase)
  expect(Buffer.from(await again.seal.unseal(sealed))).toEqual(plain)
})

test('the same passphrase in another Unicode form opens it too', async () => {
  const first = await open()
  await first.choose!({ kind: 'passphrase', passphrase: new Secret('contrase\u00f1a larga') })
  const again = await open()
  expect(await again.unlock!(new Secret('contrasen\u0303a larga'))).toEqual({ kind: 'passphrase' })
})

test('a wrong passphrase is told from a damaged file', async () => {
  await withPassphrase()
  const again = await open()
  await expect(again.unlock!(new Secret('correct horse'))).rejects.toMatchObject({ code: 'passphrase-wrong' })
  const text = await readFile(file(), 'utf8')
  const damages = [
    text.replace(/"wrapped": "(.)/, (_, first: string) => `"wrapped": "${first === 'A' ? 'B' : 'A'}`),
    text.replace('"cost": 32768', '"cost": 65536'),
    text.replace('"cost": 32768', '"cost": 2'),
    text.slice(0, 100),
    '',
    '{}',
  ]
  for (const damaged of damages) {
    expect(damaged).not.toBe(text)
    await writeFile(file(), damaged)
    await expect((await open()).unlock!(passphrase)).rejects.toMatchObject({ code: 'store-damaged' })
  }
})

test('sealed bytes that were changed anywhere are refused', async () => {
  const keystore = await withPassphrase()
  const sealed = Buffer.from(await keystore.seal.seal(plain))
  for (const at of [0, 5, 10, 25, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed[at]! ^= 1
    await expect(keystore.seal.unseal(changed)).rejects.toMatchObject({ code: 'store-damaged' })
  }
  await expect(keystore.seal.unseal(sealed.subarray(0, 20))).rejects.toMatchObject({ code: 'store-damaged' })
})

test('neither the passphrase nor the data key is in the file, and the file is this user’s alone', async () => {
  await withPassphrase()
  const text = await readFile(file(), 'utf8')
  expect(text).not.toContain(passphrase.reveal())
  expect(JSON.parse(text)).toMatchObject({ version: 1, kdf: 'scrypt', cost })
  expect((await stat(file())).mode & 0o077).toBe(0)
})

test('two seals of the same bytes differ', async () => {
  const { seal } = await withPassphrase()
  expect(Buffer.from(await seal.seal(plain))).not.toEqual(Buffer.from(await seal.seal(plain)))
})

test('a second passphrase does not replace the first, which would orphan what is sealed', async () => {
  await withPassphrase()
  const again = await open()
  await expect(
    again.choose!({ kind: 'passphrase', passphrase: new Secret('another one') }),
  ).rejects.toMatchObject({ code: 'conflict' })
  expect(await again.unlock!(passphrase)).toEqual({ kind: 'passphrase' })
})

test('memory writes nothing and says that nothing may be written', async () => {
  const keystore = await open()
  expect(await keystore.choose!({ kind: 'memory' })).toEqual({ kind: 'memory' })
  expect(keystore.seal.persistent).toBe(false)
  expect(Buffer.from(await keystore.seal.unseal(await keystore.seal.seal(plain)))).toEqual(plain)
  expect(await readdir(folder)).toEqual([])
})

test('a reason why the system’s own store is not used stays with the state', async () => {
  const keystore = await openChosenKeystore(folder, { cost, note: 'no keyring is running' })
  expect(keystore.state()).toEqual({ kind: 'unset', note: 'no keyring is running' })
})
