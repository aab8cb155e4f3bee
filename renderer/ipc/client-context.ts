import { createContext, use } from 'react'
import type { TalosClient } from './talos-client.ts'

export const TalosClientContext = createContext<TalosClient | undefined>(undefined)

/** The client of this window. Throws outside `Providers`, which is a bug. */
export function useTalosClient(): TalosClient {
  const client = use(TalosClientContext)
  if (client === undefined) throw new Error('No TalosClient above this component.')
  return client
}
