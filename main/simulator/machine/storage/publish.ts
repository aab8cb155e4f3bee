import type { LogicalVolume, Lvm } from '../boot-disk.ts'
import { talosOf, type MachineCore } from '../core.ts'
import { prettySize } from '../go-format.ts'
import { put, replaceAll } from '../resources/keys.ts'
import { atLeast } from '../versions.ts'
import { EXTENT, mapperMinor, mapperName } from './devices.ts'
import { devicesOf, deviceSize, type LvmPlan, reconcileLvm, roomIn, roomOn } from './lvm.ts'
import { reconcileArrays } from './md-arrays.ts'
import { provisionVolumes } from './partitions.ts'
import { isOpen } from './remove-lvm.ts'

/**
 * Converges partitions, arrays and LVM to what the config asks for: each may be made of what the other has just made.
 * Then tells the storage resources of 1.14.
 */
export function reconcileStorage(core: MachineCore): void {
  provisionVolumes(core)
  if (!atLeast(talosOf(core), '1.14') || !hasStorage(core)) return
  let arrays: Record<string, object> = {}
  let plan: LvmPlan = { physical: new Map(), errors: {} }
  for (let before = ''; before !== stateOf(core);) {
    before = stateOf(core)
    arrays = reconcileArrays(core)
    plan = reconcileLvm(core)
    provisionVolumes(core)
  }
  publishArrays(core, arrays)
  publishSpecs(core, plan)
  publishStatuses(core)
}

const stateOf = ({ disk }: MachineCore): string =>
  JSON.stringify([disk.lvm, disk.arrays, disk.dataPartitions])

/** Most machines have none, and never had: two hundred of them would feel it. */
function hasStorage({ life, disk, store }: MachineCore): boolean {
  const facts = life.active?.facts
  return (
    (facts?.volumeGroups.length ?? 0) + (facts?.arrays.length ?? 0) + (facts?.logicalVolumes.length ?? 0) >
      0 ||
    disk.lvm.physical.length + disk.arrays.length > 0 ||
    store.list('storage', 'LVMRefreshRequests.storage.talos.dev').length > 0
  )
}

function publishArrays(core: MachineCore, statuses: Readonly<Record<string, object>>): void {
  const wanted = core.life.active?.facts.arrays ?? []
  const specs = Object.fromEntries(
    wanted.map(({ name, selector, metadata }) => [
      name,
      { level: 'raid1', volumeSelector: selector, metadata },
    ]),
  )
  replaceAll(core, 'storage', 'MDArraySpecs.storage', 'storage.MDArraySpecController', specs)
  replaceAll(core, 'storage', 'MDArrayStatuses.storage', 'storage.MDArrayReconcileController', statuses)
}

/** `/dev/vg/data` and `vg/data` both become `vg-data`: slashes cannot stand in an id. */
const idOf = (path: string): string => path.replaceAll('/', '-')

function publishSpecs(core: MachineCore, { physical, errors }: LvmPlan): void {
  const facts = core.life.active?.facts
  replaceAll(
    core,
    'storage',
    'LVMPhysicalVolumeSpecs.storage',
    'storage.LVMPhysicalVolumeSpecController',
    Object.fromEntries(
      [...physical].map(([device, vgName]) => [device, { device: `/dev/${device}`, vgName }]),
    ),
  )
  replaceAll(
    core,
    'storage',
    'LVMVolumeGroupSpecs.storage',
    'storage.LVMVolumeGroupSpecController',
    Object.fromEntries(
      (facts?.volumeGroups ?? []).map(({ name }) => [
        name,
        {
          name,
          physicalVolumes: [...physical]
            .filter(([, group]) => group === name)
            .map(([device]) => `/dev/${device}`)
            .sort(),
        },
      ]),
    ),
  )
  replaceAll(
    core,
    'storage',
    'LVMLogicalVolumeSpecs.storage',
    'storage.LVMLogicalVolumeSpecController',
    Object.fromEntries(
      (facts?.logicalVolumes ?? []).map(({ group, name, layout, bytes, percent, mirrors, stripes }) => {
        const isMirror = layout === 'raid1' || layout === 'raid10'
        return [
          idOf(`${group}/${name}`),
          {
            vgName: group,
            name,
            type: layout,
            sizeBytes: bytes,
            sizePercentVG: percent,
            mirrors: isMirror && mirrors === 0 ? 1 : mirrors,
            stripes,
          },
        ]
      }),
    ),
  )
  replaceAll(
    core,
    'storage',
    'LVMValidationErrors.storage',
    'storage.LVMLogicalVolumeReconcileController',
    errors,
  )
}

