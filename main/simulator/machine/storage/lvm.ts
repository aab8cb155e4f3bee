import type { LogicalVolume, Lvm } from '../boot-disk.ts'
import type { LogicalVolumeFacts, VolumeGroupFacts } from '../config/config-file.ts'
import { selectVolumes } from '../config/disk-selector.ts'
import type { MachineCore } from '../core.ts'
import { EXTENT, extentsOf, lvmUuid } from './devices.ts'
import { type Candidate, candidates } from './discovered.ts'
import { bytesOf } from './drives.ts'
import { partitionAt } from './partitions.ts'

const GROUPS = 'storage.LVMVolumeGroupReconcileController'
const VOLUMES = 'storage.LVMLogicalVolumeReconcileController'
const SELECTORS = 'storage.LVMPhysicalVolumeSpecController'

/** What the config makes of the disks, and what stands in its way. */
export interface LvmPlan {
  /** The group a device is meant for, by device. */
  readonly physical: ReadonlyMap<string, string>
  /** LVMValidationErrors by id. */
  readonly errors: Readonly<Record<string, { readonly vgName: string; readonly message: string }>>
}

/**
 * Makes what is missing of groups and logical volumes, lets them grow, and takes nothing away (1.14, facts of its LVM
 * controllers).
 */
export function reconcileLvm(core: MachineCore): LvmPlan {
  const facts = core.life.active?.facts
  const errors: Record<string, { vgName: string; message: string }> = {}
  const physical = physicalFor(core, facts?.volumeGroups ?? [], errors)
  for (const { name } of facts?.volumeGroups ?? []) {
    const devices = [...physical].filter(([, group]) => group === name).map(([device]) => device)
    if (devices.length > 0) reconcileGroup(core, name, devices.sort())
  }
  for (const wanted of facts?.logicalVolumes ?? []) {
    const problem = reconcileVolume(core, wanted)
    if (problem !== undefined)
      errors[`${wanted.group}/${wanted.name}`] = { vgName: wanted.group, message: problem }
  }
  return { physical, errors }
}

/** LVM forbids a device in two groups: the first document has it. */
function physicalFor(
  core: MachineCore,
  groups: readonly VolumeGroupFacts[],
  errors: Record<string, { vgName: string; message: string }>,
): ReadonlyMap<string, string> {
  const claimed = new Map<string, string>()
  const all = groups.length === 0 ? [] : candidates(core)
  for (const { name, selector } of groups)
    for (const { device } of matched(core, name, selector, all)) {
      const owner = claimed.get(device)
      if (owner === undefined || owner === name) claimed.set(device, name)
      else
        errors[name] = {
          vgName: name,
          message: `device "/dev/${device}" already claimed by volume group "${owner}"`,
        }
    }
  return claimed
}

function matched(
  core: MachineCore,
  group: string,
  selector: string,
  all: readonly Candidate[],
): readonly Candidate[] {
  try {
    // LVM does not look for its own volumes in its own volumes.
    return selectVolumes(selector, all).filter(
      ({ isPartitioned, device }) => !isPartitioned && !device.startsWith('dm-'),
    )
  } catch (error) {
    core.kernel.controller(SELECTORS, 'controller failed', {
      error: `evaluate selector for VG "${group}": ${error instanceof Error ? error.message : String(error)}`,
    })
    return []
  }
}

function reconcileGroup(core: MachineCore, group: string, devices: readonly string[]): void {
  const { disk, hardware, kernel } = core
  for (const device of devices) {
    if (disk.lvm.physical.some((volume) => volume.device === device)) continue
    kernel.controller(GROUPS, 'creating LVM physical volume', { device: `/dev/${device}`, vg: group })
    if (isSigned(core, device)) {
      // pvcreate asks before it overwrites anything, and nobody is there to answer.
      warn(core, group, `pvcreate "/dev/${device}": lvm: command failed`)
      return
    }
    const uuid = lvmUuid(hardware.uuid, `pv ${device} ${core.clock.now()}`)
    edit(core, { physical: [...disk.lvm.physical, { device, uuid, group: '' }] })
  }
  const known = disk.lvm.groups.find(({ name }) => name === group)
  const missing = devices.filter(
    (device) => disk.lvm.physical.find((volume) => volume.device === device)?.group !== group,
  )
  const foreign = missing.find((device) =>
    disk.lvm.physical.some((volume) => volume.device === device && volume.group !== ''),
  )
  if (missing.length === 0 || foreign !== undefined) return
  kernel.controller(GROUPS, known ? 'extending LVM volume group' : 'creating LVM volume group', {
    vg: group,
    devices: missing.map((device) => `/dev/${device}`),
  })
  edit(core, {
    groups: known
      ? written(disk.lvm, group)
      : [
          ...disk.lvm.groups,
          { name: group, uuid: lvmUuid(hardware.uuid, `vg ${group} ${core.clock.now()}`), seqno: 1 },
        ],
    physical: disk.lvm.physical.map((volume) =>
      missing.includes(volume.device) ? { ...volume, group } : volume,
    ),
  })
}

