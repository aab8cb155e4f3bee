import type { KeystoreState } from '#contract/app.ts'

export interface ChangeableState {
  readonly state: () => KeystoreState
  readonly set: (state: KeystoreState) => KeystoreState
  readonly onChange: (listener: (state: KeystoreState) => void) => () => void
}

/** A state that tells its listeners when it changes. */
export function createChangeableState(initial: KeystoreState): ChangeableState {
  let current = initial
  const listeners = new Set<(state: KeystoreState) => void>()
  return {
    state: () => current,
    set(state) {
      current = state
      for (const listener of listeners) listener(state)
      return state
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
