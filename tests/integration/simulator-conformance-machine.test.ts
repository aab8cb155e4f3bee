import { gunzipSync } from 'node:zlib'
import { Readable } from 'node:stream'
import { extract, pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LINES, minorOf, type MixedCluster, startMixedCluster, WORKERS } from '../fakes/mixed-cluster.ts'
import type { WireClient } from '../fakes/wire-client.ts'

/** What a machine does on the wire, on every line of Talos, asked with plain grpc-js; behaviour.md §7, §8. */
let mixed: MixedCluster
beforeAll(async () => {
  mixed = await startMixedCluster()
})
afterAll(async () => mixed[Symbol.asyncDispose]())

const bytesOf = (frames: readonly { readonly bytes: Buffer }[]): Buffer =>
  Buffer.concat(frames.map(({ bytes }) => bytes))

async function readTar(archive: Buffer): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  const reader = extract()
  reader.on('entry', (header, stream, next) => {
    const parts: Buffer[] = []
    stream.on('data', (part) => parts.push(part as Buffer))
    stream.on('end', () => {
      files.set(header.name, Buffer.concat(parts).toString())
      next()
    })
  })
  await new Promise((resolve, reject) => {
    reader.on('finish', () => resolve(undefined))
    reader.on('error', reject)
    Readable.from([archive]).pipe(reader)
  })
  return files
}

const HOST_SOCKETS = { l4proto: { tcp: true, tcp6: true, udp: true }, netns: { hostnetwork: true } }
const POD_CONTAINERS = { namespace: 'k8s.io', driver: 'CRI' }

