import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { ClockPort } from '../clock-port.ts'
import type { LifecyclePort, ReadingPort, ServiceInfo } from '../nodes/talos-port.ts'
import type { RunControl, RunEvent } from '../runs/run-port.ts'
import { TalosFailure, isFailure, toWireError } from '../talos-failure.ts'
import { ask, valueOf } from './known.ts'
import { duration, runStep, type RunPart, type StepResult } from './run-step.ts'

export interface ServiceRequest {
  readonly node: string
  readonly service: string
  readonly action: 'start' | 'stop' | 'restart'
}

/** Milliseconds a service gets to be as it was asked to be. */
const SETTLES_WITHIN = 3 * 60_000
const LOOK_EVERY = 500
/** A service that runs without a word on its health for this long has no health check (behaviour.md §8.1). */
const CHECKED_WITHIN = 15_000

interface Deps {
  readonly talos: Pick<ReadingPort, 'services'> & Pick<LifecyclePort, 'serviceAction'>
  readonly clock: ClockPort
}

/** Starts, stops or restarts a service, waits until it is so, and says what was found. */
export function runServiceAction(
  request: ServiceRequest,
  { talos, clock }: Deps,
): (control: RunControl) => AsyncGenerator<RunEvent, void, void> {
  const { node, service, action } = request
  return async function* (control) {
    let before: ServiceInfo | undefined
    yield { kind: 'planned', steps: ['act', 'ready'].map((name) => ({ id: name, name })) }
    try {
      before = await find(talos, node, service, control.signal)
      yield { kind: 'expected', rows: rowsOf(request, before, undefined) }
      yield* runStep('act', control, async function* (): RunPart<StepResult<void>> {
        const answer = await talos.serviceAction(node, service, action, control.signal)
        yield { kind: 'output', text: answer }
        return { value: undefined, detail: answer }
      })
      yield* runStep('ready', control, () => settle(request, before, { talos, clock }, control))
    } catch (error) {
      if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
      const outcome: RunOutcome = isFailure(error, 'refused', 'role-too-low', 'not-found')
        ? 'refused'
        : 'failed'
      const found = valueOf(await ask(control.signal, () => find(talos, node, service, control.signal)))
      yield { kind: 'verdict', rows: rowsOf(request, before, found), outcome, error: toWireError(error) }
      return
    }
    const found = await ask(control.signal, () => find(talos, node, service, control.signal))
    const rows = rowsOf(request, before, valueOf(found))
    yield { kind: 'verdict', rows, outcome: outcomeOf(rows) }
  }
}

async function find(
  talos: Deps['talos'],
  node: string,
  service: string,
  signal: AbortSignal,
): Promise<ServiceInfo> {
  const found = (await talos.services(node, signal)).find(({ id }) => id === service)
  if (found === undefined) throw new TalosFailure('not-found', `${node} has no service ${service}.`, { node })
  return found
}

async function* settle(
  request: ServiceRequest,
  before: ServiceInfo | undefined,
  { talos, clock }: Deps,
  { signal }: RunControl,
): RunPart<StepResult<void>> {
  const since = clock.now()
  let told = ''
  let uncheckedSince: number | undefined
  while (clock.now() - since <= SETTLES_WITHIN) {
    // Restarting apid's dependencies may take the connection with it for a moment.
    const now = valueOf(await ask(signal, () => find(talos, request.node, request.service, signal)))
    const moved = request.action !== 'restart' || lastEvent(now) !== lastEvent(before)
    const unchecked = moved && now?.state === 'Running' && now.health.unknown
    uncheckedSince = unchecked ? (uncheckedSince ?? clock.now()) : undefined
    const hasNoCheck = uncheckedSince !== undefined && clock.now() - uncheckedSince >= CHECKED_WITHIN
    if (now !== undefined && isAsAsked(request, before, now, hasNoCheck)) {
      return { value: undefined, detail: duration(clock.now() - since) }
    }
    const detail = now === undefined ? '–' : `${now.state}: ${now.health.message}`
    if (detail !== told) {
      told = detail
      yield { kind: 'step-progress', id: 'ready', detail }
    }
    await clock.sleep(LOOK_EVERY, signal)
  }
  return { value: undefined, state: 'failed', detail: told }
}

/** A restart has happened only when the service has told something new since: healthy now may be healthy still. */
function isAsAsked(
  { action }: ServiceRequest,
  before: ServiceInfo | undefined,
  now: ServiceInfo,
  hasNoCheck: boolean,
): boolean {
  if (action === 'stop') return now.state !== 'Running' && now.state !== 'Stopping'
  const healthy = now.health.unknown ? hasNoCheck : now.health.healthy
  return now.state === 'Running' && healthy && (action === 'start' || lastEvent(now) !== lastEvent(before))
}

function lastEvent(service: ServiceInfo | undefined): string {
  const last = service?.events.at(-1)
  return JSON.stringify([service?.events.length, last?.at, last?.state, last?.message])
}

function rowsOf(
  { action }: ServiceRequest,
  before: ServiceInfo | undefined,
  now: ServiceInfo | undefined,
): VerdictRow[] {
  const up = action !== 'stop'
  const stopped = (state: string): boolean => state !== 'Running' && state !== 'Stopping'
  const state = row('service-state', up ? 'Running' : 'Finished', before?.state, now?.state, (found) =>
    up ? found === 'Running' : stopped(found),
  )
  // Nothing is expected of the health of a service that has no check.
  if (!up || (now ?? before)?.health.unknown === true) return [state]
  return [
    state,
    row('service-health', 'healthy', healthText(before), healthText(now), (found) => found === 'healthy'),
  ]
}

function row(
  fact: string,
  expected: string,
  before: string | undefined,
  found: string | undefined,
  holds: (found: string) => boolean,
): VerdictRow {
  return {
    fact,
    expected,
    outcome: found === undefined ? 'unknown' : holds(found) ? 'proven' : 'differs',
    ...(before === undefined ? {} : { before }),
    ...(found === undefined ? {} : { found, note: 'ServiceList' }),
  }
}

function healthText(service: ServiceInfo | undefined): string | undefined {
  if (service === undefined) return undefined
  if (service.health.unknown) return 'unknown'
  return service.health.healthy ? 'healthy' : `unhealthy: ${service.health.message}`
}

function outcomeOf(rows: readonly VerdictRow[]): RunOutcome {
  if (rows.some(({ outcome }) => outcome === 'differs')) return 'not-ready'
  return rows.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'proven'
}
