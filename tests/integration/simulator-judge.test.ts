import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** What a stock talosctl was seen to need of a node, held with plain grpc-js. */
let cluster: SimulatedCluster
const clients = new Map<string, WireClient>()
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    speed: 1000,
    nodes: [
      { hostname: 'v14', role: 'controlplane', talos: 'v1.14.0' },
      { hostname: 'v13', role: 'controlplane', talos: 'v1.13.9' },
      { hostname: 'v11', role: 'controlplane', talos: 'v1.11.6' },
      { hostname: 'worker', role: 'worker', talos: 'v1.13.9' },
    ],
  })
})
afterAll(async () => {
  for (const client of clients.values()) client.close()
  await cluster[Symbol.asyncDispose]()
})

function at(hostname: string): WireClient {
  const known = clients.get(hostname)
  if (known) return known
  const { address, port } = cluster.node(hostname).spec
  const client = connectWith(cluster.talosconfig(), `${address}:${port}`)
  clients.set(hostname, client)
  return client
}

const health = (hostname: string, request: object = { waitTimeout: { seconds: 20 } }) =>
  at(hostname).stream('/cluster.ClusterService/HealthCheck', request)

test('the health check of a well cluster tells its nodes, then each check twice, on every line', async () => {
  for (const hostname of ['v14', 'v13', 'v11']) {
    const lines = (await health(hostname).all()).map(({ message }) => message)
    const addresses = [...cluster.machines.values()].map(({ spec }) => `"${spec.address}"`)
    expect(lines[0]).toMatch(/^discovered nodes: \["[\d.]+"( "[\d.]+"){3}\]$/)
    for (const address of addresses) expect(lines[0]).toContain(address)
    expect(lines).toHaveLength(1 + 16 * 2)
    expect(lines.slice(1, 3)).toEqual([
      'waiting for etcd to be healthy: ...',
      'waiting for etcd to be healthy: OK',
    ])
    expect(lines.at(-1)).toBe('waiting for all k8s nodes to report schedulable: OK')
  }
})

test('a health check that runs out of time says what was wrong, then fails', async () => {
  const { address } = cluster.node('worker').spec
  cluster.node('worker').cause('diagnostics')
  try {
    const call = health('v14', { waitTimeout: { nanos: 50_000_000 } })
    const lines: string[] = []
    const rest = async (): Promise<void> => {
      for (;;) lines.push((await call.take(1))[0]?.message ?? '')
    }
    await expect(rest()).rejects.toMatchObject({ code: 4, details: 'context deadline exceeded' })
    expect(lines.at(-1)).toMatch(
      new RegExp(`^waiting for no diagnostics: active diagnostics: ${address}: .+`),
    )
  } finally {
    cluster.node('worker').settle('diagnostics')
  }
})

test('a health check names the node it cannot reach as Go prints the status', async () => {
  const request = {
    waitTimeout: { nanos: 50_000_000 },
    clusterInfo: { controlPlaneNodes: ['127.254.254.254'] },
  }
  const call = health('v13', request)
  const [, , trouble] = await call.take(3)
  expect(trouble?.message).toMatch(
    /^waiting for etcd to be healthy: error getting service info for service "etcd" from node "127\.254\.254\.254": rpc error: code = Unavailable desc = /,
  )
  call.cancel()
})

test('a worker runs no health check and no bootstrap', async () => {
  await expect(health('worker').all()).rejects.toMatchObject({
    code: 12,
    details: 'cluster health check is only available on control plane nodes',
  })
  await expect(at('worker').unary('/machine.MachineService/Bootstrap')).rejects.toMatchObject({
    code: 12,
    details: 'bootstrap is only available on control plane nodes',
  })
})

test('a cluster that was bootstrapped is not bootstrapped again', async () => {
  await expect(at('v14').unary('/machine.MachineService/Bootstrap')).rejects.toMatchObject({
    code: 6,
    details: 'etcd data directory is not empty',
  })
})

test('folders are told by the mode bit Go has for them', async () => {
  const frames = await at('v14').stream('/machine.MachineService/List', { root: '/var' }).all()
  expect(frames[0]).toMatchObject({ name: '/var', isDir: true, mode: 0x80000000 + 0o755 })
})

test('disk usage tells folders after what is in them, and files when asked', async () => {
  const usage = (request: object) => at('v13').stream('/machine.MachineService/DiskUsage', request).all()
  const folders = await usage({ paths: ['/var'] })
  expect(folders.map(({ relativeName }) => relativeName)).toContain('log')
  expect(folders.at(-1)?.relativeName).toBe('.')
  const sizes = folders.map(({ size }) => Number(size))
  expect(sizes.at(-1)).toBeGreaterThan(Math.max(...sizes.slice(0, -1)))
  const files = await usage({ paths: ['/var/log/'], all: true })
  expect(files.map(({ name }) => name)).toContain('/var/log/kubelet.log')
  expect(await usage({ paths: ['/var'], recursionDepth: 1 })).toHaveLength(1)
  expect(await usage({ paths: ['/nonesuch'] })).toMatchObject([
    { name: '/nonesuch', error: 'lstat /nonesuch: no such file or directory' },
  ])
})

