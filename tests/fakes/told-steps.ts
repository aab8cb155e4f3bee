import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'
import type { TalosEvent } from '../../main/domain/nodes/talos-port.ts'
import type { Event__Output } from '../../main/talos/generated/machine/Event.ts'
import { PROTOS_DIR } from './wire-client.ts'

/** One step of a sequence as a client was told of it: `phase cleanup start`. */
export interface ToldStep {
  readonly text: string
  readonly actorId: string
}

const MESSAGES = loadSync('machine/machine.proto', {
  includeDirs: [PROTOS_DIR],
  enums: String,
  defaults: true,
})
const KINDS: Readonly<Record<string, string>> = {
  SequenceEvent: 'sequence',
  PhaseEvent: 'phase',
  TaskEvent: 'task',
}

/** Of a frame as plain grpc-js has it; undefined for what is no step. */
export function stepOfFrame(frame: Event__Output): ToldStep | undefined {
  const name = /^talos\/runtime\/(machine\.(\w+))$/.exec(frame.data?.type_url ?? '')
  const kind = KINDS[name?.[2] ?? '']
  const message = MESSAGES[name?.[1] ?? '']
  if (kind === undefined || message === undefined || !('deserialize' in message)) return undefined
  const { deserialize } = message as MessageTypeDefinition<object, Readonly<Record<string, unknown>>>
  const fields = deserialize(frame.data?.value ?? Buffer.alloc(0))
  return step(kind, String(fields[kind]), String(fields['action']).toLowerCase(), frame.actorId)
}

/** Of an event as our own client has it. */
export function stepOfEvent({ payload, actorId }: TalosEvent): ToldStep | undefined {
  if (payload.kind === 'sequence') return step('sequence', payload.sequence, payload.action, actorId)
  if (payload.kind === 'phase') return step('phase', payload.phase, payload.action, actorId)
  return payload.kind === 'task' ? step('task', payload.task, payload.action, actorId) : undefined
}

function step(kind: string, name: string, action: string, actorId: string): ToldStep {
  return { text: `${kind} ${name} ${action}`, actorId }
}

/** A sequence as the steps tell it: `phase: task task`, one line for each phase, in brackets what had no end. */
export function phasesTold(steps: readonly ToldStep[], sequence: string): readonly string[] {
  const begin = steps.findIndex(({ text }) => text === `sequence ${sequence} start`)
  const phases: { readonly name: string; readonly tasks: string[]; open: number; over: boolean }[] = []
  if (begin < 0) return []
  for (const { text } of steps.slice(begin + 1)) {
    const [kind = '', name = '', action = ''] = text.split(' ')
    const last = phases.at(-1)
    if (kind === 'sequence') break
    if (kind === 'phase' && action === 'start') phases.push({ name, tasks: [], open: 0, over: false })
    else if (last === undefined || (kind === 'phase' && last.name !== name))
      throw new Error(`${text} is told outside of its phase`)
    else if (kind === 'phase') last.over = true
    else if (action === 'start') {
      last.tasks.push(name)
      last.open += 1
    } else last.open -= 1
  }
  return phases.map(({ name, tasks, open, over }) => {
    const line = `${name}: ${tasks.join(' ')}`
    return over && open === 0 ? line : `[${line}]`
  })
}
