import { textField } from '../domain/nodes/spec-fields.ts'
import type {
  Counters,
  NodeVersion,
  ReadingPort,
  ServiceInfo as DomainServiceInfo,
} from '../domain/nodes/talos-port.ts'
import { TalosFailure, isFailure } from '../domain/talos-failure.ts'
import type { CallOptions, Caller } from './call.ts'
import type { Cosi } from './cosi.ts'
import { decodeEvent } from './decode-event.ts'
import { loaderVariable, textsOfVariable } from './efi-variables.ts'
import type { Data__Output } from './generated/common/Data.ts'
import type { CPUStat__Output } from './generated/machine/CPUStat.ts'
import type { ServiceInfo__Output } from './generated/machine/ServiceInfo.ts'
import type { TalosProtos } from './load-protos.ts'
import { createLineSplitter } from './split-lines.ts'
import { toOptionalInstant } from './timestamp.ts'

const BOOT_ID = { namespace: 'runtime', type: 'BootIDs.runtime.talos.dev', id: 'boot-id' } as const
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id'
const KERNEL_CMDLINE = {
  namespace: 'runtime',
  type: 'KernelCmdlines.runtime.talos.dev',
  id: 'cmdline',
} as const
const KERNEL_CMDLINE_FILE = '/proc/cmdline'
const READ_DEADLINE_MS = 30_000

/** The reading half of the port, `route` apart. */
export function createReading(caller: Caller, protos: TalosProtos, cosi: Cosi): Omit<ReadingPort, 'route'> {
  const { machine } = protos

  async function version(node: string, signal: AbortSignal): Promise<NodeVersion> {
    const answer = await caller.unary(node, machine.Version, {}, { signal })
    const { version: info, platform } = only(answer.messages, node, 'Version')
    return { tag: info?.tag ?? '', platform: platform?.name ?? '', arch: info?.arch ?? '' }
  }

  async function readFile(node: string, path: string, signal: AbortSignal): Promise<Buffer> {
    const chunks: Buffer[] = []
    const options = { signal, deadlineMs: READ_DEADLINE_MS }
    for await (const frame of caller.stream(node, machine.Read, { path }, options)) {
      chunks.push(bytesOf(frame, node))
    }
    return Buffer.concat(chunks)
  }

  async function counters(node: string, signal: AbortSignal): Promise<Counters> {
    const options: CallOptions = { signal }
    const [stat, memory, mounts] = await Promise.all([
      caller.unary(node, machine.SystemStat, {}, options),
      caller.unary(node, machine.Memory, {}, options),
      caller.unary(node, machine.Mounts, {}, options),
    ])
    const system = only(stat.messages, node, 'SystemStat')
    const info = only(memory.messages, node, 'Memory').meminfo
    const ephemeral = only(mounts.messages, node, 'Mounts').stats.find((mount) => mount.mountedOn === '/var')
    if (system.cpuTotal === null || info === null) throw incomplete(node, 'SystemStat')
    return {
      ...cpuSeconds(system.cpuTotal),
      memoryTotal: Number(info.memtotal) * 1024,
      memoryAvailable: Number(info.memavailable) * 1024,
      ...(ephemeral === undefined
        ? {}
        : { ephemeral: { size: Number(ephemeral.size), available: Number(ephemeral.available) } }),
      bootTime: Number(system.bootTime),
    }
  }

  return {
    version,
    counters,
    get: (node, key, signal) => cosi.get(node, key, signal),
    list: (node, key, signal) => cosi.list(node, key, signal),
    watch: (node, key, signal) => cosi.watch(node, key, signal),

    async services(node, signal) {
      const answer = await caller.unary(node, machine.ServiceList, {}, { signal })
      return only(answer.messages, node, 'ServiceList').services.map(toService)
    },

    async bootId(node, signal) {
      const resource = await cosi.get(node, BOOT_ID, signal).catch((error: unknown) => {
        // Before 1.14 there is no such type.
        if (isFailure(error, 'unsupported-by-version')) return undefined
        throw error
      })
      const spec = resource?.spec
      if (typeof spec === 'object' && spec !== null && 'bootID' in spec && typeof spec.bootID === 'string') {
        return spec.bootID
      }
      return (await readFile(node, BOOT_ID_FILE, signal)).toString('utf8').trim()
    },

    async kernelCmdline(node, signal) {
      try {
        return textField((await cosi.get(node, KERNEL_CMDLINE, signal))?.spec, 'cmdline')
      } catch (error) {
        // Before 1.11 there is no such type.
        if (!isFailure(error, 'unsupported-by-version')) throw error
        return (await readFile(node, KERNEL_CMDLINE_FILE, signal)).toString('utf8').trim()
      }
    },

    async bootMenu(node, signal) {
      const read = async (
        name: Parameters<typeof loaderVariable>[0],
      ): Promise<readonly string[] | undefined> => {
        try {
          return textsOfVariable(await readFile(node, loaderVariable(name), signal))
        } catch (error) {
          if (isFailure(error, 'not-found')) return undefined
          throw error
        }
      }
      const [entries, next] = await Promise.all([read('LoaderEntries'), read('LoaderEntryDefault')])
      if (entries === undefined && next === undefined) return undefined
      // The menu has lines that are no systems: a restart into the firmware's own set-up.
      const files = (entries ?? []).filter((name) => /^Talos-.+\.efi$/.test(name))
      return { entries: files, ...(next?.[0] === undefined ? {} : { next: next[0] }) }
    },

    async *kernelLog(node, { follow, tail }, signal) {
      for await (const frame of caller.stream(node, machine.Dmesg, { follow, tail }, { signal })) {
        yield bytesOf(frame, node).toString('utf8').replace(/\n$/, '')
      }
    },

    async *serviceLog(node, { id, follow, tailLines }, signal) {
      // Only containers of pods have a slash in their id: `kube-system/coredns-5d…:coredns`.
      const ofPod = id.includes('/')
      const request = {
        namespace: ofPod ? 'k8s.io' : 'system',
        driver: ofPod ? ('CRI' as const) : ('CONTAINERD' as const),
        id,
        follow,
        tailLines,
      }
      const lines = createLineSplitter()
      for await (const frame of caller.stream(node, machine.Logs, request, { signal })) {
        yield* lines.push(bytesOf(frame, node))
      }
      yield* lines.end()
    },

    async logSources(node, signal) {
      const answer = await caller.unary(node, machine.LogsContainers, {}, { signal })
      return only(answer.messages, node, 'LogsContainers').ids
    },

    async *events(node, { tailEvents, actorId }, signal) {
      const request = { tailEvents, ...(actorId === undefined ? {} : { withActorId: actorId }) }
      for await (const frame of caller.stream(node, machine.Events, request, { signal })) {
        const event = decodeEvent(frame, protos)
        if (event !== undefined) yield event
      }
    },
  }
}

