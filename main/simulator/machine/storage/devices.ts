import { createHash } from 'node:crypto'
import type { LogicalVolume, MdArray } from '../boot-disk.ts'

/** LVM's extent, 4 MiB; the label and metadata of a physical volume take the first MiB. */
export const EXTENT = 4 * 1024 * 1024
const PE_START = 1024 * 1024

export function extentsOf(bytes: number): number {
  return Math.max(0, Math.floor((bytes - PE_START) / EXTENT))
}

/** Minor number of the volume itself: those before it are of its hidden parts. */
export function mapperMinor({ minors }: LogicalVolume): number {
  return minors.at(-1) ?? 0
}

/** `dm-3` */
export function mapperNode(volume: LogicalVolume): string {
  return `dm-${mapperMinor(volume)}`
}

/** Names udev gives a logical volume: a hyphen in a name is doubled in the mapper's. */
export function volumeLinks({ group, name, uuid }: LogicalVolume): readonly string[] {
  return [
    `/dev/disk/by-id/dm-name-${mapperName(group, name)}`,
    `/dev/disk/by-id/dm-uuid-LVM-${uuid.replaceAll('-', '')}`,
    `/dev/mapper/${mapperName(group, name)}`,
    `/dev/${group}/${name}`,
  ]
}

export function mapperName(group: string, name: string): string {
  return [group, name].map((part) => part.replaceAll('-', '--')).join('-')
}

/** The name Talos gives out for an array: `talos` is the home host it stamps. */
export function arrayPath(name: string): string {
  return `/dev/disk/by-id/md-name-talos:${name}`
}

export function arrayLinks({ name, uuid }: MdArray): readonly string[] {
  return [arrayPath(name), `/dev/disk/by-id/md-uuid-${uuid}`]
}

/** What a mirror of members of that size holds: format 1.0 keeps its superblock at the end, 1.2 in front of the data. */
export function arrayBytes({ metadata }: Pick<MdArray, 'metadata'>, member: number): number {
  const kept = metadata === '1.0' ? 128 * 1024 : 129 * 1024 * 1024
  return Math.max(0, Math.floor((member - kept) / 65_536) * 65_536)
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** LVM's: 32 letters and digits in seven groups. The same purpose gives the same one. */
export function lvmUuid(machine: string, purpose: string): string {
  const bytes = createHash('sha256').update(`${machine} lvm ${purpose}`).digest()
  const text = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join('')
  const cuts = [0, 6, 10, 14, 18, 22, 26, 32]
  return cuts
    .slice(1)
    .map((end, at) => text.slice(cuts[at], end))
    .join('-')
}

/** mdadm's: four groups of eight hex digits. */
export function mdUuid(machine: string, purpose: string): string {
  const hex = createHash('sha256').update(`${machine} md ${purpose}`).digest('hex')
  return [0, 8, 16, 24].map((at) => hex.slice(at, at + 8)).join(':')
}
