import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { encodeSpec } from '../../main/simulator/wire/proto-spec.ts'
import { loadProtos } from '../../main/simulator/wire/protos.ts'
import { never } from '../fakes/one-node.ts'
import { ownClient } from '../fakes/own-client.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** LVM and software RAID of 1.14 with three spare disks, through plain grpc-js and our own client. */
const APPLY = '/machine.MachineService/ApplyConfiguration'
const HOST = 'estante-1'
const EXTENT = 4 * 1024 * 1024

type Spec = Readonly<Record<string, unknown>>

let cluster: SimulatedCluster
let wire: WireClient
let ours: ReturnType<typeof ownClient>
let base = ''
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    seed: 4,
    speed: 2000,
    kubernetes: false,
    nodes: [
      { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.14.0' },
      { hostname: HOST, role: 'worker', talos: 'v1.14.0', extraDisks: 3 },
      { hostname: 'estante-2', role: 'worker', talos: 'v1.13.9', extraDisks: 2 },
      { hostname: 'viejo', role: 'worker', talos: 'v1.11.6' },
    ],
  })
  const { address, port } = cluster.node(HOST).spec
  wire = connectWith(cluster.talosconfig(), `${address}:${port}`)
  ours = ownClient(cluster.talosconfig())
  base = cluster.node(HOST).readFile('/system/state/config.yaml').toString().trimEnd()
})
afterAll(async () => {
  wire.close()
  ours.close()
  await cluster[Symbol.asyncDispose]()
})

const doc = (kind: string, name: string, rest: string): string =>
  `---\napiVersion: v1alpha1\nkind: ${kind}\nname: ${name}\n${rest}`
const selecting = (match: string): string => `provisioning:\n  volumeSelector:\n    match: ${match}\n`
const among = (...disks: readonly string[]): string =>
  `disk.dev_path in [${disks.map((disk) => `"/dev/${disk}"`).join(', ')}]`
const volume = (name: string, type: string, size: string, more = ''): string =>
  doc(
    'LVMLogicalVolumeConfig',
    name,
    `type: ${type}\n${more}provisioning:\n  volumeGroup: vg-pool\n  maxSize: ${size}\n`,
  )

async function apply(...documents: readonly string[]): Promise<void> {
  await wire.unary(APPLY, { data: Buffer.from(`${base}\n${documents.join('')}`), mode: 'NO_REBOOT' })
}

/** Specs by id, asked with grpc-js and held against what our own client reads. */
async function specs(type: string, namespace = 'storage'): Promise<Readonly<Record<string, Spec>>> {
  const key = { namespace, type: `${type}.talos.dev` }
  const frames = await wire.stream('/cosi.resource.State/List', key).all()
  const found = Object.fromEntries(
    frames.map(({ resource }) => [
      resource?.metadata?.id ?? '',
      parse(resource?.spec?.yamlSpec ?? '') as Spec,
    ]),
  )
  const read = await ours.list(cluster.node(HOST).spec.address, key, never)
  expect(Object.fromEntries(read.map(({ id, spec }) => [id, spec]))).toEqual(found)
  return found
}

/** What a node tells in protobuf has no field less than what it tells in YAML. */
function strays(): readonly string[] {
  const stray = new Set<string>()
  for (const { type, namespace, spec } of cluster.node(HOST).resources.all())
    if (namespace === 'storage' && type !== 'MDArraySpecs.storage.talos.dev')
      encodeSpec(loadProtos(PROTOS_DIR), type, spec, (key) => stray.add(`${type}: ${key}`))
  return [...stray]
}

const lvm = (method: string, request: object): Promise<unknown> =>
  wire.unary(`/machine.LVMService/${method}` as '/machine.LVMService/VolumeGroupRemove', request)
const wipe = (device: string): Promise<unknown> =>
  wire.unary('/storage.StorageService/BlockDeviceWipe', { devices: [{ device }] })

