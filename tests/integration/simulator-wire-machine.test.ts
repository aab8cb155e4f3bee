import { X509Certificate } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'
import type { SmallMachine } from '../fakes/small-machine.ts'
import type { WireClient } from '../fakes/wire-client.ts'

const EVENTS = '/machine.MachineService/Events'
const LOGS = '/machine.MachineService/Logs'
const DMESG = '/machine.MachineService/Dmesg'

let cluster: SmallCluster
let machine: SmallMachine
let client: WireClient
beforeAll(async () => {
  cluster = await startSmallCluster([
    { hostname: 'v13', talos: 'v1.13.9' },
    { hostname: 'v14', talos: 'v1.14.0' },
    { hostname: 'v11', talos: 'v1.11.6' },
    { hostname: 'worker', talos: 'v1.13.9', role: 'worker' },
  ])
  machine = cluster.machine('v13')
  client = await cluster.client('v13')
})
afterAll(async () => cluster[Symbol.asyncDispose]())

const textOf = (frames: readonly { readonly bytes: Buffer }[]): string =>
  Buffer.concat(frames.map(({ bytes }) => bytes)).toString()

test('services come with health and their events, in seconds and nanoseconds', async () => {
  const { messages } = await client.unary('/machine.MachineService/ServiceList')
  expect(messages[0]?.services[1]).toMatchObject({
    id: 'apid',
    state: 'Running',
    health: { healthy: true, unknown: false },
    events: {
      events: [
        { msg: 'Health check successful', state: 'Running', ts: { seconds: '1', nanos: 500_000_000 } },
      ],
    },
  })
})

test('a service action answers with what the node says', async () => {
  const { messages } = await client.unary('/machine.MachineService/ServiceRestart', { id: 'kubelet' })
  expect(messages[0]?.resp).toBe('Service "kubelet" restarted')
  expect(machine.asked).toContain('restart kubelet')
})

test('events begin with a hello, then as many as were asked for, then live ones', async () => {
  const task = (name: string, actorId = ''): void => {
    machine.tell({ actorId, type: 'TaskEvent', payload: { task: name, action: 'START' } })
  }
  task('one')
  task('two', 'me')
  machine.tell({ actorId: '', type: 'AddressEvent', payload: { hostname: 'v13', addresses: ['10.0.0.2'] } })
  const last = machine.eventHistory().at(-3)?.id

  const onlyNew = client.stream(EVENTS)
  const [hello] = await onlyNew.take(1)
  expect(hello?.data).toMatchObject({ type_url: '', value: Buffer.alloc(0) })
  expect(hello?.id).toMatch(/^[0-9a-v]{20}$/)
  task('three', 'me')
  const [live] = await onlyNew.take(1)
  expect(live).toMatchObject({ actorId: 'me', data: { type_url: 'talos/runtime/machine.TaskEvent' } })
  // Field 1 is the task's name.
  expect(live?.data?.value.toString()).toContain('three')
  onlyNew.cancel()

  const namesOf = async (request: object, count: number): Promise<readonly string[]> => {
    const replay = client.stream(EVENTS, request)
    const events = (await replay.take(1 + count)).slice(1)
    replay.cancel()
    return events.map(({ data }) => /one|two|three|v13/.exec(data?.value.toString() ?? '')?.[0] ?? '')
  }
  expect(await namesOf({ tailEvents: -1 }, 4)).toEqual(['one', 'two', 'v13', 'three'])
  expect(await namesOf({ tailEvents: 2 }, 2)).toEqual(['v13', 'three'])
  expect(await namesOf({ tailId: last }, 3)).toEqual(['two', 'v13', 'three'])
  expect(await namesOf({ tailEvents: -1, withActorId: 'me' }, 2)).toEqual(['two', 'three'])
  await expect(client.stream(EVENTS, { tailEvents: 1, tailId: last }).all()).rejects.toMatchObject({
    code: 2,
  })
})

