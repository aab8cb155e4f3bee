import { isInstalled } from '../boot-disk.ts'
import type { SelectableDisk } from '../config/disk-selector.ts'
import { talosOf, type MachineCore } from '../core.ts'
import { prettySize } from '../go-format.ts'
import { type BlockDisk, blockDisks, drivesOf, partitionDevice } from '../storage/drives.ts'
import { atLeast } from '../versions.ts'
import { put, replaceAll, withoutEmpty } from './keys.ts'

/** SMBIOS, PCI and disks: there from early in `initialize`, unchanged until the power goes. */
export function publishHardware(core: MachineCore): void {
  const { hardware, spec } = core
  const talos = talosOf(core)
  put(
    core,
    'hardware',
    'SystemInformations.hardware',
    'systeminformation',
    {
      manufacturer: hardware.manufacturer,
      productName: hardware.product,
      version: hardware.product,
      ...(atLeast(talos, '1.14') ? { biosVersion: hardware.biosVersion } : {}),
      serialnumber: hardware.serial,
      uuid: hardware.uuid,
      wakeUpType: 'Power Switch',
      skuNumber: `${hardware.product} SKU`,
    },
    { owner: 'hardware.SystemInfoController' },
  )
  put(
    core,
    'hardware',
    'Processors.hardware',
    'CPU-0',
    {
      socket: 'CPU 0',
      manufacturer: hardware.cpu.vendor,
      productName: hardware.cpu.name,
      maxSpeedMhz: hardware.cpu.mhz,
      bootSpeedMhz: Math.round(hardware.cpu.mhz * 0.8),
      status: 65,
      coreCount: spec.cores,
      coreEnabled: spec.cores,
      threadCount:
        spec.cores * (hardware.cpu.name.startsWith('AMD') || hardware.cpu.name.includes('i7') ? 2 : 1),
    },
    { owner: 'hardware.SystemInfoController' },
  )
  publishMemoryModules(core)
  publishPciDevices(core)
  publishDisks(core)
}

function publishMemoryModules(core: MachineCore): void {
  const { hardware, spec } = core
  for (const slot of [0, 1]) {
    put(
      core,
      'hardware',
      'MemoryModules.hardware',
      `ChannelA-DIMM${slot}`,
      {
        sizeMiB: Math.round(spec.memoryBytes / 2 / 1024 / 1024),
        deviceLocator: `ChannelA-DIMM${slot}`,
        bankLocator: `BANK ${slot}`,
        speed: hardware.memorySpeed,
        manufacturer: hardware.memoryVendor,
        productName: hardware.memoryPart,
      },
      { owner: 'hardware.SystemInfoController' },
    )
  }
}

function publishPciDevices(core: MachineCore): void {
  const withDriver = atLeast(talosOf(core), '1.10')
  for (const link of core.hardware.links) {
    const [vendor = '', product = ''] = link.pci.split(':')
    put(
      core,
      'hardware',
      'PCIDevices.hardware',
      link.bus,
      {
        class: 'Network controller',
        subclass: 'Ethernet controller',
        vendor: link.vendor,
        product: link.product,
        class_id: '0x02',
        subclass_id: '0x00',
        vendor_id: `0x${vendor}`,
        product_id: `0x${product}`,
        ...(withDriver ? { driver: link.driver } : {}),
      },
      { owner: 'hardware.PCIDevicesController' },
    )
  }
}

/** Arrays and logical volumes come and go with what is made of the drives, which are told once. */
export function publishComposedDisks(core: MachineCore): void {
  const { disk, store } = core
  const isComposed = disk.arrays.length + disk.lvm.logical.length > 0
  const told = store.list('runtime', 'Disks.block.talos.dev').length
  if (isComposed || told > drivesOf(core).length + 1) publishDisks(core)
}

function publishDisks(core: MachineCore): void {
  replaceAll(core, 'runtime', 'Disks.block', 'block.DisksController', Object.fromEntries(disksOf(core)))
}

function disksOf(core: MachineCore): ReadonlyMap<string, Record<string, unknown>> {
  return new Map<string, Record<string, unknown>>([
    ...blockDisks(core).map((disk) => [disk.name, diskSpec(core, disk)] as const),
    ['loop0', LOOP],
  ])
}

const LOOP = Object.freeze({
  dev_path: '/dev/loop0',
  size: 73_400_320,
  pretty_size: prettySize(73_400_320),
  io_size: 512,
  sector_size: 512,
  readonly: true,
  cdrom: false,
  bus_path: '/virtual',
  sub_system: '/sys/class/block',
})

/** What a selector is asked of: every disk there is, ordered by name, as the node lists them. */
export function selectableDisks(core: MachineCore): readonly (SelectableDisk & { readonly id: string })[] {
  const system = isInstalled(core.disk) ? core.hardware.systemDisk.name : undefined
  return [...disksOf(core)]
    .map(([id, spec]) => ({ id, spec, isSystemDisk: id === system }))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

/** Workers carry a second disk, where Longhorn keeps its replicas. */
export function hasDataDisk(core: Pick<MachineCore, 'hardware'>): boolean {
  return core.hardware.hasDataDisk
}

function diskSpec(core: MachineCore, disk: BlockDisk): Record<string, unknown> {
  const talos = talosOf(core)
  const { name, bytes, drive, symlinks, secondaries } = disk
  return withoutEmpty({
    dev_path: `/dev/${name}`,
    size: bytes,
    pretty_size: prettySize(bytes),
    io_size: 512,
    sector_size: 512,
    readonly: false,
    cdrom: false,
    model: drive?.model,
    firmware_version: drive && atLeast(talos, '1.14') ? '4B2QGXA7' : undefined,
    serial: drive?.serial,
    modalias: drive?.transport === 'sata' ? 'scsi:t-0x00' : undefined,
    wwid: drive && (drive.transport === 'nvme' ? `nvme.144d-${drive.serial}` : `naa.500a0751${drive.serial}`),
    bus_path: drive?.bus ?? '/virtual',
    sub_system: '/sys/class/block',
    transport: drive?.transport,
    secondary_disks: secondaries.length > 0 ? secondaryDisks(core, secondaries) : undefined,
    symlinks: atLeast(talos, '1.10') ? symlinks : undefined,
  })
}

/** Of a partition it is the disk that is told. */
function secondaryDisks({ disk }: MachineCore, devices: readonly string[]): readonly string[] {
  return devices.map(
    (device) =>
      disk.dataPartitions.find((partition) => partitionDevice(partition) === device)?.disk ?? device,
  )
}
