import type { ConnectRecord } from '../../talos/generated/machine/ConnectRecord.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { NetstatRequest__Output } from '../../talos/generated/machine/NetstatRequest.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import { checkFilter, passes } from './bpf.ts'
import type { Methods } from './call.ts'
import { asText, specsOf } from './machine-facts.ts'
import { chunksOf } from './machine-streams.ts'
import { nextFrame, pcapHeader, pcapRecord } from './packets.ts'
import { type Socket, socketsOf } from './sockets.ts'

/** What Talos captures of a frame unless told otherwise. */
const FRAME_SIZE = 4096
/** Milliseconds from one captured frame to the next on a quiet network. */
const FRAME_INTERVAL = 180

/** Sockets and packets. */
export const networkMethods: Methods<MachineServiceHandlers> = {
  Netstat(request, context) {
    const sockets = socketsOf(context).filter((socket) => isAsked(socket, request))
    const withProcess = request.feature?.pid ?? false
    return { messages: [{ connectrecord: sockets.map((socket) => recordOf(socket, withProcess)) }] }
  },
  async *PacketCapture({ interface: name, snapLen, bpfFilter }, context) {
    const { machine, signal } = context
    const link = specsOf(machine, 'network', 'LinkStatuses.net.talos.dev').find(({ id }) => id === name)
    if (!link) throw new SimulatedStatus(Code.NOT_FOUND, `interface ${JSON.stringify(name)} not found`)
    const type = asText(link.spec['type'])
    if (type !== 'ether' && type !== 'loopback')
      throw new SimulatedStatus(Code.INVALID_ARGUMENT, `unsupported link type ${type}`)
    checkFilter(bpfFilter)
    const length = snapLen === 0 ? FRAME_SIZE : snapLen
    yield* chunksOf(pcapHeader(length))
    for (let number = 0; !signal.aborted; number += 1) {
      try {
        await machine.clock.sleep(FRAME_INTERVAL, signal)
      } catch {
        return
      }
      if (link.spec['operationalState'] === 'down') continue
      const frame = nextFrame(context, type === 'loopback', asText(link.spec['hardwareAddr']), number)
      if (frame && passes(bpfFilter, frame)) yield* chunksOf(pcapRecord(frame, length, machine.clock.now()))
    }
  },
}

function isAsked(socket: Socket, { filter, l4proto, netns }: NetstatRequest__Output): boolean {
  const { protocol, remote } = socket
  if (!(l4proto?.[protocol] ?? false)) return false
  const isThere =
    socket.netns === ''
      ? (netns?.hostnetwork ?? false)
      : (netns?.allnetns ?? false) || (netns?.netns ?? []).includes(socket.netns)
  if (!isThere) return false
  if (filter === 'LISTENING') return remote[1] === 0
  return filter === 'CONNECTED' ? remote[1] !== 0 : true
}

function recordOf(socket: Socket, withProcess: boolean): ConnectRecord {
  const { protocol, local, remote, state, inode, pid, program, netns } = socket
  return {
    l4proto: protocol,
    localip: local[0],
    localport: local[1],
    remoteip: remote[0],
    remoteport: remote[1],
    state,
    tr: 'OFF',
    inode,
    ref: 1,
    process: withProcess ? { pid, name: program } : {},
    netns,
  }
}
