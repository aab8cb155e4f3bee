import type { TalosEvent } from '../domain/nodes/talos-port.ts'
import type { ConfigLoadErrorEvent__Output } from './generated/machine/ConfigLoadErrorEvent.ts'
import type { Event__Output } from './generated/machine/Event.ts'
import type { MachineStatusEvent__Output } from './generated/machine/MachineStatusEvent.ts'
import type { PhaseEvent__Output } from './generated/machine/PhaseEvent.ts'
import type { RestartEvent__Output } from './generated/machine/RestartEvent.ts'
import type { SequenceEvent__Output } from './generated/machine/SequenceEvent.ts'
import type { ServiceStateEvent__Output } from './generated/machine/ServiceStateEvent.ts'
import type { TaskEvent__Output } from './generated/machine/TaskEvent.ts'
import type { TalosProtos } from './load-protos.ts'

const TYPE_PREFIX = 'talos/runtime/'
/** Linux reboot(2) magic (behaviour.md §5.6). */
const RESTARTS: ReadonlyMap<number, 'kexec' | 'firmware' | 'off'> = new Map([
  [0x45584543, 'kexec'],
  [0x01234567, 'firmware'],
  [0x4321fedc, 'off'],
])
const ERROR_CODES = { FATAL: 'fatal', LOCKED: 'locked', CANCELED: 'canceled' } as const

/** `undefined` for the empty frame that only says "subscribed" (behaviour.md §8.4). */
export function decodeEvent(frame: Event__Output, protos: TalosProtos): TalosEvent | undefined {
  const url = frame.data?.type_url ?? ''
  if (frame.data === null || url === '') return undefined
  const name = url.startsWith(TYPE_PREFIX) ? url.slice(TYPE_PREFIX.length) : url
  return {
    id: frame.id,
    actorId: frame.actorId,
    payload: payloadOf(name, protos.decode(name, frame.data.value)),
  }
}

/** Stages as resources and the contract write them: lower case, a space for the underscore. */
function stageName(stage: string): string {
  return stage.toLowerCase().replace(/_/g, ' ')
}

function payloadOf(name: string, message: unknown): TalosEvent['payload'] {
  if (message === undefined) return { kind: 'other', type: name }
  // The name says which type the decoder made; the generated types follow it.
  switch (name) {
    case 'machine.SequenceEvent': {
      const { sequence, action, error } = message as SequenceEvent__Output
      const act = { NOOP: 'noop', START: 'start', STOP: 'stop' } as const
      return {
        kind: 'sequence',
        sequence,
        action: act[action],
        ...(error === null ? {} : { error: { code: ERROR_CODES[error.code], message: error.message } }),
      }
    }
    case 'machine.PhaseEvent': {
      const { phase, action } = message as PhaseEvent__Output
      return { kind: 'phase', phase, action: action === 'START' ? 'start' : 'stop' }
    }
    case 'machine.TaskEvent': {
      const { task, action } = message as TaskEvent__Output
      return { kind: 'task', task, action: action === 'START' ? 'start' : 'stop' }
    }
    case 'machine.ServiceStateEvent': {
      const { service, action, message: text } = message as ServiceStateEvent__Output
      // ServiceList writes states with a capital; the enum is in capitals.
      const state = action.charAt(0) + action.slice(1).toLowerCase()
      return { kind: 'service', service, state, message: text }
    }
    case 'machine.MachineStatusEvent': {
      const { stage, status } = message as MachineStatusEvent__Output
      return {
        kind: 'machine-status',
        stage: stageName(stage),
        ready: status?.ready ?? false,
        unmet: (status?.unmetConditions ?? []).map(({ name: unmet, reason }) => ({ name: unmet, reason })),
      }
    }
    case 'machine.RestartEvent': {
      const how = RESTARTS.get(Number((message as RestartEvent__Output).cmd))
      return { kind: 'restart', ...(how === undefined ? {} : { how }) }
    }
    case 'machine.ConfigLoadErrorEvent':
    case 'machine.ConfigValidationErrorEvent':
      return { kind: 'config-error', message: (message as ConfigLoadErrorEvent__Output).error }
    default:
      return { kind: 'other', type: name }
  }
}