test('the kernel log is told whole, then live, or live only', async () => {
  machine.print('kern:    info: [2026-03-01T10:00:00Z]: first\n')
  expect(textOf(await client.stream(DMESG).all())).toContain('first\n')
  const follow = client.stream(DMESG, { follow: true })
  const tail = client.stream(DMESG, { follow: true, tail: true })
  expect(textOf(await follow.take(1))).toContain('first')
  // Nothing of a tail can be seen until something happens; its subscription is in place once another answer came.
  await client.unary('/machine.MachineService/Version')
  machine.print('kern:    info: [2026-03-01T10:00:01Z]: second\n')
  expect(textOf(await follow.take(1))).toContain('second')
  expect(textOf(await tail.take(1))).toContain('second')
  follow.cancel()
  tail.cancel()
})

test('logs: minus one is everything, none asked is none, and follow goes on from there', async () => {
  const logs = (request: object) => client.stream(LOGS, { namespace: 'system', id: 'machined', ...request })
  expect(textOf(await logs({ tailLines: -1 }).all())).toBe('one\ntwo\nthree\n')
  expect(textOf(await logs({ tailLines: 2 }).all())).toBe('two\nthree\n')
  expect(await logs({}).all()).toEqual([])
  const follow = logs({ tailLines: 1, follow: true })
  expect(textOf(await follow.take(1))).toBe('three\n')
  machine.write('machined', 'x'.repeat(1500))
  const [head, rest] = await follow.take(2)
  expect([head?.bytes.length, rest?.bytes.length]).toEqual([1024, 477])
  follow.cancel()
  await expect(logs({ id: 'nonesuch' }).all()).rejects.toMatchObject({
    code: 2,
    details: 'log "nonesuch" was not registered',
  })
  await expect(logs({ namespace: '' }).all()).rejects.toMatchObject({ code: 3 })
  const { messages } = await client.unary('/machine.MachineService/LogsContainers')
  expect(messages[0]?.ids).toEqual(['machined', 'kubelet'])
})

test('figures agree with each other: cores, kilobytes, uptime', async () => {
  const stat = (await client.unary('/machine.MachineService/SystemStat')).messages[0]
  expect(stat?.cpu).toHaveLength(4)
  expect(stat?.cpuTotal?.idle).toBe(14000)
  expect(Number(stat?.bootTime)).toBe(machine.clock.now() / 1000 - 3600)
  const memory = (await client.unary('/machine.MachineService/Memory')).messages[0]
  expect(memory?.meminfo).toMatchObject({ memtotal: '8000000', memavailable: '5000000' })
  const load = (await client.unary('/machine.MachineService/LoadAvg')).messages[0]
  expect(load).toMatchObject({ load1: 0.5, load15: 0.3 })
  const mounts = (await client.unary('/machine.MachineService/Mounts')).messages[0]
  expect(mounts?.stats[0]).toMatchObject({ mountedOn: '/var', size: '120000000000' })
  const processes = (await client.unary('/machine.MachineService/Processes')).messages[0]
  expect(processes?.processes.map(({ pid, command }) => [pid === 1, command])).toContainEqual([true, 'init'])
  const containers = await client.unary('/machine.MachineService/Containers', { namespace: 'system' })
  expect(containers.messages[0]?.containers.map(({ id }) => id)).toEqual(['apid', 'kubelet'])
})

test('disks and links that the node has are the ones it counts', async () => {
  const resources = machine.resources
  resources.put(
    { namespace: 'runtime', type: 'Disks.block.talos.dev', id: 'nvme0n1' },
    { dev_path: '/dev/nvme0n1', size: 128e9, transport: 'nvme', model: 'A disk' },
  )
  resources.put(
    { namespace: 'runtime', type: 'SystemDisks.block.talos.dev', id: 'system-disk' },
    { diskID: 'nvme0n1', devPath: '/dev/nvme0n1' },
  )
  resources.put(
    { namespace: 'network', type: 'LinkStatuses.net.talos.dev', id: 'eth0' },
    { operationalState: 'up' },
  )
  const disks = (await client.unary('/storage.StorageService/Disks')).messages[0]
  expect(disks?.disks).toMatchObject([
    { deviceName: '/dev/nvme0n1', size: '128000000000', type: 'NVME', systemDisk: true, model: 'A disk' },
  ])
  const stats = (await client.unary('/machine.MachineService/DiskStats')).messages[0]
  expect(stats?.devices.map(({ name }) => name)).toEqual(['nvme0n1'])
  expect(stats?.total?.writeSectors).toBe(stats?.devices[0]?.writeSectors)
  const net = (await client.unary('/machine.MachineService/NetworkDeviceStats')).messages[0]
  expect(Number(net?.devices[0]?.rxBytes)).toBeGreaterThan(0)
})