describe.each(LINES)('%s', (line) => {
  const wire = (): WireClient => mixed.wire(line)

  test('lists its sockets by what was asked for', async () => {
    const records = async (request: object) => {
      const { messages } = await wire().unary('/machine.MachineService/Netstat', request)
      return messages[0]?.connectrecord ?? []
    }
    const listening = await records({ ...HOST_SOCKETS, filter: 'LISTENING', feature: { pid: true } })
    expect(listening).toContainEqual(
      expect.objectContaining({ l4proto: 'tcp6', localport: 50_000, state: 'LISTEN', remoteport: 0 }),
    )
    expect(listening.find(({ localport }) => localport === 50_000)?.process?.name).toBe('apid')
    expect(listening.every(({ remoteport }) => remoteport === 0)).toBe(true)
    const connected = await records({ ...HOST_SOCKETS, filter: 'CONNECTED' })
    expect(connected.map(({ state }) => state)).toContain('ESTABLISHED')
    expect(connected.every(({ process }) => process?.pid === 0)).toBe(true)
    expect(await records({ filter: 'ALL', netns: { hostnetwork: true } })).toEqual([])
    const all = await records({ ...HOST_SOCKETS, netns: { allnetns: true } })
    expect(all.every(({ netns }) => netns.startsWith('cni-'))).toBe(true)
  })

  test('captures frames in a pcap file, through a filter and no longer than asked', async () => {
    const { resources } = mixed.cluster.node(mixed.hostOf(line))
    const link = resources.list('network', 'LinkStatuses.net.talos.dev').find(({ id }) => id !== 'lo')?.id
    const capture = (request: object) =>
      wire().stream('/machine.MachineService/PacketCapture', { interface: link, ...request })
    const stream = capture({ snapLen: 40 })
    const [header, first] = await stream.take(2)
    stream.cancel()
    expect(header?.bytes.readUInt32LE(0)).toBe(0xa1b23c4d)
    expect([header?.bytes.readUInt32LE(16), header?.bytes.readUInt32LE(20)]).toEqual([40, 1])
    expect(first?.bytes).toHaveLength(16 + 40)
    expect(first?.bytes.readUInt32LE(12)).toBeGreaterThan(40)
    // ldh [12]; jeq #0x86dd; ret #65535; ret #0: IPv6 only, of which there is none.
    const onlyIpv6 = [
      { op: 0x28, k: 12 },
      { op: 0x15, jt: 0, jf: 1, k: 0x86dd },
      { op: 0x06, k: 65_535 },
      { op: 0x06, k: 0 },
    ]
    const onlyIpv4 = onlyIpv6.map((one) => (one.k === 0x86dd ? { ...one, k: 0x0800 } : one))
    const filtered = capture({ bpfFilter: onlyIpv4 })
    expect(await filtered.take(3)).toHaveLength(3)
    filtered.cancel()
    for (const bpfFilter of [
      onlyIpv6.slice(0, 2),
      [{ op: 0x05, k: 9 }, { op: 6 }],
      Array.from({ length: 4097 }, () => ({ op: 6 })),
    ])
      await expect(capture({ bpfFilter }).all()).rejects.toMatchObject({
        code: 2,
        details: 'error setting BPF filter: setsockopt: invalid argument',
      })
    await expect(capture({ interface: 'nope' }).all()).rejects.toMatchObject({
      code: 5,
      details: 'interface "nope" not found',
    })
  })

  test('copies a folder and a file as an archive, and reads what it lists', async () => {
    const copy = (rootPath: string) => wire().stream('/machine.MachineService/Copy', { rootPath }).all()
    const logs = await readTar(gunzipSync(bytesOf(await copy('/var/log'))))
    expect([...logs.keys()]).toContain('kubelet.log')
    const read = await wire().stream('/machine.MachineService/Read', { path: '/var/log/kubelet.log' }).all()
    expect(
      bytesOf(read)
        .toString()
        .startsWith(logs.get('kubelet.log')?.slice(0, 200) ?? '-'),
    ).toBe(true)
    const file = await readTar(gunzipSync(bytesOf(await copy('/etc/os-release'))))
    expect(file.get('os-release')).toContain(`VERSION_ID=${line}`)
    await expect(copy('/nope')).rejects.toMatchObject({
      code: 2,
      details: 'lstat /nope: no such file or directory',
    })
    await expect(copy('etc')).rejects.toMatchObject({ code: 2, details: 'path is not absolute etc' })
    await expect(wire().stream('/machine.MachineService/Read', { path: '/etc' }).all()).rejects.toMatchObject(
      { code: 2, details: 'path must be a regular file' },
    )
  })

  test('restarts the container of a pod, which is another one then and counted', async () => {
    const containers = async () => {
      const { messages } = await wire().unary('/machine.MachineService/Containers', POD_CONTAINERS)
      return messages[0]?.containers ?? []
    }
    const proxy = async () => (await containers()).find(({ name }) => name === 'kube-proxy')
    const before = await proxy()
    const sandboxes = (await containers()).filter(({ id }) => !id.includes(':'))
    expect(sandboxes.every(({ status }) => status === 'SANDBOX_READY')).toBe(true)
    await wire().unary('/machine.MachineService/Restart', { ...POD_CONTAINERS, id: before?.id })
    const after = await proxy()
    expect(after?.podId).toBe(before?.podId)
    expect(after?.internalId).not.toBe(before?.internalId)
    await expect(
      wire().unary('/machine.MachineService/Restart', { ...POD_CONTAINERS, id: before?.id }),
    ).rejects.toMatchObject({ code: 2, details: `container "${before?.id}" not found` })
    const { messages } = await wire().unary('/machine.MachineService/Stats', POD_CONTAINERS)
    const stats = messages[0]?.stats.find(({ id }) => id === after?.id)
    expect(Number(stats?.memoryUsage)).toBeGreaterThan(0)
  })

  test('a container of its own is restarted by its runner', async () => {
    const kubelet = async () => {
      const { messages } = await wire().unary('/machine.MachineService/ServiceList')
      return messages[0]?.services.find(({ id }) => id === 'kubelet')
    }
    const system = { namespace: 'system', driver: 'CONTAINERD' }
    await wire().unary('/machine.MachineService/Restart', { ...system, id: 'kubelet' })
    expect((await kubelet())?.events?.events.map(({ msg }) => msg)).toContain(
      'Runner Container(kubelet) exited without error, going to restart it',
    )
    await expect.poll(async () => (await kubelet())?.health?.healthy).toBe(true)
  })

  test('tells which controller makes what', async () => {
    const { messages } = await wire().unary('/inspect.InspectService/ControllerRuntimeDependencies')
    expect(messages[0]?.edges).toContainEqual({
      controllerName: 'block.DisksController',
      edgeType: 'OUTPUT_EXCLUSIVE',
      resourceNamespace: 'runtime',
      resourceType: 'Disks.block.talos.dev',
      resourceId: '',
    })
  })

  test('wipes nothing that is in use, cannot be written or is not there', async () => {
    const wipe = (device: string, more: object = {}) =>
      wire().unary('/storage.StorageService/BlockDeviceWipe', { devices: [{ device, ...more }] })
    const failed = (details: string) => ({ code: 9, details })
    await expect(wipe('nope')).rejects.toMatchObject({ code: 5, details: 'blockdevice "nope" not found' })
    await expect(wipe('loop0')).rejects.toMatchObject(failed('blockdevice "loop0" is read-only'))
    await expect(wipe('nvme0n1')).rejects.toMatchObject(
      failed('blockdevice "nvme0n1" is in use by volume "EPHEMERAL"'),
    )
    // Older ones would do it: simulator-storage-disks.
    if (minorOf(line) >= 12)
      await expect(wipe('nvme0n1', { skipVolumeCheck: true })).rejects.toMatchObject(
        failed('block device "nvme0n1" is mounted or in use'),
      )
    await expect(
      wire().unary('/storage.StorageService/BlockDeviceWipe', {
        devices: [{ device: 'nope' }, { device: 'loop0' }],
      }),
    ).rejects.toMatchObject({ code: 5 })
    const roots = await mixed.wire(line, 'os:operator').unary('/storage.StorageService/Disks')
    expect(roots.messages[0]?.disks.some(({ systemDisk }) => systemDisk)).toBe(true)
  })

  test('tells its time, and wants a server to compare it with', async () => {
    const { messages } = await wire().unary('/time.TimeService/Time')
    expect(Math.abs(Number(messages[0]?.localtime?.seconds) - Date.now() / 1000)).toBeLessThan(60)
    await expect(wire().unary('/time.TimeService/TimeCheck')).rejects.toMatchObject({ code: 3 })
  })
})

