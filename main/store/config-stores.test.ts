import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HistoryEntry } from '#contract/machine-configs.ts'
import { createRecordingLog } from '../../tests/fakes/recording-log.ts'
import type { SealPort } from '../domain/seal-port.ts'
import { TalosFailure } from '../domain/talos-failure.ts'
import { createConfigHistory } from './config-history.ts'
import { createDraftStore } from './draft-store.ts'

const key = randomBytes(32)
const seal: SealPort = {
  persistent: true,
  async seal(plain) {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, iv)
    const body = Buffer.concat([cipher.update(plain), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), body])
  },
  async unseal(sealed) {
    try {
      const bytes = Buffer.from(sealed)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    } catch (error) {
      throw new TalosFailure('store-damaged', 'not what was sealed', { cause: error })
    }
  },
}
const memory: SealPort = { ...seal, persistent: false }
const node = { context: 'casa', node: '10.0.20.13' }
const other = { context: 'casa', node: '10.0.20.14' }
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
let at = 0
const entry = (text: string, why: HistoryEntry['why']): HistoryEntry => ({
  hash: hashOf(text),
  at: new Date(Date.UTC(2026, 10, 23) + at++ * 1000).toISOString(),
  why,
  who: 'ana',
})

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ichor-config-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function bytesOnDisk(): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const texts = files.filter((f) => f.isFile()).map((f) => readFile(join(f.parentPath, f.name), 'latin1'))
  return (await Promise.all(texts)).join('\n')
}

describe('drafts', () => {
  const draft = { text: 'token: hunter2hunter2', baseHash: 'x', savedAt: '2026-11-23T00:00:00.000Z' }

  test('survive the app, sealed, one per node', async () => {
    await createDraftStore(folder, seal, createRecordingLog()).save(node, draft)
    const again = createDraftStore(folder, seal, createRecordingLog())
    expect(await again.load(node)).toEqual(draft)
    expect(await again.load(other)).toBeUndefined()
    expect(await bytesOnDisk()).not.toContain('hunter2')
  })

  test('the last of many saves wins', async () => {
    const store = createDraftStore(folder, seal, createRecordingLog())
    await Promise.all(['a', 'b', 'c'].map((text) => store.save(node, { ...draft, text })))
    expect((await store.load(node))?.text).toBe('c')
  })

  test('stay off the disk where nothing may rest there', async () => {
    const store = createDraftStore(folder, memory, createRecordingLog())
    await store.save(node, draft)
    expect(await store.load(node)).toEqual(draft)
    expect(await readdir(folder)).toEqual([])
    await store.discard(node)
    expect(await store.load(node)).toBeUndefined()
  })

  test('a file torn at any byte is no draft, the log says so, and the next save mends it', async () => {
    const log = createRecordingLog()
    const store = createDraftStore(folder, seal, log)
    await store.save(node, draft)
    const [file] = await readdir(folder)
    const path = join(folder, file!)
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      expect(await createDraftStore(folder, seal, log).load(node)).toBeUndefined()
    }
    expect(log.entries.filter(({ event }) => event === 'draft-unreadable')).toHaveLength(whole.length)
    await store.save(node, draft)
    expect(await createDraftStore(folder, seal, log).load(node)).toEqual(draft)
  })

  test('are told to be locked rather than lost', async () => {
    await createDraftStore(folder, seal, createRecordingLog()).save(node, draft)
    const locked: SealPort = {
      ...seal,
      unseal: async () => {
        throw new TalosFailure('locked', 'give the passphrase')
      },
    }
    const store = createDraftStore(folder, locked, createRecordingLog())
    await expect(store.load(node)).rejects.toMatchObject({ code: 'locked' })
  })
})

describe('history', () => {
  test('keeps each text once, sealed, and every entry, newest first', async () => {
    const history = createConfigHistory(folder, seal)
    const text = 'machine:\n  token: hunter2hunter2\n'
    await history.add(node, entry(text, 'read'), text)
    await history.add(node, entry(text, 'read'), text)
    await history.add(node, entry(text, 'before-apply'), text)
    await history.add(node, entry('b', 'applied'), 'b')
    const again = createConfigHistory(folder, seal)
    expect((await again.list(node)).map(({ why }) => why)).toEqual(['applied', 'before-apply', 'read'])
    expect(await again.text(node, hashOf(text))).toBe(text)
    expect(await again.text(other, hashOf(text))).toBeUndefined()
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sealed'))
    expect(files).toHaveLength(2)
    expect(await bytesOnDisk()).not.toContain('hunter2')
  })

  test('stays in memory where nothing may rest on the disk', async () => {
    const history = createConfigHistory(folder, memory)
    await history.add(node, entry('a', 'read'), 'a')
    expect(await history.text(node, hashOf('a'))).toBe('a')
    expect(await history.list(node)).toHaveLength(1)
    expect(await readdir(folder)).toEqual([])
  })

  test('a hash that is none reads no file', async () => {
    await writeFile(join(folder, 'x.sealed'), 'x')
    expect(await createConfigHistory(folder, seal).text(node, '../x')).toBeUndefined()
  })

  test('cut at any byte, the entries before stay whole and new ones can be added', async () => {
    const history = createConfigHistory(folder, seal)
    await history.add(node, entry('a', 'read'), 'a')
    await history.add(node, entry('b', 'applied'), 'b')
    const name = (await readdir(folder, { recursive: true })).find((file) => file.endsWith('.jsonl'))!
    const path = join(folder, name)
    const whole = await readFile(path)
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      const cut = createConfigHistory(folder, seal)
      const before = await cut.list(node)
      for (const { hash } of before) expect(await cut.text(node, hash)).toMatch(/^[ab]$/)
      await cut.add(node, entry('c', 'applied'), 'c')
      expect((await cut.list(node)).map(({ hash }) => hash)).toEqual([
        hashOf('c'),
        ...before.map(({ hash }) => hash),
      ])
    }
  })

  test('a sealed text torn at any byte is told, never shown in part', async () => {
    const history = createConfigHistory(folder, seal)
    const text = 'machine:\n  token: hunter2hunter2\n'
    await history.add(node, entry(text, 'read'), text)
    const name = (await readdir(folder, { recursive: true })).find((file) => file.endsWith('.sealed'))!
    const whole = await readFile(join(folder, name))
    for (let length = 0; length < whole.length; length++) {
      await writeFile(join(folder, name), whole.subarray(0, length))
      const torn = createConfigHistory(folder, seal)
      expect(await torn.list(node)).toHaveLength(1)
      await expect(torn.text(node, hashOf(text))).rejects.toMatchObject({ code: 'store-damaged' })
    }
  })

  test('a damaged text is told, and mended by the next reading', async () => {
    const history = createConfigHistory(folder, seal)
    await history.add(node, entry('a', 'read'), 'a')
    const name = (await readdir(folder, { recursive: true })).find((file) => file.endsWith('.sealed'))!
    await truncate(join(folder, name), 5)
    await expect(history.text(node, hashOf('a'))).rejects.toMatchObject({ code: 'store-damaged' })
    await history.add(node, entry('a', 'before-apply'), 'a')
    expect(await history.text(node, hashOf('a'))).toBe('a')
  })
})
