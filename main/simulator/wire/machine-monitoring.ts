import type { LoadSnapshot } from '../machine-api.ts'
import type { CPUStat } from '../../talos/generated/machine/CPUStat.ts'
import type { DiskStat } from '../../talos/generated/machine/DiskStat.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { NetDev } from '../../talos/generated/machine/NetDev.ts'
import type { Methods } from './call.ts'
import { listContainers } from './container-list.ts'
import { asText, specsOf, systemDisk, uptime } from './machine-facts.ts'
import { processesOf } from './machine-processes.ts'

/** The polled figures, derived from the machine's load so that they agree with each other (behaviour.md §8.5). */
export const monitoringMethods: Methods<MachineServiceHandlers> = {
  LoadAvg(_request, { machine }) {
    const [load1, load5, load15] = machine.load().load
    return { messages: [{ load1, load5, load15 }] }
  },
  Memory(_request, { machine }) {
    const { total, free, available, buffers, cached } = machine.load().memory
    const used = total - free - buffers - cached
    return {
      messages: [
        {
          meminfo: {
            memtotal: total,
            memfree: free,
            memavailable: available,
            buffers,
            cached,
            active: Math.round(used * 0.6 + cached * 0.4),
            inactive: Math.round(cached * 0.6),
            anonpages: Math.round(used * 0.7),
            slab: Math.round(used * 0.1),
            commitlimit: Math.round(total / 2),
            committedas: used,
          },
        },
      ],
    }
  },
  SystemStat(_request, { machine }) {
    const load = machine.load()
    const seconds = uptime(machine, load)
    const [load1] = load.load
    return {
      messages: [
        {
          bootTime: load.bootTime,
          cpuTotal: cpuStat(load, 1),
          cpu: Array.from({ length: machine.spec.cores }, () => cpuStat(load, 1 / machine.spec.cores)),
          contextSwitches: count(seconds * 2600 * machine.spec.cores),
          processCreated: count(1900 + seconds * 3),
          processRunning: Math.max(1, Math.round(load1)),
          processBlocked: 0,
          irqTotal: count(seconds * 900 * machine.spec.cores),
          softIrqTotal: count(seconds * 600 * machine.spec.cores),
        },
      ],
    }
  },
  CPUInfo(_request, { machine }) {
    const [processor] = specsOf(machine, 'hardware', 'Processors.hardware.talos.dev')
    const text = (key: string): string => asText(processor?.spec[key])
    return {
      messages: [
        {
          cpuInfo: Array.from({ length: machine.spec.cores }, (_none, index) => ({
            processor: index,
            vendorId: /amd/i.test(text('manufacturer')) ? 'AuthenticAMD' : 'GenuineIntel',
            modelName: text('productName'),
            cpuMhz: Number(text('bootSpeedMhz')) || Number(text('maxSpeedMhz')),
            cpuCores: machine.spec.cores,
            siblings: machine.spec.cores,
            coreId: String(index),
            physicalId: '0',
          })),
        },
      ],
    }
  },
  CPUFreqStats(_request, { machine }) {
    const [processor] = specsOf(machine, 'hardware', 'Processors.hardware.talos.dev')
    const kilohertz = (key: string): number => Number(processor?.spec[key] ?? 0) * 1000
    const [highest, base] = [kilohertz('maxSpeedMhz'), kilohertz('bootSpeedMhz')]
    const lowest = Math.min(800_000, highest)
    const busy = Math.min(1, machine.load().load[0] / machine.spec.cores)
    return {
      messages: [
        {
          cpuFreqStats: Array.from({ length: machine.spec.cores }, () => ({
            currentFrequency: Math.round(lowest + ((base || highest) - lowest) * busy),
            minimumFrequency: lowest,
            maximumFrequency: highest,
            governor: 'schedutil',
          })),
        },
      ],
    }
  },
  DiskStats(_request, { machine }) {
    const seconds = uptime(machine, machine.load())
    const system = systemDisk(machine)
    const devices = specsOf(machine, 'runtime', 'Disks.block.talos.dev').map(({ id }) =>
      diskStat(id, id === system ? seconds : seconds / 50),
    )
    return { messages: [{ total: totalOf('', devices), devices }] }
  },
  NetworkDeviceStats(_request, { machine }) {
    const seconds = uptime(machine, machine.load())
    const devices = specsOf(machine, 'network', 'LinkStatuses.net.talos.dev').map(({ id, spec }) =>
      netDev(id, spec['operationalState'] === 'down' ? 0 : seconds),
    )
    return { messages: [{ total: totalOf('', devices), devices }] }
  },
  Mounts: (_request, { machine }) => ({
    messages: [
      {
        stats: machine.load().mounts.map(({ filesystem, size, available, mountedOn }) => ({
          filesystem,
          size,
          available,
          mountedOn,
        })),
      },
    ],
  }),
  Processes(_request, context) {
    const pods = listContainers(context, 'k8s.io', 'CRI')
      .filter(({ containerId }) => containerId !== undefined)
      .map(({ info, mib }) => ({ name: info.name ?? '', pid: info.pid ?? 0, mib }))
    return { messages: [{ processes: [...processesOf(context.machine, pods)] }] }
  },
}

function cpuStat({ cpu }: LoadSnapshot, share: number): CPUStat {
  return {
    user: cpu.user * share,
    nice: cpu.nice * share,
    system: cpu.system * share,
    idle: cpu.idle * share,
    iowait: cpu.iowait * share,
    irq: cpu.irq * share,
    softIrq: cpu.softIrq * share,
    steal: cpu.steal * share,
  }
}

/** A disk that has worked for that many seconds at a quiet cluster's pace: etcd writes, little is read. */
function diskStat(name: string, seconds: number): DiskStat {
  const writes = seconds * 14
  const reads = 9000 + seconds * 0.4
  return {
    name,
    readCompleted: count(reads),
    readMerged: count(reads * 0.2),
    readSectors: count(reads * 70),
    readTimeMs: count(reads * 0.3),
    writeCompleted: count(writes),
    writeMerged: count(writes * 0.4),
    writeSectors: count(writes * 24),
    writeTimeMs: count(writes * 1.2),
    ioTimeMs: count(writes * 0.9 + reads * 0.3),
    ioTimeWeightedMs: count(writes * 1.2 + reads * 0.3),
  }
}

function netDev(name: string, seconds: number): NetDev {
  const rate = name === 'lo' ? 4000 : 21_000
  return {
    name,
    rxBytes: count(seconds * rate),
    rxPackets: count((seconds * rate) / 420),
    txBytes: count(seconds * rate * 0.8),
    txPackets: count((seconds * rate * 0.8) / 390),
  }
}

/** Counters only go up and are whole. */
function count(value: number): number {
  return Math.floor(value)
}

function totalOf<Device extends DiskStat | NetDev>(name: string, devices: readonly Device[]): Device {
  const total: Record<string, unknown> = { name }
  for (const device of devices)
    for (const [key, value] of Object.entries(device))
      if (typeof value === 'number') total[key] = Number(total[key] ?? 0) + value
  return total as Device
}
