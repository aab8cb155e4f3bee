import { createStore, type StoreApi } from 'zustand/vanilla'
import type { AppState, Settings } from '#contract/app.ts'
import type { WireError } from '#contract/wire-error.ts'
import { keepOpen } from '../keep-open.ts'
import type { TalosClient } from '../talos-client.ts'

export interface AppStoreState {
  /** Absent until main has said. */
  readonly app: AppState | undefined
  readonly error: WireError | undefined
}

export interface AppStore extends StoreApi<AppStoreState> {
  readonly start: () => () => void
  /** Shows the setting at once; main keeps it, and what main keeps is what stays. */
  readonly saveSettings: (settings: Partial<Settings>) => Promise<WireError | undefined>
}

export function createAppStore(client: TalosClient): AppStore {
  const store = createStore<AppStoreState>(() => ({ app: undefined, error: undefined }))

  function showSettings(settings: Partial<Settings>) {
    store.setState(({ app }) =>
      app === undefined ? {} : { app: { ...app, settings: { ...app.settings, ...settings } } },
    )
  }

  return {
    ...store,
    start: () =>
      keepOpen(
        client,
        'app.watch',
        {},
        {
          onSnapshot: (items) => {
            store.setState({ app: items.at(-1), error: undefined })
          },
          onChanges: (items) => {
            store.setState({ app: items.at(-1), error: undefined })
          },
          onError: (error) => {
            store.setState({ error })
          },
        },
      ),
    async saveSettings(settings) {
      const before = store.getState().app?.settings
      showSettings(settings)
      const saved = await client.call('app.save-settings', settings)
      if (saved.ok) {
        showSettings(saved.value)
        return undefined
      }
      if (before !== undefined) showSettings(before)
      return saved.error
    },
  }
}
