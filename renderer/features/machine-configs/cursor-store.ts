import { createStore, type StoreApi } from 'zustand/vanilla'
import type { TextPosition } from '#contract/wire-error.ts'

/** Where the cursor is. A store of its own: it moves with every key, and only two small parts of the page care. */
export type CursorStore = StoreApi<TextPosition>

export function createCursorStore(start: TextPosition): CursorStore {
  return createStore<TextPosition>(() => start)
}
