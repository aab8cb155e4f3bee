import { isInstalled } from '../boot-disk.ts'
import type { SelectableVolume } from '../config/disk-selector.ts'
import { talosOf, type MachineCore } from '../core.ts'
import { prettySize } from '../go-format.ts'
import { selectableDisks } from '../resources/hardware.ts'
import { withoutEmpty } from '../resources/keys.ts'
import { atLeast } from '../versions.ts'
import { blockDisks, partitionDevice } from './drives.ts'
import { isPartitioned, type Partition, partitionsOf } from './partitions.ts'

/** Specs of DiscoveredVolumes by device. */
export function discovered(core: MachineCore): Record<string, unknown> {
  const talos = talosOf(core)
  const devPath = (device: string): Record<string, string> =>
    atLeast(talos, '1.10') ? { dev_path: `/dev/${device}` } : { dev_dath: `/dev/${device}` }
  const found: Record<string, unknown> = {}
  const partitions = partitionsOf(core)
  for (const [at, { name, bytes, path, drive }] of blockDisks(core).entries()) {
    const content = contentOf(core, name, partitions)
    found[name] = withoutEmpty({
      ...devPath(name),
      type: 'disk',
      device_path: drive?.bus ?? path,
      ...(atLeast(talos, '1.12') ? { offset: 0 } : {}),
      size: bytes,
      pretty_size: prettySize(bytes),
      sector_size: 512,
      io_size: 512,
      name: content.name,
      uuid:
        content.name === 'gpt' ? (core.hardware.diskUuids[at] ?? uuidOf(core, `gpt:${name}`)) : content.uuid,
      label: content.label,
      probed_size: content.name === '' ? undefined : bytes,
    })
  }
  for (const partition of partitions.filter(({ index }) => index > 0)) {
    const device = partitionDevice(partition)
    const content = contentOf(core, device, partitions)
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
      name: content.name,
      uuid: content.uuid,
      label: content.label,
      probed_size: content.name === '' ? undefined : partition.size,
      partition_uuid: uuidOf(core, `part:${partition.label}`),
      partition_type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
      partition_label: partition.label,
      partition_index: partition.index,
    })
  }
  return found
}

interface Content {
  /** As blkid names it; empty for nothing it knows, members of an array among it. */
  readonly name: string
  readonly uuid?: string | undefined
  readonly label?: string | undefined
}

function contentOf(core: MachineCore, device: string, partitions: readonly Partition[]): Content {
  // LVM's identifiers have no sixteen bytes and are told as labels.
  const physical = core.disk.lvm.physical.find((volume) => volume.device === device)
  if (physical) return { name: 'lvm2-pv', label: physical.uuid }
  const array = core.disk.arrays.find(({ members }) => members.includes(device))
  // With the superblock at the end a member begins as its array does.
  if (array) return array.metadata === '1.0' ? contentOf(core, array.node, partitions) : { name: '' }
  if (core.life.erased.has(device)) return { name: '' }
  if (partitions.some(({ disk, index }) => disk === device && index > 0)) return { name: 'gpt' }
  const partition = partitions.find((one) => partitionDevice(one) === device)
  if (!partition) return { name: '' }
  const has = hasOwnUuid(partition)
  return {
    name: partition.filesystem,
    uuid: has ? uuidOf(core, `fs:${partition.label}`) : undefined,
    label: has ? partition.label : undefined,
  }
}

export function hasOwnUuid({ filesystem }: Partition): boolean {
  return filesystem === 'xfs' || filesystem === 'vfat'
}

/** Stable per machine and purpose, without a draw each time. */
export function uuidOf({ hardware }: MachineCore, purpose: string): string {
  let hash = 0
  for (const letter of purpose) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0
  const base = hardware.diskUuids[hash % hardware.diskUuids.length] ?? hardware.uuid
  return `${hash.toString(16).padStart(8, '0')}${base.slice(8)}`
}

/** What LVM and arrays choose from: every volume, with its disk where it is a whole one. */
export interface Candidate extends SelectableVolume {
  /** `sda`, `sda1` */
  readonly device: string
  readonly isPartitioned: boolean
  readonly isSystemDisk: boolean
}

export function candidates(core: MachineCore): readonly Candidate[] {
  const disks = new Map(selectableDisks(core).map(({ id, spec }) => [id, spec]))
  const system = isInstalled(core.disk) ? core.hardware.systemDisk.name : undefined
  return Object.entries(discovered(core))
    .map(([device, spec]) => {
      const volume = spec as Readonly<Record<string, unknown>>
      const parent = volume['parent']
      return {
        device,
        volume,
        disk: parent === undefined ? (disks.get(device) ?? {}) : {},
        isPartitioned: isPartitioned(core, device),
        isSystemDisk: system !== undefined && (device === system || parent === system),
      }
    })
    .sort((one, other) => (one.device < other.device ? -1 : 1))
}
