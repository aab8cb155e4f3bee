import { RunId } from '#contract/names.ts'
import {
  Run as RunSchema,
  type Run,
  type RunAnswer,
  type RunOutcome,
  type VerdictRow,
} from '#contract/runs.ts'
import type { WireError } from '#contract/wire-error.ts'
import { toInstant, type ClockPort } from '../clock-port.ts'
import type { LogPort } from '../log-port.ts'
import type { ClusterLockPort, HeldLock } from './cluster-lock-port.ts'
import { TalosFailure, toWireError } from '../talos-failure.ts'
import type {
  RunControl,
  RunEvent,
  RunHead,
  RunJournalPort,
  RunRequest,
  RunsPort,
  StampedRunEvent,
} from './run-port.ts'
import { applyRunEvent, beginRun, interruptRun, isOpen } from './run-state.ts'
import { createRunFeed, type RunFilter, type RunsStreamEvent } from './run-feed.ts'

/** Runs kept in memory, as many as the journal keeps on disk. */
export const RUNS_KEPT = 1000

/** Milliseconds that bodies get to let go of their connections when the app ends. */
const CLOSING_GRACE = 3_000

/** What the node looks like now, read for a run that was cut off. */
export interface Observation {
  readonly rows: readonly VerdictRow[]
  readonly outcome: RunOutcome
}

/** Close an interrupted run as it is, or write down what `observe` reads. Neither repeats a step. */
type Settlement =
  | { readonly how: 'close' }
  | { readonly how: 'observe'; readonly observe: (run: Run) => Promise<Observation> }

export interface RunEngine extends RunsPort {
  /** Reads the journal; every run without an end is `interrupted` from then on. Call once, before anything starts. */
  load(): Promise<void>
  /** Snapshot (newest last, at most `limit`), `ready`, then changes; several changes of one run may come as one. */
  watch(filter: RunFilter, signal: AbortSignal): AsyncIterable<RunsStreamEvent>
  /** Throws `run-not-found`. */
  get(id: string): Run
  /** Oldest first. */
  list(context?: string): readonly Run[]
  /** Whether a run is known here and has its end. */
  readonly isOver: (id: string) => boolean
  /** The run that holds the cluster, through whichever of its contexts. */
  holder(context: string): Run | undefined
  /** Resolves when no run goes any more, of this context or at all. */
  idle(context?: string): Promise<void>
  /**
   * Asks a run to stop between two steps, or after the node under way. Throws `run-not-found`; `conflict` when it
   * cannot be stopped any more.
   */
  stop(id: string, when?: 'now' | 'after-node'): void
  /** Answers the question that a run asks. Throws `run-not-found`; `conflict` when it is not asked (any more). */
  answer(id: string, questionId: string, answer: RunAnswer): void
  /** Throws `run-not-found`; `conflict` when the run is not interrupted or was settled already. */
  settle(id: string, settlement: Settlement): Promise<void>
  /** The app ends: bodies are aborted and their runs stay without an end, so the next start shows them interrupted. */
  close(): Promise<void>
}

export interface RunEngineParts {
  readonly journal: RunJournalPort
  readonly clock: ClockPort
  readonly newId: () => string
  /** Name of the person at this computer, for the task log. */
  readonly who: string
  readonly log: LogPort
  /** What two contexts of one cluster have in common. When absent, each context is a cluster of its own. */
  readonly clusterOf?: (context: string) => string
  /** Against other instances of the app on this computer. */
  readonly locks?: ClusterLockPort
}

interface ActiveRun {
  readonly id: string
  readonly context: string
  readonly cluster: string
  readonly exclusive: boolean
  readonly ended: AbortController
  stop: 'now' | 'after-node' | undefined
  answer: { readonly questionId: string; readonly answer: RunAnswer } | undefined
  decision: 'keep' | 'revert' | undefined
  onDecision: ((decision: 'keep' | 'revert') => void) | undefined
  readonly finished: Promise<void>
  readonly finish: () => void
}

/** After one of these the body does something that must be on disk first; if it cannot be written, the run ends. */
const GATES: ReadonlySet<RunEvent['kind']> = new Set(['planned', 'expected', 'step-started', 'trial'])

