import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Event__Output } from '../../main/talos/generated/cosi/resource/Event.ts'
import { type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'
import type { SmallMachine } from '../fakes/small-machine.ts'
import type { WireClient } from '../fakes/wire-client.ts'

const GET = '/cosi.resource.State/Get'
const LIST = '/cosi.resource.State/List'
const WATCH = '/cosi.resource.State/Watch'
const DISKS = { namespace: 'runtime', type: 'Disks.block.talos.dev' }

let cluster: SmallCluster
let machine: SmallMachine
let client: WireClient
beforeAll(async () => {
  cluster = await startSmallCluster([
    { hostname: 'v13', talos: 'v1.13.9' },
    { hostname: 'v14', talos: 'v1.14.0' },
    { hostname: 'v11', talos: 'v1.11.6' },
  ])
  machine = cluster.machine('v13')
  client = await cluster.client('v13', { roles: ['os:reader'] })
})
afterAll(async () => cluster[Symbol.asyncDispose]())

beforeEach(() => {
  for (const { id } of machine.resources.list(DISKS.namespace, DISKS.type))
    machine.resources.remove({ ...DISKS, id })
  put('sdb', 2)
  put('sda', 1)
})

function put(id: string, size: number, labels: Record<string, string> = {}): void {
  machine.resources.put({ ...DISKS, id }, { dev_path: `/dev/${id}`, size }, { owner: 'block.Disks', labels })
}

const watch = (request: object) => client.stream(WATCH, { ...DISKS, apiVersion: 1, ...request })
const bootstrap = { options: { bootstrapContents: true } }

function told(events: readonly Event__Output[]): readonly string[] {
  return events.map(({ eventType, resource }) => `${eventType} ${resource?.metadata?.id ?? ''}`)
}

const eventsOf = (
  frames: readonly { readonly event: readonly Event__Output[] }[],
): readonly Event__Output[] => frames.flatMap(({ event }) => event)

test('a resource carries its YAML, version, owner and times', async () => {
  put('sda', 5)
  const { resource } = await client.unary(GET, { ...DISKS, id: 'sda' })
  expect(resource?.spec?.yamlSpec).toBe('dev_path: /dev/sda\nsize: 5\n')
  expect(resource?.metadata).toMatchObject({
    version: '2',
    phase: 'running',
    owner: 'block.Disks',
    created: { seconds: String(machine.clock.now() / 1000) },
  })
})

test('a missing id is not found in the words of COSI', async () => {
  await expect(client.unary(GET, { ...DISKS, id: 'sdz' })).rejects.toMatchObject({
    code: 5,
    details: "resource Disks.block.talos.dev(runtime/sdz@undefined) doesn't exist",
  })
})

test('a list comes one per frame in order of ids, and a registered type without instances is empty', async () => {
  const frames = await client.stream(LIST, DISKS).all()
  expect(frames.map(({ resource }) => resource?.metadata?.id)).toEqual(['sda', 'sdb'])
  const none = { namespace: 'runtime', type: 'SystemDisks.block.talos.dev' }
  expect(await client.stream(LIST, none).all()).toEqual([])
})

test('labels and id expressions select', async () => {
  put('nvme0n1', 3, { fast: '10' })
  const idsWith = async (options: object): Promise<readonly (string | undefined)[]> =>
    (await client.stream(LIST, { ...DISKS, options }).all()).map(({ resource }) => resource?.metadata?.id)
  const term = (op: string, value: string[] = [], invert = false) => ({
    labelQuery: [{ terms: [{ key: 'fast', op, value, invert }] }],
  })
  expect(await idsWith({ idQuery: { regexp: '^sd' } })).toEqual(['sda', 'sdb'])
  expect(await idsWith(term('EXISTS'))).toEqual(['nvme0n1'])
  expect(await idsWith(term('EXISTS', [], true))).toEqual(['sda', 'sdb'])
  expect(await idsWith(term('EQUAL', ['10']))).toEqual(['nvme0n1'])
  expect(await idsWith(term('LT_NUMERIC', ['9']))).toEqual([])
  expect(await idsWith(term('LT', ['9']))).toEqual(['nvme0n1'])
  await expect(idsWith({ idQuery: { regexp: '(' } })).rejects.toMatchObject({ code: 3 })
})

test('a watch begins with an empty frame, then what exists, then BOOTSTRAPPED, then what happens', async () => {
  const stream = watch(bootstrap)
  const frames = await stream.take(4)
  expect(frames[0]?.event).toEqual([])
  expect(told(eventsOf(frames))).toEqual(['CREATED sda', 'CREATED sdb', 'BOOTSTRAPPED '])
  expect(frames[3]?.event[0]?.resource?.metadata).toMatchObject({ version: 'undefined', ...DISKS })
  expect(frames[3]?.event[0]?.bookmark).toHaveLength(16)

  put('sda', 9)
  put('sda', 9)
  machine.resources.remove({ ...DISKS, id: 'sdb' })
  const [updated, destroyed] = eventsOf(await stream.take(2))
  expect(updated).toMatchObject({
    eventType: 'UPDATED',
    resource: { metadata: { id: 'sda', version: '2' } },
    old: { metadata: { id: 'sda', version: '1' }, spec: { yamlSpec: 'dev_path: /dev/sda\nsize: 1\n' } },
  })
  expect(destroyed).toMatchObject({ eventType: 'DESTROYED', resource: { metadata: { id: 'sdb' } } })
  stream.cancel()
})

test('without bootstrap only what happens from now on is told', async () => {
  const stream = watch({})
  await stream.take(1)
  put('sdc', 1)
  expect(told(eventsOf(await stream.take(1)))).toEqual(['CREATED sdc'])
  stream.cancel()
})

test('an aggregated watch packs several events in a frame', async () => {
  const stream = watch({ options: { bootstrapContents: true, aggregated: true } })
  const [first, contents] = await stream.take(2)
  expect(first?.event).toEqual([])
  expect(told(contents?.event ?? [])).toEqual(['CREATED sda', 'CREATED sdb', 'BOOTSTRAPPED '])
  stream.cancel()
})

test('api version 0 knows no BOOTSTRAPPED', async () => {
  const stream = watch({ ...bootstrap, apiVersion: 0 })
  await stream.take(3)
  put('sdc', 1)
  expect(told(eventsOf(await stream.take(1)))).toEqual(['CREATED sdc'])
  stream.cancel()
})

test('a watch of one id begins with that resource, or with a tombstone', async () => {
  const present = watch({ id: 'sda' })
  expect(told(eventsOf(await present.take(2)))).toEqual(['CREATED sda'])
  put('sdb', 7)
  put('sda', 8)
  expect(told(eventsOf(await present.take(1)))).toEqual(['UPDATED sda'])
  present.cancel()

  const absent = watch({ id: 'sdz' })
  const [event] = eventsOf(await absent.take(2))
  expect(event).toMatchObject({
    eventType: 'DESTROYED',
    resource: { metadata: { id: 'sdz', version: 'undefined' } },
  })
  absent.cancel()
  await expect(watch({ id: 'sda', ...bootstrap }).all()).rejects.toMatchObject({ code: 12 })
})

test('a resource that begins or ceases to match is created or destroyed for a filtered watch', async () => {
  const stream = watch({
    options: { labelQuery: [{ terms: [{ key: 'mine', op: 'EXISTS', value: [], invert: false }] }] },
  })
  await stream.take(1)
  put('sda', 1, { mine: '' })
  put('sda', 2, { mine: '' })
  put('sda', 2)
  expect(told(eventsOf(await stream.take(3)))).toEqual(['CREATED sda', 'UPDATED sda', 'DESTROYED sda'])
  stream.cancel()
})

test('tail_events replays the last ones', async () => {
  const stream = watch({ options: { tailEvents: 2 } })
  expect(told(eventsOf(await stream.take(3)))).toEqual(['CREATED sdb', 'CREATED sda'])
  stream.cancel()
})

test('a watch goes on from a bookmark without a gap', async () => {
  const first = watch(bootstrap)
  const bookmark = eventsOf(await first.take(4)).at(-1)?.bookmark
  first.cancel()
  put('sdc', 1)
  put('sda', 4)
  const resumed = watch({ options: { startFromBookmark: bookmark } })
  const events = eventsOf(await resumed.take(3))
  expect(told(events)).toEqual(['CREATED sdc', 'UPDATED sda'])
  const again = watch({ options: { startFromBookmark: events[0]?.bookmark } })
  expect(told(eventsOf(await again.take(2)))).toEqual(['UPDATED sda'])
  resumed.cancel()
  again.cancel()
})

test('a bookmark does not outlive a reboot, and versions start again', async () => {
  const rebooting = cluster.machine('v14')
  const direct = await cluster.client('v14')
  rebooting.resources.put({ ...DISKS, id: 'sda' }, { size: 1 })
  rebooting.resources.put({ ...DISKS, id: 'sda' }, { size: 2 })
  const stream = direct.stream(WATCH, { ...DISKS, apiVersion: 1, ...bootstrap })
  const bookmark = eventsOf(await stream.take(3)).at(-1)?.bookmark
  rebooting.powerOff()
  await expect(stream.all()).rejects.toMatchObject({ code: 14 })
  await rebooting.powerOn()
  await cluster.served.settled()
  rebooting.resources.put({ ...DISKS, id: 'sda' }, { size: 3 })

  const back = await cluster.client('v14')
  await expect(
    back.stream(WATCH, { ...DISKS, apiVersion: 1, options: { startFromBookmark: bookmark } }).all(),
  ).rejects.toMatchObject({ code: 9, details: 'invalid watch bookmark' })
  const { resource } = await back.unary(GET, { ...DISKS, id: 'sda' })
  expect(resource?.metadata?.version).toBe('1')
})

test('a nonsense bookmark is refused', async () => {
  for (const bookmark of [Buffer.from('nonsense'), Buffer.alloc(16)])
    await expect(watch({ options: { startFromBookmark: bookmark } }).all()).rejects.toMatchObject({
      code: 9,
      details: 'invalid watch bookmark',
    })
})

test('a consumer that falls a whole ring behind is told so once', async () => {
  const stream = watch({})
  await stream.take(1)
  for (let size = 0; size < 1100; size += 1) put('sda', 1000 + size)
  const [event] = eventsOf(await stream.take(1))
  expect(event).toMatchObject({
    eventType: 'ERRORED',
    error: expect.stringMatching(
      /^buffer overrun: namespace "runtime" type "Disks\.block\.talos\.dev"/,
    ) as string,
  })
  stream.cancel()
})

test('unknown types and namespaces look like a missing permission', async () => {
  await expect(
    client.stream(LIST, { namespace: 'runtime', type: 'BootIDs.runtime.talos.dev' }).all(),
  ).rejects.toMatchObject({ code: 7, details: 'resource type "BootIDs.runtime.talos.dev" is not supported' })
  await expect(client.stream(LIST, { ...DISKS, namespace: 'nowhere' }).all()).rejects.toMatchObject({
    code: 7,
    details: 'namespace "nowhere" is not supported',
  })
  const newer = await cluster.client('v14', { roles: ['os:reader'] })
  const found = await newer.stream(LIST, { namespace: 'runtime', type: 'BootIDs.runtime.talos.dev' }).all()
  expect(found).toEqual([])
})

test('secrets are for admins, and KubeletSpecs became one in 1.12', async () => {
  const config = { namespace: 'config', type: 'MachineConfigs.config.talos.dev' }
  const kubelet = { namespace: 'k8s', type: 'KubeletSpecs.kubernetes.talos.dev' }
  for (const request of [config, kubelet]) {
    const operator = await cluster.client('v13', { roles: ['os:operator'] })
    await expect(operator.stream(LIST, request).all()).rejects.toMatchObject({
      code: 7,
      details: 'not authorized',
    })
    await expect(operator.stream(WATCH, { ...request, apiVersion: 1 }).all()).rejects.toMatchObject({
      code: 7,
    })
    const admin = await cluster.client('v13')
    expect(await admin.stream(LIST, request).all()).toEqual([])
  }
  const old = await cluster.client('v11', { roles: ['os:reader'] })
  expect(await old.stream(LIST, kubelet).all()).toEqual([])
  await expect(old.stream(LIST, config).all()).rejects.toMatchObject({ code: 7, details: 'not authorized' })
})

test('nobody writes from outside, not even an admin', async () => {
  const admin = await cluster.client('v14')
  for (const path of [
    '/cosi.resource.State/Create',
    '/cosi.resource.State/Update',
    '/cosi.resource.State/Destroy',
    '/cosi.resource.State/Teardown',
  ] as const)
    await expect(admin.unary(path)).rejects.toMatchObject({
      code: 7,
      details: 'write access is not allowed',
    })
  await expect(client.unary('/cosi.resource.State/Destroy')).rejects.toMatchObject({
    code: 7,
    details: 'not authorized',
  })
})

test('a version registers the types it has, with aliases and sensitivity', async () => {
  const definitions = async (node: string): Promise<ReadonlyMap<string, string>> => {
    const reader = await cluster.client(node, { roles: ['os:reader'] })
    const frames = await reader
      .stream(LIST, { namespace: 'meta', type: 'ResourceDefinitions.meta.cosi.dev' })
      .all()
    return new Map(
      frames.map(({ resource }) => [resource?.metadata?.id ?? '', resource?.spec?.yamlSpec ?? '']),
    )
  }
  const [v11, v13, v14] = await Promise.all(['v11', 'v13', 'v14'].map(definitions))
  expect(v14?.has('bootids.runtime.talos.dev')).toBe(true)
  expect(v13?.has('bootids.runtime.talos.dev')).toBe(false)
  expect(v13?.has('maintenanceservicecertificates.secrets.talos.dev')).toBe(false)
  expect(v11?.has('maintenanceservicecertificates.secrets.talos.dev')).toBe(true)
  const kubelet = 'kubeletspecs.kubernetes.talos.dev'
  expect(v11?.get(kubelet)).not.toContain('sensitivity')
  expect(v13?.get(kubelet)).toContain('sensitivity: sensitive')
  expect(v13?.get('members.cluster.talos.dev')).toContain('- members.cluster\n')
})
