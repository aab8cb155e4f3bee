import { Code, SimulatedStatus } from '../machine-api.ts'
import type { MachineCore } from './core.ts'
import { partitionDevice, partitionsOf, publishVolumes } from './resources/block.ts'

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
  const isBusy = touched.some(({ mount }) => mount !== undefined && life.volumesMounted)
  if (isBusy)
    throw new SimulatedStatus(Code.FAILED_PRECONDITION, `block device "${device}" is mounted or in use`)
  kernel.talos(`wiping block device "${device}" with fast method`)
  if (device === hardware.dataDisk.name) disk.dataPartitions = []
  else if (device === hardware.systemDisk.name) {
    disk.entries = []
    disk.defaultLabel = ''
  }
  const labels = new Set(touched.map(({ label }) => label))
  disk.dataPartitions = disk.dataPartitions
    .filter(({ label }) => !(dropPartition && labels.has(label)))
    .map((partition) => (labels.has(partition.label) ? { ...partition, isBlank: true } : partition))
  publishVolumes(core)
}
