import type { MessageToRenderer, MethodName, StreamFrame, StreamName } from '#contract/bridge.ts'
import type { Input, Item, Output } from '#contract/index.ts'
import type { Result, WireError } from '#contract/wire-error.ts'
import type { ClockPort } from '../../main/domain/clock-port.ts'
import type { LogPort } from '../../main/domain/log-port.ts'
import type { Handlers } from '../../main/ipc/handlers.ts'
import { createLoopback } from './ipc-loopback.ts'

/** Longer than anything a test waits for; says what came instead. */
const PATIENCE_MS = 25_000

/** What the page can do, and no more: calls and streams of the contract over one connection. */
export interface AppWindow {
  /** Throws what came back instead of a value, its `WireError` as `cause`. */
  call<K extends MethodName>(name: K, input: Input<K>): Promise<Output<K>>
  /** The `WireError` of a call that must fail. */
  refusal<K extends MethodName>(name: K, input: Input<K>): Promise<WireError>
  open<K extends StreamName>(name: K, input: Input<K>): OpenStream<Item<K>>
  /** The page is gone: closed or reloaded. */
  close(): void
}

export interface OpenStream<T> {
  /** Everything that came, oldest first. */
  readonly items: readonly T[]
  /** How the stream ended: `undefined` while it goes, else with its failure or none. */
  readonly end: { readonly error: WireError | undefined } | undefined
  /** Waits until `found` gives something of what has come; throws when the stream fails or ends before. */
  until<V>(found: (items: readonly T[]) => V | undefined): Promise<V>
  /** Waits for the end; its failure, or `undefined` when it just ended. */
  ended(): Promise<WireError | undefined>
  close(): void
}

let ids = 0

export function createAppWindow(
  border: { readonly handlers: Handlers; readonly log: LogPort; readonly clock: ClockPort },
  crossed: MessageToRenderer[],
): AppWindow {
  const { bridge, close } = createLoopback({
    ...border,
    handlers: border.handlers,
    onReceived: (message) => crossed.push(message),
  })

  async function invoke<K extends MethodName>(name: K, input: Input<K>): Promise<Result<Output<K>>> {
    return (await bridge.invoke[name](`call-${++ids}`, input)) as Result<Output<K>>
  }

  return {
    async call(name, input) {
      const result = await invoke(name, input)
      if (result.ok) return result.value
      const { code, message } = result.error
      throw new Error(`${name}: ${code}: ${message}`, { cause: result.error })
    },
    async refusal(name, input) {
      const result = await invoke(name, input)
      if (result.ok) throw new Error(`${name} answered: ${JSON.stringify(result.value).slice(0, 400)}`)
      return result.error
    },
    open<K extends StreamName>(name: K, input: Input<K>) {
      const id = `stream-${++ids}`
      const stream = createOpenStream<Item<K>>(name, () => bridge.cancel(id))
      bridge.open[name](id, input, (frame) => {
        bridge.credit(id, 1)
        stream.take(frame)
      })
      return stream
    },
    close,
  }
}

function createOpenStream<T>(
  name: string,
  close: () => void,
): OpenStream<T> & { take(frame: StreamFrame): void } {
  const items: T[] = []
  const waiting = new Set<() => void>()
  let end: OpenStream<T>['end']

  function wait<V>(look: () => { readonly value: V } | undefined): Promise<V> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(again)
        reject(
          new Error(
            `${name} never told it; last was ${JSON.stringify(items.at(-1) ?? 'nothing').slice(0, 2000)}`,
          ),
        )
      }, PATIENCE_MS)
      function again(): void {
        try {
          const seen = look()
          if (seen === undefined) return
          resolve(seen.value)
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
        clearTimeout(late)
        waiting.delete(again)
      }
      waiting.add(again)
      again()
    })
  }

  return {
    items,
    get end() {
      return end
    },
    take(frame) {
      if (frame.kind === 'snapshot' || frame.kind === 'changes') items.push(...(frame.items as T[]))
      if (frame.kind === 'end') end = { error: undefined }
      if (frame.kind === 'failed') end = { error: frame.error }
      for (const look of [...waiting]) look()
    },
    until: (found) =>
      wait(() => {
        const value = found(items)
        if (value !== undefined) return { value }
        if (end === undefined) return undefined
        throw new Error(`${name} ended before: ${end.error?.code ?? 'without an error'}`, {
          cause: end.error,
        })
      }),
    ended: () => wait(() => (end === undefined ? undefined : { value: end.error })),
    close,
  }
}
