import { Code, SimulatedStatus } from '../machine-api.ts'
import type { StorageServiceHandlers } from '../../talos/generated/storage/StorageService.ts'
import type { TimeServiceHandlers } from '../../talos/generated/time/TimeService.ts'
import type { CallContext, Methods } from './call.ts'
import { asText, specsOf, systemDisk } from './machine-facts.ts'
import { secondsAndNanos } from './wire-values.ts'

const DISK_TYPES: Readonly<Record<string, 'SSD' | 'HDD' | 'NVME' | 'SD' | 'CD'>> = {
  nvme: 'NVME',
  mmc: 'SD',
}

export const storageMethods: Methods<StorageServiceHandlers> = {
  Disks(_request, { machine }) {
    const system = systemDisk(machine)
    const disks = specsOf(machine, 'runtime', 'Disks.block.talos.dev').map(({ id, spec }) => ({
      deviceName: asText(spec['dev_path']),
      name: id,
      size: Number(spec['size'] ?? 0),
      model: asText(spec['model']),
      serial: asText(spec['serial']),
      modalias: asText(spec['modalias']),
      uuid: asText(spec['uuid']),
      wwid: asText(spec['wwid']),
      busPath: asText(spec['bus_path']),
      subsystem: asText(spec['sub_system']),
      readonly: spec['readonly'] === true,
      systemDisk: id === system,
      type: spec['cdrom'] === true ? ('CD' as const) : typeOf(spec),
    }))
    return { messages: [{ disks }] }
  },
}

function typeOf(spec: Readonly<Record<string, unknown>>): 'SSD' | 'HDD' | 'NVME' | 'SD' | 'CD' {
  return DISK_TYPES[asText(spec['transport'])] ?? (spec['rotational'] === true ? 'HDD' : 'SSD')
}

export const timeMethods: Methods<TimeServiceHandlers> = {
  Time(_request, context) {
    const [status] = specsOf(context.machine, 'network', 'TimeServerStatuses.net.talos.dev')
    const servers = status?.spec['timeServers']
    const server = Array.isArray(servers) ? asText(servers[0]) : ''
    return { messages: [timeFrom(server || 'time.cloudflare.com', context)] }
  },
  TimeCheck({ server }, context) {
    if (server === '') throw new SimulatedStatus(Code.INVALID_ARGUMENT, 'ntp server is required')
    return { messages: [timeFrom(server, context)] }
  },
}

function timeFrom(server: string, { machine }: CallContext) {
  const local = machine.clock.now()
  return {
    server,
    localtime: secondsAndNanos(local),
    remotetime: secondsAndNanos(local - (machine.clockSkew ?? 0)),
  }
}
