import type { MessageToMain, MessageToRenderer } from '#contract/bridge.ts'
import type { Border } from './serve.ts'
import { createSession } from './serve.ts'

/** A pipe to one window that keeps order. Messages in are whatever the other end sent. */
export interface Connection {
  send(message: MessageToRenderer): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

/** Serves the contract over one pipe until it closes; a closed window aborts all it had running. */
export function serveConnection(border: Border, connection: Connection): Disposable {
  const session = createSession(border)
  let open = true
  const send = (message: MessageToRenderer): void => {
    if (open) connection.send(message)
  }
  const close = (): void => {
    open = false
    session[Symbol.dispose]()
  }
  connection.onClose(close)
  connection.onMessage((raw) => {
    const message = toMessage(raw)
    if (message === undefined) {
      border.log.warn('ipc.unreadable-message')
      return
    }
    const { id } = message
    switch (message.kind) {
      case 'call':
        void session
          .call(message.name, id, message.input)
          .then((result) => send({ kind: 'answer', id, result }))
        return
      case 'open':
        session.open(message.name, id, message.input, (frame) => send({ kind: 'frame', id, frame }))
        return
      case 'cancel':
        session.cancel(id)
        return
      case 'credit':
        session.credit(id, message.frames)
        return
    }
  })
  return { [Symbol.dispose]: close }
}

/** The envelope only; what is inside `input` the contract checks. */
function toMessage(raw: unknown): MessageToMain | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined
  const { kind, id, name, input, frames } = raw as Record<string, unknown>
  if (typeof id !== 'string') return undefined
  if (kind === 'call' || kind === 'open')
    return typeof name === 'string' ? { kind, id, name, input } : undefined
  if (kind === 'cancel') return { kind, id }
  if (kind === 'credit' && typeof frames === 'number') return { kind, id, frames }
  return undefined
}