/** Asked of one node, an answer has one message (behaviour.md §2.3). */
export function only<Message>(messages: readonly Message[], node: string, method: string): Message {
  const [message] = messages
  if (message === undefined) throw incomplete(node, method)
  return message
}

function incomplete(node: string, method: string): TalosFailure {
  return new TalosFailure('node-error', `${node} answered ${method} with nothing in it.`, { node })
}

/** Up to 1.13 an error in the middle of a stream is a frame of its own (behaviour.md §8.2). */
export function bytesOf(frame: Data__Output, node: string): Buffer {
  const error = frame.metadata?.error ?? ''
  if (error !== '') throw new TalosFailure('node-error', `${node} broke off. It says: ${error}`, { node })
  return frame.bytes
}

/** Guest time is in user and nice already; waiting for the disk is not being busy. */
function cpuSeconds(cpu: CPUStat__Output): Pick<Counters, 'cpuBusy' | 'cpuTotal'> {
  const cpuBusy = cpu.user + cpu.nice + cpu.system + cpu.irq + cpu.softIrq + cpu.steal
  return { cpuBusy, cpuTotal: cpuBusy + cpu.idle + cpu.iowait }
}

function toService(service: ServiceInfo__Output): DomainServiceInfo {
  const { health } = service
  const lastChange = toOptionalInstant(health?.lastChange)
  return {
    id: service.id,
    state: service.state,
    health: {
      unknown: health?.unknown ?? true,
      healthy: health?.healthy ?? false,
      message: health?.lastMessage ?? '',
      ...(lastChange === undefined ? {} : { lastChange }),
    },
    events: (service.events?.events ?? []).map(({ msg, state, ts }) => {
      const at = toOptionalInstant(ts)
      return { message: msg, state, ...(at === undefined ? {} : { at }) }
    }),
  }
}
