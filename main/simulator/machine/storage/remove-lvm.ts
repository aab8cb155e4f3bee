import { Code, SimulatedStatus } from '../../machine-api.ts'
import type { LogicalVolume } from '../boot-disk.ts'
import type { MachineCore } from '../core.ts'
import { mapperNode } from './devices.ts'
import { edit } from './lvm.ts'
import { partitionsOf } from './partitions.ts'

const notFound = (): SimulatedStatus => new SimulatedStatus(Code.NOT_FOUND, 'lvm: resource not found')

/** `lvremove`. @throws NOT_FOUND, or FAILED_PRECONDITION while it is mounted */
export function removeLogicalVolume(core: MachineCore, group: string, name: string): void {
  const found = core.disk.lvm.logical.find((one) => one.group === group && one.name === name)
  if (!found) throw notFound()
  checkClosed(core, found)
  drop(core, [found])
  core.hooks.storageChanged()
}

/** `vgremove`, which takes the logical volumes along; the devices keep their labels. @throws as above */
export function removeVolumeGroup(core: MachineCore, name: string): void {
  const { lvm } = core.disk
  if (!lvm.groups.some((group) => group.name === name)) throw notFound()
  const volumes = lvm.logical.filter(({ group }) => group === name)
  for (const volume of volumes) checkClosed(core, volume)
  drop(core, volumes)
  edit(core, {
    groups: lvm.groups.filter((group) => group.name !== name),
    physical: lvm.physical.map((one) => (one.group === name ? { ...one, group: '' } : one)),
  })
  core.hooks.storageChanged()
}

/** `pvremove`. @throws NOT_FOUND, or FAILED_PRECONDITION while it is in a group */
export function removePhysicalVolume(core: MachineCore, device: string): void {
  const { physical } = core.disk.lvm
  const found = physical.find((one) => `/dev/${one.device}` === device)
  if (!found) throw notFound()
  if (found.group !== '') throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'lvm: resource in use')
  edit(core, { physical: physical.filter((one) => one !== found) })
  core.hooks.storageChanged()
}

export function isOpen(core: MachineCore, volume: LogicalVolume): boolean {
  const node = mapperNode(volume)
  return partitionsOf(core).some(({ disk, mount }) => disk === node && mount !== undefined)
}

function checkClosed(core: MachineCore, volume: LogicalVolume): void {
  if (isOpen(core, volume)) throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'lvm: logical volume is open')
}

function drop(core: MachineCore, volumes: readonly LogicalVolume[]): void {
  const nodes = volumes.map(mapperNode)
  edit(core, { logical: core.disk.lvm.logical.filter((one) => !volumes.includes(one)) })
  core.disk.dataPartitions = core.disk.dataPartitions.filter(({ disk }) => !nodes.includes(disk))
}