describe.each(WORKERS)('the other disk of %s', (line) => {
  test('keeps the partition of a user volume that left, until it is wiped away', async () => {
    const port = mixed.wire(line)
    const node = mixed.cluster.node(mixed.hostOf(line))
    const devices = (): readonly string[] =>
      node.resources
        .list('runtime', 'BlockDevices.block.talos.dev')
        .map(({ id }) => id)
        .filter((id) => id.startsWith('sda'))
    const wipe = (more: object) =>
      port.unary('/storage.StorageService/BlockDeviceWipe', { devices: [{ device: 'sda1', ...more }] })
    if (minorOf(line) < 10) {
      // There are no user volumes yet: the disk is free, and is wiped whole.
      expect(devices()).toEqual(['sda'])
      await port.unary('/storage.StorageService/BlockDeviceWipe', { devices: [{ device: 'sda' }] })
      return
    }
    expect(devices()).toEqual(['sda', 'sda1'])
    await expect(wipe({})).rejects.toMatchObject({
      details: 'blockdevice "sda1" is in use by volume "u-longhorn"',
    })
    const config = node.readFile('/system/state/config.yaml').toString()
    const without = config
      .split(/^---\n/m)
      .filter((document) => !document.includes('kind: UserVolumeConfig'))
      .join('---\n')
    await port.unary('/machine.MachineService/ApplyConfiguration', {
      data: Buffer.from(without),
      mode: 'NO_REBOOT',
    })
    expect(devices()).toEqual(['sda', 'sda1'])
    await wipe({ method: 'ZEROES' })
    const { yamlSpec = '' } =
      node.resources.get({ namespace: 'runtime', type: 'DiscoveredVolumes.block.talos.dev', id: 'sda1' }) ??
      {}
    expect(yamlSpec).toContain('partition_label: u-longhorn')
    expect(yamlSpec).not.toContain('name: xfs')
    await wipe({ dropPartition: true })
    expect(devices()).toEqual(['sda'])
  })
})

