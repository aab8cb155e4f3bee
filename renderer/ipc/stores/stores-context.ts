import { createContext, use } from 'react'
import { useStore } from 'zustand'
import type { TalosClient } from '../talos-client.ts'
import { createAppStore, type AppStore, type AppStoreState } from './app-store.ts'
import { createContextsStore, type ContextsState, type ContextsStore } from './contexts-store.ts'
import { createNodesStore, type NodesState, type NodesStore } from './nodes-store.ts'
import { createRunsStore, type RunsState, type RunsStore } from './runs-store.ts'

/** What several screens share. One set per window, made from its client. */
export interface Stores {
  readonly app: AppStore
  readonly contexts: ContextsStore
  readonly nodes: NodesStore
  readonly runs: RunsStore
}

export function createStores(client: TalosClient): Stores {
  return {
    app: createAppStore(client),
    contexts: createContextsStore(client),
    nodes: createNodesStore(client),
    runs: createRunsStore(client),
  }
}

export const StoresContext = createContext<Stores | undefined>(undefined)

export function useStores(): Stores {
  const stores = use(StoresContext)
  if (stores === undefined) throw new Error('No stores above this component.')
  return stores
}

/** `useNodes(selectNode(address))`: select the least; the component renders again when that changes. */
export function useNodes<T>(select: (state: NodesState) => T): T {
  return useStore(useStores().nodes, select)
}

export function useRuns<T>(select: (state: RunsState) => T): T {
  return useStore(useStores().runs, select)
}

export function useContexts<T>(select: (state: ContextsState) => T): T {
  return useStore(useStores().contexts, select)
}

export function useApp<T>(select: (state: AppStoreState) => T): T {
  return useStore(useStores().app, select)
}
