import type { NodePlan, PlanOptions, PlanRow, PreflightCheck, UpgradePlan } from '#contract/upgrades.ts'
import { toInstant } from '../clock-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { known, type Known } from './known.ts'
import { kubernetesChecks, podsCheck, type KubernetesReading } from './kubernetes-reading.ts'
import type { NodeFacts } from './node-facts.ts'
import { orderNodes } from './order.ts'
import { fingerprint, hasLifecycle, type PreparedNode } from './plan.ts'
import { kubernetesName, leavingOf, stepsOf, type Leaving } from './plan-steps.ts'
import type { Surroundings } from '../runs/run-in-the-way.ts'
import { clusterChecks, throwIfBlocked } from './preflight.ts'
import { restartWay } from './restart-way.ts'
import type { IsOver } from './run-marks.ts'
import { judgeMixedPaths } from './mixed-path.ts'
import { unsettledOf } from './storage-settled.ts'

/** Milliseconds a plan holds when nothing moves. */
const PLAN_VALID = 30 * 60_000

/** Plan as shown, and what each node's part was computed from; same order. */
export interface PreparedPlan {
  readonly plan: UpgradePlan
  readonly nodes: readonly PreparedNode[]
  /** Volumes that were not whole before; nobody waits for those. */
  readonly unsettled: readonly string[]
  /** What Kubernetes calls each node that it has, by address. */
  readonly kubernetesNames: ReadonlyMap<string, string>
}

export interface ComposeParts {
  readonly planId: string
  readonly kind: UpgradePlan['kind']
  readonly options: PlanOptions
  readonly around: Surroundings
  /** Kubernetes as it was read, or why not; absent where the run has nothing to ask it. */
  readonly kubernetes?: Known<KubernetesReading>
  /** Runs of this task log that have their end: what they left on a node says nothing. */
  readonly isOver: IsOver
}

/** Joins the nodes' plans to one: order, checks of the whole, sum of the estimates. At least one node. */
export function composePlan(prepared: readonly PreparedNode[], parts: ComposeParts): PreparedPlan {
  const { planId, kind, options, around } = parts
  const ordered = orderNodes(judgeMixedPaths(prepared), options.order)
  const nodes = ordered.map((one, at) => withKubernetes(one, parts, at, ordered.length))
  const estimates = nodes.map(({ plan }) => plan.estimateSeconds)
  const known = estimates.filter((seconds) => seconds !== undefined)
  const estimate = known.length === estimates.length ? known.reduce((a, b) => a + b, 0) : undefined
  const plan: UpgradePlan = {
    planId,
    kind,
    nodes: nodes.map((one) => one.plan),
    options,
    preflight: [
      ...clusterChecks({ ...around, estimate }),
      ...(parts.kubernetes === undefined ? [] : kubernetesChecks(parts.kubernetes, parts.isOver)),
    ],
    steps: [],
    ...(estimate === undefined ? {} : { estimateSeconds: estimate }),
    computedAt: toInstant(around.now),
    validUntil: toInstant(around.now + PLAN_VALID),
    talosctl: nodes.map((one) => one.plan.talosctl).join('\n'),
  }
  const storage = parts.kubernetes?.known === true ? parts.kubernetes.value.storage : []
  const names = nodes.flatMap((one) => {
    const name = kubernetesName(one, parts.kubernetes)
    return name === undefined ? [] : [[one.plan.node, name] as const]
  })
  return { plan, nodes, unsettled: unsettledOf(storage), kubernetesNames: new Map(names) }
}

