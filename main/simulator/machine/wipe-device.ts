import { Code, SimulatedStatus } from '../machine-api.ts'
import { talosOf, type MachineCore } from './core.ts'
import { wipe } from './reset.ts'
import { publishVolumes } from './resources/block.ts'
import { partitionDevice } from './storage/drives.ts'
import { type Partition, partitionsOf } from './storage/partitions.ts'
import { atLeast } from './versions.ts'

/**
 * Erases a block device, and with `dropPartition` takes a partition out of its table.
 * @throws FAILED_PRECONDITION while something of it is mounted, as the kernel gives no exclusive hold of it then
 */
export function wipeDevice(
  core: MachineCore,
  { device, dropPartition }: { readonly device: string; readonly dropPartition: boolean },
): void {
  const { disk, hardware, kernel, life } = core
  const touched = partitionsOf(core).filter(
    (partition) => partition.disk === device || partitionDevice(partition) === device,
  )
  const isMounted = touched.some(({ mount }) => mount !== undefined && life.volumesMounted)
  // Older ones ask for a lock that a mount does not hold, and erase what is mounted.
  const isSafe = atLeast(talosOf(core), '1.12')
  if ((isMounted && isSafe) || isHeld(core, device, touched))
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, `block device "${device}" is mounted or in use`)
  kernel.talos(`wiping block device "${device}" with fast method`)
  if (isMounted) {
    eraseUnderMounts(core, device, touched)
    publishVolumes(core)
    return
  }
  if (disk.dataPartitions.some((partition) => partition.disk === device))
    disk.dataPartitions = disk.dataPartitions.filter((partition) => partition.disk !== device)
  else if (device === hardware.systemDisk.name) {
    disk.entries = []
    disk.defaultLabel = ''
  }
  const labels = new Set(touched.map(({ label }) => label))
  disk.dataPartitions = disk.dataPartitions
    .filter(({ label }) => !(dropPartition && labels.has(label)))
    .map((partition) => (labels.has(partition.label) ? { ...partition, isBlank: true } : partition))
  // A label that belongs to no group goes with everything else.
  disk.lvm = { ...disk.lvm, physical: disk.lvm.physical.filter((volume) => volume.device !== device) }
  publishVolumes(core)
}

/** The kernel goes on with what it has read; everything is gone once the machine has lost its power. */
function eraseUnderMounts(core: MachineCore, device: string, touched: readonly Partition[]): void {
  const { disk, life } = core
  life.erased.add(device)
  for (const partition of touched) life.erased.add(partitionDevice(partition))
  disk.dataPartitions = disk.dataPartitions.map((partition) =>
    life.erased.has(partitionDevice(partition)) ? { ...partition, isBlank: true } : partition,
  )
}

/** With the power goes what was erased under its mount: whole disks, else the system's partitions by their labels. */
export function loseErased(core: MachineCore): void {
  const { disk, hardware, life } = core
  if (life.erased.size === 0) return
  const isSystemGone = life.erased.has(hardware.systemDisk.name)
  const labels = partitionsOf(core)
    .filter((partition) => life.erased.has(partitionDevice(partition)))
    .map(({ label }) => label)
  disk.dataPartitions = disk.dataPartitions.filter((partition) => !life.erased.has(partition.disk))
  life.erased.clear()
  life.wipe = { graceful: false, system: isSystemGone ? 'disk' : new Set(labels) }
  wipe(core)
  life.wipe = undefined
}

/** A group or an array has the device, or a partition of it. */
function isHeld(
  { disk }: MachineCore,
  device: string,
  touched: readonly { readonly disk: string; readonly index: number }[],
): boolean {
  const names = [device, ...touched.map(partitionDevice)]
  return (
    disk.lvm.physical.some((volume) => names.includes(volume.device) && volume.group !== '') ||
    disk.arrays.some(({ members }) => members.some((member) => names.includes(member)))
  )
}