describe('LVM', () => {
  test('a group, a volume in it and a user volume on that come from their documents', async () => {
    expect(await specs('LVMVolumeGroupStatuses.storage')).toEqual({})
    await apply(
      doc('LVMVolumeGroupConfig', 'vg-pool', selecting(among('sdb', 'sdc'))),
      volume('lv-data', 'linear', '100%'),
      doc(
        'UserVolumeConfig',
        'datos',
        `volumeType: disk\nprovisioning:\n  diskSelector:\n    match: "'/dev/vg-pool/lv-data' in disk.symlinks"\n`,
      ),
    )
    const { 'vg-pool': group } = await specs('LVMVolumeGroupStatuses.storage')
    expect(group).toMatchObject({ pvCount: '2', lvCount: '1', free: '0', extentSize: String(EXTENT) })
    expect(Object.keys(await specs('LVMPhysicalVolumeStatuses.storage'))).toEqual(['sdb', 'sdc'])
    const { 'vg-pool-lv-data': logical } = await specs('LVMLogicalVolumeStatuses.storage')
    // It spans both disks.
    expect(Number(logical?.['size'])).toBeGreaterThan(1_000_204_886_016)
    expect(logical).toMatchObject({
      fullName: 'vg-pool/lv-data',
      dmPath: '/dev/mapper/vg--pool-lv--data',
      layout: 'linear',
      deviceOpen: 'open',
    })
    expect(strays()).toEqual([])
    const disks = await specs('Disks.block', 'runtime')
    expect(disks['dm-0']).toMatchObject({ dev_path: '/dev/dm-0', secondary_disks: ['sdb', 'sdc'] })
    const found = await specs('DiscoveredVolumes.block', 'runtime')
    expect(found['sdb']).toMatchObject({ name: 'lvm2-pv' })
    expect(found['sdd']).not.toHaveProperty('name')
    const { 'u-datos': user } = await specs('VolumeStatuses.block', 'runtime')
    expect(user).toMatchObject({ phase: 'ready', type: 'disk', location: '/dev/dm-0', filesystem: 'xfs' })
  })

  test('what is in use is not taken away, neither by LVM nor by a wipe', async () => {
    await expect(
      lvm('LogicalVolumeRemove', { volumeGroup: 'vg-pool', logicalVolume: 'lv-data' }),
    ).rejects.toMatchObject({ code: 9, details: 'lvm: logical volume is open' })
    await expect(lvm('VolumeGroupRemove', { volumeGroup: 'vg-pool' })).rejects.toMatchObject({ code: 9 })
    await expect(lvm('PhysicalVolumeRemove', { device: '/dev/sdb' })).rejects.toMatchObject({
      code: 9,
      details: 'lvm: resource in use',
    })
    await expect(wipe('sdb')).rejects.toMatchObject({
      code: 9,
      details: 'blockdevice "sdb" is in use by disk "dm-0"',
    })
    await expect(lvm('PhysicalVolumeRemove', { device: '/dev/sdd' })).rejects.toMatchObject({
      code: 5,
      details: 'lvm: resource not found',
    })
  })

  test('it is there again after a reboot', async () => {
    const before = (await specs('LVMVolumeGroupStatuses.storage'))['vg-pool']
    const machine = cluster.node(HOST)
    const { bootId } = machine
    await wire.unary('/machine.MachineService/Reboot', {})
    await expect
      .poll(
        () =>
          machine.bootId !== bootId &&
          machine.resources.get({
            namespace: 'runtime',
            type: 'VolumeStatuses.block.talos.dev',
            id: 'u-datos',
          })?.yamlSpec,
        { timeout: 20_000 },
      )
      .toContain('phase: ready')
    await expect.poll(() => machine.isUp).toBe(true)
    expect((await specs('LVMVolumeGroupStatuses.storage'))['vg-pool']).toEqual(before)
  })

  test('without their documents they stay, until each is removed', async () => {
    await apply()
    expect(await specs('LVMVolumeGroupSpecs.storage')).toEqual({})
    expect(Object.keys(await specs('LVMVolumeGroupStatuses.storage'))).toEqual(['vg-pool'])
    await lvm('LogicalVolumeRemove', { volumeGroup: 'vg-pool', logicalVolume: 'lv-data' })
    expect(await specs('LVMLogicalVolumeStatuses.storage')).toEqual({})
    expect(await specs('Disks.block', 'runtime')).not.toHaveProperty('dm-0')
    await lvm('VolumeGroupRemove', { volumeGroup: 'vg-pool' })
    expect((await specs('LVMPhysicalVolumeStatuses.storage'))['sdb']).toMatchObject({ vgName: '', inUse: '' })
    await lvm('PhysicalVolumeRemove', { device: '/dev/sdb' })
    // A label without a group is wiped like anything else.
    await wipe('sdc')
    expect(await specs('LVMPhysicalVolumeStatuses.storage')).toEqual({})
    expect((await specs('DiscoveredVolumes.block', 'runtime'))['sdc']).not.toHaveProperty('name')
  })

  test('mirrors and stripes want their disks, two groups do not share one, nothing shrinks', async () => {
    const group = (name: string, ...disks: readonly string[]): string =>
      doc('LVMVolumeGroupConfig', name, selecting(among(...disks)))
    await apply(
      group('vg-pool', 'sdb', 'sdc'),
      group('otra', 'sdc', 'sdd'),
      volume('espejo', 'raid1', '10GiB'),
      volume('ancha', 'raid10', '10GiB'),
      volume('franjas', 'raid0', '10GiB'),
    )
    expect(await specs('LVMValidationErrors.storage')).toEqual({
      otra: {
        vgName: 'otra',
        message: 'device "/dev/sdc" already claimed by volume group "vg-pool"',
      },
      'vg-pool/ancha': {
        vgName: 'vg-pool',
        message: 'volume group has too few physical volumes for the requested layout',
      },
    })
    const logical = await specs('LVMLogicalVolumeStatuses.storage')
    expect(logical['vg-pool-espejo']).toMatchObject({ layout: 'raid,raid1', size: String(10 * 1024 ** 3) })
    expect(logical['vg-pool-franjas']).toMatchObject({ layout: 'raid,raid0' })
    // A mirror takes its size of each disk, and its records.
    const pv = (await specs('LVMPhysicalVolumeStatuses.storage'))['sdb']
    expect(pv?.['peAllocCount']).toBe(String(2560 + 1 + 1280))
    const disks = await specs('Disks.block', 'runtime')
    expect(Object.keys(disks).filter((id) => id.startsWith('dm-'))).toEqual(['dm-4', 'dm-7'])
    await apply(
      group('vg-pool', 'sdb', 'sdc'),
      volume('espejo', 'raid1', '1GiB'),
      volume('franjas', 'raid0', '20GiB'),
    )
    expect(await specs('LVMValidationErrors.storage')).toEqual({
      'vg-pool/espejo': {
        vgName: 'vg-pool',
        message: `requested size ${1024 ** 3} bytes is smaller than current size ${10 * 1024 ** 3} bytes; shrinking logical volumes is not supported`,
      },
    })
    expect((await specs('LVMLogicalVolumeStatuses.storage'))['vg-pool-franjas']).toMatchObject({
      size: String(20 * 1024 ** 3),
    })
    await apply()
    await lvm('VolumeGroupRemove', { volumeGroup: 'vg-pool' })
    await lvm('VolumeGroupRemove', { volumeGroup: 'otra' })
    for (const disk of ['sdb', 'sdc', 'sdd']) await lvm('PhysicalVolumeRemove', { device: `/dev/${disk}` })
  })

  test('a group is made of raw volumes by their partition labels', async () => {
    const raw = (name: string): string =>
      doc(
        'RawVolumeConfig',
        name,
        `provisioning:\n  diskSelector:\n    match: disk.dev_path == "/dev/sdd"\n  maxSize: 100GiB\n`,
      )
    await apply(
      raw('lvm1'),
      raw('lvm2'),
      doc('LVMVolumeGroupConfig', 'vg-pool', selecting('volume.partition_label.startsWith("r-lvm")')),
    )
    expect((await specs('LVMVolumeGroupStatuses.storage'))['vg-pool']).toMatchObject({ pvCount: '2' })
    expect(Object.keys(await specs('LVMPhysicalVolumeStatuses.storage'))).toEqual(['sdd1', 'sdd2'])
    expect((await specs('VolumeStatuses.block', 'runtime'))['r-lvm1']).toMatchObject({
      phase: 'ready',
      location: '/dev/sdd1',
      size: 100 * 1024 ** 3,
    })
    await apply()
    await lvm('VolumeGroupRemove', { volumeGroup: 'vg-pool' })
    await wipe('sdd')
  })
})

