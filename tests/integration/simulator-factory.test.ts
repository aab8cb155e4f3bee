import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpFactory } from '../../main/factory/http-factory.ts'
import { serveFactory, type ServedFactory } from '../../main/simulator/factory/serve-factory.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { LINES, minorOf } from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'
import { runningMachines, type SimulatedMachines } from '../fakes/simulated-machines.ts'

const EMPTY = '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba'
const LONGHORN = '613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245'

let set: SimulatedMachines
let factory: ServedFactory
beforeAll(async () => {
  set = await runningMachines([{ talos: 'v1.13.9' }])
  factory = await serveFactory(set.cluster.registry)
})
afterAll(async () => factory[Symbol.asyncDispose]())

const get = (path: string, options?: RequestInit): Promise<Response> => fetch(factory.url + path, options)
const post = (body: string): Promise<Response> => get('/schematics', { method: 'POST', body })
const withExtensions = (...names: readonly string[]): string =>
  `customization:\n  systemExtensions:\n    officialExtensions: [${names.join(', ')}]\n`

async function pull(machine: SimulatedMachine, reference: string): Promise<string> {
  const layers = machine.pullImage(reference, new AbortController().signal)
  for (;;) {
    const [{ done, value }] = await Promise.all([layers.next(), set.clock.advance(60_000)])
    if (done) return value
  }
}

test('the ids are those of the real factory, whatever the layout of the YAML', async () => {
  for (const [body, id] of [
    ['{}', EMPTY],
    ['customization: {}\n', EMPTY],
    [withExtensions('siderolabs/iscsi-tools', 'siderolabs/util-linux-tools'), LONGHORN],
    [
      '# as JSON\n{"customization": {"extraKernelArgs": ["noapic", "nolapic"]}}',
      '9cba8e32753f91a16c1837ab8abf356af021706ef284aef07380780177d9a06c',
    ],
  ]) {
    const reply = await post(body ?? '')
    expect(reply.status).toBe(201)
    expect(await reply.json()).toMatchObject({ id })
  }
})

test('a schematic with everything is written in the fixed order and can be read again', async () => {
  const reply = await post(`
customization:
  secureboot: { includeWellKnownCertificates: true }
  meta: [{ value: 'a: b', key: 12 }]
  bootloader: sd-boot
  extraKernelArgs: ['console=ttyS0', '-quiet', 'yes']
  embeddedMachineConfiguration: |
    machine:
      type: worker
overlay: { name: rpi_generic, image: siderolabs/sbc-raspberrypi, options: { b: 2, a: x } }
`)
  const { id, schematic } = (await reply.json()) as { id: string; schematic: string }
  expect(schematic).toBe(`overlay:
    image: siderolabs/sbc-raspberrypi
    name: rpi_generic
    options:
        a: x
        b: 2
customization:
    embeddedMachineConfiguration: |
        machine:
          type: worker
    extraKernelArgs:
        - console=ttyS0
        - -quiet
        - "yes"
    meta:
        - key: 12
          value: 'a: b'
    bootloader: sd-boot
    secureboot:
        includeWellKnownCertificates: true
`)
  expect(id).toBe(createHash('sha256').update(schematic).digest('hex'))
  const again = await get(`/schematics/${id}`)
  expect([again.headers.get('content-type'), await again.text()]).toEqual(['application/yaml', schematic])
})

test.each([
  ['customisation: {}', 'line 1: field customisation not found in type schematic.Schematic'],
  ['customization:\n  extensions: []', 'line 2: field extensions not found in type schematic.Customization'],
  ['customization:\n  extraKernelArgs: quiet', 'line 2: cannot unmarshal !!str `quiet` into []string'],
  ['customization: {meta: [{key: 300, value: x}]}', 'cannot unmarshal !!int `300` into uint8'],
  ['owner: me\ncustomization: {}', 'owner field is only supported in Enterprise edition'],
  ['', 'EOF'],
])('a schematic that is none is refused with 400: %j', async (body, text) => {
  const reply = await post(body)
  expect(reply.status).toBe(400)
  expect(await reply.text()).toContain(text)
})

test('versions and what there is for each', async () => {
  const versions = (await (await get('/versions')).json()) as string[]
  expect(versions).toEqual(expect.arrayContaining(['v1.9.6', 'v1.13.9', 'v1.14.0-rc.1', 'v1.14.0']))
  const named = async (path: string): Promise<string[]> =>
    ((await (await get(path)).json()) as { name: string }[]).map(({ name }) => name)
  const [old, current] = [
    await named('/version/v1.11.6/extensions/official'),
    await named('/version/v1.12.11/extensions/official'),
  ]
  expect(old).toContain('siderolabs/iscsi-tools')
  expect(old).not.toContain('siderolabs/netbird')
  expect(current).toContain('siderolabs/netbird')
  expect(await named('/version/v1.13.9/overlays/official')).toContain('rpi_generic')
  const missing = await get('/version/v1.99.0/extensions/official')
  expect([missing.status, await missing.text()]).toEqual([404, 'version 1.99.0 is not available\n'])
  expect((await get('/healthz')).status).toBe(200)
  expect((await get('/schematics/' + '0'.repeat(64))).status).toBe(404)
})