export function createRunEngine(parts: RunEngineParts): RunEngine {
  const { journal, clock, log, clusterOf = (context: string) => context } = parts
  const runs = new Map<string, Run>()
  const active = new Map<string, ActiveRun>()
  const settling = new Set<string>()
  const feed = createRunFeed()

  function show(run: Run): void {
    runs.set(run.id, run)
    feed.publish({ kind: 'run', run })
    for (const [id, old] of runs) {
      if (runs.size <= RUNS_KEPT) break
      if (isOpen(old)) continue
      runs.delete(id)
      feed.publish({ kind: 'gone', id: old.id }, old.context)
    }
  }

  function get(id: string): Run {
    const run = runs.get(id)
    if (run === undefined) throw new TalosFailure('run-not-found', `There is no run ${id}.`)
    return run
  }

  function holder(context: string): Run | undefined {
    const cluster = clusterOf(context)
    const holding = [...active.values()].find((run) => run.exclusive && run.cluster === cluster)
    return holding === undefined ? undefined : runs.get(holding.id)
  }

  async function record(id: string, event: RunEvent): Promise<void> {
    const stamped = { at: toInstant(clock.now()), event }
    try {
      await journal.append(id, stamped)
    } catch (error) {
      log.error('run-journal-append-failed', error, { run: id, event: event.kind })
      if (GATES.has(event.kind)) throw error
    }
    show(applyRunEvent(get(id), stamped))
  }

  async function drive(
    run: ActiveRun,
    body: (control: RunControl) => AsyncIterable<RunEvent>,
  ): Promise<void> {
    try {
      for await (const event of body(controlOf(run))) {
        await record(run.id, event)
        if (event.kind === 'verdict' || run.ended.signal.aborted) return
      }
      throw new Error(`Run ${run.id} came to an end without a verdict.`)
    } catch (error) {
      if (run.ended.signal.aborted) return
      if (!(error instanceof TalosFailure)) log.error('run-failed', error, { run: run.id })
      await record(run.id, failedWith(get(run.id), toWireError(error)))
    }
  }

  async function start(
    request: RunRequest,
    body: (control: RunControl) => AsyncIterable<RunEvent>,
  ): Promise<string> {
    const { exclusive, stoppable, ...known } = request
    const held = exclusive ? holder(request.context) : undefined
    if (held !== undefined) {
      throw new TalosFailure('run-active', `${held.hostname} is in a run since ${held.startedAt}.`, {
        node: held.node,
      })
    }
    const id = RunId.parse(parts.newId())
    const head: RunHead = { ...known, id, who: parts.who, startedAt: toInstant(clock.now()) }
    const run = newActiveRun(id, request, clusterOf(request.context))
    // The place is taken before the first await, so two clicks cannot both get it.
    active.set(id, run)
    runs.set(id, beginRun(head, stoppable))
    let lock: HeldLock | undefined
    try {
      if (exclusive) {
        lock = await parts.locks?.take(run.cluster, { runId: id, who: parts.who, at: head.startedAt })
      }
      await journal.begin(head)
    } catch (error) {
      active.delete(id)
      runs.delete(id)
      await lock?.release()
      run.finish()
      throw error
    }
    show(get(id))
    if (lock?.stale !== undefined) {
      log.warn('cluster-lock-taken-over', { run: id, stale: lock.stale })
      await record(id, { kind: 'output', text: `lock taken over: ${lock.stale}` })
    }
    void drive(run, body)
      .catch((error: unknown) => log.error('run-driver-failed', error, { run: id }))
      .finally(async () => {
        active.delete(id)
        await lock
          ?.release()
          .catch((error: unknown) => log.error('cluster-lock-not-freed', error, { run: id }))
        run.finish()
      })
    return id
  }

  function decide(id: string, decision: 'keep' | 'revert'): void {
    const run = active.get(id)
    const trial = runs.get(id)?.trial
    if (run === undefined || trial === undefined || trial.decided !== undefined) {
      throw new TalosFailure('run-not-found', `Run ${id} is not in a try.`)
    }
    run.decision ??= decision
    run.onDecision?.(run.decision)
  }

  function stop(id: string, when: 'now' | 'after-node' = 'now'): void {
    const shown = get(id)
    const run = active.get(id)
    if (run === undefined || !shown.stoppable) {
      throw new TalosFailure('conflict', `Run ${id} cannot be stopped.`)
    }
    // Who asked to stop at once does not take it back by asking for less.
    run.stop = run.stop === 'now' ? 'now' : when
    show({ ...shown, stopping: run.stop })
  }

  function answer(id: string, questionId: string, said: RunAnswer): void {
    const asked = get(id).question
    const run = active.get(id)
    if (run === undefined || asked?.id !== questionId) {
      throw new TalosFailure('conflict', `Run ${id} does not ask this any more.`)
    }
    run.answer = { questionId, answer: said }
  }

  async function settle(id: string, settlement: Settlement): Promise<void> {
    const run = get(id)
    if (!isOpen(run) || active.has(id) || settling.has(id)) {
      throw new TalosFailure('conflict', `Run ${id} is not waiting to be settled.`, { node: run.node })
    }
    settling.add(id)
    try {
      const seen: Observation =
        settlement.how === 'close'
          ? { rows: run.verdict, outcome: 'interrupted' }
          : await settlement.observe(run)
      await record(id, { kind: 'verdict', rows: seen.rows, outcome: seen.outcome })
    } finally {
      settling.delete(id)
    }
  }

  return {
    start,
    decide,
    stop,
    answer,
    settle,
    get,
    holder,
    isOver: (id) => runs.get(id)?.endedAt !== undefined,
    list: (context) => [...runs.values()].filter((run) => context === undefined || run.context === context),
    watch: (filter, signal) => feed.watch([...runs.values()], filter, signal),
    async idle(context) {
      const going = (): ActiveRun[] =>
        [...active.values()].filter((run) => context === undefined || run.context === context)
      while (going().length > 0) await Promise.all(going().map((run) => run.finished))
    },
    async load() {
      for (const { head, events } of await journal.load()) {
        const run = foldRun(head, events)
        if (run === undefined) log.warn('run-journal-not-understood', { run: head.id })
        else runs.set(run.id, isOpen(run) ? interruptRun(run) : run)
      }
    },
    async close() {
      const bodies = [...active.values()]
      for (const run of bodies) run.ended.abort(new TalosFailure('cancelled', 'Ichor is closing.'))
      const patience = new AbortController()
      const grace = clock.sleep(CLOSING_GRACE, patience.signal).catch(() => undefined)
      await Promise.race([Promise.all(bodies.map((run) => run.finished)), grace])
      patience.abort()
    },
  }
}

