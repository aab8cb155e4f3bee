import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { json, startOddFactory, type OddFactory } from '../../tests/fakes/odd-factory.ts'
import { createRecordingLog } from '../../tests/fakes/recording-log.ts'
import { createFactoryCache } from '../store/factory-cache.ts'
import { createHttpFactory } from './http-factory.ts'

const { signal } = new AbortController()
let odd: OddFactory
let folder: string
let now: number

beforeEach(async () => {
  odd = await startOddFactory()
  folder = await mkdtemp(join(tmpdir(), 'ichor-factory-'))
  now = Date.UTC(2026, 10, 28)
})
afterEach(async () => {
  await odd[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** As after a start of the app: nothing remembered but what is on disk. */
const factory = () =>
  createHttpFactory({ cache: createFactoryCache(folder, createRecordingLog()), now: () => now })

describe('the list of versions', () => {
  test('is sorted, without what is no version, and asked for once an hour', async () => {
    odd.answer = json(['v1.14.0', 'v1.9.6', 'latest', 'v1.14.0-rc.1', '1.13.0', 'v1.14.0'])
    const one = factory()
    const told = await one.versions(odd.url, { signal })
    expect(told).toEqual({ value: ['v1.9.6', 'v1.14.0-rc.1', 'v1.14.0'], at: now })
    now += 59 * 60_000
    await one.versions(odd.url, { signal })
    await factory().versions(odd.url, { signal })
    expect(odd.asked).toEqual(['GET /versions'])
    await one.versions(odd.url, { signal, fresh: true })
    now += 2 * 60 * 60_000
    await one.versions(odd.url, { signal })
    expect(odd.asked).toHaveLength(3)
  })

  test('comes from disk, with its age and the reason, when the factory is down', async () => {
    odd.answer = json(['v1.14.0'])
    const at = now
    await factory().versions(odd.url, { signal })
    await odd[Symbol.asyncDispose]()
    now += 3 * 24 * 60 * 60_000
    const told = await factory().versions(odd.url, { signal })
    expect(told).toMatchObject({ value: ['v1.14.0'], at, failure: { code: 'factory-unreachable' } })
    expect(told.failure?.message).toContain('ECONNREFUSED')
  })

  test('of a factory that was never reached fails with why, and is not asked again for a while', async () => {
    const one = factory()
    await odd[Symbol.asyncDispose]()
    await expect(one.versions(odd.url, { signal })).rejects.toMatchObject({ code: 'factory-unreachable' })
    const again = await startOddFactory()
    again.answer = json(['v1.14.0'])
    await expect(one.versions(odd.url, { signal })).rejects.toMatchObject({ code: 'factory-unreachable' })
    await again[Symbol.asyncDispose]()
    expect(again.asked).toEqual([])
  })

  test('of no factory at all fails like one that is down', async () => {
    await expect(factory().versions('', { signal })).rejects.toMatchObject({ code: 'factory-unreachable' })
  })

  test.each<[string, OddFactory['answer'], string]>([
    ['no JSON', (_, response) => response.end('<html>proxy</html>'), 'no JSON'],
    ['something else', json({ versions: [] }), 'no list of Talos versions'],
    ['a list of nothing', json(['latest']), 'no list of Talos versions'],
    [
      'a redirect to somebody else',
      (_, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
      '302',
    ],
    ['an error of its own', json('out of disk', 500), '500'],
    ['five MiB', (_, response) => response.end(`["${'v'.repeat(5 * 1024 * 1024)}"]`), 'more than 4096 KiB'],
  ])('that is %s is not believed', async (_, answer, words) => {
    odd.answer = answer
    await expect(factory().versions(odd.url, { signal })).rejects.toMatchObject({
      code: 'factory-answer',
      message: expect.stringContaining(words) as unknown,
    })
    expect(await readdir(folder)).toEqual([])
  })

  test('is read again when what was kept is damaged', async () => {
    odd.answer = json(['v1.14.0'])
    await factory().versions(odd.url, { signal })
    const [file = ''] = await readdir(folder)
    for (const text of ['{', '{"key":"x","value":1}', JSON.stringify({ key: 'x', value: { at: 'soon' } })]) {
      await writeFile(join(folder, file), text)
      expect((await factory().versions(odd.url, { signal })).value).toEqual(['v1.14.0'])
    }
    expect(odd.asked).toHaveLength(4)
  })

  test('is let go when the person leaves', async () => {
    const leaving = new AbortController()
    const asking = factory().versions(odd.url, { signal: leaving.signal })
    odd.answer = () => leaving.abort()
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('the extensions of a version', () => {
  test('have the version of their image, and are kept for a day', async () => {
    odd.answer = json([
      {
        name: 'siderolabs/iscsi-tools',
        ref: 'ghcr.io/siderolabs/iscsi-tools:v0.2.0',
        digest: 'sha256:1',
        author: 'Sidero Labs',
        description: ' iSCSI \n',
      },
      { name: 'siderolabs/zfs', ref: 'ghcr.io/siderolabs/zfs:2.4.1-v1.14.0@sha256:abc' },
    ])
    const told = await factory().extensions(odd.url, 'v1.14.0', { signal })
    expect(told.value).toEqual([
      { name: 'siderolabs/iscsi-tools', version: 'v0.2.0', author: 'Sidero Labs', description: 'iSCSI' },
      { name: 'siderolabs/zfs', version: '2.4.1-v1.14.0', author: '', description: '' },
    ])
    now += 23 * 60 * 60_000
    expect((await factory().extensions(odd.url, 'v1.14.0', { signal })).value).toEqual(told.value)
    expect(odd.asked).toEqual(['GET /version/v1.14.0/extensions/official'])
  })

  test('of a version it does not have are refused in its words', async () => {
    odd.answer = (_, response) => response.writeHead(404).end('version 1.99.0 is not available\nmore')
    await expect(factory().extensions(odd.url, 'v1.99.0', { signal })).rejects.toMatchObject({
      code: 'factory-refused',
      message: expect.stringMatching(/404: version 1\.99\.0 is not available\.$/) as unknown,
    })
  })
})

describe('a schematic', () => {
  test('is told in one POST, and its id comes back', async () => {
    const id = '613e'.padEnd(64, '0')
    odd.answer = json({ id, schematic: 'customization: {}' }, 201)
    expect(await factory().register(odd.url, 'customization: {}\n', signal)).toBe(id)
    expect(odd.asked).toEqual(['POST /schematics'])
  })

  test.each([
    ['no id', json({ schematic: 'x' }, 201), 'factory-answer'],
    ['an id that is none', json({ id: '../../etc/passwd' }, 201), 'factory-answer'],
    ['a refusal', json('field x not found', 400), 'factory-refused'],
  ] as const)('that gets %s does not count as told', async (_, answer, code) => {
    odd.answer = answer
    await expect(factory().register(odd.url, 'x', signal)).rejects.toMatchObject({ code })
  })

  test('that the factory does not have is none', async () => {
    odd.answer = json('schematic not found', 404)
    expect(await factory().schematic(odd.url, 'ab', signal)).toBeUndefined()
  })
})

describe('an image', () => {
  const image = `factory.talos.dev/metal-installer/${'613e'.padEnd(64, '0')}:v1.14.0`
  const digest = `sha256:${'ab'.repeat(32)}`
  const ask = () => factory().image(image, odd.url, signal)

  test('that is there is there, with its digest', async () => {
    odd.answer = (_, response) => response.writeHead(200, { 'Docker-Content-Digest': digest }).end()
    expect(await ask()).toMatchObject({ state: 'exists', digest })
    expect(odd.asked).toEqual([`GET /v2/metal-installer/${'613e'.padEnd(64, '0')}/manifests/v1.14.0`])
  })

  test('tells for which architectures it is, where it is an index', async () => {
    const index = ['amd64', 'unknown', 'arm64'].map((architecture) => ({
      platform: { architecture, os: 'linux' },
    }))
    odd.answer = json({ schemaVersion: 2, manifests: index })
    expect(await ask()).toMatchObject({ state: 'exists', architectures: ['amd64', 'arm64'] })
    for (const body of [{ schemaVersion: 2, config: {} }, 'nonsense', { manifests: 'x' }]) {
      odd.answer = json(body)
      expect(await ask()).not.toHaveProperty('architectures')
    }
  })

  test('that the factory sends on to by its digest is there too', async () => {
    odd.answer = (_, response) =>
      response.writeHead(307, { Location: `http://127.0.0.1:1/v2/x/manifests/${digest}` }).end()
    expect(await ask()).toMatchObject({ state: 'exists', digest })
  })

  test('that cannot be made is missing, in the factory’s words', async () => {
    odd.answer = (_, response) => response.writeHead(400).end('extension "siderolabs/zfs" is not available')
    expect(await ask()).toMatchObject({
      state: 'missing',
      evidence: expect.stringContaining('siderolabs/zfs') as unknown,
    })
  })

  test.each([
    ['is refused', 403],
    ['breaks down', 500],
    ['wants a key', 401],
  ])('whose registry %s is unknown, not missing', async (_, status) => {
    odd.answer = (_request, response) => response.writeHead(status).end()
    expect((await ask()).state).toBe('unknown')
  })

  test('whose registry is down is unknown with why', async () => {
    await odd[Symbol.asyncDispose]()
    expect(await ask()).toMatchObject({
      state: 'unknown',
      evidence: expect.stringContaining('ECONNREFUSED') as unknown,
    })
  })

  test('whose token service is no https address is not followed there', async () => {
    odd.answer = (_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${odd.url}/token",scope="x"` }).end()
    expect((await ask()).state).toBe('unknown')
    expect(odd.asked).toHaveLength(1)
  })

  test('that takes too long is being built, and that is said at once to whoever asks', async () => {
    odd.answer = () => undefined
    const hurried = createHttpFactory({
      cache: createFactoryCache(folder, createRecordingLog()),
      now: () => now,
      within: { list: 30, manifest: 30 },
    })
    expect(await hurried.image(image, odd.url, signal)).toMatchObject({
      state: 'building',
      evidence: expect.stringContaining('did not answer within') as unknown,
    })
    // A body that never ends is as late as one that never begins.
    odd.answer = (_, response) => response.writeHead(200).write('[')
    await expect(hurried.versions(odd.url, { signal })).rejects.toMatchObject({
      code: 'factory-unreachable',
      message: expect.stringContaining('did not answer within 0.03 s') as unknown,
    })
  })

  test('of a reference that is none is unknown', async () => {
    expect(await factory().image('nonsense', undefined, signal)).toEqual({
      state: 'unknown',
      evidence: 'nonsense',
    })
  })
})
