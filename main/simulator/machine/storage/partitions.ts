import { type DataPartition, isInstalled } from '../boot-disk.ts'
import { selectDisks } from '../config/disk-selector.ts'
import type { UserVolumeFacts } from '../config/config-file.ts'
import type { MachineCore } from '../core.ts'
import { selectableDisks } from '../resources/hardware.ts'
import { atLeast } from '../versions.ts'
import { bytesOf, partitionDevice } from './drives.ts'

const MIB = 1024 * 1024

export interface Partition {
  readonly label: string
  readonly disk: string
  /** 0: the whole disk. */
  readonly index: number
  readonly offset: number
  readonly size: number
  readonly filesystem: string
  readonly mount: string | undefined
}

/** GRUB: EFI, BIOS, BOOT, META, STATE, EPHEMERAL; with UKIs a large EFI and no BOOT (behaviour.md §0.3). */
export function partitionsOf(core: MachineCore): readonly Partition[] {
  const { disk, hardware, spec } = core
  if (!isInstalled(disk)) return userPartitions(core)
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
  return [...made, ...userPartitions(core)]
}

function userPartitions(core: MachineCore): Partition[] {
  const wanted = userVolumes(core).map(labelOf)
  return core.disk.dataPartitions.map(({ label, disk, index, offset, size, isBlank }) => ({
    label,
    disk,
    index,
    offset,
    size,
    filesystem: isBlank || label.startsWith('r-') ? '' : 'xfs',
    mount: wanted.includes(label) && label.startsWith('u-') ? `/var/mnt/${label.slice(2)}` : undefined,
  }))
}

/** User and raw volumes of the config, in its order. */
export function userVolumes(core: MachineCore): readonly UserVolumeFacts[] {
  return core.life.active?.facts.userVolumes ?? []
}

export function labelOf({ prefix, name }: UserVolumeFacts): string {
  return `${prefix}${name}`
}

/** A volume is found by its label before any disk is looked for; what is mounted stays so, erased or not. */
export function isThere(core: MachineCore, volume: UserVolumeFacts): boolean {
  return core.disk.dataPartitions.some(
    (partition) =>
      partition.label === labelOf(volume) &&
      (!partition.isBlank || core.life.erased.has(partitionDevice(partition))),
  )
}

/** Names of the disks that could carry a volume. Throws as `selectDisks`. */
function matched(core: MachineCore, selector: string): readonly string[] {
  const writable = selectableDisks(core).filter(({ spec }) => spec['readonly'] !== true)
  return selectDisks(selector, writable).map(({ id }) => id)
}

/** What a disk is to a volume that looks for a place. */
type Fitness = 'fits' | 'no room' | 'wrong format' | 'other'

function fitnessOf(core: MachineCore, volume: UserVolumeFacts, name: string): Fitness {
  const { disk, hardware } = core
  // EPHEMERAL leaves no room.
  if (name === hardware.systemDisk.name)
    return isInstalled(disk) ? (volume.type === 'disk' ? 'wrong format' : 'no room') : 'other'
  if (disk.lvm.physical.some(({ device }) => device === name)) return 'wrong format'
  if (disk.arrays.some(({ members }) => members.includes(name))) return 'other'
  const on = disk.dataPartitions.filter((partition) => partition.disk === name)
  if (volume.type === 'disk') return on.length === 0 ? 'fits' : 'wrong format'
  if (on.some(({ index }) => index === 0)) return 'wrong format'
  // The kernel makes no partitions of a device-mapper node.
  if (name.startsWith('dm-')) return 'other'
  const { size } = largestGap(core, name)
  return size >= Math.max(MIB, volume.minBytes) ? 'fits' : 'no room'
}

/** Why a volume without a place has none, in the words of the volume manager. */
export function obstacleOf(core: MachineCore, volume: UserVolumeFacts): string {
  try {
    const names = matched(core, volume.selector)
    if (names.length === 0) return 'no disks matched selector for volume'
    if (volume.type === 'disk' && names.length > 1) return severalMatched(names)
    const count = (fitness: Fitness): number =>
      names.filter((name) => fitnessOf(core, volume, name) === fitness).length
    return `no disks matched for volume (${names.length} matched selector): ${count('no room')} have not enough space, ${count('wrong format')} have wrong format, ${count('other')} have other issues`
  } catch (error) {
    return `error evaluating disk locator: ${error instanceof Error ? error.message : String(error)}`
  }
}

function severalMatched(names: readonly string[]): string {
  return `multiple disks matched locator for disk volume; matched disks: [${names.map((name) => `/dev/${name}`).join(' ')}]`
}

function placeFor(core: MachineCore, volume: UserVolumeFacts): string | undefined {
  try {
    const names = matched(core, volume.selector)
    if (volume.type === 'disk' && names.length > 1) return undefined
    return names.find((name) => fitnessOf(core, volume, name) === 'fits')
  } catch {
    return undefined
  }
}

/** Makes the partitions of volumes that have none yet, one after the other; what is there stays, wanted or not. */
export function provisionVolumes(core: MachineCore): void {
  const { disk } = core
  if (!isInstalled(disk)) return
  for (const volume of userVolumes(core)) {
    const label = labelOf(volume)
    if (volume.type === 'directory' || isThere(core, volume)) continue
    if (disk.dataPartitions.some((partition) => partition.label === label)) {
      disk.dataPartitions = disk.dataPartitions.map((partition) =>
        partition.label === label ? { ...partition, isBlank: false } : partition,
      )
      continue
    }
    const place = placeFor(core, volume)
    if (place === undefined) continue
    disk.dataPartitions = [...disk.dataPartitions, allocate(core, volume, place)]
  }
}

function allocate(core: MachineCore, volume: UserVolumeFacts, place: string): DataPartition {
  const label = labelOf(volume)
  if (volume.type === 'disk')
    return { label, disk: place, index: 0, offset: 0, size: bytesOf(core, place), isBlank: false }
  const gap = largestGap(core, place)
  const { bytes, percent } = volume.max
  const most = percent > 0 ? Math.floor((gap.size * percent) / 100) : bytes
  const size = most === 0 || most >= gap.size ? gap.size : most
  return { label, disk: place, index: freeIndex(core, place), offset: gap.offset, size, isBlank: false }
}

function partitionsOn({ disk }: MachineCore, name: string): readonly DataPartition[] {
  return disk.dataPartitions
    .filter((partition) => partition.disk === name)
    .sort((one, other) => one.offset - other.offset)
}

/** The widest stretch of a disk that no partition has. */
function largestGap(core: MachineCore, name: string): { readonly offset: number; readonly size: number } {
  let best = { offset: MIB, size: 0 }
  let offset = MIB
  const end = bytesOf(core, name) - MIB
  for (const next of [...partitionsOn(core, name), { offset: end, size: 0 }]) {
    if (next.offset - offset > best.size) best = { offset, size: next.offset - offset }
    offset = Math.max(offset, next.offset + next.size)
  }
  return best
}

function freeIndex(core: MachineCore, name: string): number {
  const taken = new Set(partitionsOn(core, name).map(({ index }) => index))
  let index = 1
  while (taken.has(index)) index += 1
  return index
}

/** `u-data` of a partition or disk, by its device. */
export function partitionAt(core: MachineCore, device: string): Partition | undefined {
  return partitionsOf(core).find((partition) => partitionDevice(partition) === device)
}

/** A whole disk with a partition table on it. */
export function isPartitioned(core: MachineCore, name: string): boolean {
  return partitionsOf(core).some(({ disk, index }) => disk === name && index > 0)
}
