import { useEffect, useReducer } from 'react'
import type { StreamName } from '#contract/bridge.ts'
import type { Input, Item } from '#contract/index.ts'
import type { WireError } from '#contract/wire-error.ts'
import { useTalosClient } from './client-context.ts'
import { keepOpen } from './keep-open.ts'

export interface LatestState<T> {
  readonly latest: T | undefined
  readonly error: WireError | undefined
}

/**
 * A stream whose every item replaces the one before (`nodes.watch-detail`, `services.watch`), kept open while the
 * component is there. `undefined` input: not yet. After a failure `latest` stays and `error` says why it is old.
 */
export function useLatest<K extends StreamName>(name: K, input: Input<K> | undefined): LatestState<Item<K>> {
  const client = useTalosClient()
  const key = input === undefined ? undefined : JSON.stringify(input)
  const [state, dispatch] = useReducer(latestReducer<Item<K>>, { latest: undefined, error: undefined })

  useEffect(() => {
    if (key === undefined) return
    const close = keepOpen(client, name, JSON.parse(key) as Input<K>, {
      onSnapshot: (items) => {
        dispatch({ kind: 'item', item: items.at(-1) })
      },
      onChanges: (items) => {
        dispatch({ kind: 'item', item: items.at(-1) })
      },
      onError: (error) => {
        dispatch({ kind: 'error', error })
      },
    })
    return () => {
      close()
      dispatch({ kind: 'reset' })
    }
  }, [client, name, key])
  return state
}

type LatestEvent<T> =
  | { readonly kind: 'item'; readonly item: T | undefined }
  | { readonly kind: 'error'; readonly error: WireError }
  | { readonly kind: 'reset' }

function latestReducer<T>(state: LatestState<T>, event: LatestEvent<T>): LatestState<T> {
  switch (event.kind) {
    case 'item':
      return { latest: event.item ?? state.latest, error: undefined }
    case 'error':
      return { ...state, error: event.error }
    case 'reset':
      return { latest: undefined, error: undefined }
  }
}
