import type { LVMServiceHandlers } from '../../talos/generated/machine/LVMService.ts'
import type { MDServiceHandlers } from '../../talos/generated/machine/MDService.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { Methods } from './call.ts'

/** Since 1.14. No simulated disk carries LVM, so whatever is named is not found. */
export const lvmMethods: Methods<LVMServiceHandlers> = {
  LogicalVolumeRemove({ volumeGroup, logicalVolume }) {
    if (volumeGroup === '' || logicalVolume === '')
      throw invalid('volume_group and logical_volume must be set')
    throw notFound('lvm: resource not found')
  },
  VolumeGroupRemove({ volumeGroup }) {
    if (volumeGroup === '') throw invalid('volume_group must be set')
    throw notFound('lvm: resource not found')
  },
  PhysicalVolumeRemove({ device }) {
    if (device === '') throw invalid('device must be set')
    throw notFound('lvm: resource not found')
  },
}

/** Since 1.14. No simulated disk is part of an array. */
export const mdMethods: Methods<MDServiceHandlers> = {
  Destroy({ device }) {
    if (device === '') throw invalid('device must be set')
    if (!device.startsWith('/dev/')) throw invalid('device must be a full /dev path')
    throw notFound('md: array not found')
  },
}

function invalid(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.INVALID_ARGUMENT, message)
}

function notFound(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.NOT_FOUND, message)
}