/** Each write of a group's metadata counts its sequence number up. */
function written({ groups }: Lvm, name: string): Lvm['groups'] {
  return groups.map((group) => (group.name === name ? { ...group, seqno: group.seqno + 1 } : group))
}

function warn(core: MachineCore, group: string, error: string): void {
  core.kernel.controller(GROUPS, 'LVM reconcile encountered errors', {
    error: `1 error occurred:\n\t* reconcile VG "${group}": ${error}\n\n`,
  })
}

export function edit(core: MachineCore, change: Partial<Lvm>): void {
  core.disk.lvm = { ...core.disk.lvm, ...change }
}

/** A file system, an array's superblock or Talos itself is on it. */
function isSigned(core: MachineCore, device: string): boolean {
  if (device === 'loop0') return true
  const partition = partitionAt(core, device)
  if (partition !== undefined && (partition.filesystem !== '' || !partition.label.startsWith('r-')))
    return true
  return core.disk.arrays.some(({ members }) => members.includes(device))
}

export function deviceSize(core: MachineCore, device: string): number {
  return partitionAt(core, device)?.size ?? bytesOf(core, device)
}

/** In extents. */
interface Room {
  readonly total: number
  /** What no logical volume has. */
  readonly free: number
}

export function roomIn(core: MachineCore, group: string): Room {
  const rooms = devicesOf(core, group).map((device) => roomOn(core, device))
  return {
    total: rooms.reduce((sum, { total }) => sum + total, 0),
    free: rooms.reduce((sum, { free }) => sum + free, 0),
  }
}

export function roomOn(core: MachineCore, device: string): Room {
  const total = extentsOf(deviceSize(core, device))
  const used = core.disk.lvm.logical
    .flatMap(({ legs }) => legs)
    .filter((leg) => leg.device === device)
    .reduce((sum, { extents }) => sum + extents, 0)
  return { total, free: total - used }
}

export function devicesOf(core: MachineCore, group: string): readonly string[] {
  return core.disk.lvm.physical.filter((volume) => volume.group === group).map(({ device }) => device)
}

const TOO_FEW = 'volume group has too few physical volumes for the requested layout'

/** Returns what a validation error says of it. */
function reconcileVolume(core: MachineCore, wanted: LogicalVolumeFacts): string | undefined {
  const { lvm } = core.disk
  if (!lvm.groups.some(({ name }) => name === wanted.group)) return undefined
  const known = lvm.logical.find(({ group, name }) => group === wanted.group && name === wanted.name)
  if (known) return resize(core, wanted, known)
  const shape = shapeOf(wanted, devicesOf(core, wanted.group).length)
  if (!shape) {
    core.kernel.controller(
      VOLUMES,
      'skipping logical volume: too few physical volumes for the requested layout',
      { vg: wanted.group, lv: wanted.name, type: wanted.layout },
    )
    return TOO_FEW
  }
  core.kernel.controller(VOLUMES, 'creating LVM logical volume', {
    vg: wanted.group,
    lv: wanted.name,
    type: wanted.layout,
    mirrors: shape.copies > 1 ? shape.copies - 1 : 0,
    stripes: wanted.layout === 'raid1' || wanted.layout === 'linear' ? 0 : shape.stripes,
  })
  const extents = extentsWanted(core, wanted, shape)
  const legs = extents === 0 ? undefined : place(core, wanted, shape, extents)
  if (!legs) {
    fail(core, wanted, 'lvcreate: lvm: command failed')
    return undefined
  }
  edit(core, {
    logical: [
      ...lvm.logical,
      {
        group: wanted.group,
        name: wanted.name,
        uuid: lvmUuid(core.hardware.uuid, `lv ${wanted.group}/${wanted.name} ${core.clock.now()}`),
        layout: wanted.layout,
        extents,
        legs,
        minors: freeMinors(lvm, 1 + hiddenParts(wanted.layout, legs.length)),
      },
    ],
    groups: written(lvm, wanted.group),
  })
  return undefined
}

function fail(core: MachineCore, { group, name }: LogicalVolumeFacts, error: string): void {
  core.kernel.controller(VOLUMES, 'LVM logical volume reconcile encountered errors', {
    error: `1 error occurred:\n\t* reconcile LV "${group}"/"${name}": ${error}\n\n`,
  })
}

interface Shape {
  readonly copies: number
  readonly stripes: number
}

