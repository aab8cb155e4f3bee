import { describe, expect, test } from 'vitest'
import type { PreviewedContext, TalosconfigPreview } from '#contract/contexts.ts'
import type { TalosClient } from '../../ipc/talos-client.ts'
import { toBase64 } from '../../ipc/base64.ts'
import { createImportStore, selectRows } from './import-store.ts'

function context(name: string, more: Partial<PreviewedContext> = {}): PreviewedContext {
  return { name, becomes: name, endpoints: ['10.0.20.11'], nodes: [], cautions: [], ...more }
}

function preview(id: string, contexts: PreviewedContext[]): TalosconfigPreview {
  return { previewId: id, source: `~/${id}`, sizeBytes: 1, contexts, talosctl: '' }
}

const EXPIRED = { code: 'certificate-expired', message: 'expired', retryable: false } as const

/** Answers by the name of the file that was handed over. */
function clientFor(previews: Readonly<Record<string, TalosconfigPreview | undefined>>) {
  const calls: { readonly name: string; readonly input: unknown }[] = []
  const client = {
    call: (name: string, input: { source?: { name?: string; kind: string }; choices?: unknown }) => {
      calls.push({ name, input })
      if (name === 'talosconfigs.import') {
        return Promise.resolve({ ok: true, value: { imported: ['casa'], current: 'casa' } })
      }
      const found = previews[input.source?.name ?? input.source?.kind ?? '']
      return Promise.resolve(
        found === undefined
          ? { ok: false, error: { code: 'talosconfig-not-yaml', message: 'tabs', retryable: false } }
          : { ok: true, value: { preview: found } },
      )
    },
  } as unknown as TalosClient
  return { client, imports: () => calls.filter((one) => one.name === 'talosconfigs.import') }
}

const file = (name: string) => new File(['context: casa'], name)

describe('an import', () => {
  test('of a file that cannot be read leaves the other file as it is', async () => {
    const { client } = clientFor({ good: preview('good', [context('casa')]) })
    const store = createImportStore(client)
    await store.readFiles([file('bad'), file('good')])
    const { sources } = store.getState()
    expect(sources.map((source) => source.state.kind).toSorted()).toEqual(['failed', 'ready'])
    expect(selectRows(store.getState()).map((row) => row.context.name)).toEqual(['casa'])
  })

  test('writes nothing until it is told to', async () => {
    const { client, imports } = clientFor({ good: preview('good', [context('casa')]) })
    const store = createImportStore(client)
    await store.readFiles([file('good')])
    expect(imports()).toEqual([])
    await store.write()
    expect(imports()).toHaveLength(1)
  })

  test('leaves out a context that is blocked, and says so for each of the file', async () => {
    const contexts = [context('casa'), context('vieja', { blockedBy: EXPIRED })]
    const { client, imports } = clientFor({ good: preview('good', contexts) })
    const store = createImportStore(client)
    await store.readFiles([file('good')])
    await store.write()
    expect(imports()[0]?.input).toEqual({
      previewId: 'good',
      choices: [
        { name: 'casa', action: 'add' },
        { name: 'vieja', action: 'leave' },
      ],
    })
  })

  test('of two files with the same name in them says what the second will be called', async () => {
    const both = { one: preview('one', [context('casa')]), two: preview('two', [context('casa')]) }
    const { client } = clientFor(both)
    const store = createImportStore(client)
    await store.readFiles([file('one')])
    await store.readFiles([file('two')])
    const names = () => selectRows(store.getState()).map((row) => row.context.becomes)
    expect(names()).toEqual(['casa', 'casa-1'])
    store.choose(selectRows(store.getState())[0]?.id ?? '', 'leave')
    expect(names()).toEqual(['casa', 'casa'])
  })

  test('renews where the person chose so', async () => {
    const { client, imports } = clientFor({ good: preview('good', [context('casa', { becomes: 'casa-1' })]) })
    const store = createImportStore(client)
    await store.readFiles([file('good')])
    const [row] = selectRows(store.getState())
    store.choose(row?.id ?? '', 'renew')
    await store.write()
    expect(imports()[0]?.input).toMatchObject({ choices: [{ name: 'casa', action: 'renew' }] })
  })

  test('forgets what it held once it is written', async () => {
    const { client } = clientFor({ good: preview('good', [context('casa')]) })
    const store = createImportStore(client)
    await store.readFiles([file('good')])
    expect(await store.write()).toEqual({ imported: ['casa'], current: 'casa' })
    expect(store.getState().sources).toEqual([])
  })

  test('of a file that was dismissed while it was read stays dismissed', async () => {
    const { client } = clientFor({ pasted: preview('pasted', [context('casa')]) })
    const store = createImportStore(client)
    const reading = store.read({ kind: 'pasted', text: 'context: casa' }, 'text')
    store.dismiss(store.getState().sources[0]?.id ?? '')
    await reading
    expect(store.getState().sources).toEqual([])
  })
})

test('bytes of any kind cross as base64, also more than fit on a stack', () => {
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at % 256)
  expect(Buffer.from(toBase64(bytes), 'base64').equals(bytes)).toBe(true)
})