describe('arrays', () => {
  test('one wants two disks; it waits with one, and a user volume is put on it', async () => {
    await apply(doc('RAIDArrayConfig', 'espejo', `level: raid1\n${selecting(among('sdb'))}`))
    expect((await specs('MDArrayStatuses.storage'))['espejo']).toEqual({
      level: 'raid1',
      device: '/dev/disk/by-id/md-name-talos:espejo',
      members: ['/dev/sdb'],
      error: 'waiting for enough member disks: matched 1, required 2',
      status: 'waiting',
      raidDevices: 0,
    })
    await apply(
      doc('RAIDArrayConfig', 'espejo', `level: raid1\n${selecting(among('sdb', 'sdc'))}`),
      doc(
        'UserVolumeConfig',
        'datos',
        `provisioning:\n  diskSelector:\n    match: "'/dev/disk/by-id/md-name-talos:espejo' in disk.symlinks"\n`,
      ),
    )
    expect((await specs('MDArrayStatuses.storage'))['espejo']).toMatchObject({
      status: 'ready',
      members: ['/dev/sdb', '/dev/sdc'],
      metadata: '1.0',
      syncAction: 'idle',
      arrayState: 'clean',
    })
    expect(strays()).toEqual([])
    const disks = await specs('Disks.block', 'runtime')
    expect(disks['md0']).toMatchObject({ secondary_disks: ['sdb', 'sdc'] })
    expect(Number(disks['md0']?.['size'])).toBeLessThan(1_000_204_886_016)
    expect((await specs('VolumeStatuses.block', 'runtime'))['u-datos']).toMatchObject({
      phase: 'ready',
      location: '/dev/md0p1',
      parentLocation: '/dev/md0',
    })
    const destroy = (device: string) => wire.unary('/machine.MDService/Destroy', { device })
    await expect(destroy('/dev/md0')).rejects.toMatchObject({ code: 9, details: 'md: resource in use' })
    await expect(wipe('sdb')).rejects.toMatchObject({
      details: 'blockdevice "sdb" is in use by disk "md0"',
    })
  })

  test('another member is filled before the array is ready again', async () => {
    const machine = cluster.node(HOST)
    const key = { namespace: 'storage', type: 'MDArrayStatuses.storage.talos.dev', id: 'espejo' }
    const seen: string[] = []
    const stop = machine.resources.subscribe((event) => {
      if (event.resource.type === key.type && event.kind === 'updated')
        seen.push((parse(event.resource.yamlSpec) as { readonly status: string }).status)
    })
    await apply(doc('RAIDArrayConfig', 'espejo', `level: raid1\n${selecting(among('sdb', 'sdc', 'sdd'))}`))
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['rebuilding', 'ready'])
    stop()
    expect((await specs('MDArrayStatuses.storage'))['espejo']).toMatchObject({ raidDevices: 3 })
    // Without its document Talos tells nothing of it any more, and the kernel still has it.
    await apply()
    expect(await specs('MDArrayStatuses.storage')).toEqual({})
    expect(await specs('Disks.block', 'runtime')).toHaveProperty('md0')
    await wire.unary('/machine.MDService/Destroy', { device: '/dev/disk/by-id/md-name-talos:espejo' })
    expect(await specs('Disks.block', 'runtime')).not.toHaveProperty('md0')
    await expect(wire.unary('/machine.MDService/Destroy', { device: '/dev/md0' })).rejects.toMatchObject({
      code: 5,
      details: 'md: array not found',
    })
  })

  test('the documents are judged as 1.14 judges them, and older nodes do not know them', async () => {
    await expect(apply(volume('mal_a', 'linear', '10GiB', 'mirrors: 1\n'))).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining(
        'LVMLogicalVolumeConfig/mal_a: mirrors is only valid for raid1/raid10, not linear',
      ) as string,
    })
    await expect(
      apply(doc('RAIDArrayConfig', 'x.y', `level: raid1\n${selecting('disk.size > 10')}`)),
    ).rejects.toMatchObject({
      details: expect.stringMatching(
        /name can only contain ASCII letters, digits, hyphens and underscores[^]*found no matching overload/,
      ) as string,
    })
    const older = cluster.node('estante-2')
    const text = older.readFile('/system/state/config.yaml').toString().trimEnd()
    await expect(
      older.apply({
        data: Buffer.from(`${text}\n${doc('LVMVolumeGroupConfig', 'vg', selecting('true'))}`),
        mode: 'AUTO',
        dryRun: false,
        tryTimeout: 60_000,
      }),
    ).rejects.toMatchObject({ code: 3, message: expect.stringContaining('not registered') as string })
  })
})

