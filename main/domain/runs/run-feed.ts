import type { Run, RunsItem } from '#contract/runs.ts'

export interface RunFilter {
  readonly context?: string | undefined
  readonly limit: number
}

/** Same shape as a stream handler's events (`main/ipc/handlers.ts`). */
export type RunsStreamEvent =
  | { readonly kind: 'snapshot'; readonly item: RunsItem }
  | { readonly kind: 'ready' }
  | { readonly kind: 'change'; readonly item: RunsItem }

interface Watcher {
  readonly context: string | undefined
  readonly pending: Map<string, RunsItem>
  wake: () => void
}

/** Tells watchers about runs. A slow reader gets the newest state of each run once, not every step of it. */
export function createRunFeed() {
  const watchers = new Set<Watcher>()

  function publish(item: RunsItem, context?: string): void {
    const id = item.kind === 'run' ? item.run.id : item.id
    const of = item.kind === 'run' ? item.run.context : context
    for (const watcher of watchers) {
      if (watcher.context !== undefined && watcher.context !== of) continue
      watcher.pending.set(id, item)
      watcher.wake()
    }
  }

  async function* watch(
    runs: readonly Run[],
    filter: RunFilter,
    signal: AbortSignal,
  ): AsyncGenerator<RunsStreamEvent, void, void> {
    const watcher: Watcher = { context: filter.context, pending: new Map(), wake: () => undefined }
    const onAbort = () => watcher.wake()
    watchers.add(watcher)
    signal.addEventListener('abort', onAbort)
    try {
      const shown = runs.filter((run) => filter.context === undefined || run.context === filter.context)
      for (const run of shown.slice(-filter.limit)) yield { kind: 'snapshot', item: { kind: 'run', run } }
      yield { kind: 'ready' }
      while (!signal.aborted) {
        const [next] = watcher.pending
        if (next === undefined) {
          await new Promise<void>((resolve) => {
            watcher.wake = resolve
          })
          continue
        }
        watcher.pending.delete(next[0])
        yield { kind: 'change', item: next[1] }
      }
    } finally {
      watchers.delete(watcher)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return { publish, watch }
}
