import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startApp, type AppOptions, type AppUnderTest } from '../fakes/app-host.ts'
import { dropped, fleetOf, importTalosconfig } from '../fakes/app-scene.ts'
import {
  base64,
  contextFields,
  createThrowawayAuthority,
  talosconfigBytes,
  type ClientMaterial,
  type TalosconfigFields,
  type ThrowawayAuthority,
} from '../fakes/talosconfig-material.ts'

let authority: ThrowawayAuthority
let material: ClientMaterial
let elsewhere: ThrowawayAuthority
beforeAll(async () => {
  authority = await createThrowawayAuthority()
  elsewhere = await createThrowawayAuthority()
  material = await authority.issue({ organisations: ['os:admin'] })
})

async function app(options: AppOptions = {}): Promise<AppUnderTest> {
  const started = await startApp(options)
  onTestFinished(() => started[Symbol.asyncDispose]())
  return started
}

const textOf = (contexts: Record<string, TalosconfigFields>, current?: string): string =>
  Buffer.from(talosconfigBytes(contexts, current)).toString('utf8')

describe('a file that is no talosconfig is refused with its reason, and what was imported stays', () => {
  let shared: AppUnderTest
  beforeAll(async () => {
    shared = await startApp()
    await importTalosconfig(shared.window(), textOf({ casa: contextFields(material) }))
  })
  afterAll(() => shared[Symbol.asyncDispose]())

  const whole = (fields: TalosconfigFields): string => textOf({ roto: contextFields(material, fields) })
  const files: readonly (readonly [what: string, code: string, bytes: () => Uint8Array | string])[] = [
    ['an empty file', 'talosconfig-empty', () => ''],
    ['nothing but blanks and comments', 'talosconfig-empty', () => '\n  \n# mine\n'],
    ['a text that is not YAML', 'talosconfig-not-yaml', () => 'context: casa\n\tcontexts: {\n'],
    ['more than 5 MB', 'talosconfig-too-large', () => Buffer.alloc(5 * 1024 * 1024 + 1, 0x61)],
    ['a picture', 'talosconfig-not-text', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a kubeconfig', 'talosconfig-no-contexts', () => stringify({ kind: 'Config', clusters: [] })],
    ['no contexts', 'talosconfig-no-contexts', () => stringify({ context: 'casa', contexts: {} })],
    [
      'a current context that is not there',
      'talosconfig-unknown-context',
      () => textOf({ casa: contextFields(material) }, 'piso'),
    ],
  ]
  test.each(files)('%s', async (_what, code, bytes) => {
    const window = shared.window()
    const error = await window.refusal('talosconfigs.preview', dropped(bytes()))
    expect(error.code).toBe(code)
    expect(error.message).not.toBe('')
    const contexts = window.open('contexts.watch', {})
    const [kept] = await contexts.until((items) => (items.length > 0 ? items : undefined))
    expect(kept).toMatchObject({ kind: 'context', context: { name: 'casa', current: true } })
  })

  test('not YAML is told at its line', async () => {
    const error = await shared
      .window()
      .refusal('talosconfigs.preview', dropped('context: casa\n\tcontexts: {}\n'))
    expect(error.at?.line).toBe(2)
  })

  const contexts: readonly (readonly [what: string, code: string, text: () => Promise<string> | string])[] = [
    ['bad base64', 'talosconfig-bad-base64', () => whole({ crt: '%%% no base64 %%%' })],
    ['a key of another certificate', 'talosconfig-key-mismatch', async () => {
      const other = await authority.issue({ organisations: ['os:admin'] })
      return whole({ key: base64(other.key.reveal()) })
    }],
    ['an expired certificate', 'certificate-expired', async () => {
      const day = 24 * 3_600_000
      const times = { notBefore: Date.now() - 2 * day, notAfter: Date.now() - day }
      return textOf({ roto: contextFields(await authority.issue({ organisations: ['os:admin'], ...times })) })
    }],
    ['no endpoints', 'talosconfig-no-endpoints', () => whole({ endpoints: [] })],
  ] // prettier-ignore
  test.each(contexts)('a context with %s is shown blocked and is not imported', async (_what, code, text) => {
    const window = shared.window()
    const { preview } = await window.call('talosconfigs.preview', dropped(await text()))
    expect(preview?.contexts).toMatchObject([{ name: 'roto', blockedBy: { code } }])
    const { previewId = '' } = preview ?? {}
    const refused = await window.refusal('talosconfigs.import', {
      previewId,
      choices: [{ name: 'roto', action: 'add' }],
    })
    expect(refused.code).toBe(code)
  })

  test('a certificate whose time has not come is imported with a caution, for the clock may be wrong', async () => {
    const day = 24 * 3_600_000
    const times = { notBefore: Date.now() + day, notAfter: Date.now() + 300 * day }
    const fields = contextFields(await elsewhere.issue({ organisations: ['os:admin'], ...times }))
    const { preview } = await shared
      .window()
      .call('talosconfigs.preview', dropped(textOf({ futuro: fields })))
    expect(preview?.contexts).toMatchObject([
      { cautions: expect.arrayContaining(['not-yet-valid']) as unknown },
    ])
  })
})

describe('imported contexts', () => {
  test('a preview writes nothing, and pasting is as good as dropping', async () => {
    const started = await app()
    const before = [...(await started.files()).keys()]
    const window = started.window()
    const source = { kind: 'pasted' as const, text: textOf({ casa: contextFields(material) }) }
    const { preview } = await window.call('talosconfigs.preview', { source })
    expect(preview?.contexts).toMatchObject([{ name: 'casa', becomes: 'casa', cautions: ['expires-soon'] }])
    expect([...(await started.files()).keys()]).toEqual(before)
  })

  test('a forgotten context is gone from every window, and its nodes with it', async () => {
    const started = await app()
    const window = started.window()
    const other = started.window().open('contexts.watch', {})
    const context = await importTalosconfig(window, textOf({ casa: contextFields(material) }))
    await other.until((items) => items.find((item) => item.kind === 'context') && true)
    await window.call('contexts.forget', { context })
    await other.until((items) => items.find((item) => item.kind === 'gone' && item.name === context))
    const fleet = window.open('nodes.watch', { context })
    expect(await fleet.ended()).toMatchObject({ code: 'context-not-found' })
  })

  test('no key of a talosconfig crosses, is logged or is written', async () => {
    const started = await app()
    await importTalosconfig(started.window(), textOf({ casa: contextFields(material) }))
    const key = material.key.reveal().split('\n')[1] ?? ''
    expect(key.length).toBeGreaterThan(20)
    const all = JSON.stringify([started.crossed, started.log, [...(await started.files()).values()]])
    expect(all).not.toContain(key)
    expect(all).not.toContain(base64(material.key.reveal()).slice(40, 90))
  })
})

describe('a key store with a passphrase', () => {
  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'ichor-app-'))
    onTestFinished(() => rm(made, { recursive: true, force: true }))
    return made
  }
  const passphrase = 'correcto caballo pila grapa'

  test('contexts survive a restart, sealed, and are there again once the passphrase was given', async () => {
    const dataDir = await folder()
    const first = await startApp({ dataDir, keystore: 'chosen' })
    const window = first.window()
    expect((await window.refusal('talosconfigs.import', { previewId: 'none', choices: [] })).code).toBe(
      'not-found',
    )
    await window.call('app.choose-keystore', { kind: 'passphrase', passphrase })
    await importTalosconfig(window, textOf({ casa: contextFields(material) }))
    await first[Symbol.asyncDispose]()

    const again = await app({ dataDir, keystore: 'chosen' })
    for (const [path, text] of await again.files()) expect(text, path).not.toContain('10.0.20.11')
    const second = again.window()
    const state = second.open('app.watch', {})
    await state.until((items) => items.find(({ keystore }) => keystore.kind === 'locked'))
    const contexts = second.open('contexts.watch', {})
    expect((await second.refusal('app.unlock', { passphrase: 'correcto caballo' })).code).toBe(
      'passphrase-wrong',
    )
    expect(contexts.items).toEqual([])
    await second.call('app.unlock', { passphrase })
    await contexts.until((items) =>
      items.find((item) => item.kind === 'context' && item.context.name === 'casa'),
    )
    await state.until((items) => items.find(({ keystore }) => keystore.kind === 'passphrase'))
  })

  test('while it is locked an import is refused and the sealed contexts stay as they are', async () => {
    const dataDir = await folder()
    const first = await startApp({ dataDir, keystore: 'chosen' })
    const window = first.window()
    await window.call('app.choose-keystore', { kind: 'passphrase', passphrase })
    await importTalosconfig(window, textOf({ casa: contextFields(material) }))
    await first[Symbol.asyncDispose]()

    const again = await app({ dataDir, keystore: 'chosen' })
    const locked = again.window()
    const { preview } = await locked.call(
      'talosconfigs.preview',
      dropped(textOf({ piso: contextFields(material) })),
    )
    const error = await locked.refusal('talosconfigs.import', {
      previewId: preview?.previewId ?? '',
      choices: [{ name: 'piso', action: 'add' }],
    })
    expect(error).toMatchObject({ code: 'locked', remedy: 'unlock' })
    await locked.call('app.unlock', { passphrase })
    const contexts = locked.open('contexts.watch', {})
    await contexts.until((items) =>
      items.find((item) => item.kind === 'context' && item.context.name === 'casa'),
    )
  })

  test('with keys in memory only nothing of a context is on disk', async () => {
    const started = await app()
    await importTalosconfig(started.window(), textOf({ casa: contextFields(material) }))
    expect([...(await started.files()).keys()].filter((path) => path.includes('contexts'))).toEqual([])
  })
})

