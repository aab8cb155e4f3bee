import type { LogicalVolume, MdArray } from '../boot-disk.ts'
import type { MachineCore } from '../core.ts'
import type { Drive } from '../hardware.ts'
import { arrayBytes, arrayLinks, EXTENT, mapperMinor, mapperNode, volumeLinks } from './devices.ts'

/** A whole disk to the kernel: a drive, an array or a logical volume. */
export interface BlockDisk {
  /** `sda`, `md0`, `dm-0` */
  readonly name: string
  readonly bytes: number
  /** `259:0` in two. */
  readonly major: number
  readonly minor: number
  /** Below /sys/devices. */
  readonly path: string
  /** Devices it is made of. */
  readonly secondaries: readonly string[]
  readonly symlinks: readonly string[]
  /** Of a drive; the others are the kernel's. */
  readonly drive: Drive | undefined
}

/** The drives in the machine, that of Talos first. */
export function drivesOf({ hardware }: Pick<MachineCore, 'hardware'>): readonly Drive[] {
  const { systemDisk, dataDisk, hasDataDisk, extraDisks } = hardware
  return [systemDisk, ...(hasDataDisk ? [dataDisk] : []), ...extraDisks]
}

/** Drives, then arrays, then logical volumes; the hidden parts of a mirror are no disks to Talos. */
export function blockDisks(core: Pick<MachineCore, 'hardware' | 'disk'>): readonly BlockDisk[] {
  return [
    ...drivesOf(core).map(ofDrive),
    ...core.disk.arrays.map((array) => ofArray(core, array)),
    ...core.disk.lvm.logical.map(ofVolume),
  ]
}

export function bytesOf(core: Pick<MachineCore, 'hardware' | 'disk'>, name: string): number {
  return blockDisks(core).find((disk) => disk.name === name)?.bytes ?? 0
}

function ofDrive(drive: Drive, at: number): BlockDisk {
  const { name, bytes, transport, bus } = drive
  return {
    name,
    bytes,
    major: transport === 'nvme' ? 259 : 8,
    minor: at * 16,
    path: bus.endsWith(name) ? bus : `${bus}/block/${name}`,
    secondaries: [],
    symlinks: [
      `/dev/disk/by-id/${transport === 'nvme' ? 'nvme' : 'ata'}-${drive.model.replaceAll(' ', '_')}_${drive.serial}`,
    ],
    drive,
  }
}

function ofArray(core: Pick<MachineCore, 'hardware' | 'disk'>, array: MdArray): BlockDisk {
  const sizes = array.members.map((member) => drivesOf(core).find(({ name }) => name === member)?.bytes)
  const partitions = core.disk.dataPartitions
  const least = Math.min(
    ...array.members.map(
      (member, at) =>
        sizes[at] ?? partitions.find((partition) => partitionDevice(partition) === member)?.size ?? 0,
    ),
  )
  return {
    name: array.node,
    bytes: arrayBytes(array, least),
    major: 9,
    minor: Number(array.node.slice(2)),
    path: `/virtual/block/${array.node}`,
    secondaries: array.members,
    symlinks: arrayLinks(array),
    drive: undefined,
  }
}

function ofVolume(volume: LogicalVolume): BlockDisk {
  const hidden = volume.minors.slice(0, -1)
  return {
    name: mapperNode(volume),
    bytes: volume.extents * EXTENT,
    major: 253,
    minor: mapperMinor(volume),
    path: `/virtual/block/${mapperNode(volume)}`,
    secondaries:
      hidden.length > 0
        ? hidden.map((part) => `dm-${part}`)
        : [...new Set(volume.legs.map(({ device }) => device))],
    symlinks: volumeLinks(volume),
    drive: undefined,
  }
}

/** `nvme0n1p2`, `sda1`; the disk itself where the volume has all of it. */
export function partitionDevice({ disk, index }: { readonly disk: string; readonly index: number }): string {
  if (index === 0) return disk
  return /\d$/.test(disk) ? `${disk}p${index}` : `${disk}${index}`
}