describe.each(LINES.filter((line) => minorOf(line) >= 13))('images of %s', (line) => {
  const cri = { driver: 'CRI', namespace: 'NS_CRI' }
  const names = async () => {
    const frames = await mixed.wire(line).stream('/machine.ImageService/List', { containerd: cri }).all()
    return frames.map(({ name }) => name)
  }

  test('one is imported from an archive, verified and removed', async () => {
    const port = mixed.wire(line)
    const name = 'registry.home/app:1'
    const archive = pack()
    const digest = `sha256:${'a'.repeat(64)}`
    const index = { manifests: [{ digest, annotations: { 'io.containerd.image.name': name } }] }
    archive.entry({ name: 'index.json' }, JSON.stringify(index))
    archive.entry({ name: 'blobs/sha256/layer' }, 'x'.repeat(5000))
    archive.finalize()
    const chunks: object[] = []
    for await (const chunk of archive) chunks.push({ imageChunk: { bytes: chunk as Buffer } })
    const imported = await port.upload('/machine.ImageService/Import', [{ containerd: cri }, ...chunks])
    expect(imported.name).toBe(name)
    expect(await names()).toContain(name)
    const verified = await port.unary('/machine.ImageService/Verify', { imageRef: name })
    expect(verified).toMatchObject({ verified: false, message: 'no matched rule' })
    await port.unary('/machine.ImageService/Remove', { containerd: cri, imageRef: name })
    expect(await names()).not.toContain(name)
    await expect(
      port.unary('/machine.ImageService/Remove', { containerd: cri, imageRef: name }),
    ).rejects.toMatchObject({ code: 5, details: `image ${name} not found` })
  })

  test('what is no image archive, and what has no instance, is refused', async () => {
    const port = mixed.wire(line)
    await expect(port.upload('/machine.ImageService/Import', [])).rejects.toMatchObject({
      code: 3,
      details: 'containerd instance is required',
    })
    const empty = pack()
    empty.finalize()
    const chunks: object[] = [{ containerd: cri }]
    for await (const chunk of empty) chunks.push({ imageChunk: { bytes: chunk as Buffer } })
    await expect(port.upload('/machine.ImageService/Import', chunks)).rejects.toMatchObject({
      code: 13,
      details: 'failed to import image: unrecognized image format',
    })
    await expect(port.unary('/machine.ImageService/Verify', { imageRef: '!' })).rejects.toMatchObject({
      code: 3,
    })
    await expect(port.stream('/machine.LifecycleService/Install', {}).all()).rejects.toMatchObject({
      code: 6,
      details: 'machine is already installed',
    })
  })
})

test('1.14 looks for LVM and arrays, and finds none', async () => {
  const port = mixed.wire('v1.14.0')
  await expect(
    port.unary('/machine.LVMService/LogicalVolumeRemove', { volumeGroup: 'vg', logicalVolume: 'lv' }),
  ).rejects.toMatchObject({ code: 5, details: 'lvm: resource not found' })
  await expect(port.unary('/machine.LVMService/VolumeGroupRemove')).rejects.toMatchObject({
    code: 3,
    details: 'volume_group must be set',
  })
  await expect(port.unary('/machine.MDService/Destroy', { device: 'md0' })).rejects.toMatchObject({
    code: 3,
    details: 'device must be a full /dev path',
  })
  await expect(port.unary('/machine.MDService/Destroy', { device: '/dev/md0' })).rejects.toMatchObject({
    code: 5,
    details: 'md: array not found',
  })
})