describe('erasing what is mounted, by force', () => {
  const force = async (host: string, device: string): Promise<void> => {
    const { address, port } = cluster.node(host).spec
    const client = connectWith(cluster.talosconfig(), `${address}:${port}`)
    try {
      await client.unary('/storage.StorageService/BlockDeviceWipe', {
        devices: [{ device, skipVolumeCheck: true }],
      })
    } finally {
      client.close()
    }
  }
  const specOf = (host: string, type: string, id: string): unknown =>
    parse(
      cluster.node(host).resources.get({ namespace: 'runtime', type: `${type}.talos.dev`, id })?.yamlSpec ??
        '',
    )
  async function rebooted(host: string, stage: string): Promise<void> {
    const machine = cluster.node(host)
    const { bootId } = machine
    machine.reboot('DEFAULT')
    await expect.poll(() => machine.bootId, { timeout: 20_000 }).not.toBe(bootId)
    await expect
      .poll(() => specOf(host, 'MachineStatuses.runtime', 'machine'), { timeout: 20_000 })
      .toMatchObject({ stage })
  }

  test('is refused from 1.12 on', async () => {
    await expect(force('estante-2', 'sda1')).rejects.toMatchObject({
      code: 9,
      details: 'block device "sda1" is mounted or in use',
    })
    await expect(force('estante-2', 'nvme0n1p3')).rejects.toMatchObject({ code: 9 })
  })

  test('is done by 1.11: the mount goes on, and what was there is gone with the reboot', async () => {
    await force('viejo', 'sda1')
    expect(specOf('viejo', 'DiscoveredVolumes.block', 'sda1')).not.toHaveProperty('name')
    expect(specOf('viejo', 'VolumeStatuses.block', 'u-longhorn')).toMatchObject({ phase: 'ready' })
    await rebooted('viejo', 'running')
    expect(specOf('viejo', 'DiscoveredVolumes.block', 'sda1')).toMatchObject({ name: 'xfs' })
    // The configuration stands in STATE.
    await force('viejo', 'nvme0n1p3')
    expect(specOf('viejo', 'MachineStatuses.runtime', 'machine')).toMatchObject({ stage: 'running' })
    await rebooted('viejo', 'maintenance')
  })
})