/** `undefined` for what another version wrote, or a disk spoilt: one such run must not hide all others. */
function foldRun(head: RunHead, events: readonly StampedRunEvent[]): Run | undefined {
  try {
    return RunSchema.safeParse(events.reduce(applyRunEvent, beginRun(head, false))).data
  } catch {
    return undefined
  }
}

function newActiveRun(id: string, request: RunRequest, cluster: string): ActiveRun {
  let finish = (): void => undefined
  const finished = new Promise<void>((resolve) => (finish = resolve))
  return {
    id,
    context: request.context,
    cluster,
    exclusive: request.exclusive,
    ended: new AbortController(),
    stop: undefined,
    answer: undefined,
    decision: undefined,
    onDecision: undefined,
    finished,
    finish,
  }
}

function controlOf(run: ActiveRun): RunControl {
  const { signal } = run.ended
  return {
    id: run.id,
    signal,
    stopRequested: () => run.stop === 'now',
    stopAfterNode: () => run.stop !== undefined,
    takeAnswer(questionId) {
      const given = run.answer
      if (given?.questionId !== questionId) return undefined
      run.answer = undefined
      return given.answer
    },
    decision: () =>
      new Promise((resolve, reject) => {
        run.onDecision = resolve
        if (run.decision !== undefined) resolve(run.decision)
        const onAbort = (): void => reject(signal.reason as Error)
        if (signal.aborted) onAbort()
        else signal.addEventListener('abort', onAbort, { once: true })
      }),
  }
}

/** The end of a run whose body threw: what was expected stays, unproven. */
function failedWith(run: Run, error: WireError): RunEvent {
  return { kind: 'verdict', rows: run.verdict, outcome: 'failed', error }
}
