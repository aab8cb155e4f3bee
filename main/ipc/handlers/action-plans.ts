import { RunId, type ContextName, type NodeRef } from '#contract/names.ts'
import type { NodeActionPlan } from '#contract/node-actions.ts'
import type { Run } from '#contract/runs.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import { lookAtApi } from '../../domain/node-actions/api-state.ts'
import { awaySafely } from '../../domain/node-actions/away-safely.ts'
import { gatherDiskFacts } from '../../domain/node-actions/disk-facts.ts'
import { forfeitLeadership } from '../../domain/node-actions/going-away.ts'
import {
  planReboot,
  planShutdown,
  throwIfActionBlocked,
  throwIfMoved,
  type ActionPlanParts,
} from '../../domain/node-actions/plan-action.ts'
import type { PodsReading } from '../../domain/node-actions/pods-at-stake.ts'
import { planRemoval } from '../../domain/node-actions/plan-removal.ts'
import { planReset } from '../../domain/node-actions/plan-reset.ts'
import { runRemoval } from '../../domain/node-actions/removal-run.ts'
import { runReset } from '../../domain/node-actions/reset-run.ts'
import { runShutdown } from '../../domain/node-actions/shutdown-run.ts'
import { planUncordon, runUncordon } from '../../domain/node-actions/uncordon.ts'
import type { KubernetesPort } from '../../domain/kubernetes/kubernetes-port.ts'
import type { Cluster, ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { MEMBER } from '../../domain/nodes/resource-types.ts'
import { listField, textField } from '../../domain/nodes/spec-fields.ts'
import { exportHistory } from '../../domain/runs/export-history.ts'
import type { RunEngine } from '../../domain/runs/run-engine.ts'
import type { RunControl, RunEvent } from '../../domain/runs/run-port.ts'
import { surroundingsOf } from '../../domain/runs/run-in-the-way.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import { gatherNodeFacts } from '../../domain/upgrades/gather.ts'
import { ask, valueOf } from '../../domain/upgrades/known.ts'
import { readKubernetes } from '../../domain/upgrades/kubernetes-reading.ts'
import { runSeconds } from '../../domain/upgrades/past-runs.ts'
import { runReboot } from '../../domain/upgrades/reboot-run.ts'
import type { RunDeps } from '../../domain/upgrades/run-frame.ts'
import { readSlots } from '../../domain/upgrades/slots.ts'
import type { SnapshotPort } from '../../domain/upgrades/snapshot-port.ts'
import { readBootPhases, timingOfLog } from '../../domain/upgrades/time-boot.ts'
import type { Handlers } from '../handlers.ts'
import { createKept } from './kept.ts'

interface Deps {
  readonly clusters: ClustersPort
  readonly runs: RunEngine
  readonly clock: ClockPort
  readonly snapshots: SnapshotPort
  readonly newId: () => string
  readonly kubernetesOf: (context: ContextName) => KubernetesPort
}

type Body = (control: RunControl) => AsyncIterable<RunEvent>

interface KeptPlan {
  readonly context: ContextName
  readonly plan: NodeActionPlan
  readonly title: Run['title']
  /** What runs once it is accepted; `overridden`: the words were typed. */
  readonly body: (deps: RunDeps, overridden: boolean) => Body
}

/** Reboot, shutdown, reset and what follows one, each as a plan first; slots and boots of a node. */
export function createActionPlanHandlers(
  deps: Deps,
): Pick<
  Handlers,
  | 'node-actions.plan-reboot'
  | 'node-actions.plan-shutdown'
  | 'node-actions.plan-reset'
  | 'node-actions.plan-remove-member'
  | 'node-actions.plan-uncordon'
  | 'node-actions.start'
  | 'node-actions.slots'
  | 'node-actions.boots'
  | 'node-actions.export-history'
> {
  const { clusters, runs, clock, snapshots } = deps
  const plans = createKept<KeptPlan>(100)

  function keep(kept: KeptPlan): NodeActionPlan {
    plans.keep(kept.plan.planId, kept)
    return kept.plan
  }

  function partsOf(
    cluster: Cluster,
    kind: Run['kind'],
    node: string,
    kubernetes?: PodsReading,
  ): ActionPlanParts {
    return {
      planId: deps.newId(),
      around: surroundingsOf(runs, cluster, clock.now()),
      earlierRuns: runSeconds(runs.list(cluster.name), kind, node),
      ...(kubernetes === undefined ? {} : { kubernetes }),
    }
  }

  async function factsOf({ context, node }: NodeRef, signal: AbortSignal) {
    const cluster = await clusters.cluster(context)
    const facts = await gatherNodeFacts(cluster.talos, node, signal)
    if (!facts.version.known && facts.version.failure !== undefined) throw facts.version.failure
    return { cluster, facts }
  }

  /** The node, and at the same time Kubernetes: what a plan of going down has to count. */
  async function readAll(at: NodeRef, signal: AbortSignal) {
    const [{ cluster, facts }, kubernetes] = await Promise.all([
      factsOf(at, signal),
      readKubernetes(deps.kubernetesOf(at.context), signal),
    ])
    return { cluster, facts, kubernetes }
  }

  return {
    async 'node-actions.plan-reboot'({ context, node, mode }, signal) {
      const { cluster, facts, kubernetes } = await readAll({ context, node }, signal)
      const prepared = planReboot(facts, mode, partsOf(cluster, 'reboot', node, kubernetes))
      const { plan, forfeits } = prepared
      const assertUnmoved: Parameters<typeof runReboot>[0]['assertUnmoved'] = (now) => {
        throwIfMoved(plan, facts, now, clock.now())
        awaySafely(now)
      }
      return keep({
        context,
        plan,
        title: { key: `run.reboot-${mode}`, parameters: {} },
        body: (parts) =>
          runReboot(
            {
              node,
              hostname: plan.hostname,
              mode,
              assertUnmoved,
              ...(forfeits ? { first: { step: 'forfeit', part: forfeitLeadership } } : {}),
            },
            parts,
          ),
      })
    },

    async 'node-actions.plan-shutdown'({ context, node, force }, signal) {
      const { cluster, facts, kubernetes } = await readAll({ context, node }, signal)
      const prepared = planShutdown(facts, force, partsOf(cluster, 'shutdown', node, kubernetes))
      return keep({
        context,
        plan: prepared.plan,
        title: { key: force ? 'run.shutdown-force' : 'run.shutdown', parameters: {} },
        body: (parts) => runShutdown(prepared, parts),
      })
    },

    async 'node-actions.plan-reset'({ context, node, choice }, signal) {
      const { cluster, facts, kubernetes } = await readAll({ context, node }, signal)
      const disks = await gatherDiskFacts(cluster.talos, node, signal)
      const prepared = planReset(facts, disks, choice, context, partsOf(cluster, 'reset', node, kubernetes))
      return keep({
        context,
        plan: prepared.plan,
        title: { key: `run.reset-${choice.scope}`, parameters: {} },
        body: (parts, overridden) => runReset(prepared, overridden, parts),
      })
    },

    async 'node-actions.plan-remove-member'({ context, node, memberId }, signal) {
      const { cluster, facts } = await factsOf({ context, node }, signal)
      const machine = await machineOfMember(cluster, node, facts, memberId, signal)
      const prepared = planRemoval(facts, memberId, machine, partsOf(cluster, 'remove-member', node))
      const name = prepared.member.hostname === '' ? memberId : prepared.member.hostname
      return keep({
        context,
        plan: prepared.plan,
        title: { key: 'run.remove-member', parameters: { member: name } },
        body: (parts) => runRemoval(prepared, parts),
      })
    },

    async 'node-actions.plan-uncordon'({ context, node }, signal) {
      const { cluster, facts } = await factsOf({ context, node }, signal)
      const prepared = planUncordon(facts, partsOf(cluster, 'uncordon', node))
      return keep({
        context,
        plan: prepared.plan,
        title: { key: 'run.uncordon', parameters: {} },
        body: (parts) => runUncordon(prepared, deps.kubernetesOf(context), parts),
      })
    },

    async 'node-actions.start'({ planId, hostname, words }) {
      const kept = plans.get(planId)
      const { plan, context } = kept
      const where = { node: plan.node }
      if (plan.typeHostname && hostname !== plan.hostname) {
        throw new TalosFailure('not-typed', `The host name ${plan.hostname} was not typed.`, where)
      }
      const overridden = plan.words !== undefined && (words === plan.words.en || words === plan.words.es)
      if (plan.words !== undefined && !overridden && words !== undefined) {
        throw new TalosFailure('not-typed', `The words “${plan.words.en}” were not typed.`, where)
      }
      throwIfActionBlocked(plan.preflight, plan.node, overridden)
      if (clock.now() > Date.parse(plan.validUntil)) {
        throw new TalosFailure('plan-stale', `This plan was computed at ${plan.computedAt}.`, where)
      }
      const { talos } = await clusters.cluster(context)
      const id = await runs.start(
        {
          kind: plan.kind,
          context,
          node: plan.node,
          hostname: plan.hostname,
          title: kept.title,
          talosctl: plan.talosctl,
          exclusive: true,
          stoppable: plan.kind === 'reset',
        },
        kept.body({ talos, clock, snapshots, context }, overridden),
      )
      // A plan is good for one run: after it, its inputs have moved.
      plans.spend(planId)
      return { runId: RunId.parse(id) }
    },

    async 'node-actions.slots'({ context, node }, signal) {
      const { cluster, facts } = await factsOf({ context, node }, signal)
      return readSlots(cluster.talos, facts, runs.list(context), clock.now(), signal)
    },

    async 'node-actions.boots'({ context, node }, signal) {
      const { talos } = await clusters.cluster(context)
      const measured = runs
        .list(context)
        .flatMap(({ boots }) => boots ?? [])
        .filter((boot) => boot.node === node)
        .toSorted((a, b) => a.at.localeCompare(b.at))
      const current = timingOfLog(node, await readBootPhases(talos, node, signal))
      return { measured, ...(current === undefined ? {} : { current }) }
    },

    async 'node-actions.export-history'({ context, node }) {
      return { markdown: exportHistory(context, node, runs.list(context)) }
    },
  }
}

/** The machine behind a member, as discovery knows it; a member that never started has no name to look for. */
async function machineOfMember(
  { talos }: Cluster,
  node: string,
  facts: Awaited<ReturnType<typeof gatherNodeFacts>>,
  memberId: string,
  signal: AbortSignal,
) {
  const etcd = facts.etcd === undefined ? undefined : valueOf(facts.etcd)
  const name = etcd?.members.find(({ id }) => id === memberId)?.hostname
  const listed = valueOf(await ask(signal, () => talos.list(node, MEMBER, signal))) ?? []
  const found =
    name === undefined || name === ''
      ? undefined
      : listed.find(({ id, spec }) => id === name || textField(spec, 'hostname') === name)
  const [address] = listField(found?.spec, 'addresses').filter(
    (one): one is string => typeof one === 'string',
  )
  return { address, api: address === undefined ? undefined : await lookAtApi(talos, address, signal) }
}