test('the demo cluster starts once, is ready, and leaves nothing when it stops', async () => {
  const started = await app({ keystore: 'chosen' })
  const window = started.window()
  const [{ context }, twice] = await Promise.all([
    window.call('demo.start', {}),
    window.call('demo.start', {}),
  ])
  expect(twice.context).toBe(context)
  const fleet = window.open('nodes.watch', { context })
  const ready = await fleet.until((items) => {
    const nodes = [...fleetOf(items).values()]
    return nodes.length === 5 && nodes.every(({ stage }) => stage?.ready) ? nodes : undefined
  })
  expect(ready.map(({ hostname }) => hostname).sort()).toEqual([
    'bronce-1', 'bronce-2', 'bronce-3', 'estante-1', 'estante-2',
  ]) // prettier-ignore
  const state = window.open('app.watch', {})
  await state.until((items) => items.find(({ demoRunning }) => demoRunning))
  await window.call('demo.stop', {})
  await state.until((items) => items.at(-1)?.demoRunning === false || undefined)
  expect(await window.open('nodes.watch', { context }).ended()).toMatchObject({ code: 'context-not-found' })
})

test('a demo cluster that is stopped while it starts does not come up after all', async () => {
  const window = (await app()).window()
  const starting = window.refusal('demo.start', {})
  await window.call('demo.stop', {})
  expect((await starting).code).toBe('cancelled')
  const [state] = await window.open('app.watch', {}).until((items) => (items.length > 0 ? items : undefined))
  expect(state?.demoRunning).toBe(false)
})
