import type {
  Bridge,
  MessageToMain,
  MessageToRenderer,
  MethodName,
  StreamFrame,
  StreamName,
} from '#contract/bridge.ts'
import { methodNames, streamNames } from '#contract/bridge.ts'
import type { ClockPort } from '../../main/domain/clock-port.ts'
import type { LogPort } from '../../main/domain/log-port.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'
import { serveConnection } from '../../main/ipc/serve-connection.ts'

/** Both ends of the border in one process. */
export interface Loopback {
  readonly bridge: Bridge
  /** Sends what no bridge would. */
  readonly sendRaw: (message: unknown) => void
  /** Everything main sent, oldest first. */
  readonly received: readonly MessageToRenderer[]
  /** The window goes away. */
  readonly close: () => void
}

/** Joins a bridge to the served handlers. Each message is cloned as it crosses, as a real host does. */
export function createLoopback(border: {
  readonly handlers: Partial<Handlers>
  readonly log: LogPort
  readonly clock: ClockPort
  readonly onReceived?: (message: MessageToRenderer) => void
}): Loopback {
  const answers = new Map<string, (result: unknown) => void>()
  const frames = new Map<string, (frame: StreamFrame) => void>()
  const received: MessageToRenderer[] = []
  let toMain: (message: unknown) => void = () => undefined
  let onClose = (): void => undefined
  serveConnection(
    { ...border, handlers: whole(border.handlers) },
    {
      send(message) {
        const copy = structuredClone(message)
        received.push(copy)
        border.onReceived?.(copy)
        if (copy.kind === 'answer') answers.get(copy.id)?.(copy.result)
        else frames.get(copy.id)?.(copy.frame)
      },
      onMessage: (listener) => (toMain = listener),
      onClose: (listener) => (onClose = listener),
    },
  )
  const send = (message: MessageToMain): void => toMain(structuredClone(message))
  const invoke = (name: MethodName) => (id: string, input: unknown) =>
    new Promise<unknown>((resolve) => {
      answers.set(id, resolve)
      send({ kind: 'call', id, name, input })
    })
  const open = (name: StreamName) => (id: string, input: unknown, onFrame: (frame: StreamFrame) => void) => {
    frames.set(id, onFrame)
    send({ kind: 'open', id, name, input })
  }
  return {
    bridge: {
      invoke: byName(methodNames, invoke),
      open: byName(streamNames, open),
      cancel: (id) => send({ kind: 'cancel', id }),
      credit: (id, count) => send({ kind: 'credit', id, frames: count }),
    },
    sendRaw: (message) => toMain(structuredClone(message)),
    received,
    close: () => onClose(),
  }
}

function byName<K extends string, T>(names: readonly K[], make: (name: K) => T): Readonly<Record<K, T>> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<K, T>
}

/** Names the test did not give fail as a bug would, with the name in the log. */
function whole(handlers: Partial<Handlers>): Handlers {
  const missing = (name: string) => () => {
    throw new Error(`this test has no handler for ${name}`)
  }
  return { ...byName([...methodNames, ...streamNames], missing), ...handlers }
}
