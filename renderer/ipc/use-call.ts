import { useCallback, useEffect, useRef, useState } from 'react'
import type { MethodName } from '#contract/bridge.ts'
import type { Input, Output } from '#contract/index.ts'
import type { Result, WireError } from '#contract/wire-error.ts'
import { useTalosClient } from './client-context.ts'

export interface CallState<K extends MethodName> {
  readonly busy: boolean
  readonly error: WireError | undefined
  readonly value: Output<K> | undefined
}

/** A call that a person starts (a button). A second run cancels the first; so does leaving the screen. */
export function useAction<K extends MethodName>(
  name: K,
): CallState<K> & {
  readonly run: (input: Input<K>) => Promise<Result<Output<K>>>
  readonly clear: () => void
} {
  const client = useTalosClient()
  const current = useRef<AbortController | undefined>(undefined)
  const [state, setState] = useState<CallState<K>>({ busy: false, error: undefined, value: undefined })
  useEffect(() => () => current.current?.abort(), [])

  const run = useCallback(
    async (input: Input<K>) => {
      current.current?.abort()
      const call = new AbortController()
      current.current = call
      setState((before) => ({ ...before, busy: true, error: undefined }))
      const result = await client.call(name, input, call.signal)
      if (!call.signal.aborted) {
        setState(
          result.ok
            ? { busy: false, error: undefined, value: result.value }
            : { busy: false, error: result.error, value: undefined },
        )
      }
      return result
    },
    [client, name],
  )
  const clear = useCallback(() => {
    setState({ busy: false, error: undefined, value: undefined })
  }, [])
  return { ...state, run, clear }
}

/**
 * A call that a screen makes when it opens, and again when `input` changes or `reload` is called.
 * `input` is compared by its JSON; `undefined` means: do not ask yet.
 */
export function useQuery<K extends MethodName>(
  name: K,
  input: Input<K> | undefined,
): CallState<K> & { readonly reload: () => void } {
  const client = useTalosClient()
  const [round, setRound] = useState(0)
  const key = input === undefined ? undefined : JSON.stringify(input)
  const asked = `${name} ${key ?? ''} ${String(round)}`
  const [answer, setAnswer] = useState<{ readonly for: string; readonly result: Result<Output<K>> }>()

  useEffect(() => {
    if (key === undefined) return
    const call = new AbortController()
    void client.call(name, JSON.parse(key) as Input<K>, call.signal).then((result) => {
      if (!call.signal.aborted) setAnswer({ for: asked, result })
    })
    return () => {
      call.abort()
    }
  }, [client, name, key, asked])

  const reload = useCallback(() => {
    setRound((before) => before + 1)
  }, [])
  const result = answer?.result
  return {
    busy: key !== undefined && answer?.for !== asked,
    // The last answer stays while a new one is on its way, so that the screen does not empty.
    value: result?.ok === true ? result.value : undefined,
    error: result?.ok === false ? result.error : undefined,
    reload,
  }
}