/** What Talos makes of the counts in the document; `undefined` where the group has too few devices. */
function shapeOf({ layout, mirrors, stripes }: LogicalVolumeFacts, devices: number): Shape | undefined {
  const copies = (mirrors === 0 ? 1 : mirrors) + 1
  switch (layout) {
    case 'linear':
      return { copies: 1, stripes: 1 }
    case 'raid0': {
      const wide = stripes === 0 ? devices : stripes
      return wide >= 2 && devices >= wide ? { copies: 1, stripes: wide } : undefined
    }
    case 'raid1':
      return devices >= copies ? { copies, stripes: 1 } : undefined
    case 'raid10': {
      const wide = stripes === 0 ? Math.floor(devices / copies) : stripes
      return wide >= 2 && devices >= wide * copies ? { copies, stripes: wide } : undefined
    }
  }
}

/** Of the volume as its user sees it. A percentage is of the group's extents, which a mirror takes several times. */
function extentsWanted(
  core: MachineCore,
  { group, bytes, percent, layout }: LogicalVolumeFacts,
  { copies, stripes }: Shape,
): number {
  const rounded = (extents: number): number => Math.floor(extents / stripes) * stripes
  if (percent === 0) return Math.ceil(Math.ceil(bytes / EXTENT) / stripes) * stripes
  const { total } = roomIn(core, group)
  const share = Math.floor((total * percent) / 100)
  // Each copy of a mirror keeps an extent for its own records.
  const kept = layout === 'raid1' || layout === 'raid10' ? copies * stripes : 0
  return rounded(Math.floor((share - kept) / copies))
}

/** Which device gives how much; `undefined` when there is not enough. */
function place(
  core: MachineCore,
  { group, layout }: LogicalVolumeFacts,
  { copies, stripes }: Shape,
  extents: number,
): LogicalVolume['legs'] | undefined {
  const rooms = devicesOf(core, group).map((device) => ({ device, free: roomOn(core, device).free }))
  if (layout === 'linear') {
    const legs: { device: string; extents: number }[] = []
    let left = extents
    for (const { device, free } of rooms) {
      const taken = Math.min(free, left)
      if (taken > 0) legs.push({ device, extents: taken })
      left -= taken
    }
    return left === 0 ? legs : undefined
  }
  const each = Math.ceil(extents / stripes) + (copies > 1 ? 1 : 0)
  const able = rooms.filter(({ free }) => free >= each).slice(0, copies * stripes)
  return able.length === copies * stripes ? able.map(({ device }) => ({ device, extents: each })) : undefined
}

/** Mirrors have an image and its records per leg, stripes an image. */
function hiddenParts(layout: LogicalVolume['layout'], legs: number): number {
  if (layout === 'linear') return 0
  return layout === 'raid0' ? legs : 2 * legs
}

function freeMinors(lvm: Lvm, count: number): readonly number[] {
  const taken = new Set(lvm.logical.flatMap(({ minors }) => minors))
  const free: number[] = []
  for (let minor = 0; free.length < count; minor += 1) if (!taken.has(minor)) free.push(minor)
  return free
}

/** An extent rounded here or there is no change. */
const SLACK = 1.01

function resize(core: MachineCore, wanted: LogicalVolumeFacts, known: LogicalVolume): string | undefined {
  const { total } = roomIn(core, wanted.group)
  const share = Math.floor((total * EXTENT * wanted.percent) / 100)
  const target = wanted.percent > 0 ? Math.floor(share / (wanted.layout === 'raid1' ? 2 : 1)) : wanted.bytes
  const now = known.extents * EXTENT
  if (target * SLACK < now)
    return `requested size ${target} bytes is smaller than current size ${now} bytes; shrinking logical volumes is not supported`
  if (target <= now * SLACK) return undefined
  core.kernel.controller(VOLUMES, 'growing LVM logical volume', {
    vg: wanted.group,
    lv: wanted.name,
    from_bytes: now,
    target_bytes: target,
  })
  grow(core, wanted, known)
  return undefined
}

function grow(core: MachineCore, wanted: LogicalVolumeFacts, known: LogicalVolume): void {
  const { lvm } = core.disk
  const shape = shapeOf(wanted, devicesOf(core, wanted.group).length)
  const others = lvm.logical.filter((one) => one !== known)
  // Its own room counts as free while it is placed anew; what it had is the beginning of what it has.
  edit(core, { logical: others })
  const extents = shape ? extentsWanted(core, wanted, shape) : 0
  const legs = shape && place(core, wanted, shape, extents)
  edit(core, { logical: lvm.logical.map((one) => (one === known && legs ? { ...one, extents, legs } : one)) })
  if (!legs) fail(core, wanted, 'lvextend: lvm: command failed')
}
