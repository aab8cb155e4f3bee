import { randomBytes } from 'node:crypto'
import type { MachineEvent } from '../machine-api.ts'
import type { Event } from '../../talos/generated/machine/Event.ts'
import type { EventsRequest__Output } from '../../talos/generated/machine/EventsRequest.ts'
import type { LogsRequest__Output } from '../../talos/generated/machine/LogsRequest.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import type { CallContext, Methods } from './call.ts'
import { findContainer } from './container-list.ts'
import { containerLog, nextContainerLines } from './container-logs.ts'
import { createFrameQueue } from './frames.ts'

/** Talos' chunker reads this much at a time; boundaries fall where they fall. */
const CHUNK = 1024
/** Of the ring of 1000 the oldest few are never replayed. */
const REPLAYABLE = 990
/** Ids of another kind carry no actor (behaviour.md §8.4). */
const WITH_ACTOR: ReadonlySet<MachineEvent['type']> = new Set([
  'SequenceEvent',
  'PhaseEvent',
  'TaskEvent',
  'RestartEvent',
])

/** Everything a node tells while it runs: kernel log, service logs, events. */
export const streamMethods: Methods<MachineServiceHandlers> = {
  async *Dmesg({ follow, tail }, { machine, signal }) {
    const live = createFrameQueue<string>(signal)
    const stop = follow ? machine.onKernelLine((frame) => live.push(frame)) : undefined
    try {
      // From the end on there is nothing until something new comes, and nobody waits for it without `follow`.
      if (!tail) for (const frame of [...machine.kernelLog()]) yield { bytes: Buffer.from(frame) }
      if (follow) for await (const frame of live) yield { bytes: Buffer.from(frame) }
    } finally {
      stop?.()
    }
  },
  async *Logs(request, context) {
    const { namespace, id, follow, tailLines } = request
    const { machine, signal } = context
    if (namespace !== 'system' && id !== 'kubelet') {
      yield* containerLogs(request, context)
      return
    }
    const lines = machine.serviceLog(id)
    const live = createFrameQueue<string>(signal)
    const stop = follow ? machine.onServiceLine(id, (line) => live.push(line)) : undefined
    try {
      // 0 is "none", not "unset": proto3 cannot tell them apart and neither does Talos.
      const tail = tailLines < 0 ? lines : lines.slice(Math.max(0, lines.length - tailLines))
      yield* chunksOf(tail.map((line) => `${line}\n`).join(''))
      if (follow) for await (const line of live) yield* chunksOf(`${line}\n`)
    } finally {
      stop?.()
    }
  },
  LogsContainers: (_request, { machine }) => ({ messages: [{ ids: [...machine.logIds()] }] }),
  async *Events(request, context) {
    const { machine, signal } = context
    const wanted = (event: MachineEvent): boolean =>
      request.withActorId === '' || (WITH_ACTOR.has(event.type) && event.actorId === request.withActorId)
    const replay = replayed(request, context).filter(wanted)
    const live = createFrameQueue<MachineEvent>(signal)
    const stop = machine.onEvent(
      inOrder((event) => {
        if (wanted(event)) live.push(event)
      }),
    )
    try {
      yield { data: { type_url: '', value: Buffer.alloc(0) }, id: createXid(), actorId: request.withActorId }
      for (const event of replay) yield pack(event, context)
      for await (const event of live) yield pack(event, context)
    } finally {
      stop()
    }
  },
}

/**
 * A machine tells what follows from an event (a stage from a sequence) while it is still telling the event, so that a
 * late listener hears them the wrong way round; ids sort as they were published.
 */
function inOrder(listener: (event: MachineEvent) => void): (event: MachineEvent) => void {
  let told: MachineEvent[] = []
  return (event) => {
    told.push(event)
    if (told.length > 1) return
    queueMicrotask(() => {
      const events = told.sort((a, b) => (a.id < b.id ? -1 : 1))
      told = []
      events.forEach(listener)
    })
  }
}

/** Bytes as Data frames of at most 1 KiB; nothing for nothing. */
export function* chunksOf(content: string | Buffer): Generator<{ readonly bytes: Buffer }> {
  const bytes = Buffer.from(content)
  for (let at = 0; at < bytes.length; at += CHUNK) yield { bytes: bytes.subarray(at, at + CHUNK) }
}

async function* containerLogs(
  request: LogsRequest__Output,
  context: CallContext,
): AsyncGenerator<{ readonly bytes: Buffer }> {
  const { id, follow, tailLines } = request
  const { clock } = context.machine
  const found = findContainer(context, request)
  if (found?.containerId === undefined) throw new Error(`container ${JSON.stringify(id)} not found`)
  const lines = containerLog(found, clock.now())
  const tail = tailLines < 0 ? lines : lines.slice(Math.max(0, lines.length - tailLines))
  yield* chunksOf(tail.map((line) => `${line}\n`).join(''))
  if (follow)
    for await (const line of nextContainerLines(found, clock, context.signal)) yield* chunksOf(`${line}\n`)
}

function replayed(
  { tailEvents, tailId, tailSeconds }: EventsRequest__Output,
  { machine }: CallContext,
): readonly MachineEvent[] {
  if (tailId !== '' && tailEvents !== 0)
    throw new Error("WithTailID can't be specified at the same time with WithTailEvents or WithTailDuration")
  if (tailSeconds !== 0 && (tailEvents !== 0 || tailId !== ''))
    throw new Error("WithTailDuration can't be specified at the same time with WithTailEvents or WithTailID")
  const history = machine.eventHistory().slice(-REPLAYABLE)
  if (tailId !== '') {
    if (!/^[0-9a-v]{20}$/.test(tailId)) throw new Error('error parsing tail_id: xid: invalid ID')
    return history.filter(({ id }) => id > tailId)
  }
  if (tailSeconds !== 0) {
    const since = Math.floor(machine.clock.now() / 1000) - tailSeconds
    return history.filter(({ id }) => secondsOfXid(id) >= since)
  }
  if (tailEvents === 0) return []
  return tailEvents < 0 ? history : history.slice(-tailEvents)
}

function pack({ id, actorId, type, payload }: MachineEvent, { protos }: CallContext): Event {
  return {
    data: { type_url: `talos/runtime/machine.${type}`, value: protos.encode(`machine.${type}`, payload) },
    id,
    actorId,
  }
}

const XID_ALPHABET = '0123456789abcdefghijklmnopqrstuv'

/** 12 bytes, time first, in 20 characters of base32hex. */
function createXid(): string {
  const bytes = randomBytes(12)
  bytes.writeUInt32BE(Math.floor(Date.now() / 1000))
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  bits <<= 4n
  let text = ''
  for (let place = 19; place >= 0; place -= 1)
    text += XID_ALPHABET.charAt(Number((bits >> BigInt(place * 5)) & 31n))
  return text
}

function secondsOfXid(id: string): number {
  let bits = 0n
  for (const letter of id.slice(0, 7)) bits = (bits << 5n) | BigInt(XID_ALPHABET.indexOf(letter))
  return Number(bits >> 3n)
}
