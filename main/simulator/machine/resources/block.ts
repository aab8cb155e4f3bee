import { isInstalled } from '../boot-disk.ts'
import { talosOf, type MachineCore } from '../core.ts'
import { goDuration, prettySize } from '../go-format.ts'
import { discovered, hasOwnUuid, uuidOf } from '../storage/discovered.ts'
import { blockDisks, partitionDevice } from '../storage/drives.ts'
import {
  isThere,
  labelOf,
  obstacleOf,
  type Partition,
  partitionsOf,
  userVolumes,
} from '../storage/partitions.ts'
import { reconcileStorage } from '../storage/publish.ts'
import { atLeast } from '../versions.ts'
import { publishComposedDisks } from './hardware.ts'
import { put, remove, replaceAll, withoutEmpty } from './keys.ts'

/** User volumes that need no disk or got none, as the volume manager tells them. */
function placelessVolumes(core: MachineCore): Record<string, unknown> {
  if (!core.life.volumesMounted) return {}
  const typed = atLeast(talosOf(core), '1.10')
  return Object.fromEntries(
    userVolumes(core)
      .filter((volume) => !isThere(core, volume))
      .map((volume) => {
        const type = typed ? volume.type : undefined
        return [
          labelOf(volume),
          volume.type === 'directory'
            ? withoutEmpty({ phase: 'ready', type, parentID: 'EPHEMERAL' })
            : withoutEmpty({ phase: 'failed', type, errorMessage: obstacleOf(core, volume) }),
        ]
      }),
  )
}

/** Discovered volumes, volume and mount statuses; the last two only once EPHEMERAL is mounted. */
export function publishVolumes(core: MachineCore): void {
  const { systemDisk } = core.hardware
  reconcileStorage(core)
  publishBlockDevices(core)
  publishComposedDisks(core)
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
  const specs: Record<string, unknown> = {
    loop0: { type: 'disk', major: 7, minor: 0, devicePath: '/devices/virtual/block/loop0', generation: 1 },
  }
  const partitions = partitionsOf(core)
  for (const disk of blockDisks(core)) {
    const { name, major, minor, path } = disk
    specs[name] = withoutEmpty({
      type: 'disk',
      major,
      minor,
      devicePath: `/devices${path}`,
      generation: 1,
      secondaries: disk.secondaries.length > 0 ? disk.secondaries : undefined,
    })
    for (const partition of partitions.filter((one) => one.disk === name && one.index > 0)) {
      const device = partitionDevice(partition)
      specs[device] = {
        type: 'partition',
        major,
        minor: minor + partition.index,
        partitionName: partition.label,
        partitionNumber: partition.index,
        devicePath: `/devices${path}/${device}`,
        generation: 1,
        parent: name,
      }
    }
  }
  Object.assign(specs, hiddenDevices(core))
  replaceAll(core, 'runtime', 'BlockDevices.block', 'block.DevicesController', specs)
}

/** The images and records behind a logical volume of several legs, which are block devices and no disks. */
function hiddenDevices({ disk }: MachineCore): Record<string, object> {
  return Object.fromEntries(
    disk.lvm.logical.flatMap(({ legs, minors, layout }) =>
      minors.slice(0, -1).map((minor, at) => {
        const leg = legs[layout === 'raid0' ? at : Math.floor(at / 2)]
        const name = `dm-${minor}`
        return [
          name,
          {
            type: 'disk',
            major: 253,
            minor,
            devicePath: `/devices/virtual/block/${name}`,
            generation: 1,
            secondaries: leg ? [leg.device] : [],
          },
        ]
      }),
    ),
  )
}

function volumes(core: MachineCore): Record<string, unknown> {
  const talos = talosOf(core)
  const mounted = core.life.volumesMounted
  const wanted = new Set(userVolumes(core).map(labelOf))
  const found: Record<string, unknown> = placelessVolumes(core)
  for (const partition of partitionsOf(core)) {
    if (['EFI', 'BIOS', 'BOOT'].includes(partition.label)) continue
    // A user volume that left the config leaves its partition behind and is no volume any more.
    if (isUserVolume(partition) && !wanted.has(partition.label)) continue
    const device = `/dev/${partitionDevice(partition)}`
    const isWholeDisk = partition.index === 0
    found[partition.label] = withoutEmpty({
      phase: mounted || partition.label === 'META' ? 'ready' : 'located',
      type: atLeast(talos, '1.10') ? (isWholeDisk ? 'disk' : 'partition') : undefined,
      location: device,
      mountLocation: device,
      partitionIndex: isWholeDisk ? undefined : partition.index,
      parentLocation: isWholeDisk ? undefined : `/dev/${partition.disk}`,
      uuid: hasOwnUuid(partition) ? uuidOf(core, `fs:${partition.label}`) : undefined,
      partitionUUID: isWholeDisk ? undefined : uuidOf(core, `part:${partition.label}`),
      size: partition.size,
      prettySize: prettySize(partition.size),
      // What is "none" is the zero of its kind, which Go leaves out.
      filesystem: partition.filesystem === 'xfs' ? 'xfs' : undefined,
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

function isUserVolume({ label }: Partition): boolean {
  return label.startsWith('u-') || label.startsWith('r-')
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
