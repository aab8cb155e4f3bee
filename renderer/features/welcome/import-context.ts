import { createContext, use } from 'react'
import { useStore } from 'zustand'
import type { ImportState, ImportStore } from './import-store.ts'

export const ImportContext = createContext<ImportStore | undefined>(undefined)

export function useImportStore(): ImportStore {
  const store = use(ImportContext)
  if (store === undefined) throw new Error('No import store above this component.')
  return store
}

export function useImports<T>(select: (state: ImportState) => T): T {
  return useStore(useImportStore(), select)
}
