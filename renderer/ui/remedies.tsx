import { createContext, use } from 'react'
import type { Remedy, WireError } from '#contract/wire-error.ts'

/**
 * What the app can do about a remedy from anywhere (open the import, diagnostics, the lock). A screen that can do
 * more (try again, read again) gives `ErrorNote` its own; `undefined` takes one away where it makes no sense.
 */
export type RemedyActions = Readonly<Partial<Record<Remedy, ((error: WireError) => void) | undefined>>>

export const RemedyContext = createContext<RemedyActions>({})

export function useRemedies(own: RemedyActions | undefined): RemedyActions {
  const everywhere = use(RemedyContext)
  return own === undefined ? everywhere : { ...everywhere, ...own }
}