function publishStatuses(core: MachineCore): void {
  const { lvm } = core.disk
  const owner = 'storage.LVMScanController'
  const before = core.life.scanned
  core.life.scanned = JSON.stringify(lvm)
  // One scan for each change of what is on the disks.
  if (before !== core.life.scanned)
    put(
      core,
      'storage',
      'LVMRefreshRequests.storage',
      'refresh',
      { request: (core.life.scans += 1) },
      { owner: 'storage.LVMRefreshTriggerController' },
    )
  replaceAll(
    core,
    'storage',
    'LVMVolumeGroupStatuses.storage',
    owner,
    Object.fromEntries(lvm.groups.map((group) => [group.name, groupStatus(core, group)])),
  )
  replaceAll(
    core,
    'storage',
    'LVMPhysicalVolumeStatuses.storage',
    owner,
    Object.fromEntries(lvm.physical.map((volume) => [volume.device, physicalStatus(core, volume)])),
  )
  replaceAll(
    core,
    'storage',
    'LVMLogicalVolumeStatuses.storage',
    owner,
    Object.fromEntries(
      lvm.logical.map((volume) => [idOf(`${volume.group}/${volume.name}`), volumeStatus(core, volume)]),
    ),
  )
}

function groupStatus(core: MachineCore, { name, uuid, seqno }: Lvm['groups'][number]): object {
  const devices = devicesOf(core, name)
  const { total, free } = roomIn(core, name)
  return {
    name,
    uuid,
    format: 'lvm2',
    permissions: 'writeable',
    extendable: 'extendable',
    exported: '',
    partial: '',
    allocationPolicy: 'normal',
    clustered: '',
    shared: '',
    size: String(total * EXTENT),
    free: String(free * EXTENT),
    extentSize: String(EXTENT),
    extentCount: String(total),
    freeExtentCount: String(free),
    maxLV: '0',
    maxPV: '0',
    lvCount: String(core.disk.lvm.logical.filter(({ group }) => group === name).length),
    pvCount: String(devices.length),
    snapCount: '0',
    missingPVCount: '0',
    seqNo: String(seqno),
    lockType: '',
    systemID: '',
    tags: [],
    prettySize: prettySize(total * EXTENT),
    prettyFree: prettySize(free * EXTENT),
  }
}

function physicalStatus(core: MachineCore, { device, uuid, group }: Lvm['physical'][number]): object {
  const { total, free } = roomOn(core, device)
  const deviceBytes = deviceSize(core, device)
  const [major, minor] = numbersOf(core, device)
  const isIn = group !== ''
  // Outside a group there are no extents, only a device.
  const size = isIn ? total * EXTENT : deviceBytes
  const room = isIn ? free * EXTENT : deviceBytes
  return {
    device: `/dev/${device}`,
    vgName: group,
    uuid,
    format: 'lvm2',
    allocatable: isIn ? 'allocatable' : '',
    exported: '',
    missing: '',
    inUse: isIn ? 'used' : '',
    size: String(size),
    deviceSize: String(deviceBytes),
    free: String(room),
    used: String(isIn ? (total - free) * EXTENT : 0),
    peCount: String(isIn ? total : 0),
    peAllocCount: String(isIn ? total - free : 0),
    major,
    minor,
    tags: [],
    prettySize: prettySize(size),
    prettyDeviceSize: prettySize(deviceBytes),
    prettyFree: prettySize(room),
  }
}

function numbersOf(core: MachineCore, device: string): readonly [major: string, minor: string] {
  const found = core.store.get({ namespace: 'runtime', type: 'BlockDevices.block.talos.dev', id: device })
  const { major = 0, minor = 0 } = (found?.spec ?? {}) as { readonly major?: number; readonly minor?: number }
  return [String(major), String(minor)]
}

function volumeStatus(core: MachineCore, volume: LogicalVolume): object {
  const { group, name, uuid, layout, extents } = volume
  const bytes = extents * EXTENT
  return {
    path: `/dev/${group}/${name}`,
    dmPath: `/dev/mapper/${mapperName(group, name)}`,
    name,
    fullName: `${group}/${name}`,
    vgName: group,
    uuid,
    layout: layout === 'linear' ? 'linear' : `raid,${layout}`,
    role: 'public',
    permissions: 'writeable',
    allocationPolicy: 'inherit',
    allocationLocked: '',
    fixedMinor: '',
    active: 'active',
    activeLocally: 'active locally',
    activeRemotely: '',
    activeExclusively: 'active exclusively',
    suspended: '',
    deviceOpen: isOpen(core, volume) ? 'open' : '',
    skipActivation: '',
    merging: '',
    converting: '',
    size: String(bytes),
    metadataSize: '',
    readAhead: 'auto',
    kernelMajor: '253',
    kernelMinor: String(mapperMinor(volume)),
    origin: '',
    originSize: '',
    poolLV: '',
    dataLV: '',
    metadataLV: '',
    movePV: '',
    convertLV: '',
    whenFull: '',
    tags: [],
    prettySize: prettySize(bytes),
  }
}
