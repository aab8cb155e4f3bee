import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ResourceKey, WatchEvent } from '../../main/domain/nodes/talos-port.ts'
import type { Event__Output } from '../../main/talos/generated/cosi/resource/Event.ts'
import { byLine, LINES, minorOf, type MixedCluster, startMixedCluster } from '../fakes/mixed-cluster.ts'
import type { OwnClient } from '../fakes/own-client.ts'
import { never } from '../fakes/one-node.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** The state of a node on every line, with plain grpc-js and with our own client; behaviour.md §3. */
let mixed: MixedCluster
beforeAll(async () => {
  mixed = await startMixedCluster({ kubernetes: false })
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const GET = '/cosi.resource.State/Get'
const LIST = '/cosi.resource.State/List'
const WATCH = '/cosi.resource.State/Watch'
const META: ResourceKey = { namespace: 'runtime', type: 'MetaKeys.runtime.talos.dev' }
const DEFINITIONS: ResourceKey = { namespace: 'meta', type: 'ResourceDefinitions.meta.cosi.dev' }

/** Types by the minor release they came with (behaviour.md §3.4). */
const CAME: Readonly<Record<number, string>> = {
  10: 'BlockSymlinks EthernetSpecs EthernetStatuses VolumeMountRequests VolumeMountStatuses PCIDriverRebindStatuses Versions',
  11: 'BootedEntries EncryptionSalts KernelCmdlines LoadedKernelModules SBOMItems SwapStatuses ZswapStatuses',
  12: 'KubeletKubeconfigs LinkAliasSpecs OOMActions PlatformConfigs',
  13: 'APIServiceConfigs Environments ImageVerificationRules RoutingRuleStatuses ServicePIDs TUFTrustedRoots',
  14: 'BGPPeerStatuses BootIDs CPUCores ContainerSpecs ImageFactorySchematics KernelModuleStatuses KubeletStatuses LVMVolumeGroupStatuses MDArrayStatuses RebootRequests UnattendedInstallStatuses VolumeTrimSchedules',
}

/** Messages of the protobuf form, written by hand: the type, its namespace and one id, or all. */
const MESSAGES = [
  ['runtime', 'TimeStatuses.v1alpha1', 'time.StatusSpec'],
  ['runtime', 'Services.v1alpha1', 'v1alpha1.ServiceSpec'],
  ['runtime', 'Disks.block', 'block.DiskSpec'],
  ['runtime', 'VolumeStatuses.block', 'block.VolumeStatusSpec'],
  ['network', 'LinkStatuses.net', 'network.LinkStatusSpec'],
  ['network', 'HostnameStatuses.net', 'network.HostnameStatusSpec'],
  ['cluster', 'Members.cluster', 'cluster.MemberSpec'],
] as const
const PROTOS = loadSync(
  [
    ...['block', 'cluster', 'k8s', 'network', 'runtime', 'time', 'v1alpha1'].map(
      (name) => `resource/definitions/${name}_specs.proto`,
    ),
    'resource/config/config.proto',
  ],
  { includeDirs: [PROTOS_DIR], longs: Number, enums: String, defaults: true },
)

function decoded(message: string, bytes: Buffer): Readonly<Record<string, unknown>> {
  const definition = PROTOS[message]
  if (!definition || !('deserialize' in definition)) throw new Error(`no message ${message}`)
  return (definition as MessageTypeDefinition<object, Readonly<Record<string, unknown>>>).deserialize(bytes)
}

const camel = (key: string): string =>
  key.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())

/** Texts, numbers and flags of the YAML form under the names the protobuf form has for them. */
function plainFields(yaml: string, decodedFields: Readonly<Record<string, unknown>>) {
  const spec = parse(yaml) as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(spec)
      .map(([key, value]) => [camel(key), value] as const)
      .filter(([key, value]) => {
        const same = typeof value !== 'object' && typeof value === typeof decodedFields[key]
        // What is one of a few words has a number for each there.
        return same && value !== '' && !/^[A-Z_]+$/.test(String(decodedFields[key]))
      }),
  )
}

const told = (event: WatchEvent): string =>
  'resource' in event
    ? `${event.kind} ${event.resource.id}`
    : event.kind === 'gone'
      ? `gone ${event.id}`
      : event.kind