/** The node's stops, how it restarts, and what becomes of its pods. */
function withKubernetes(one: PreparedNode, parts: ComposeParts, at: number, count: number): PreparedNode {
  const { options, kubernetes } = parts
  const context = { options, isLast: at === count - 1, ...(kubernetes === undefined ? {} : { kubernetes }) }
  const steps = [...stepsOf(one, context)]
  const name = kubernetesName(one, kubernetes)
  const leaving = leavingOf(one, context)
  const asks = name !== undefined && kubernetes?.known === true && leaving !== 'unasked'
  const preflight = asks
    ? [...one.plan.preflight, podsCheck(kubernetes.value, name, leaving)]
    : one.plan.preflight
  const mode = at === 0 && options.coldBoot ? 'powercycle' : 'default'
  const rows = [...one.plan.rows, restartRow(one.facts, mode), podsRow(one, leaving, options.drainSeconds)]
  const talosctl = [one.plan.talosctl, ...commandOptions(one.plan, leaving, options.drainSeconds, mode)].join(
    ' ',
  )
  const plan = { ...one.plan, steps, preflight, rows, talosctl }
  const node =
    kubernetes?.known === true ? kubernetes.value.nodes.find((each) => each.name === name) : undefined
  if (node === undefined) return { ...one, plan }
  return { ...one, plan, facts: { ...one.facts, kubernetesImage: known(node.osImage) } }
}

/** Seconds that talosctl waits for a drain when nothing else is said. */
const TALOSCTL_DRAIN = 300

/** What talosctl has to be told beside the image to do the same, where it would do something else by itself. */
function commandOptions(
  { mechanism, from }: NodePlan,
  leaving: Leaving,
  drainSeconds: number,
  mode: 'default' | 'powercycle',
): readonly string[] {
  if (mechanism === 'rollback') return []
  const isNew = mechanism === 'lifecycle'
  return [
    // Where the node has the new calls, talosctl takes them unasked.
    ...(mechanism === 'legacy' && hasLifecycle(from) ? ['--legacy'] : []),
    ...(mode === 'powercycle' ? ['--reboot-mode powercycle'] : []),
    ...(isNew && leaving !== 'drained' ? ['--drain=false'] : []),
    ...(isNew && leaving === 'drained' && drainSeconds !== TALOSCTL_DRAIN
      ? [`--drain-timeout ${drainSeconds}s`]
      : []),
  ]
}

/** kexec, or through the firmware and why; nothing where the node did not tell. */
function restartRow(facts: NodeFacts, mode: 'default' | 'powercycle'): PlanRow {
  const way = restartWay(facts, mode)
  return way === undefined
    ? { fact: 'restart', note: 'unknown' }
    : { fact: 'restart', after: way, note: 'changes' }
}

/** A legacy upgrade drains by itself as well, by Talos' own rules, whatever is wished here (behaviour.md §5.4). */
function podsRow({ plan }: PreparedNode, leaving: Leaving, seconds: number): PlanRow {
  if (leaving === 'drained') return { fact: 'pods', after: leaving, seconds, note: 'changes' }
  const after = plan.mechanism === 'legacy' ? 'node-drains' : leaving
  return { fact: 'pods', after, note: 'changes' }
}

/** Every check of a plan with the node it is about, the cluster's own first. */
export function checksOf(
  plan: UpgradePlan,
): readonly { readonly check: PreflightCheck; readonly node?: NodePlan }[] {
  return [
    ...plan.preflight.map((check) => ({ check })),
    ...plan.nodes.flatMap((node) => node.preflight.map((check) => ({ check, node }))),
  ]
}

/** Throws `plan-blocked` for what blocks, and for what wants a yes that was not given. */
export function throwIfNotAccepted(plan: UpgradePlan, accepted: readonly string[]): void {
  throwIfBlocked(plan.preflight, plan.nodes[0]?.node ?? '')
  for (const { node, preflight } of plan.nodes) throwIfBlocked(preflight, node)
  for (const { check, node } of checksOf(plan)) {
    if (check.accept !== true || accepted.includes(check.id)) continue
    throw new TalosFailure('plan-blocked', `${check.id}: ${check.evidence}`, { node: node?.node })
  }
}

/** Why a plan may not be started any more: its half hour is over, or an input of that node is another one now. */
export function isPlanStale({ plan }: PreparedPlan, now: number): boolean {
  return now > Date.parse(plan.validUntil)
}

export function hasMoved(prepared: PreparedNode, facts: NodeFacts): boolean {
  return fingerprint(facts) !== prepared.inputs
}