test('an installer image is there once its schematic is, for versions that exist', async () => {
  const body = withExtensions('siderolabs/zfs')
  const id = 'a87bc8a9a0a9c9d5f1f6a2b7'
  expect((await get(`/v2/metal-installer/${id}/manifests/v1.13.9`, { method: 'HEAD' })).status).toBe(404)
  const posted = (await (await post(body)).json()) as { id: string }
  const path = `/v2/metal-installer/${posted.id}/manifests`
  const head = await get(`${path}/v1.13.9`, { method: 'HEAD' })
  expect(head.status).toBe(200)
  const whole = Buffer.from(await (await get(`${path}/v1.13.9`)).arrayBuffer())
  expect(head.headers.get('docker-content-digest')).toBe(
    `sha256:${createHash('sha256').update(whole).digest('hex')}`,
  )
  expect(Number(head.headers.get('content-length'))).toBe(whole.length)
  expect((await get(`${path}/v1.13.99`, { method: 'HEAD' })).status).toBe(404)
  expect((await get('/v2/siderolabs/installer/manifests/v1.13.9', { method: 'HEAD' })).status).toBe(200)
  expect((await get('/v2/siderolabs/installer/manifests/v1.14.0', { method: 'HEAD' })).status).toBe(404)
  expect((await get('/v2/')).status).toBe(200)
  const asset = await get(`/image/${posted.id}/v1.13.9/metal-amd64.iso`, { method: 'HEAD' })
  expect(asset.status).toBe(200)
  expect((await get(`/image/${posted.id}/v1.13.9/nonsense`)).status).toBe(400)
  expect(await (await get(`/image/${EMPTY}/v1.13.9/cmdline-metal-amd64`)).text()).toBe(
    'talos.platform=metal console=tty0\n',
  )
})

test('what is posted here the machines can pull, under both names of the factory, with the same digest', async () => {
  const { id } = (await (await post(withExtensions('siderolabs/nut-client'))).json()) as { id: string }
  const pulled = await pull(set.machine, `factory.talos.dev/metal-installer/${id}:v1.13.9`)
  const local = await pull(set.machine, `${new URL(factory.url).host}/metal-installer/${id}:v1.13.9`)
  const head = await get(`/v2/metal-installer/${id}/manifests/v1.13.9`, { method: 'HEAD' })
  const digest = head.headers.get('docker-content-digest') ?? ''
  expect([pulled.split('@')[1], local.split('@')[1]]).toEqual([digest, digest])
})

test('an extension that a version lacks is accepted in a schematic and fails its image and the pull', async () => {
  const { id } = (await (await post(withExtensions('siderolabs/netbird'))).json()) as { id: string }
  const refused = await get(`/v2/metal-installer/${id}/manifests/v1.11.6`)
  expect([refused.status, await refused.text()]).toEqual([
    400,
    'error enhancing profile from schematic: official extension "siderolabs/netbird" is not available for Talos version v1.11.6\n',
  ])
  await expect(pull(set.machine, `factory.talos.dev/metal-installer/${id}:v1.11.6`)).rejects.toThrow(
    'official extension "siderolabs/netbird" is not available for Talos version v1.11.6',
  )
  await expect(pull(set.machine, `factory.talos.dev/metal-installer/${id}:v1.12.11`)).resolves.toContain(
    '@sha256:',
  )
})

/** Extensions by the release that has them first, or last. */
const SINCE: Readonly<Record<string, number>> = {
  'siderolabs/iscsi-tools': 9,
  'siderolabs/nvme-cli': 10,
  'siderolabs/newt': 11,
  'siderolabs/netbird': 12,
  'siderolabs/uhid': 13,
  'siderolabs/hyperv-guest-agent': 14,
}

describe.each(LINES)('for %s', (line) => {
  const kept = new Map<string, unknown>()
  const own = createHttpFactory({
    cache: { read: async (key) => kept.get(key), write: async (key, value) => void kept.set(key, value) },
    now: Date.now,
  })
  const has = (extension: string): boolean => minorOf(line) >= (SINCE[extension] ?? Infinity)

  test('versions and extensions are read alike by our client and by plain HTTP', async () => {
    const { value: versions } = await own.versions(factory.url, { signal: never })
    expect(versions).toContain(line)
    expect(versions).toEqual(await (await get('/versions')).json())
    const plain = (await (await get(`/version/${line}/extensions/official`)).json()) as {
      readonly name: string
      readonly ref: string
      readonly digest: string
    }[]
    const { value: ours } = await own.extensions(factory.url, line, { signal: never })
    expect(ours.map(({ name }) => name).sort()).toEqual(plain.map(({ name }) => name).sort())
    for (const { ref, digest } of plain) {
      expect(ref).toMatch(/^ghcr\.io\/.+:.+/)
      expect(digest).toMatch(/^sha256:[\da-f]{64}$/)
    }
    for (const extension of Object.keys(SINCE))
      expect([extension, ours.some(({ name }) => name === extension)]).toEqual([extension, has(extension)])
  })

  test('an image is there where every extension of its schematic is, and missing where one is not', async () => {
    for (const extension of Object.keys(SINCE)) {
      const id = await own.register(factory.url, withExtensions(extension), never)
      expect(await own.schematic(factory.url, id, never)).toContain(extension)
      const path = `/v2/metal-installer/${id}/manifests/${line}`
      const { status } = await get(path, { method: 'HEAD' })
      const word = await own.image(`factory.talos.dev/metal-installer/${id}:${line}`, factory.url, never)
      expect([extension, status, word.state]).toEqual([
        extension,
        has(extension) ? 200 : 400,
        has(extension) ? 'exists' : expect.not.stringMatching('exists'),
      ])
      if (word.state === 'exists') {
        const head = await get(path, { method: 'HEAD' })
        expect(word.digest).toBe(head.headers.get('docker-content-digest'))
      }
    }
    const ghcr = await own.image(`ghcr.io/siderolabs/installer:${line}`, factory.url, never)
    expect(ghcr.state).toBe(minorOf(line) >= 14 ? 'missing' : 'exists')
  })
})
