import type { ActionCheck, ActionRow, NodeActionPlan, RebootMode } from '#contract/node-actions.ts'
import { toInstant } from '../clock-port.ts'
import { quorumOf } from '../etcd/quorum.ts'
import { TalosFailure } from '../talos-failure.ts'
import { valueOf } from '../upgrades/known.ts'
import { isControlPlane, type NodeFacts } from '../upgrades/node-facts.ts'
import { fingerprint } from '../upgrades/plan.ts'
import { restartWay } from '../upgrades/restart-way.ts'
import { minorsBetween } from '../upgrades/version-table.ts'
import { awayChecks, commonActionChecks, stagedCheck } from './action-checks.ts'
import { podChecks, podsRow, type PodsReading } from './pods-at-stake.ts'
import type { Surroundings } from '../runs/run-in-the-way.ts'

/** Milliseconds a plan holds when nothing moves. */
const PLAN_VALID = 30 * 60_000

export interface ActionPlanParts {
  readonly planId: string
  readonly around: Surroundings
  /** Seconds that earlier runs of this kind took on this node. */
  readonly earlierRuns: readonly number[]
  readonly kubernetes?: PodsReading
}

export interface PreparedReboot {
  readonly plan: NodeActionPlan
  readonly facts: NodeFacts
  readonly mode: RebootMode
  readonly forfeits: boolean
}

export interface PreparedShutdown {
  readonly plan: NodeActionPlan
  readonly facts: NodeFacts
  readonly force: boolean
  readonly forfeits: boolean
}

/** A restart of one node: what stops meanwhile, and who leads etcd then. */
export function planReboot(facts: NodeFacts, mode: RebootMode, parts: ActionPlanParts): PreparedReboot {
  const forfeits = leadsOthers(facts)
  const plan: NodeActionPlan = {
    ...actionFrame(facts, parts),
    kind: 'reboot',
    rows: [
      restartRow(facts, mode),
      ...sameVersionRows(facts),
      ...etcdRows(facts, 'for-a-while'),
      ...kubernetesRows(facts, 'Ready'),
      podsRow(facts, parts.kubernetes, mode === 'force' ? 'pods-killed' : 'pods-stop'),
      { fact: 'data', after: 'all-kept', note: 'unchanged' },
    ],
    preflight: [
      ...commonActionChecks(facts, parts.around),
      ...modeCheck(facts, mode),
      ...stagedCheck(facts),
      ...awayChecks(facts),
      ...podChecks(facts, parts.kubernetes, 'pods-stop'),
    ],
    steps: ['preflight', ...(forfeits ? ['forfeit'] : []), 'reboot', 'answers', 'ready', 'verify'],
    talosctl: `talosctl -n ${facts.node} reboot${mode === 'default' ? '' : ` --mode ${mode}`}`,
    typeHostname: false,
  }
  return { plan, facts, mode, forfeits }
}

/** The node goes off and stays off. Its etcd member stays listed, and counts against the others' quorum. */
export function planShutdown(facts: NodeFacts, force: boolean, parts: ActionPlanParts): PreparedShutdown {
  const forfeits = leadsOthers(facts)
  const plan: NodeActionPlan = {
    ...actionFrame(facts, parts),
    kind: 'shutdown',
    rows: [
      { fact: 'power', before: 'power-on', after: 'power-off', note: 'changes' },
      ...etcdRows(facts, 'until-on-again'),
      ...kubernetesRows(facts, 'NotReady'),
      podsRow(facts, parts.kubernetes, force ? 'pods-stop' : 'pods-drained'),
      { fact: 'data', after: 'all-kept', note: 'unchanged' },
    ],
    preflight: [
      ...commonActionChecks(facts, parts.around),
      ...stagedCheck(facts),
      ...awayChecks(facts),
      ...podChecks(facts, parts.kubernetes, force ? 'pods-stop' : 'pods-drained'),
    ],
    steps: ['preflight', ...(forfeits ? ['forfeit'] : []), 'shutdown', 'silent', 'verify'],
    talosctl: `talosctl -n ${facts.node} shutdown${force ? ' --force' : ''}`,
    typeHostname: false,
  }
  return { plan, facts, force, forfeits }
}

export function actionFrame(
  facts: NodeFacts,
  { planId, around, earlierRuns }: ActionPlanParts,
): Pick<NodeActionPlan, 'planId' | 'node' | 'hostname' | 'computedAt' | 'validUntil' | 'estimateSeconds'> {
  const sorted = earlierRuns.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  return {
    planId,
    node: facts.node,
    hostname: valueOf(facts.hostname) ?? facts.node,
    computedAt: toInstant(around.now),
    validUntil: toInstant(around.now + PLAN_VALID),
    ...(median === undefined ? {} : { estimateSeconds: median }),
  }
}

