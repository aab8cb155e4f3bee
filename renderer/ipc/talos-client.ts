import type { Bridge, MethodName, StreamName } from '#contract/bridge.ts'
import type { Input, Item, Output } from '#contract/index.ts'
import type { Result, WireError } from '#contract/wire-error.ts'

/** What a stream tells its reader. After `onEnd` or `onError` nothing more comes. */
export interface StreamReader<T> {
  /** Items of one frame, in order. `snapshot` until `onReady`, `changes` after. */
  readonly onItems: (items: readonly T[], phase: 'snapshot' | 'changes') => void
  readonly onReady?: () => void
  readonly onEnd?: () => void
  readonly onError?: (error: WireError) => void
}

/** The renderer's only way out. Types come from the contract; nothing here throws. */
export interface TalosClient {
  /** One answer. Aborting `signal` cancels on the wire and resolves to `cancelled`. */
  readonly call: <K extends MethodName>(
    name: K,
    input: Input<K>,
    signal?: AbortSignal,
  ) => Promise<Result<Output<K>>>
  /** Many answers. The returned function closes the stream; it may be called more than once. */
  readonly open: <K extends StreamName>(name: K, input: Input<K>, reader: StreamReader<Item<K>>) => () => void
}

/** `Result` values come from main, which parsed them against the contract; the types are taken on its word. */
export function createTalosClient(bridge: Bridge): TalosClient {
  return {
    async call<K extends MethodName>(name: K, input: Input<K>, signal?: AbortSignal) {
      if (signal?.aborted === true) return failed('cancelled', 'Cancelled.')
      const id = crypto.randomUUID()
      const onAbort = () => {
        bridge.cancel(id)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      try {
        return (await bridge.invoke[name](id, input)) as Result<Output<K>>
      } catch (error) {
        return failed('internal', error instanceof Error ? error.message : 'The call did not come back.')
      } finally {
        signal?.removeEventListener('abort', onAbort)
      }
    },

    open<K extends StreamName>(name: K, input: Input<K>, reader: StreamReader<Item<K>>) {
      const id = crypto.randomUUID()
      let open = true
      bridge.open[name](id, input, (frame) => {
        if (!open) return
        switch (frame.kind) {
          case 'snapshot':
          case 'changes':
            reader.onItems(frame.items as readonly Item<K>[], frame.kind)
            break
          case 'ready':
            reader.onReady?.()
            break
          case 'end':
            open = false
            reader.onEnd?.()
            return
          case 'failed':
            open = false
            reader.onError?.(frame.error)
            return
        }
        // The reader may have closed the stream in the callback above.
        if (isStill(open)) bridge.credit(id, 1)
      })
      return () => {
        if (!open) return
        open = false
        bridge.cancel(id)
      }
    },
  }
}

function isStill(open: boolean): boolean {
  return open
}

function failed(code: 'cancelled' | 'internal', message: string): Result<never> {
  return { ok: false, error: { code, message, retryable: code === 'cancelled' } }
}
