import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, MessagePortMain, WebContents } from 'electron'
import { methodNames, streamNames } from '#contract/bridge.ts'
import type { Result, WireError } from '#contract/wire-error.ts'
import { TalosFailure, toWireError } from '../../domain/talos-failure.ts'
import type { Border, Session } from '../../ipc/serve.ts'
import { createSession } from '../../ipc/serve.ts'
import { isTrustedFrame } from './trusted-frame.ts'

export interface Door {
  readonly ipcMain: Pick<IpcMain, 'handle' | 'removeHandler' | 'on' | 'removeAllListeners'>
  /** May still be on its way: calls wait. */
  readonly border: Promise<Border>
  readonly pageUrl: string
  readonly onRefused: (url: string) => void
}

/**
 * The one door into main. Every name of the contract is registered here and nothing else is; each message is checked
 * for who sent it before anything in it is looked at. A window's session ends with its page: closed, crashed or loaded
 * again.
 */
export function openDoor({ ipcMain, border, pageUrl, onRefused }: Door): Disposable {
  const sessions = new Map<WebContents, Promise<Session>>()

  for (const name of methodNames) {
    ipcMain.handle(name, async (event, id: unknown, input: unknown): Promise<Result<unknown>> => {
      if (!isFromOurPage(event)) return { ok: false, error: refuse(event) }
      const session = await sessionOf(event.sender)
      return session.call(name, typeof id === 'string' ? id : '', input)
    })
  }
  for (const name of streamNames) {
    ipcMain.on(name, (event, message: unknown) => {
      const [port] = event.ports
      if (port === undefined) return
      if (!isFromOurPage(event)) {
        port.postMessage({ kind: 'failed', error: refuse(event) })
        port.close()
        return
      }
      const { id, input } = isRecord(message) ? message : {}
      void sessionOf(event.sender).then((session) => {
        serveStream(session, name, typeof id === 'string' ? id : '', input, port)
      })
    })
  }
  ipcMain.on('cancel', (event, id: unknown) => {
    if (!isFromOurPage(event) || typeof id !== 'string') return
    void sessions.get(event.sender)?.then((session) => session.cancel(id))
  })

  function isFromOurPage(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
    return isTrustedFrame(event.senderFrame, event.sender.mainFrame, pageUrl)
  }

  function refuse(event: IpcMainEvent | IpcMainInvokeEvent): WireError {
    onRefused(event.senderFrame?.url ?? 'a frame that is gone')
    return toWireError(new TalosFailure('untrusted-caller', 'Only the window of Ichor may call this.'))
  }

  function sessionOf(contents: WebContents): Promise<Session> {
    const known = sessions.get(contents)
    if (known !== undefined) return known
    const session = border.then(createSession)
    sessions.set(contents, session)
    const end = (): void => {
      contents.off('did-start-navigation', onNavigation)
      contents.off('render-process-gone', end)
      contents.off('destroyed', end)
      if (sessions.get(contents) === session) sessions.delete(contents)
      void session.then((ended) => ended[Symbol.dispose]())
    }
    const onNavigation = (details: {
      readonly isMainFrame: boolean
      readonly isSameDocument: boolean
    }): void => {
      if (details.isMainFrame && !details.isSameDocument) end()
    }
    contents.on('did-start-navigation', onNavigation)
    contents.once('render-process-gone', end)
    contents.once('destroyed', end)
    return session
  }

  return {
    [Symbol.dispose]() {
      for (const name of methodNames) ipcMain.removeHandler(name)
      for (const name of [...streamNames, 'cancel']) ipcMain.removeAllListeners(name)
      for (const session of sessions.values()) void session.then((ended) => ended[Symbol.dispose]())
      sessions.clear()
    },
  }
}

/** The port is the stream: what comes in is credit, its closing cancels, the last frame closes it. */
function serveStream(
  session: Session,
  name: string,
  id: string,
  input: unknown,
  port: MessagePortMain,
): void {
  let over = false
  port.on('message', ({ data }) => {
    if (typeof data === 'number') session.credit(id, data)
  })
  port.on('close', () => {
    if (!over) session.cancel(id)
    over = true
  })
  session.open(name, id, input, (frame) => {
    if (over) return
    port.postMessage(frame)
    if (frame.kind === 'end' || frame.kind === 'failed') {
      over = true
      port.close()
    }
  })
  port.start()
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