test("Talos' own images and those of pods lie in different namespaces", async () => {
  const list = async (namespace: string): Promise<readonly string[]> => {
    const frames = await at('v13').stream('/machine.MachineService/ImageList', { namespace }).all()
    return frames.map(({ name }) => name.replace(/:.*/, ''))
  }
  expect(await list('NS_SYSTEM')).toEqual(['ghcr.io/siderolabs/kubelet', 'registry.k8s.io/etcd'])
  expect(await list('NS_CRI')).toContain('registry.k8s.io/kube-apiserver')
})

test('processor frequencies stay between what the processor can', async () => {
  const { messages } = await at('v13').unary('/machine.MachineService/CPUFreqStats')
  const [first] = messages[0]?.cpuFreqStats ?? []
  expect(Number(first?.currentFrequency)).toBeGreaterThanOrEqual(Number(first?.minimumFrequency))
  expect(Number(first?.currentFrequency)).toBeLessThanOrEqual(Number(first?.maximumFrequency))
})

test('etcd tells the version it runs apart from that of its storage', async () => {
  const { messages } = await at('v14').unary('/machine.MachineService/EtcdStatus')
  // Of what all members understand, and another one is of the release before.
  expect(messages[0]?.memberStatus).toMatchObject({ protocolVersion: '3.7.1', storageVersion: '3.6.0' })
})

test('a snapshot is a database whose meta pages point at a leaf of buckets, with its sum behind it', async () => {
  const frames = await at('v13').stream('/machine.MachineService/EtcdSnapshot').all()
  const file = Buffer.concat(frames.map(({ bytes }) => bytes))
  const body = file.subarray(0, -32)
  expect(file.subarray(-32)).toEqual(createHash('sha256').update(body).digest())
  const root = Number(body.readBigUInt64LE(16 + 16))
  const page = body.subarray(root * 4096, (root + 1) * 4096)
  expect(page.readUInt16LE(8)).toBe(2)
  const names = Array.from({ length: page.readUInt16LE(10) }, (_none, at) => {
    const element = 16 + at * 16
    const start = element + page.readUInt32LE(element + 4)
    return page.subarray(start, start + page.readUInt32LE(element + 8)).toString()
  })
  expect(names).toEqual([...names].sort())
  expect(names).toEqual(expect.arrayContaining(['key', 'lease', 'meta']))
})

test('legacy mount statuses stand beside the newer ones since 1.10', async () => {
  const list = async (type: string): Promise<readonly (string | undefined)[]> => {
    const frames = await at('v14').stream('/cosi.resource.State/List', { namespace: 'runtime', type }).all()
    return frames.map(({ resource }) => resource?.metadata?.id)
  }
  expect(await list('MountStatuses.runtime.talos.dev')).toEqual(await list('MountStatuses.block.talos.dev'))
})

test('an alarm without room comes back, and stays away once the file was defragmented', async () => {
  const sizes = async (): Promise<readonly number[]> => {
    const { messages } = await at('v13').unary('/machine.MachineService/EtcdStatus')
    const status = messages[0]?.memberStatus
    return [Number(status?.dbSize), Number(status?.dbSizeInUse)]
  }
  const alarms = async (): Promise<number> => {
    const { messages } = await at('v14').unary('/machine.MachineService/EtcdAlarmList')
    return messages[0]?.memberAlarms.length ?? 0
  }
  cluster.node('v13').cause('etcd-nospace')
  expect((await sizes())[0]).toBe(2 ** 31)
  const { messages } = await at('v14').unary('/machine.MachineService/EtcdAlarmDisarm')
  expect(messages[0]?.memberAlarms).toMatchObject([{ alarm: 'NOSPACE' }])
  await expect.poll(alarms).toBe(1)
  await at('v13').unary('/machine.MachineService/EtcdDefragment')
  const [size = 0, inUse = 0] = await sizes()
  expect(size).toBeGreaterThan(inUse)
  expect(size).toBeLessThan(inUse * 1.1)
  await at('v14').unary('/machine.MachineService/EtcdAlarmDisarm')
  expect(await alarms()).toBe(0)
  cluster.node('v13').settle('etcd-nospace')
})

test('a member that was removed is gone for good: its etcd ends whenever it starts', async () => {
  const members = async () => {
    const { messages } = await at('v14').unary('/machine.MachineService/EtcdMemberList')
    return messages[0]?.members ?? []
  }
  const memberId = (await members()).find(({ hostname }) => hostname === 'v11')?.id
  await expect(
    at('v14').unary('/machine.MachineService/EtcdRemoveMemberByID', { memberId: '42' }),
  ).rejects.toMatchObject({ code: 5, details: 'failed to remove member 42: etcdserver: member not found' })
  await at('v14').unary('/machine.MachineService/EtcdRemoveMemberByID', { memberId })
  expect((await members()).map(({ hostname }) => hostname)).toEqual(['v14', 'v13'])
  const states = async () => {
    const { messages } = await at('v11').unary('/machine.MachineService/ServiceList')
    return messages[0]?.services.find(({ id }) => id === 'etcd')?.state
  }
  await expect.poll(states).not.toBe('Running')
  await expect(at('v11').unary('/machine.MachineService/EtcdStatus')).rejects.toMatchObject({ code: 2 })
})
