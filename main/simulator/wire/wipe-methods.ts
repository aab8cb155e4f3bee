import type { BlockDeviceWipeDescriptor__Output } from '../../talos/generated/storage/BlockDeviceWipeDescriptor.ts'
import type { StorageServiceHandlers } from '../../talos/generated/storage/StorageService.ts'
import { Code, type SimulatedMachine, SimulatedStatus } from '../machine-api.ts'
import type { Methods } from './call.ts'
import { asText, specsOf } from './machine-facts.ts'
import { existsIn, minorOf } from './talos-version.ts'

type Specs = ReadonlyMap<string, Readonly<Record<string, unknown>>>

export const wipeMethods: Methods<StorageServiceHandlers> = {
  BlockDeviceWipe({ devices }, { machine }) {
    const minor = minorOf(machine.talosVersion)
    // All are looked at before the first one is touched. An older node does not know the newer fields.
    const known = devices.map((device) => ({
      ...device,
      dropPartition: device.dropPartition && existsIn(minor, { since: 10 }),
      skipSecondaryCheck: device.skipSecondaryCheck && existsIn(minor, { since: 11 }),
    }))
    for (const device of known) checkDevice(machine, device)
    for (const { device, method, dropPartition } of known) {
      // A number that names no method arrives as that number.
      const name: unknown = method
      if (name !== 'FAST' && name !== 'ZEROES')
        throw new SimulatedStatus(Code.INVALID_ARGUMENT, `unsupported wipe method ${String(name)}`)
      machine.wipeDevice({ device, dropPartition })
    }
    return { messages: [{}] }
  },
}

/** @throws in Talos' words for a device that is not there, cannot be written or is in use */
function checkDevice(
  machine: SimulatedMachine,
  { device, skipVolumeCheck, skipSecondaryCheck }: BlockDeviceWipeDescriptor__Output,
): void {
  const devices = specsById(machine, 'BlockDevices.block.talos.dev')
  const disks = specsById(machine, 'Disks.block.talos.dev')
  const found = devices.get(device)
  if (!found) throw new SimulatedStatus(Code.NOT_FOUND, `blockdevice ${quoted(device)} not found`)
  const type = asText(found['type'])
  if (type !== 'disk' && type !== 'partition')
    throw new SimulatedStatus(
      Code.INVALID_ARGUMENT,
      `blockdevice ${quoted(device)} is of unsupported type ${quoted(type)}`,
    )
  const parent = type === 'partition' ? asText(found['parent']) : ''
  const disk = disks.get(parent === '' ? device : parent)
  if (disk?.['readonly'] === true) throw inUse(device, 'is read-only')
  if (disk?.['cdrom'] === true) throw inUse(device, 'is a CD-ROM')
  if (!skipSecondaryCheck) {
    const [holders, key, what] =
      type === 'disk'
        ? ([disks, 'secondary_disks', 'disk'] as const)
        : ([devices, 'secondaries', 'blockdevice'] as const)
    for (const [id, spec] of holders)
      if (list(spec[key]).includes(device)) throw inUse(device, `is in use by ${what} ${quoted(id)}`)
  }
  if (!skipVolumeCheck) checkVolumes(machine, device, parent)
}

function checkVolumes(machine: SimulatedMachine, device: string, parent: string): void {
  for (const [id, spec] of specsById(machine, 'VolumeStatuses.block.talos.dev')) {
    const places = [spec['location'], spec['mountLocation']].map((location) => lastPart(asText(location)))
    for (const name of [device, parent])
      if (name !== '' && places.includes(name)) throw inUse(name, `is in use by volume ${quoted(id)}`)
    if (lastPart(asText(spec['parentLocation'])) === device)
      throw inUse(device, `is in use by volume ${quoted(id)}`)
  }
}

function specsById(machine: SimulatedMachine, type: string): Specs {
  return new Map(specsOf(machine, 'runtime', type).map(({ id, spec }) => [id, spec]))
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function inUse(device: string, why: string): SimulatedStatus {
  return new SimulatedStatus(Code.FAILED_PRECONDITION, `blockdevice ${quoted(device)} ${why}`)
}
