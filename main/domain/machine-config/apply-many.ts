import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { WireError } from '#contract/wire-error.ts'
import { assessEtcd } from '../etcd/quorum.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, toWireError } from '../talos-failure.ts'
import { ask } from '../upgrades/known.ts'
import { runStep, throwIfStopped, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import { requireUnmoved } from './apply-preflight.ts'
import { runApply, stepsOf } from './apply-run.ts'
import { expectOf, rowsOf, type ApplyDeps, type ApplyRequest, type ApplyScene } from './apply-scene.ts'

/** Milliseconds that etcd gets to be whole again before the next control plane. */
const ETCD_WITHIN = 5 * 60_000
const LOOK_EVERY = 5_000

/** One node of several, with what its own configuration is kept and judged by. */
export interface ManyPart {
  readonly request: ApplyRequest
  readonly deps: ApplyDeps
  readonly isControlPlane: boolean
}

/**
 * The same change on several nodes, one after the other in one run (behaviour.md §4.2). All are read before anything
 * is sent; each is proven before the next begins; the first that is not proven is the last. Before a further control
 * plane etcd has to be whole, whatever the change costs.
 */
export function runApplyMany(
  parts: readonly ManyPart[],
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  return async function* (control) {
    const rows = new Map<string, readonly VerdictRow[]>(
      parts.map((part) => [part.request.node, rowsAhead(part, control)]),
    )
    const all = (): readonly VerdictRow[] => [...rows.values()].flat()
    yield { kind: 'planned', steps: [{ id: 'preflight', name: 'preflight' }, ...parts.flatMap(plannedOf)] }
    yield { kind: 'expected', rows: all() }
    try {
      yield* runStep('preflight', control, () => checkAll(parts, control))
      for (const [at, part] of parts.entries()) {
        const { node } = part.request
        throwIfStopped(control, node)
        const earlier = parts.slice(0, at).some((one) => one.isControlPlane)
        if (earlier && needsEtcd(part)) {
          yield* runStep(idOf(node, 'etcd'), control, () => awaitEtcd(part, control))
        }
        const end = yield* applyOne(part, control, (found) => {
          rows.set(node, found)
          return all()
        })
        if (end.outcome !== 'proven') {
          const rest = parts.slice(at + 1)
          yield verdictOf(at === 0 ? end.outcome : laterOutcome(end.outcome), end.error, rest)
          return
        }
      }
      yield { kind: 'verdict', rows: all(), outcome: 'proven' }
    } catch (error) {
      if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
      const stopped = error.code === 'cancelled' && control.stopRequested()
      const untouched = parts.filter(({ request }) => isAhead(rows.get(request.node)))
      const refused = untouched.length === parts.length
      yield verdictOf(
        stopped ? 'stopped' : refused ? 'refused' : 'failed',
        stopped ? undefined : toWireError(error),
        untouched,
      )
    }

    function verdictOf(
      outcome: RunOutcome,
      error: WireError | undefined,
      untouched: readonly ManyPart[],
    ): RunEvent {
      for (const { request } of untouched) {
        const ahead = rows.get(request.node) ?? []
        rows.set(
          request.node,
          ahead.map((row) => ({ ...row, note: 'not sent' })),
        )
      }
      return { kind: 'verdict', rows: all(), outcome, ...(error === undefined ? {} : { error }) }
    }
  }
}

function idOf(node: string, step: string): string {
  return `${node}/${step}`
}

function plannedOf(part: ManyPart, at: number): { id: string; name: string; node: string }[] {
  const { node } = part.request
  const names = [...(at > 0 && needsEtcd(part) ? ['etcd'] : []), ...stepsOf(part.request)]
  return names.map((name) => ({ id: idOf(node, name), name, node }))
}

function needsEtcd({ isControlPlane, request }: ManyPart): boolean {
  return isControlPlane && request.mode !== 'staged'
}

function rowsAhead({ request, deps }: ManyPart, control: RunControl): readonly VerdictRow[] {
  const scene: ApplyScene = { ...deps, request, control }
  return rowsOf(scene, expectOf(scene), undefined).map((row) => ({ ...row, node: request.node }))
}

function isAhead(rows: readonly VerdictRow[] | undefined): boolean {
  return (
    rows?.every(
      ({ outcome, found, note }) => outcome === 'unknown' && found === undefined && note === undefined,
    ) === true
  )
}

/** After another node was changed, "refused, nothing changed" would not be true of the run. */
function laterOutcome(outcome: RunOutcome): RunOutcome {
  return outcome === 'refused' ? 'failed' : outcome
}

async function* checkAll(parts: readonly ManyPart[], control: RunControl): RunPart<StepResult<void>> {
  for (const [at, { request, deps }] of parts.entries()) {
    yield { kind: 'step-progress', id: 'preflight', progress: at / parts.length, detail: request.hostname }
    await requireUnmoved({ ...deps, request, control })
  }
  return { value: undefined, detail: `${parts.length}/${parts.length}` }
}

interface End {
  readonly outcome: RunOutcome
  readonly error: WireError | undefined
}

/** A node's own run, its steps and rows marked as its own, its verdict kept back. */
async function* applyOne(
  { request, deps }: ManyPart,
  control: RunControl,
  note: (rows: readonly VerdictRow[]) => readonly VerdictRow[],
): RunPart<End> {
  const { node, hostname } = request
  for await (const event of runApply(request, deps)(control)) {
    switch (event.kind) {
      case 'planned':
        break
      case 'expected':
        yield { kind: 'expected', rows: note(marked(event.rows, node)) }
        break
      case 'step-started':
      case 'step-progress':
      case 'step-ended':
        yield { ...event, id: idOf(node, event.id) }
        break
      case 'output':
        yield { kind: 'output', text: `${hostname}: ${event.text}` }
        break
      case 'verdict':
        yield { kind: 'expected', rows: note(marked(event.rows, node)) }
        return { outcome: event.outcome, error: event.error && { node, ...event.error } }
      case 'trial':
      case 'probe':
      case 'decided':
      case 'boot-timed':
      case 'layers':
      case 'node-started':
      case 'node-ended':
      case 'question':
        yield event
    }
  }
  return { outcome: 'unknown', error: undefined }
}

function marked(rows: readonly VerdictRow[], node: string): readonly VerdictRow[] {
  return rows.map((row) => ({ ...row, node }))
}

async function* awaitEtcd({ request, deps }: ManyPart, control: RunControl): RunPart<StepResult<void>> {
  const { node } = request
  const { talos, clock } = deps
  const id = idOf(node, 'etcd')
  const until = clock.now() + ETCD_WITHIN
  for (;;) {
    const reading = await ask(control.signal, async () => {
      const [members, alarms, status] = await Promise.all([
        talos.etcdMembers(node, control.signal),
        talos.etcdAlarms(node, control.signal),
        talos.etcdStatus(node, control.signal),
      ])
      return { members, alarms, status }
    })
    // Of two members neither may go, and none of them has to here.
    const isPair = reading.known && reading.value.members.length === 2
    const { outcome, evidence } = !reading.known
      ? { outcome: 'block' as const, evidence: reading.reason }
      : isPair
        ? {
            outcome: pairIsWhole(reading.value) ? ('pass' as const) : ('block' as const),
            evidence: '2 members',
          }
        : assessEtcd(reading.value)
    if (outcome !== 'block') return { value: undefined, detail: evidence }
    if (clock.now() >= until) throw new TalosFailure('plan-blocked', `etcd: ${evidence}`, { node })
    yield { kind: 'step-progress', id, detail: evidence }
    await clock.sleep(LOOK_EVERY, control.signal)
  }
}

function pairIsWhole({ members, alarms, status }: Parameters<typeof assessEtcd>[0]): boolean {
  return (
    members.every(({ started, learner }) => started && !learner) &&
    alarms.length === 0 &&
    members.some(({ id }) => id === status.leaderId)
  )
}
