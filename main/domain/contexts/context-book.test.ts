import { beforeEach, describe, expect, test } from 'vitest'
import { ContextName } from '#contract/names.ts'
import type { ClockPort } from '../clock-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { CertificateReader } from '../talosconfig/certificate-reader.ts'
import { createContextBook, type ContextBook, type ContextStorePort } from './context-book.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const clock: ClockPort = { now: () => NOW, sleep: async () => undefined }

/** Reads what the tests write for a certificate: `role@authority until days`. */
const reader: CertificateReader = {
  readCertificates(pem) {
    const found = /(\S+)@(\S+) (-?\d+)/.exec(pem)
    if (found === null) return undefined
    const [, role = '', authority = '', days = '0'] = found
    return [
      {
        organisations: [role],
        notBefore: NOW - 86_400_000 * 400,
        notAfter: NOW + 86_400_000 * Number(days),
        publicKeyHash: `SHA256:${authority}`,
      },
    ]
  },
  compareKey: () => 'matches',
}

const base64 = (text: string): string => btoa(text)

function talosconfig(
  contexts: Record<string, { authority: string; days?: number }>,
  current?: string,
): Uint8Array {
  const lines = [`context: ${current ?? Object.keys(contexts)[0] ?? ''}`, 'contexts:']
  for (const [name, { authority, days = 300 }] of Object.entries(contexts)) {
    lines.push(
      `  ${name}:`,
      '    endpoints: [10.0.20.11]',
      `    ca: ${base64(`ca@${authority} 3000`)}`,
      `    crt: ${base64(`os:admin@${authority} ${days}`)}`,
      `    key: ${base64('a key')}`,
    )
  }
  return new TextEncoder().encode(lines.join('\n'))
}

function memoryStore(): ContextStorePort & { bytes: Uint8Array | undefined; failing: boolean } {
  return {
    bytes: undefined,
    failing: false,
    async load() {
      return this.bytes
    },
    async save(bytes) {
      if (this.failing) throw new TalosFailure('disk-write-failed', 'disk full')
      this.bytes = bytes
    },
  }
}

let store: ReturnType<typeof memoryStore>
let book: ContextBook
let ids = 0

beforeEach(() => {
  store = memoryStore()
  book = createContextBook({ store, reader, clock, newId: () => `id-${++ids}` })
})

async function importAll(bytes: Uint8Array): Promise<void> {
  const preview = book.preview(bytes, 'talosconfig')
  await book.importPreview(
    preview.previewId,
    preview.contexts.map(({ name }) => ({ name, action: 'add' })),
  )
}

const summary = (): string[] =>
  book.contexts().map(({ name, current, spine }) => `${name}${current ? '*' : ''} ${spine}`)

describe('importing', () => {
  test('a preview writes nothing', () => {
    book.preview(talosconfig({ casa: { authority: 'one' } }), '~/Downloads/talosconfig')
    expect(store.bytes).toBeUndefined()
    expect(book.contexts()).toEqual([])
  })

  test('an import is on disk and there again after a restart', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' }, rack: { authority: 'two' } }, 'rack'))
    expect(summary()).toEqual(['casa bronze', 'rack* slate'])
    const again = createContextBook({ store, reader, clock, newId: () => 'id' })
    await again.load()
    expect(again.contexts().map(({ name }) => name)).toEqual(['casa', 'rack'])
    expect(again.contextOf(ContextName.parse('rack')).key.reveal()).toBe('a key')
  })

  test('a name that is taken is added beside, as talosctl does', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' } }))
    await importAll(talosconfig({ casa: { authority: 'two' } }))
    expect(summary()).toEqual(['casa bronze', 'casa-1* slate'])
  })

  test('two contexts of one cluster share a colour', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' }, 'casa-reader': { authority: 'one' } }))
    expect(new Set(book.contexts().map(({ spine }) => spine))).toEqual(new Set(['bronze']))
  })

  test('a disk that is full leaves everything as it was', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' } }))
    store.failing = true
    await expect(importAll(talosconfig({ rack: { authority: 'two' } }))).rejects.toThrow('disk full')
    expect(summary()).toEqual(['casa* bronze'])
  })

  test('a preview that was never made is refused', async () => {
    await expect(book.importPreview('nothing', [])).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a path with a space is quoted in the command that does the same', () => {
    expect(book.preview(talosconfig({ a: { authority: 'x' } }), "/home/ana/it's here").talosctl).toBe(
      "talosctl config merge '/home/ana/it'\\''s here'",
    )
  })
})

describe('choosing and forgetting', () => {
  test('the chosen context is current after a restart too', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' }, rack: { authority: 'two' } }, 'rack'))
    await book.select(ContextName.parse('casa'))
    const again = createContextBook({ store, reader, clock, newId: () => 'id' })
    await again.load()
    expect(again.contexts().find(({ current }) => current)?.name).toBe('casa')
  })

  test('forgetting the last one leaves an empty book that loads', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' } }))
    await book.forget(ContextName.parse('casa'))
    await book.load()
    expect(book.contexts()).toEqual([])
  })

  test('a context that is gone cannot be chosen', async () => {
    await expect(book.select(ContextName.parse('casa'))).rejects.toMatchObject({ code: 'context-not-found' })
  })
})

describe('the demo cluster', () => {
  test('is current, marked, and never stored', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' } }))
    const before = store.bytes
    const name = book.addDemo(talosconfig({ casa: { authority: 'demo' } }))
    expect(name).toBe('casa-1')
    expect(book.contexts().map(({ demo }) => demo)).toEqual([false, true])
    expect(store.bytes).toEqual(before)
    book.removeDemo()
    expect(summary()).toEqual(['casa* bronze'])
  })

  test('does not become the stored current context', async () => {
    await importAll(talosconfig({ casa: { authority: 'one' } }))
    book.addDemo(talosconfig({ demo: { authority: 'demo' } }))
    await importAll(talosconfig({ rack: { authority: 'two' } }))
    const again = createContextBook({ store, reader, clock, newId: () => 'id' })
    await again.load()
    expect(again.contexts().map(({ name }) => name)).toEqual(['casa', 'rack'])
  })
})

test('a stored file that is damaged is told as such', async () => {
  store.bytes = new TextEncoder().encode('contexts: [')
  await expect(book.load()).rejects.toMatchObject({ code: 'store-damaged' })
})

test('whoever listens is told of every change', async () => {
  let times = 0
  const stop = book.onChange(() => times++)
  await importAll(talosconfig({ casa: { authority: 'one' } }))
  stop()
  await book.forget(ContextName.parse('casa'))
  expect(times).toBe(1)
})