test('files: regular ones in chunks, missing ones not found, the small tree listed', async () => {
  const frames = await client.stream('/machine.MachineService/Read', { path: '/proc/version' }).all()
  expect(frames.length).toBeGreaterThan(2)
  expect(textOf(frames)).toMatch(/^Linux version 6\.18\.44-talos\n/)
  await expect(
    client.stream('/machine.MachineService/Read', { path: '/nowhere' }).all(),
  ).rejects.toMatchObject({ code: 5 })
  const listed = await client.stream('/machine.MachineService/List', { root: '/var/log' }).all()
  expect(listed.map(({ relativeName, isDir }) => [relativeName, isDir])).toEqual([
    ['.', true],
    ['kubelet.log', false],
    ['machined.log', false],
  ])
})

test('an apply hands on mode, dry run and timeout, a minute where none was given', async () => {
  const { messages } = await client.unary('/machine.MachineService/ApplyConfiguration', {
    data: Buffer.from('machine: {}\n'),
    mode: 'TRY',
    tryModeTimeout: { seconds: 90, nanos: 0 },
  })
  expect(messages[0]).toMatchObject({
    warnings: ['careful'],
    mode: 'TRY',
    modeDetails: 'Applied configuration without a reboot',
  })
  await client.unary('/machine.MachineService/ApplyConfiguration', { dryRun: true })
  expect(machine.asked).toContain('apply 12 bytes TRY false 90000')
  // An unset mode is REBOOT.
  expect(machine.asked).toContain('apply 0 bytes REBOOT true 60000')
})

test('FORCE is a mode since 1.12; an older node reboots as usual', async () => {
  const old = await cluster.client('v11')
  await old.unary('/machine.MachineService/Reboot', { mode: 'FORCE' })
  expect(cluster.machine('v11').asked).toContain('reboot DEFAULT')
  await client.unary('/machine.MachineService/Reboot', { mode: 'FORCE' })
  expect(machine.asked).toContain('reboot FORCE')
})

test('the old upgrade acknowledges with an actor, on every version', async () => {
  const old = await cluster.client('v11')
  const { messages } = await old.unary('/machine.MachineService/Upgrade', { image: 'installer:v1.12.11' })
  expect(messages[0]).toMatchObject({ ack: 'Upgrade request received', actorId: 'an-upgrade' })
})

const containerd = { driver: 'CRI', namespace: 'NS_SYSTEM' }

test('a pull tells its layers and ends with the pinned name', async () => {
  const frames = await client
    .stream('/machine.ImageService/Pull', { containerd, imageRef: 'installer:v1.14.0' })
    .all()
  expect(frames[0]).toMatchObject({
    pullProgress: {
      layerId: 'sha256:aa',
      progress: { status: 'DOWNLOADING', offset: '10', elapsed: { seconds: '1', nanos: 500_000_000 } },
    },
  })
  expect(frames.at(-1)).toMatchObject({ response: 'name', name: 'installer:v1.14.0@sha256:0123' })
  for (const [instance, text] of [
    [undefined, 'containerd instance is required'],
    [{ driver: 'CONTAINERD', namespace: 'NS_CRI' }, 'cannot use CRI namespace with containerd driver'],
  ] as const)
    await expect(
      client.stream('/machine.ImageService/Pull', { containerd: instance, imageRef: 'x' }).all(),
    ).rejects.toMatchObject({ code: 3, details: text })
})

test('installer output: 1.13 cuts it anywhere up to 512 bytes, 1.14 sends lines, both end with a code in an OK stream', async () => {
  const lines = Array.from({ length: 30 }, (_none, index) => `line ${index} ${'.'.repeat(50)}`)
  const outputs = [...lines.map((message) => ({ message })), { exitCode: 3 }]
  const messages = async (node: string): Promise<readonly string[]> => {
    cluster.machine(node).installerOutput = outputs
    const direct = await cluster.client(node)
    const frames = await direct
      .stream('/machine.LifecycleService/Upgrade', { containerd, source: { imageName: 'installer' } })
      .all()
    expect(frames.at(-1)?.progress).toMatchObject({ response: 'exitCode', exitCode: 3 })
    return frames.slice(0, -1).map(({ progress }) => progress?.message ?? '')
  }
  expect(await messages('v14')).toEqual(lines)
  const chunks = await messages('v13')
  expect(chunks.join('')).toBe(`${lines.join('\n')}\n`)
  expect(chunks.every((chunk) => chunk.length <= 512)).toBe(true)
  expect(chunks.some((chunk) => !chunk.endsWith('\n'))).toBe(true)
})

