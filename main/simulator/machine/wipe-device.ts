import { Code, SimulatedStatus } from '../machine-api.ts'
import type { MachineCore } from './core.ts'
import { publishVolumes } from './resources/block.ts'
import { partitionDevice } from './storage/drives.ts'
import { partitionsOf } from './storage/partitions.ts'

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
  const isBusy =
    touched.some(({ mount }) => mount !== undefined && life.volumesMounted) || isHeld(core, device, touched)
  if (isBusy)
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, `block device "${device}" is mounted or in use`)
  kernel.talos(`wiping block device "${device}" with fast method`)
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