/** The leader of more than one: it hands the lead over before it goes. */
export function leadsOthers({ etcd }: NodeFacts): boolean {
  if (!etcd?.known) return false
  const { members, status } = etcd.value
  return members.length > 1 && status.leaderId === status.memberId
}

/** Why a plan may not be started any more. `inputs`: its fingerprint over the facts it was computed from. */
export function throwIfMoved(plan: NodeActionPlan, before: NodeFacts, now: NodeFacts, clock: number): void {
  const where = { node: plan.node }
  if (clock > Date.parse(plan.validUntil)) {
    throw new TalosFailure('plan-stale', `This plan was computed at ${plan.computedAt}.`, where)
  }
  if (fingerprint(before) !== fingerprint(now)) {
    throw new TalosFailure(
      'plan-stale',
      `${plan.hostname} is no longer as it was at ${plan.computedAt}.`,
      where,
    )
  }
}

/** Throws `plan-blocked` with every check that blocks; those that may be overridden only when they were. */
export function throwIfActionBlocked(
  checks: readonly ActionCheck[],
  node: string,
  overridden: boolean,
): void {
  const blocking = checks.filter(
    ({ outcome, overridable }) => outcome === 'block' && !(overridden && overridable === true),
  )
  if (blocking.length === 0) return
  throw new TalosFailure(
    'plan-blocked',
    blocking.map(({ id, evidence }) => `${id}: ${evidence}`).join('; '),
    { node },
  )
}

function modeCheck({ version }: NodeFacts, mode: RebootMode): readonly ActionCheck[] {
  if (mode !== 'force') return []
  const tag = valueOf(version)?.tag
  if (tag === undefined) return [{ id: 'mode-supported', outcome: 'unknown', evidence: 'Version: –' }]
  // An older node takes the number for the mode it knows and restarts as usual (behaviour.md §7).
  const old = minorsBetween('1.12.0', tag) < 0
  return [{ id: 'mode-supported', outcome: old ? 'block' : 'pass', evidence: `${tag}; FORCE: v1.12` }]
}

/** As the plan of an upgrade says it; a mode that was not told about is not guessed. */
function restartRow(facts: NodeFacts, mode: RebootMode): ActionRow {
  const way = restartWay(facts, mode)
  return way === undefined
    ? { fact: 'restart', note: 'unknown' }
    : { fact: 'restart', after: `restart-${way}`, note: 'changes' }
}

function sameVersionRows({ version, install }: NodeFacts): readonly ActionRow[] {
  const tag = valueOf(version)?.tag
  const staged = valueOf(install)?.staged === true
  return [
    ...(tag === undefined ? [] : [{ fact: 'talos', before: tag, after: tag, note: 'unchanged' } as const]),
    staged
      ? { fact: 'config', before: 'config-active', after: 'config-staged', note: 'changes' }
      : { fact: 'config', before: 'config-active', after: 'config-active', note: 'unchanged' },
  ]
}

/** Members and quorum while this one is away, who leads, and the Kubernetes API where this was the only one. */
export function etcdRows(
  facts: NodeFacts,
  away: 'for-a-while' | 'until-on-again' | 'gone',
): readonly ActionRow[] {
  const { etcd, role } = facts
  if (etcd === undefined || !isControlPlane(valueOf(role) ?? 'unknown')) return []
  if (!etcd.known) return [{ fact: 'etcd-members', note: 'unknown' }]
  const { members, status } = etcd.value
  const count = members.length
  const rest = away === 'gone' ? count - 1 : count
  const started = members.filter((member) => member.started).length
  const leader = members.find(({ id }) => id === status.leaderId)?.hostname
  const leads = status.leaderId === status.memberId
  const rows: ActionRow[] = [
    {
      fact: 'etcd-members',
      before: `${started}/${count}`,
      after: `${Math.max(0, started - 1)}/${rest}, quorum ${rest === 0 ? 0 : quorumOf(rest)}`,
      note: 'changes',
    },
  ]
  if (leader !== undefined) {
    rows.push({
      fact: 'etcd-leader',
      before: leader,
      after: !leads ? leader : count > 1 ? 'leader-elected' : 'leader-none',
      note: leads ? 'changes' : 'unchanged',
    })
  }
  if (count === 1 || quorumOf(count) > started - 1) {
    rows.push({ fact: 'kubernetes-api', before: 'api-answers', after: `api-down-${away}`, note: 'lost' })
  }
  return rows
}

function kubernetesRows({ kubernetesNode }: NodeFacts, after: 'Ready' | 'NotReady'): readonly ActionRow[] {
  const node = valueOf(kubernetesNode)
  if (node === undefined) return []
  const cordoned = node.unschedulable ? ',SchedulingDisabled' : ''
  const before = `${node.ready ? 'Ready' : 'NotReady'}${cordoned}`
  const then = `${after}${cordoned}`
  return [{ fact: 'kubernetes-node', before, after: then, note: before === then ? 'unchanged' : 'changes' }]
}
