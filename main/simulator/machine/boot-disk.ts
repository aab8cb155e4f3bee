import type { MachineSpec } from '../machine-api.ts'
import { schematicId } from './schematic.ts'

/** One system that the boot loader can start. */
export interface BootEntry {
  /** GRUB: `A` or `B`. systemd-boot: `Talos-v1.13.9.efi`. */
  readonly label: string
  readonly talos: string
  readonly schematic: string
  /** `siderolabs/iscsi-tools` */
  readonly extensions: readonly string[]
  readonly kernelArguments: readonly string[]
}

export type BootImage = Omit<BootEntry, 'label'>

/** What stays on the disk when the power goes: boot entries and META. */
export interface BootDisk {
  readonly loader: MachineSpec['bootLoader']
  entries: BootEntry[]
  /** Labels that the loader's menu had when it last ran; kexec passes it by. */
  menu: readonly string[]
  /** Label that the loader starts next. */
  defaultLabel: string
  /** META 0x06: label of the entry before the upgrade, until the new one was running and ready once. */
  fallbackLabel: string | undefined
  /** META 0x07/0x08: installs at the next boot. */
  staged: BootImage | undefined
  /** The other META values, by key. */
  readonly meta: Map<number, string>
  /** The MachineConfig in STATE. */
  config: string
  /** What user volumes made on the other disk; it stays when the volume leaves the config. */
  dataPartitions: readonly DataPartition[]
  /** LVM's labels on other disks than that of Talos. */
  lvm: Lvm
  /** Software RAID, by the superblocks of its members. */
  arrays: readonly MdArray[]
  /** The USB stick it starts from when there is nothing on the disk. */
  readonly media: BootEntry | undefined
  /** Role of a machine that gets its config later; until then it counts as a worker. */
  role: MachineSpec['role'] | undefined
}

export interface DataPartition {
  readonly label: string
  /** `sda`, `md0` */
  readonly disk: string
  /** 0: the volume has the whole disk, without a partition table. */
  readonly index: number
  /** Bytes. */
  readonly offset: number
  readonly size: number
  /** Erased and not yet made anew. */
  readonly isBlank: boolean
}

export interface Lvm {
  /** By device, `sda` or `sda1`; one without a group has the empty name. */
  readonly physical: readonly { readonly device: string; readonly uuid: string; readonly group: string }[]
  readonly groups: readonly { readonly name: string; readonly uuid: string; readonly seqno: number }[]
  readonly logical: readonly LogicalVolume[]
}

export interface LogicalVolume {
  readonly group: string
  readonly name: string
  readonly uuid: string
  readonly layout: 'linear' | 'raid0' | 'raid1' | 'raid10'
  readonly extents: number
  /** What it takes of each physical volume: one leg after the other. */
  readonly legs: readonly { readonly device: string; readonly extents: number }[]
  /** Of its device-mapper nodes, its hidden parts first, itself last. */
  readonly minors: readonly number[]
}

export interface MdArray {
  /** `md0` */
  readonly node: string
  readonly name: string
  /** Four groups of eight hex digits. */
  readonly uuid: string
  readonly metadata: '1.0' | '1.2'
  /** `sdb` */
  readonly members: readonly string[]
  /** Members that came later are being filled. */
  readonly isRecovering: boolean
}

const NO_LVM: Lvm = { physical: [], groups: [], logical: [] }

export function createBootDisk(spec: MachineSpec, config: string): BootDisk {
  const image: BootImage = {
    talos: spec.talos,
    extensions: spec.extensions,
    kernelArguments: spec.kernelArguments,
    schematic: schematicId({ extensions: spec.extensions, kernelArguments: spec.kernelArguments }),
  }
  const label = spec.bootLoader === 'grub' ? 'A' : `Talos-${spec.talos}.efi`
  return {
    loader: spec.bootLoader,
    entries: [{ label, ...image }],
    menu: [label],
    defaultLabel: label,
    fallbackLabel: undefined,
    staged: undefined,
    meta: new Map(),
    config,
    dataPartitions: [],
    lvm: NO_LVM,
    arrays: [],
    media: undefined,
    role: undefined,
  }
}

/** Nothing on it; the machine starts from a stick of that version. */
export function createBlankDisk(spec: MachineSpec): BootDisk {
  const { loader, entries } = createBootDisk(spec, '')
  return {
    loader,
    entries: [],
    menu: [],
    defaultLabel: '',
    fallbackLabel: undefined,
    staged: undefined,
    meta: new Map(),
    config: '',
    dataPartitions: [],
    lvm: NO_LVM,
    arrays: [],
    media: entries[0] && { ...entries[0], label: '' },
    role: undefined,
  }
}

export function isInstalled({ entries }: Pick<BootDisk, 'entries'>): boolean {
  return entries.length > 0
}

/**
 * Writes an image beside the running one and makes it the default; what was neither is removed
 * (behaviour.md §5.8). Returns the new label.
 */
export function installEntry(disk: BootDisk, running: string, image: BootImage): string {
  const label = disk.loader === 'grub' ? (running === 'A' ? 'B' : 'A') : freeUkiName(disk, image.talos)
  const kept = disk.entries.filter((entry) => entry.label === running && entry.label !== label)
  disk.entries = [...kept, { label, ...image }]
  disk.defaultLabel = label
  // A first installation has nothing to fall back to.
  disk.fallbackLabel = kept.length > 0 ? running : undefined
  return label
}

/**
 * An image as the installer writes it: GRUB's command line comes from the config unless that points at the UKI, and only
 * who hands the config's arguments to the installer keeps them (behaviour.md §5.3, §5.8).
 */
export function asWritten(
  { loader }: Pick<BootDisk, 'loader'>,
  image: BootImage,
  fromConfig: readonly string[] | undefined,
  isHanded: boolean,
): BootImage {
  if (loader !== 'grub' || fromConfig === undefined) return image
  return { ...image, kernelArguments: isHanded ? fromConfig : [] }
}

/** `Talos-v1.13.9.efi`, or with `~1`, `~2` … when that file is there. */
function freeUkiName(disk: BootDisk, talos: string): string {
  const taken = new Set(disk.entries.map((entry) => entry.label))
  for (let number = 0; ; number++) {
    const name = `Talos-${talos}${number === 0 ? '' : `~${number}`}.efi`
    if (!taken.has(name)) return name
  }
}

/** The entry that would start now; a default that is gone falls back to what there is, as the loaders do. */
export function defaultEntry(disk: BootDisk): BootEntry {
  const found =
    disk.entries.find((entry) => entry.label === disk.defaultLabel) ?? disk.entries[0] ?? disk.media
  if (!found) throw new Error('nothing to boot')
  return found
}

/** The other entry, which a rollback goes to. */
export function otherEntry(disk: BootDisk, running: string): BootEntry | undefined {
  return disk.entries.find((entry) => entry.label !== running)
}
