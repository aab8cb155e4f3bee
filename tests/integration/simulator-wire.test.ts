import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOsAuthority, issueClient } from '../../main/simulator/wire/pki.ts'
import { metadataOf, type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'
import { createWireClient, talosCredentials } from '../fakes/wire-client.ts'

const VERSION = '/machine.MachineService/Version'
const READ = '/machine.MachineService/Read'
const UPGRADE = '/machine.LifecycleService/Upgrade'

let cluster: SmallCluster
beforeAll(async () => {
  cluster = await startSmallCluster([
    { hostname: 'cp-1', talos: 'v1.13.9' },
    { hostname: 'cp-2', talos: 'v1.14.0' },
    { hostname: 'old', talos: 'v1.11.6', role: 'worker' },
    { hostname: 'worker', talos: 'v1.13.9', role: 'worker' },
  ])
})
afterAll(async () => cluster[Symbol.asyncDispose]())

test('a node says over mTLS which Talos it runs', async () => {
  const client = await cluster.client('cp-1')
  const { messages } = await client.unary(VERSION)
  expect(messages).toHaveLength(1)
  expect(messages[0]).toMatchObject({
    metadata: null,
    version: { tag: 'v1.13.9', os: 'linux', arch: 'amd64' },
    platform: { name: 'metal', mode: 'metal' },
    features: { rbac: true },
  })
})

test('a certificate of another OS CA, one that expired and one for servers too are not let in', async () => {
  const { os } = cluster.secrets
  const { address, port } = cluster.machine('cp-1').spec
  const day = 24 * 3_600_000
  const strangers = [
    await issueClient(await createOsAuthority(), { roles: ['os:admin'] }),
    await issueClient(os, {
      roles: ['os:admin'],
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    }),
    await issueClient(os, { roles: ['os:admin'], usages: ['clientAuth', 'serverAuth'] }),
  ]
  for (const pair of strangers) {
    const client = createWireClient(`${address}:${port}`, talosCredentials(os.crt, pair))
    await expect(client.unary(VERSION)).rejects.toMatchObject({ code: 14 })
    client.close()
  }
})

test('a role too low is not authorized, and the one that suffices is', async () => {
  const reader = await cluster.client('cp-1', { roles: ['os:reader'] })
  await expect(reader.unary(VERSION)).resolves.toBeDefined()
  await expect(reader.stream(READ, { path: '/proc/version' }).all()).rejects.toMatchObject({
    code: 7,
    details: 'not authorized',
  })
  await expect(reader.unary('/machine.MachineService/Reboot')).rejects.toMatchObject({ code: 7 })
  const operator = await cluster.client('cp-1', { roles: ['os:operator'] })
  await expect(operator.unary('/machine.MachineService/Reboot')).resolves.toMatchObject({
    messages: [{ actorId: 'a-reboot' }],
  })
  await expect(operator.unary('/machine.MachineService/ApplyConfiguration')).rejects.toMatchObject({
    code: 7,
  })
  const backup = await cluster.client('cp-1', { roles: ['os:etcd:backup'] })
  await expect(backup.unary(VERSION)).rejects.toMatchObject({ code: 7 })
  expect(await backup.stream('/machine.MachineService/EtcdSnapshot').all()).toHaveLength(3)
})

test('talos-role speaks for an impersonator and for nobody else', async () => {
  const asReader = metadataOf({ 'talos-role': 'os:reader' })
  const asAdmin = metadataOf({ 'talos-role': ['os:reader', 'os:admin'] })
  const apid = await cluster.client('cp-1', { roles: ['os:impersonator'] })
  await expect(apid.unary(VERSION)).rejects.toMatchObject({ code: 7 })
  await expect(apid.unary(VERSION, {}, asReader)).resolves.toBeDefined()
  await expect(apid.stream(READ, { path: '/proc/version' }, asReader).all()).rejects.toMatchObject({
    code: 7,
  })
  await expect(apid.stream(READ, { path: '/proc/version' }, asAdmin).all()).resolves.toBeDefined()
  const reader = await cluster.client('cp-1', { roles: ['os:reader'] })
  await expect(reader.stream(READ, { path: '/proc/version' }, asAdmin).all()).rejects.toMatchObject({
    code: 7,
  })
})

test('what a version does not have is unimplemented in the words of grpc-go', async () => {
  const old = await cluster.client('old')
  await expect(old.stream(UPGRADE).all()).rejects.toMatchObject({
    code: 12,
    details: 'unknown service machine.LifecycleService',
  })
  const cp = await cluster.client('cp-1')
  await expect(cp.unary('/machine.MachineService/GenerateConfiguration')).rejects.toMatchObject({
    code: 12,
    details: 'unknown method GenerateConfiguration for service machine.MachineService',
  })
  await expect(cp.unary('/machine.MDService/Destroy')).rejects.toMatchObject({
    details: 'unknown service machine.MDService',
  })
})

test('a control plane hands a call on to the node it is meant for', async () => {
  const client = await cluster.client('cp-1')
  const { address } = cluster.machine('cp-2').spec
  for (const node of [address, 'cp-2']) {
    const { messages } = await client.unary(VERSION, {}, metadataOf({ node }))
    expect(messages[0]).toMatchObject({ metadata: null, version: { tag: 'v1.14.0' } })
  }
})

test('the target judges the caller by its own version', async () => {
  const client = await cluster.client('cp-1')
  await expect(client.stream(UPGRADE, {}, metadataOf({ node: 'old' })).all()).rejects.toMatchObject({
    code: 12,
    details: 'unknown service machine.LifecycleService',
  })
})

test('two values of node, an empty one and one with a port are refused', async () => {
  const client = await cluster.client('cp-1')
  await expect(client.unary(VERSION, {}, metadataOf({ node: ['cp-1', 'cp-2'] }))).rejects.toMatchObject({
    code: 3,
    details: 'node metadata must be single-valued',
  })
  await expect(client.unary(VERSION, {}, metadataOf({ node: 'cp-2:50000' }))).rejects.toMatchObject({
    code: 13,
    details: 'invalid target "cp-2:50000"',
  })
  await expect(client.unary(VERSION, {}, metadataOf({ node: '' }))).rejects.toMatchObject({
    code: 13,
    details: 'invalid target ""',
  })
})

test('a slow node takes its time over a call', async () => {
  const machine = cluster.machine('cp-2')
  machine.slowness = 700
  const client = await cluster.client('cp-2')
  const answer = client.unary(VERSION)
  await expect(machine.asleep).resolves.toBe(700)
  machine.slowness = 0
  machine.wake()
  await expect(answer).resolves.toBeDefined()
})

test('a worker answers for itself and forwards nothing', async () => {
  const client = await cluster.client('worker')
  const { address } = cluster.machine('worker').spec
  const { messages } = await client.unary(VERSION, {}, metadataOf({ node: address }))
  expect(messages[0]?.version?.tag).toBe('v1.13.9')
  for (const key of ['node', 'nodes'])
    await expect(client.unary(VERSION, {}, metadataOf({ [key]: 'cp-1' }))).rejects.toMatchObject({
      code: 7,
      details: 'no request forwarding',
    })
  await expect(
    client.unary(VERSION, {}, metadataOf({ node: 'cp-1', proxyfrom: 'cp-1' })),
  ).resolves.toBeDefined()
})

test('nodes gathers one message per target, named as the caller wrote it, and a failure is one of them', async () => {
  const client = await cluster.client('cp-1', { roles: ['os:reader'] })
  const { address } = cluster.machine('cp-2').spec
  const { messages } = await client.unary(
    VERSION,
    {},
    metadataOf({ nodes: ['worker', address, '127.255.0.9'] }),
  )
  expect(messages).toHaveLength(3)
  expect(messages[0]).toMatchObject({
    metadata: { hostname: 'worker', error: '' },
    version: { tag: 'v1.13.9' },
  })
  expect(messages[1]).toMatchObject({ metadata: { hostname: address }, version: { tag: 'v1.14.0' } })
  expect(messages[2]).toMatchObject({
    metadata: { hostname: '127.255.0.9', status: { code: 14 } },
    version: null,
  })
  expect(messages[2]?.metadata?.error).toMatch(/^rpc error: code = Unavailable desc = connection error: /)
})

test('a stream under nodes names each frame and goes on when one target fails', async () => {
  const client = await cluster.client('cp-1')
  cluster.machine('worker').print('kern:    info: [2026-03-01T10:00:00Z]: booted\n')
  const frames = await client
    .stream('/machine.MachineService/Dmesg', {}, metadataOf({ nodes: ['worker', 'nowhere'] }))
    .all()
  const byHost = new Map(frames.map((frame) => [frame.metadata?.hostname, frame]))
  expect(byHost.get('worker')?.bytes.toString()).toMatch(/booted\n$/)
  expect(byHost.get('nowhere')?.metadata?.status?.code).toBe(14)
})

test('COSI cannot be asked of many nodes, in the words of each version', async () => {
  const request = { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev' }
  const client = await cluster.client('cp-1')
  await expect(
    client.stream('/cosi.resource.State/List', request, metadataOf({ nodes: ['cp-1'] })).all(),
  ).rejects.toMatchObject({
    code: 3,
    details: 'one-2-many proxying is not supported for method /cosi.resource.State/List',
  })
  const old = await cluster.client('old')
  await expect(
    old.stream('/cosi.resource.State/List', request, metadataOf({ nodes: ['cp-1'] })).all(),
  ).rejects.toMatchObject({ code: 3, details: 'one-2-many proxying is not supported for COSI methods' })
})

test('a node without power refuses its port and drops whoever was connected, and comes back', async () => {
  const machine = cluster.machine('cp-2')
  const direct = await cluster.client('cp-2')
  const through = await cluster.client('cp-1')
  const events = direct.stream('/machine.MachineService/Events')
  await events.take(1)
  const proxied = through.stream('/machine.MachineService/Events', {}, metadataOf({ node: 'cp-2' }))
  await proxied.take(1)

  machine.powerOff()
  await expect(events.all()).rejects.toMatchObject({ code: 14 })
  await expect(proxied.all()).rejects.toMatchObject({ code: 14 })
  await expect(refusal(machine.spec)).resolves.toBe('ECONNREFUSED')
  await expect(through.unary(VERSION, {}, metadataOf({ node: 'cp-2' }))).rejects.toMatchObject({
    code: 14,
    details: `connection error: desc = "transport: Error while dialing: dial tcp cp-2:50000: connect: connection refused"`,
  })

  await machine.powerOn()
  await cluster.served.settled()
  const again = await cluster.client('cp-2')
  await expect(again.unary(VERSION)).resolves.toBeDefined()
})

test('a node whose address answers nothing takes a while to be given up, then fails at once', async () => {
  const off = cluster.machine('cp-2')
  const through = cluster.machine('cp-1')
  const client = await cluster.client('cp-1')
  off.powerOff()
  off.isSilent = true
  const before = through.naps.length
  const call = () => client.unary(VERSION, {}, metadataOf({ node: off.spec.address }))
  const first = call()
  const lost = {
    code: 14,
    details: `connection error: desc = "transport: Error while dialing: dial tcp ${off.spec.address}:50000: connect: no route to host"`,
  }
  const given = expect(first).rejects.toMatchObject(lost)
  await expect.poll(() => through.naps.slice(before)).toEqual([3000])
  through.wake()
  await given
  await expect(call()).rejects.toMatchObject(lost)
  expect(through.naps.slice(before)).toEqual([3000])

  off.isSilent = false
  await off.powerOn()
  await cluster.served.settled()
  await expect(call()).resolves.toBeDefined()
})

function refusal({ address, port }: { readonly address: string; readonly port: number }): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}
