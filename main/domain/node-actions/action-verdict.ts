import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { EtcdPort } from '../nodes/talos-port.ts'
import { isFailure, TalosFailure, toWireError } from '../talos-failure.ts'
import type { RunEvent } from '../runs/run-port.ts'
import { ask, unknown, type Known } from '../upgrades/known.ts'
import { REFUSALS, type RunScene } from '../upgrades/run-frame.ts'
import { runStep, type RunPart, type StepResult } from '../upgrades/run-step.ts'
import type { ApiState } from './api-state.ts'

/**
 * The task that ends all services: what a shutdown and a reset do last while anyone can hear (behaviour.md §5.7). That
 * it began is enough: the API is one of the services that it ends.
 */
export const LAST_TASK = 'stopAllServices'

const READ_FROM = {
  services: 'Events',
  api: 'TLS',
  'etcd-listed': 'EtcdMemberList',
  'etcd-leader': 'EtcdStatus',
} as const
type ActionFact = keyof typeof READ_FROM

/** What is expected of a node that does not come back as it was, or not at all. */
export interface Expectation {
  /** Any of these. */
  readonly api?: readonly ApiState[]
  /** 16 hex digits: no longer a member. */
  readonly leaves?: string
  readonly leader: boolean
}

/** What was found, as far as it could be asked. */
export interface Findings {
  readonly servicesStopped: boolean | undefined
  readonly api: ApiState | undefined
  readonly etcd: Known<EtcdSight>
}

/** etcd as another control plane tells it. */
export interface EtcdSight {
  readonly members: readonly string[]
  readonly leader: string | undefined
}

export function expectedActionRows({ api, leaves, leader }: Expectation): readonly VerdictRow[] {
  const row = (fact: ActionFact, expected: string, before?: string): VerdictRow => ({
    fact,
    expected,
    outcome: 'unknown',
    ...(before === undefined ? {} : { before }),
  })
  return [
    ...(api === undefined
      ? []
      : [
          // Where the machine shows itself as erased, its word on the way there adds nothing.
          ...(api.includes('silent') ? [row('services', LAST_TASK)] : []),
          row('api', api.join(', ')),
        ]),
    ...(leaves === undefined ? [] : [row('etcd-listed', 'not listed', leaves)]),
    ...(leader ? [row('etcd-leader', 'one leads')] : []),
  ]
}

/** Lays findings beside what was expected. */
export function judgeActionRows(
  rows: readonly VerdictRow[],
  { servicesStopped, api, etcd }: Findings,
): readonly VerdictRow[] {
  return rows.map((row): VerdictRow => {
    const { fact, expected } = row
    const before = row.before === undefined ? {} : { before: row.before }
    const missing = (note: string): VerdictRow => ({ fact, ...before, expected, outcome: 'unknown', note })
    const found = (value: string, holds: boolean): VerdictRow => ({
      fact,
      ...before,
      expected,
      found: value,
      outcome: holds ? 'proven' : 'differs',
      note: READ_FROM[fact as ActionFact],
    })
    switch (fact as ActionFact) {
      case 'services':
        // Events of a boot go with it: what was not heard is not known.
        return servicesStopped === true ? found(LAST_TASK, true) : missing('Events: –')
      case 'api':
        return api === undefined ? missing('TLS: –') : found(api, expected.split(', ').includes(api))
      case 'etcd-listed': {
        if (!etcd.known) return missing(etcd.reason)
        const listed = etcd.value.members.includes(row.before ?? '')
        return found(listed ? 'listed' : 'not listed', !listed)
      }
      case 'etcd-leader':
        if (!etcd.known) return missing(etcd.reason)
        return found(etcd.value.leader ?? '–', etcd.value.leader !== undefined)
      default:
        return row
    }
  })
}

/** A node that shows itself as expected was done; a member still listed is a difference that has a next step. */
export function actionOutcome(rows: readonly VerdictRow[]): RunOutcome {
  const of = (fact: ActionFact): VerdictRow['outcome'] | undefined =>
    rows.find((row) => row.fact === fact)?.outcome
  const scheduling = rows.find(({ fact }) => fact === 'kubernetes-node')?.outcome
  if (scheduling !== undefined && scheduling !== 'proven')
    return scheduling === 'unknown' ? 'unknown' : 'failed'
  if (scheduling !== undefined) return 'proven'
  if (of('api') === 'differs') return 'failed'
  if (of('api') === 'unknown') return 'unknown'
  if (of('api') === undefined && of('etcd-listed') === 'differs') return 'failed'
  if (of('api') === undefined && of('etcd-listed') === 'unknown') return 'unknown'
  // Silent without a word before it: the network may be what is gone.
  if (of('services') === 'unknown' && rows.find(({ fact }) => fact === 'api')?.found === 'silent')
    return 'unknown'
  return rows.every(({ outcome }) => outcome === 'proven') ? 'proven' : 'proven-with-differences'
}

/** The first of `addresses` that answers tells who is a member and who leads. */
export async function askEtcd(
  talos: EtcdPort,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<Known<EtcdSight>> {
  let last: Known<EtcdSight> = unknown('no other control plane')
  for (const address of addresses) {
    last = await ask(signal, async () => {
      const [members, status] = await Promise.all([
        talos.etcdMembers(address, signal),
        talos.etcdStatus(address, signal),
      ])
      const leader = members.find(({ id }) => id === status.leaderId)
      return {
        members: members.map(({ id }) => id),
        leader: leader === undefined ? undefined : leader.hostname || leader.id,
      }
    })
    if (last.known) return last
  }
  return last
}

async function verdictOfFailure(
  error: TalosFailure,
  changed: boolean,
  stopped: boolean,
  expected: () => readonly VerdictRow[],
  judge: () => Promise<readonly VerdictRow[]>,
): Promise<RunEvent> {
  const rows = changed ? await judge() : expected()
  if (isFailure(error, 'cancelled') && stopped) return { kind: 'verdict', rows, outcome: 'stopped' }
  const outcome = changed || !isFailure(error, ...REFUSALS) ? 'failed' : 'refused'
  return { kind: 'verdict', rows, outcome, error: toWireError(error) }
}

/**
 * The body of such a run between its plan and its verdict. `steps` calls `changed` once the node is no longer as it
 * was; whatever goes wrong, `judge` reads what there is to read.
 */
export async function* runToActionVerdict(
  scene: RunScene,
  expected: () => readonly VerdictRow[],
  judge: () => Promise<readonly VerdictRow[]>,
  steps: (changed: () => void) => RunPart<void>,
): AsyncGenerator<RunEvent, void, void> {
  const { control } = scene
  let changed = false
  try {
    yield* steps(() => (changed = true))
  } catch (error) {
    if (control.signal.aborted || !(error instanceof TalosFailure)) throw error
    yield await verdictOfFailure(error, changed, control.stopRequested(), expected, judge)
    return
  }
  const rows = yield* runStep('verify', control, async function* (): RunPart<
    StepResult<readonly VerdictRow[]>
  > {
    yield { kind: 'step-progress', id: 'verify', progress: 0 }
    const value = await judge()
    return { value, detail: `${value.filter(({ outcome }) => outcome === 'proven').length}/${value.length}` }
  })
  yield { kind: 'verdict', rows, outcome: actionOutcome(rows) }
}
