import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
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

  test('a torn file is no draft, and the log says so', async () => {
    const log = createRecordingLog()
    const store = createDraftStore(folder, seal, log)
    await store.save(node, draft)
    const [file] = await readdir(folder)
    await truncate(join(folder, file!), 20)
    expect(await store.load(node)).toBeUndefined()
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
    for (let length = 0; length <= whole.length; length += 7) {
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

  test('a damaged text is told, and mended by the next reading', async () => {
    const history = createConfigHistory(folder, seal)
    await history.add(node, entry('a', 'read'), 'a')
    const name = (await readdir(folder, { recursive: true })).find((file) => file.endsWith('.sealed'))!
    await truncate(join(folder, name), 5)
    await expect(history.text(node, hashOf('a'))).rejects.toMatchObject({ code: 'store-damaged' })
    await history.add(node, entry('a', 'before-apply'), 'a')
    expect(await history.text(node, hashOf('a'))).toBe('a')
  })

  test('killed in the middle of writing, every entry that is listed can be read', async () => {
    const worker = join(folder, 'worker.mjs')
    // The store's own sequence in plain JavaScript is not enough: the very module is built and killed.
    const { build } = await import('vite')
    await build({
      logLevel: 'silent',
      configFile: false,
      ssr: { noExternal: true },
      resolve: { alias: { '#contract': join(import.meta.dirname, '../../preload/contract') } },
      build: {
        ssr: join(import.meta.dirname, 'config-history.ts'),
        outDir: join(folder, 'built'),
        emptyOutDir: true,
        rolldownOptions: { output: { entryFileNames: 'history.mjs' } },
      },
    })
    await writeFile(
      worker,
      `import { createConfigHistory } from './built/history.mjs'
import { createHash } from 'node:crypto'
const seal = { persistent: true, seal: async (plain) => plain, unseal: async (sealed) => sealed }
const history = createConfigHistory(process.argv[2], seal)
process.stdout.write('go\\n')
for (let i = 0; ; i++) {
  const text = 'x'.repeat(20000) + process.argv[3] + i
  const hash = createHash('sha256').update(text).digest('hex')
  await history.add({ context: 'casa', node: 'n' }, { hash, at: new Date().toISOString(), why: 'applied', who: 'ana' }, text)
}`,
    )
    const plain: SealPort = { persistent: true, seal: async (b) => b, unseal: async (b) => b }
    const place = join(folder, 'killed')
    let listed = 0
    for (const delay of [3, 11, 23, 41]) {
      const child = spawn(process.execPath, [worker, place, `run${delay}-`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const gone = new Promise((resolve) => child.once('exit', resolve))
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await new Promise((resolve) => setTimeout(resolve, delay))
      child.kill('SIGKILL')
      await gone
      const history = createConfigHistory(place, plain)
      const entries = await history.list({ context: 'casa', node: 'n' })
      expect(entries.length).toBeGreaterThanOrEqual(listed)
      listed = entries.length
      for (const { hash } of entries) {
        const text = await history.text({ context: 'casa', node: 'n' }, hash)
        expect(hashOf(text ?? '')).toBe(hash)
      }
    }
    expect(listed).toBeGreaterThan(0)
  }, 30_000)
})