describe.each(LINES)('%s', (line) => {
  const minor = minorOf(line)
  const wire = (): WireClient => mixed.wire(line)
  const own = (): OwnClient => mixed.port('os:reader')
  const node = (): string => mixed.addressOf(line)
  const all = (key: ResourceKey) => wire().stream(LIST, key).all()
  const watch = (request: object) => wire().stream(WATCH, { ...META, apiVersion: 1, ...request })
  const eventsOf = (frames: readonly { readonly event: readonly Event__Output[] }[]) =>
    frames.flatMap(({ event }) => event)

  test('registers the types of its version, each under its name in small letters', async () => {
    const frames = await all(DEFINITIONS)
    const specs = frames.map(
      ({ resource }) => parse(resource?.spec?.yamlSpec ?? '') as Record<string, unknown>,
    )
    const types = specs.map((spec) => String(spec['type']))
    expect(frames.map(({ resource }) => resource?.metadata?.id)).toEqual(
      types.map((type) => type.toLowerCase()),
    )
    const names = new Set(types.map((type) => type.split('.')[0] ?? ''))
    for (const [release, came] of Object.entries(CAME))
      for (const name of came.split(' ')) {
        expect([name, names.has(name)]).toEqual([name, minor >= Number(release)])
      }
    expect(names.has('MaintenanceServiceCertificates')).toBe(minor < 13)
    const ours = await own().list(node(), DEFINITIONS, never)
    expect(ours.map(({ spec }) => spec)).toEqual(specs)
  })

  test('sends both forms of a spec, and they say the same', async () => {
    for (const [namespace, type, message] of MESSAGES) {
      const frames = await all({ namespace, type: `${type}.talos.dev` })
      expect([type, frames.length > 0]).toEqual([type, true])
      const compared = frames.flatMap(({ resource }) => {
        const { protoSpec = Buffer.alloc(0), yamlSpec = '' } = resource?.spec ?? {}
        const fields = decoded(`talos.resource.definitions.${message}`, protoSpec)
        const plain = plainFields(yamlSpec, fields)
        expect(fields).toMatchObject(plain)
        return Object.keys(plain)
      })
      expect([type, compared.length > 0]).toEqual([type, true])
      const ours = await own().list(node(), { namespace, type: `${type}.talos.dev` }, never)
      expect(ours.map(({ spec }) => spec)).toEqual(
        frames.map(({ resource }) => parse(resource?.spec?.yamlSpec ?? '') as unknown),
      )
    }
  })

  test('a config comes in bytes as the node keeps it, and our client takes those', async () => {
    const kept = mixed.machine(line).readFile('/system/state/config.yaml').toString()
    const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
    const { resource } = await wire().unary(GET, key)
    const fields = decoded('resource.config.MachineConfigSpec', resource?.spec?.protoSpec ?? Buffer.alloc(0))
    expect(Buffer.from(fields['yamlMarshalled'] as Uint8Array).toString()).toBe(kept)
    expect((await mixed.port().readMachineConfig(node(), 'active', never))?.text).toBe(kept)
  })

  test('a missing id and a type without instances: not found, and an empty list', async () => {
    await expect(wire().unary(GET, { ...META, id: '0x77' })).rejects.toMatchObject({
      code: 5,
      details: `resource ${META.type}(runtime/0x77@undefined) doesn't exist`,
    })
    expect(await own().get(node(), { ...META, id: '0x77' }, never)).toBeUndefined()
    const none = { namespace: 'runtime', type: 'Diagnostics.runtime.talos.dev' }
    expect([await all(none), await own().list(node(), none, never)]).toEqual([[], []])
  })

  test('what it lacks and what a role may not read are two things to our client, one code on the wire', async () => {
    const unknown = { namespace: 'runtime', type: 'Nonsense.talos.dev' }
    const nowhere = { ...META, namespace: 'nowhere' }
    const secret = { namespace: 'secrets', type: 'OSRootSecrets.secrets.talos.dev' }
    const kubelet = { namespace: 'k8s', type: 'KubeletSpecs.kubernetes.talos.dev' }
    const reader = mixed.wire(line, 'os:reader')
    for (const [key, details, code] of [
      [unknown, 'resource type "Nonsense.talos.dev" is not supported', 'unsupported-by-version'],
      [nowhere, 'namespace "nowhere" is not supported', 'unsupported-by-version'],
      [secret, 'not authorized', 'role-too-low'],
      ...(minor >= 12 ? ([[kubelet, 'not authorized', 'role-too-low']] as const) : []),
    ] as const) {
      await expect(reader.stream(LIST, key).all()).rejects.toMatchObject({ code: 7, details })
      await expect(reader.stream(WATCH, { ...key, apiVersion: 1 }).all()).rejects.toMatchObject({
        code: 7,
        details,
      })
      await expect(own().list(node(), key, never)).rejects.toMatchObject({ code })
    }
    if (minor < 12) expect(await own().list(node(), kubelet, never)).toHaveLength(1)
    await expect(wire().unary('/cosi.resource.State/Create')).rejects.toMatchObject({
      code: 7,
      details: 'write access is not allowed',
    })
  })

  test('a watch: an empty frame, what is there, the end of it with a bookmark, changes, a tombstone', async () => {
    const machine = mixed.machine(line)
    machine.writeMeta(0x0c, 'one')
    const stream = watch({ options: { bootstrapContents: true } })
    const frames = await stream.take(3)
    expect(frames[0]?.event).toEqual([])
    machine.writeMeta(0x0c, 'two')
    machine.writeMeta(0x0c, undefined)
    const [created, bootstrapped, updated, destroyed] = eventsOf([...frames, ...(await stream.take(2))])
    stream.cancel()
    expect(created).toMatchObject({
      eventType: 'CREATED',
      resource: { metadata: { id: '0x0c', version: '1' } },
    })
    expect(bootstrapped).toMatchObject({
      eventType: 'BOOTSTRAPPED',
      resource: { metadata: { id: '', version: 'undefined' } },
    })
    expect(updated).toMatchObject({
      eventType: 'UPDATED',
      resource: { metadata: { version: '2' }, spec: { yamlSpec: 'value: two\n' } },
      old: { metadata: { version: '1' }, spec: { yamlSpec: 'value: one\n' } },
    })
    expect(destroyed).toMatchObject({ eventType: 'DESTROYED', resource: { metadata: { id: '0x0c' } } })
    const resumed = watch({ options: { startFromBookmark: bootstrapped?.bookmark } })
    expect(eventsOf(await resumed.take(3)).map(({ eventType }) => eventType)).toEqual([
      'UPDATED',
      'DESTROYED',
    ])
    resumed.cancel()
    const single = watch({ id: '0x0c' })
    expect(eventsOf(await single.take(2))).toMatchObject([
      {
        eventType: 'DESTROYED',
        resource: { metadata: { id: '0x0c', version: 'undefined' }, spec: { yamlSpec: '' } },
      },
    ])
    single.cancel()
    for (const [options, code, details] of [
      [{ options: { startFromBookmark: Buffer.alloc(16) } }, 9, 'invalid watch bookmark'],
      [{ id: '0x0c', options: { bootstrapContents: true } }, 12, /./],
    ] as const)
      await expect(watch(options).all()).rejects.toMatchObject({
        code,
        details: typeof details === 'string' ? details : (expect.stringMatching(details) as string),
      })
  })
})

