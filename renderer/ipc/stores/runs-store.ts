import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Run, RunsItem } from '#contract/runs.ts'
import type { WireError } from '#contract/wire-error.ts'
import { keepOpen } from '../keep-open.ts'
import type { TalosClient } from '../talos-client.ts'

export interface RunsState {
  readonly known: boolean
  /** Newest first. */
  readonly runs: readonly Run[]
  readonly error: WireError | undefined
}

export interface RunsStore extends StoreApi<RunsState> {
  /** Follows every run of this computer until the returned function is called. */
  readonly start: () => () => void
}

const KEPT = 500

export function createRunsStore(client: TalosClient): RunsStore {
  const store = createStore<RunsState>(() => ({ known: false, runs: [], error: undefined }))
  return {
    ...store,
    start: () =>
      keepOpen(
        client,
        'runs.watch',
        { limit: KEPT },
        {
          onSnapshot: (items) => {
            store.setState({ known: true, runs: newestFirst(items.reduce(applyRun, [])), error: undefined })
          },
          onChanges: (items) => {
            store.setState(({ runs }) => ({ runs: newestFirst(items.reduce(applyRun, runs)) }))
          },
          onError: (error) => {
            store.setState({ error })
          },
        },
      ),
  }
}

function applyRun(runs: readonly Run[], item: RunsItem): readonly Run[] {
  if (item.kind === 'gone') return runs.filter((one) => one.id !== item.id)
  const at = runs.findIndex((one) => one.id === item.run.id)
  return at === -1 ? [...runs, item.run] : runs.with(at, item.run)
}

function newestFirst(runs: readonly Run[]): readonly Run[] {
  return runs.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))
}

export function selectRun(id: string | undefined) {
  return (state: RunsState): Run | undefined => state.runs.find((one) => one.id === id)
}

/** Still going on: neither ended nor cut off. */
export function isActive(run: Pick<Run, 'endedAt' | 'outcome'>): boolean {
  return run.endedAt === undefined && run.outcome === undefined
}

/** A confirmed try that nobody has decided: the node goes back by itself. */
export function isOnTrial(run: Pick<Run, 'trial' | 'outcome'>): boolean {
  return run.trial !== undefined && run.trial.decided === undefined && run.outcome === undefined
}

/** The undecided try of a node. While it runs, what the node runs differs from its disk: that is no staging. */
export function selectTrial(context: string, node: string) {
  return (state: RunsState): Run | undefined =>
    state.runs.find((one) => isOnTrial(one) && one.context === context && one.node === node)
}

/** The run that took a node away on purpose, while nothing was done to it since: it was shut down, or erased. */
export function selectPutAway(context: string, node: string) {
  return (state: RunsState): Run | undefined => {
    const last = state.runs.find(
      (one) => one.context === context && one.node === node && one.kind !== 'service',
    )
    if (last === undefined || (last.kind !== 'shutdown' && last.kind !== 'reset')) return undefined
    const isAway = last.verdict.some(({ fact, outcome }) => fact === 'api' && outcome === 'proven')
    return isAway && last.endedAt !== undefined ? last : undefined
  }
}

/** What an erased node showed when it was back; a shut-down one shows nothing. */
export function awayAs(
  run: Run | undefined,
): { readonly since: string; readonly how: 'off' | 'maintenance' } | undefined {
  if (run?.endedAt === undefined) return undefined
  const shows = run.verdict.find(({ fact }) => fact === 'api')?.found
  return { since: run.endedAt, how: shows === 'maintenance' ? 'maintenance' : 'off' }
}

/** A try of a node that went on without this app: the node goes back by itself, and nobody has looked yet. */
export function selectLostTrial(context: string, node: string) {
  return (state: RunsState): Run | undefined =>
    state.runs.find(
      (one) =>
        one.outcome === 'interrupted' &&
        one.endedAt === undefined &&
        one.trial !== undefined &&
        one.context === context &&
        one.node === node,
    )
}

/** The run that holds a node now, if any: its own, or one that goes over several. */
export function selectActiveRun(context: string, node: string) {
  return (state: RunsState): Run | undefined =>
    state.runs.find((one) => isActive(one) && one.context === context && isAbout(one, node))
}

function isAbout(run: Pick<Run, 'node' | 'nodes'>, node: string): boolean {
  return run.node === node || run.nodes?.some((one) => one.node === node) === true
}
