import type { LVMServiceHandlers } from '../../talos/generated/machine/LVMService.ts'
import type { MDServiceHandlers } from '../../talos/generated/machine/MDService.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { Methods } from './call.ts'

/** Since 1.14. What the config still asks for is made again at once, as its controllers do. */
export const lvmMethods: Methods<LVMServiceHandlers> = {
  LogicalVolumeRemove({ volumeGroup, logicalVolume }, { machine }) {
    if (volumeGroup === '' || logicalVolume === '')
      throw invalid('volume_group and logical_volume must be set')
    if (!machine.storage) throw notFound('lvm: resource not found')
    machine.storage.logicalVolume(volumeGroup, logicalVolume)
    return {}
  },
  VolumeGroupRemove({ volumeGroup }, { machine }) {
    if (volumeGroup === '') throw invalid('volume_group must be set')
    if (!machine.storage) throw notFound('lvm: resource not found')
    machine.storage.volumeGroup(volumeGroup)
    return {}
  },
  PhysicalVolumeRemove({ device }, { machine }) {
    if (device === '') throw invalid('device must be set')
    if (!machine.storage) throw notFound('lvm: resource not found')
    machine.storage.physicalVolume(device)
    return {}
  },
}

/** Since 1.14. */
export const mdMethods: Methods<MDServiceHandlers> = {
  Destroy({ device }, { machine }) {
    if (device === '') throw invalid('device must be set')
    if (!device.startsWith('/dev/')) throw invalid('device must be a full /dev path')
    if (!machine.storage) throw notFound('md: array not found')
    machine.storage.array(device)
    return {}
  },
}

function invalid(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.INVALID_ARGUMENT, message)
}

function notFound(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.NOT_FOUND, message)
}
