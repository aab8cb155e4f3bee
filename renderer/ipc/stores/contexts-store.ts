import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Context } from '#contract/contexts.ts'
import type { ContextsItem } from '#contract/contexts.ts'
import type { WireError } from '#contract/wire-error.ts'
import { keepOpen } from '../keep-open.ts'
import type { TalosClient } from '../talos-client.ts'

export interface ContextsState {
  /** True once the first snapshot is here. */
  readonly known: boolean
  /** In the order main gives them. */
  readonly contexts: readonly Context[]
  readonly error: WireError | undefined
}

export interface ContextsStore extends StoreApi<ContextsState> {
  /** Follows the contexts until the returned function is called. */
  readonly start: () => () => void
}

export function createContextsStore(client: TalosClient): ContextsStore {
  const store = createStore<ContextsState>(() => ({ known: false, contexts: [], error: undefined }))
  return {
    ...store,
    start: () =>
      keepOpen(
        client,
        'contexts.watch',
        {},
        {
          onSnapshot: (items) => {
            store.setState({ known: true, contexts: items.reduce(applyContext, []), error: undefined })
          },
          onChanges: (items) => {
            store.setState(({ contexts }) => ({ contexts: items.reduce(applyContext, contexts) }))
          },
          onError: (error) => {
            store.setState({ error })
          },
        },
      ),
  }
}

function applyContext(contexts: readonly Context[], item: ContextsItem): readonly Context[] {
  if (item.kind === 'gone') return contexts.filter((one) => one.name !== item.name)
  const at = contexts.findIndex((one) => one.name === item.context.name)
  return at === -1 ? [...contexts, item.context] : contexts.with(at, item.context)
}

export function selectContext(name: string | undefined) {
  return (state: ContextsState): Context | undefined => state.contexts.find((one) => one.name === name)
}

/** The one that was looked at last; after it was forgotten, the first. */
export function selectCurrentContext(state: ContextsState): Context | undefined {
  return state.contexts.find((one) => one.current) ?? state.contexts[0]
}