test('a boot later the bookmarks are void, and our client, which keeps none, has a whole snapshot again', async () => {
  const seen = await byLine(async (line) => {
    const machine = mixed.machine(line)
    machine.writeMeta(0x0d, 'stays')
    machine.writeMeta(0x0e, 'goes')
    const bootstrap = { ...META, apiVersion: 1, options: { bootstrapContents: true } }
    const before = mixed.wire(line).stream(WATCH, bootstrap)
    const { bookmark } = (await before.take(4)).at(-1)?.event[0] ?? {}
    before.cancel()
    const hangUp = new AbortController()
    const events: string[] = []
    for await (const event of mixed.port().watch(mixed.addressOf(line), META, hangUp.signal)) {
      if (event.kind !== 'lost' || events.at(-1) !== 'lost') events.push(told(event))
      if (event.kind !== 'ready') continue
      if (events.includes('lost')) break
      machine.powerOff()
      machine.writeMeta(0x0e, undefined)
      machine.powerOn().catch(() => undefined)
    }
    hangUp.abort()
    const again = mixed
      .wire(line)
      .stream(WATCH, { ...META, apiVersion: 1, options: { startFromBookmark: bookmark } })
    const refusal: unknown = await again.all().catch((error: unknown) => error)
    return { events, refusal: (refusal as { readonly details: string }).details }
  })
  const [present, after] = [
    ['present 0x0d', 'present 0x0e', 'ready', 'lost'],
    ['present 0x0d', 'ready'],
  ]
  expect(seen).toEqual(
    await byLine(() => ({ events: [...present, ...after], refusal: 'invalid watch bookmark' })),
  )
})
