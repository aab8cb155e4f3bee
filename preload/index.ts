import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge, MethodName, StreamFrame, StreamName } from './contract/bridge.ts'
import { methodNames, streamNames } from './contract/bridge.ts'

/**
 * Forwards and does not think: one function per name, and none that takes a name. Ids, aborting and `Result` are the
 * renderer's; checking is main's. Each stream has a port of its own, which main closes with its last frame.
 */
const ports = new Map<string, MessagePort>()

const invoke =
  (name: MethodName) =>
  (id: string, input: unknown): Promise<unknown> =>
    ipcRenderer.invoke(name, id, input)

const open =
  (name: StreamName) =>
  (id: string, input: unknown, onFrame: (frame: StreamFrame) => void): void => {
    const { port1, port2 } = new MessageChannel()
    ports.set(id, port1)
    port1.onmessage = (event: MessageEvent<StreamFrame>) => {
      if (event.data.kind === 'end' || event.data.kind === 'failed') close(id)
      onFrame(event.data)
    }
    ipcRenderer.postMessage(name, { id, input }, [port2])
  }

function close(id: string): void {
  ports.get(id)?.close()
  ports.delete(id)
}

function byName<K extends string, T>(names: readonly K[], make: (name: K) => T): Readonly<Record<K, T>> {
  return Object.freeze(Object.fromEntries(names.map((name) => [name, make(name)]))) as Record<K, T>
}

const bridge: Bridge = {
  invoke: byName(methodNames, invoke),
  open: byName(streamNames, open),
  cancel: (id) => {
    // A stream ends with its port; a call has none, so its id goes over.
    if (ports.has(id)) close(id)
    else ipcRenderer.send('cancel', id)
  },
  credit: (id, frames) => ports.get(id)?.postMessage(frames),
}

contextBridge.exposeInMainWorld('talos', bridge)
