import type { Context } from '#contract/contexts.ts'
import { selectContext, selectCurrentContext } from '../ipc/stores/contexts-store.ts'
import { selectRun } from '../ipc/stores/runs-store.ts'
import { useContexts, useRuns } from '../ipc/stores/stores-context.ts'
import type { Route } from '../ui/route.ts'

/** The context that the window is about: the address names it, else it is the current one. */
export function useOpenContext(route: Route): Context | undefined {
  const run = useRuns(selectRun(route.at === 'run' ? route.id : undefined))
  const named = contextIn(route) ?? run?.context
  const byName = useContexts(selectContext(named))
  const current = useContexts(selectCurrentContext)
  return named === undefined ? current : byName
}

export function contextIn(route: Route): string | undefined {
  return 'context' in route ? route.context : undefined
}

export function nodeIn(route: Route): string | undefined {
  return 'node' in route ? route.node : undefined
}