test('a caller that hangs up aborts the installer', async () => {
  machine.installerOutput = [{ message: 'started' }]
  const stream = client.stream('/machine.LifecycleService/Upgrade', {
    containerd,
    source: { imageName: 'installer' },
  })
  await stream.take(1)
  stream.cancel()
  await machine.installerAborted
})

test('etcd answers on control planes with numbers for ids, and on workers not at all', async () => {
  const members = (await client.unary('/machine.MachineService/EtcdMemberList')).messages[0]
  expect(members?.members[0]).toMatchObject({ id: BigInt('0xf000000000000001').toString(), hostname: 'v13' })
  const status = (await client.unary('/machine.MachineService/EtcdStatus')).messages[0]
  expect(status?.memberStatus).toMatchObject({ leader: status?.memberStatus?.memberId, dbSize: '3000000' })
  const alarms = (await client.unary('/machine.MachineService/EtcdAlarmList')).messages[0]
  expect(alarms?.memberAlarms[0]?.alarm).toBe('NOSPACE')
  const snapshot = await client.stream('/machine.MachineService/EtcdSnapshot').all()
  expect(Buffer.concat(snapshot.map(({ bytes }) => bytes)).length % 512).toBe(32)
  const worker = await cluster.client('worker')
  await expect(worker.unary('/machine.MachineService/EtcdMemberList')).rejects.toMatchObject({
    code: 12,
    details: 'member list is only available on control plane nodes',
  })
})

test('a kubeconfig is a tar.gz of one file with a new admin certificate', async () => {
  const [frame] = await client.stream('/machine.MachineService/Kubeconfig').all()
  const tar = gunzipSync(frame?.bytes ?? Buffer.alloc(0))
  expect(tar.subarray(0, 10).toString()).toBe('kubeconfig')
  const size = Number.parseInt(tar.subarray(124, 135).toString(), 8)
  const config = parse(tar.subarray(512, 512 + size).toString()) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string } }[]
    readonly users: readonly { readonly user: Readonly<Record<string, string>> }[]
  }
  expect(config.clusters[0]?.cluster.server).toBe('https://armario:6443')
  const admin = new X509Certificate(
    Buffer.from(config.users[0]?.user['client-certificate-data'] ?? '', 'base64'),
  )
  expect(admin.subject).toBe('O=system:masters\nCN=admin')
  expect(admin.verify(new X509Certificate(cluster.secrets.kubernetes.crt).publicKey)).toBe(true)
})

test('a new client certificate lives as long as asked and its talosconfig names no endpoint', async () => {
  const path = '/machine.MachineService/GenerateClientConfiguration'
  await expect(client.unary(path, { roles: ['os:admin'] })).rejects.toMatchObject({
    code: 3,
    details: 'crt_ttl should be positive',
  })
  const { messages } = await client.unary(path, { roles: ['os:reader'], crtTtl: { seconds: 3600, nanos: 0 } })
  const leaf = new X509Certificate(messages[0]?.crt ?? '')
  expect(leaf.subject).toBe('O=os:reader')
  expect(Math.abs(Date.parse(leaf.validTo) - Date.now() - 3_600_000)).toBeLessThan(60_000)
  expect(parse(messages[0]?.talosconfig.toString() ?? '')).toMatchObject({
    context: 'reader@armario',
    contexts: { 'reader@armario': { endpoints: [] } },
  })
})

test('time comes from the simulated clock', async () => {
  const { messages } = await client.unary('/time.TimeService/Time')
  expect(Number(messages[0]?.localtime?.seconds)).toBe(machine.clock.now() / 1000)
  await expect(client.unary('/time.TimeService/TimeCheck')).rejects.toMatchObject({ code: 3 })
})
