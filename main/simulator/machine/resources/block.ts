import { type DataPartition, isInstalled } from '../boot-disk.ts'
import { talosOf, type MachineCore } from '../core.ts'
import { goDuration, prettySize } from '../go-format.ts'
import { atLeast } from '../versions.ts'
import { selectDisks } from '../config/disk-selector.ts'
import { hasDataDisk, selectableDisks } from './hardware.ts'
import { put, remove, replaceAll, withoutEmpty } from './keys.ts'

const MIB = 1024 * 1024

export interface Partition {
  readonly label: string
  readonly disk: string
  readonly index: number
  readonly offset: number
  readonly size: number
  readonly filesystem: string
  readonly mount: string | undefined
}

/** GRUB: EFI, BIOS, BOOT, META, STATE, EPHEMERAL; with UKIs a large EFI and no BOOT (behaviour.md §0.3). */
export function partitionsOf(core: MachineCore): readonly Partition[] {
  const { disk, hardware, spec } = core
  if (!isInstalled(disk)) return []
  const grub = disk.loader === 'grub'
  const boot = atLeast(spec.talos, '1.11') ? 2000 : 1000
  const fixed: readonly (readonly [string, number, string])[] = grub
    ? [
        ['EFI', 100 * MIB, 'vfat'],
        ['BIOS', MIB, ''],
        ['BOOT', boot * MIB, 'xfs'],
        ['META', MIB, 'talosmeta'],
        ['STATE', 100 * MIB, 'xfs'],
      ]
    : [
        ['EFI', 2101 * MIB, 'vfat'],
        ['META', MIB, 'talosmeta'],
        ['STATE', 100 * MIB, 'xfs'],
      ]
  let offset = MIB
  const made: Partition[] = fixed.map(([label, size, filesystem], at) => {
    const partition = {
      label,
      disk: hardware.systemDisk.name,
      index: at + 1,
      offset,
      size,
      filesystem,
      mount: label === 'STATE' ? '/system/state' : undefined,
    }
    offset += size
    return partition
  })
  made.push({
    label: 'EPHEMERAL',
    disk: hardware.systemDisk.name,
    index: made.length + 1,
    offset,
    size: hardware.systemDisk.bytes - offset - MIB,
    filesystem: 'xfs',
    mount: '/var',
  })
  if (hasDataDisk(core)) made.push(...userPartitions(core))
  return made
}

function userPartitions(core: MachineCore): Partition[] {
  const wanted = wantedLabels(core)
  const { dataDisk } = core.hardware
  return core.disk.dataPartitions.map(({ label, index, offset, size, isBlank }) => ({
    label,
    disk: dataDisk.name,
    index,
    offset,
    size,
    filesystem: isBlank ? '' : 'xfs',
    mount: wanted.includes(label) ? `/var/mnt/${label.slice(2)}` : undefined,
  }))
}

function userVolumes(core: MachineCore): NonNullable<MachineCore['life']['active']>['facts']['userVolumes'] {
  return core.life.active?.facts.userVolumes ?? []
}

/** Labels of the user volumes that have or may get a partition. */
function wantedLabels(core: MachineCore): readonly string[] {
  return userVolumes(core)
    .filter(({ name, selector }) => isThere(core, name) || fits(core, selector))
    .map(({ name }) => `u-${name}`)
}

/** A volume is found by its label before any disk is looked for. */
function isThere({ disk }: MachineCore, name: string): boolean {
  return disk.dataPartitions.some(({ label, isBlank }) => label === `u-${name}` && !isBlank)
}

/** EPHEMERAL leaves no room on the system disk. */
function fits(core: MachineCore, selector: string): boolean {
  try {
    return matched(core, selector).includes(core.hardware.dataDisk.name)
  } catch {
    return false
  }
}

/** Names of the disks that could carry a volume. Throws as `selectDisks`. */
function matched(core: MachineCore, selector: string): readonly string[] {
  const writable = selectableDisks(core).filter(({ spec }) => spec['readonly'] !== true)
  return selectDisks(selector, writable).map(({ id }) => id)
}

/** Why a user volume without a partition has none. */
function obstacleOf(core: MachineCore, selector: string): string {
  try {
    const { length } = matched(core, selector)
    return length === 0
      ? 'no disks matched selector for volume'
      : `no disks matched for volume (${length} matched selector): ${length} have not enough space, 0 have wrong format, 0 have other issues`
  } catch (error) {
    return `error evaluating disk locator: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** User volumes without a disk, as the volume manager tells them. */
function failedVolumes(core: MachineCore): Record<string, unknown> {
  if (!core.life.volumesMounted) return {}
  const type = atLeast(talosOf(core), '1.10') ? 'partition' : undefined
  return Object.fromEntries(
    userVolumes(core)
      .filter(({ name }) => !isThere(core, name))
      .map(({ name, selector }) => [
        `u-${name}`,
        withoutEmpty({ phase: 'failed', type, errorMessage: obstacleOf(core, selector) }),
      ]),
  )
}

/** Makes the partitions of user volumes that have none yet; what is there stays, wanted or not. */
function provision(core: MachineCore): void {
  const { disk, hardware } = core
  if (!hasDataDisk(core) || !isInstalled(disk)) return
  const wanted = wantedLabels(core)
  const there = disk.dataPartitions.map((partition) =>
    partition.isBlank && wanted.includes(partition.label) ? { ...partition, isBlank: false } : partition,
  )
  const missing = wanted.filter((label) => !there.some((partition) => partition.label === label))
  let offset = Math.max(MIB, ...there.map((partition) => partition.offset + partition.size))
  const share = Math.floor((hardware.dataDisk.bytes - MIB - offset) / Math.max(1, missing.length))
  const made = (share < MIB ? [] : missing).map((label, at): DataPartition => {
    const partition = { label, index: freeIndex(there, at), offset, size: share, isBlank: false }
    offset += share
    return partition
  })
  disk.dataPartitions = [...there, ...made]
}

/** The number of the nth partition to be made beside those. */
function freeIndex(there: readonly DataPartition[], nth: number): number {
  const taken = new Set(there.map(({ index }) => index))
  let free = nth
  for (let index = 1; ; index += 1) {
    if (taken.has(index)) continue
    if (free === 0) return index
    free -= 1
  }
}

export function partitionDevice({ disk, index }: Pick<Partition, 'disk' | 'index'>): string {
  return disk.startsWith('nvme') ? `${disk}p${index}` : `${disk}${index}`
}

/** Discovered volumes, volume and mount statuses; the last two only once EPHEMERAL is mounted. */
export function publishVolumes(core: MachineCore): void {
  const { systemDisk } = core.hardware
  provision(core)
  publishBlockDevices(core)
  // A disk without Talos is no system disk: that is how a client tells a machine that was never installed.
  if (isInstalled(core.disk))
    put(
      core,
      'runtime',
      'SystemDisks.block',
      'system-disk',
      { diskID: systemDisk.name, devPath: `/dev/${systemDisk.name}` },
      { owner: 'block.SystemDiskController' },
    )
  replaceAll(core, 'runtime', 'DiscoveredVolumes.block', 'block.DiscoveryController', discovered(core))
  replaceAll(core, 'runtime', 'VolumeStatuses.block', 'block.VolumeManagerController', volumes(core))
  publishMounts(core)
}

/** Disks, their partitions, and the loop device the root file system is on. */
function publishBlockDevices(core: MachineCore): void {
  const { systemDisk, dataDisk } = core.hardware
  const drives = hasDataDisk(core) ? [systemDisk, dataDisk] : [systemDisk]
  const specs: Record<string, unknown> = {
    loop0: { type: 'disk', major: 7, minor: 0, devicePath: '/devices/virtual/block/loop0', generation: 1 },
  }
  for (const [at, { name, transport, bus }] of drives.entries()) {
    const major = transport === 'nvme' ? 259 : 8
    const devicePath = bus.endsWith(name) ? `/devices${bus}` : `/devices${bus}/block/${name}`
    specs[name] = { type: 'disk', major, minor: at * 16, devicePath, generation: 1 }
    for (const partition of partitionsOf(core).filter(({ disk }) => disk === name)) {
      const device = partitionDevice(partition)
      specs[device] = {
        type: 'partition',
        major,
        minor: at * 16 + partition.index,
        partitionName: partition.label,
        partitionNumber: partition.index,
        devicePath: `${devicePath}/${device}`,
        generation: 1,
        parent: name,
      }
    }
  }
  replaceAll(core, 'runtime', 'BlockDevices.block', 'block.DevicesController', specs)
}

function discovered(core: MachineCore): Record<string, unknown> {
  const { hardware } = core
  const talos = talosOf(core)
  const devPath = (device: string): Record<string, string> =>
    atLeast(talos, '1.10') ? { dev_path: `/dev/${device}` } : { dev_dath: `/dev/${device}` }
  const found: Record<string, unknown> = {}
  for (const drive of hasDataDisk(core) ? [hardware.systemDisk, hardware.dataDisk] : [hardware.systemDisk]) {
    found[drive.name] = withoutEmpty({
      ...devPath(drive.name),
      type: 'disk',
      device_path: drive.bus,
      ...(atLeast(talos, '1.12') ? { offset: 0 } : {}),
      size: drive.bytes,
      pretty_size: prettySize(drive.bytes),
      sector_size: 512,
      io_size: 512,
      name: isInstalled(core.disk) ? 'gpt' : undefined,
      uuid: hardware.diskUuids[drive === hardware.systemDisk ? 0 : 1],
      probed_size: drive.bytes,
    })
  }
  for (const partition of partitionsOf(core)) {
    const device = partitionDevice(partition)
    found[device] = withoutEmpty({
      ...devPath(device),
      type: 'partition',
      device_path: `${partition.disk}/${device}`,
      parent: partition.disk,
      parent_dev_path: `/dev/${partition.disk}`,
      offset: atLeast(talos, '1.12') ? partition.offset : undefined,
      size: partition.size,
      pretty_size: prettySize(partition.size),
      sector_size: 512,
      io_size: 512,
      name: partition.filesystem,
      uuid: hasOwnUuid(partition) ? uuidOf(core, `fs:${partition.label}`) : undefined,
      label: hasOwnUuid(partition) ? partition.label : undefined,
      probed_size: partition.filesystem === '' ? undefined : partition.size,
      partition_uuid: uuidOf(core, `part:${partition.label}`),
      partition_type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
      partition_label: partition.label,
      partition_index: partition.index,
    })
  }
  return found
}

function hasOwnUuid({ filesystem }: Partition): boolean {
  return filesystem === 'xfs' || filesystem === 'vfat'
}

/** Stable per machine and purpose, without a draw each time. */
function uuidOf({ hardware }: MachineCore, purpose: string): string {
  let hash = 0
  for (const letter of purpose) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0
  const base = hardware.diskUuids[hash % hardware.diskUuids.length] ?? hardware.uuid
  return `${hash.toString(16).padStart(8, '0')}${base.slice(8)}`
}

function volumes(core: MachineCore): Record<string, unknown> {
  const talos = talosOf(core)
  const mounted = core.life.volumesMounted
  const found: Record<string, unknown> = failedVolumes(core)
  for (const partition of partitionsOf(core)) {
    if (['EFI', 'BIOS', 'BOOT'].includes(partition.label)) continue
    // A user volume that left the config leaves its partition behind and is no volume any more.
    if (partition.label.startsWith('u-') && partition.mount === undefined) continue
    const device = `/dev/${partitionDevice(partition)}`
    found[partition.label] = withoutEmpty({
      phase: mounted || partition.label === 'META' ? 'ready' : 'located',
      type: atLeast(talos, '1.10') ? 'partition' : undefined,
      location: device,
      mountLocation: device,
      partitionIndex: partition.index,
      parentLocation: `/dev/${partition.disk}`,
      uuid: hasOwnUuid(partition) ? uuidOf(core, `fs:${partition.label}`) : undefined,
      partitionUUID: uuidOf(core, `part:${partition.label}`),
      size: partition.size,
      prettySize: prettySize(partition.size),
      filesystem: partition.filesystem === 'xfs' ? 'xfs' : 'none',
      encryptionProvider: 'none',
      trimEnabled: atLeast(talos, '1.14') && partition.label === 'EPHEMERAL' ? true : undefined,
      trimInterval:
        atLeast(talos, '1.14') && partition.label === 'EPHEMERAL' ? goDuration(604_800_000) : undefined,
      mountSpec:
        atLeast(talos, '1.10') && partition.mount
          ? {
              targetPath: partition.mount,
              selinuxLabel: 'system_u:object_r:ephemeral_t:s0',
              projectQuotaSupport: partition.label === 'EPHEMERAL',
            }
          : undefined,
    })
  }
  if (mounted && atLeast(talos, '1.11')) {
    for (const path of ['/var/lib', '/var/lib/containerd', '/var/lib/kubelet', '/var/log', '/etc/cni'])
      found[path] = {
        phase: 'ready',
        type: path === '/etc/cni' ? 'overlay' : 'directory',
        parentID: 'EPHEMERAL',
      }
    if (core.spec.role === 'controlplane')
      found['/var/lib/etcd'] = { phase: 'ready', type: 'directory', parentID: 'EPHEMERAL' }
  }
  return found
}

/** Since 1.10 mounts have a resource of their own, and the older one is kept up for those who read it. */
function publishMounts(core: MachineCore): void {
  const since110 = atLeast(talosOf(core), '1.10')
  for (const partition of partitionsOf(core)) {
    const { label, mount } = partition
    if (mount === undefined) {
      remove(core, 'runtime', 'MountStatuses.block', label)
      remove(core, 'runtime', 'MountStatuses.runtime', label)
      continue
    }
    const source = `/dev/${partitionDevice(partition)}`
    const legacy = { source, target: mount, filesystemType: 'xfs', options: [], encrypted: false }
    const isLegacy = since110 || ['EPHEMERAL', 'STATE'].includes(label)
    if (!core.life.volumesMounted) {
      remove(core, 'runtime', 'MountStatuses.block', label)
      remove(core, 'runtime', 'MountStatuses.runtime', label)
      continue
    }
    if (since110)
      put(core, 'runtime', 'MountStatuses.block', label, mountStatus(core, partition, source), {
        owner: 'block.MountController',
      })
    if (isLegacy)
      put(core, 'runtime', 'MountStatuses.runtime', label, legacy, { owner: 'runtime.MountStatusController' })
  }
}

function mountStatus(core: MachineCore, { label, mount }: Partition, source: string): object {
  const detached = atLeast(talosOf(core), '1.12') ? { detached: false } : {}
  return {
    spec: {
      volumeID: label,
      parentID: '',
      readOnly: false,
      ...detached,
      requesters: ['sequencer'],
      requesterIDs: [`sequencer-${label}`],
    },
    source,
    target: mount,
    filesystem: 'xfs',
    readOnly: false,
    projectQuotaSupport: label === 'EPHEMERAL',
    ...detached,
  }
}
