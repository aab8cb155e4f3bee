import { RunId } from '#contract/names.ts'
import { PlanOptions, type NodePlan } from '#contract/upgrades.ts'
import type { ContextName } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { Cluster, ClustersPort } from '../../domain/nodes/clusters-port.ts'
import type { RunEngine } from '../../domain/runs/run-engine.ts'
import { isOpen } from '../../domain/runs/run-state.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import { gatherNodeFacts } from '../../domain/upgrades/gather.ts'
import type { Sha256 } from '../../domain/upgrades/hash-port.ts'
import { valueOf } from '../../domain/upgrades/known.ts'
import { otherSlotVersion, runSeconds } from '../../domain/upgrades/past-runs.ts'
import {
  composePlan,
  hasMoved,
  isPlanStale,
  throwIfNotAccepted,
  type PreparedPlan,
} from '../../domain/upgrades/compose-plan.ts'
import { planRollback, planUpgrade, type PlanParts, type PreparedNode } from '../../domain/upgrades/plan.ts'
import { nodeChecks, throwIfBlocked, type Surroundings } from '../../domain/upgrades/preflight.ts'
import { runRollback } from '../../domain/upgrades/rollback-run.ts'
import type { SnapshotPort } from '../../domain/upgrades/snapshot-port.ts'
import { listTargets } from '../../domain/upgrades/targets.ts'
import { runUpgrade } from '../../domain/upgrades/upgrade-run.ts'
import type { VersionTable } from '../../domain/upgrades/version-table.ts'
import type { Handlers } from '../handlers.ts'

interface Deps {
  readonly clusters: ClustersPort
  readonly runs: RunEngine
  readonly clock: ClockPort
  readonly snapshots: SnapshotPort
  readonly table: VersionTable
  readonly sha256: Sha256
  readonly newId: () => string
}

interface KeptPlan extends PreparedPlan {
  readonly context: ContextName
}

/** Plans that were shown and may still be started; the oldest goes first. */
const PLANS_KEPT = 100

export function createUpgradeHandlers(
  deps: Deps,
): Pick<Handlers, 'upgrades.targets' | 'upgrades.plan' | 'upgrades.plan-rollback' | 'upgrades.start'> {
  const { clusters, runs, clock, snapshots, table } = deps
  const plans = new Map<string, KeptPlan>()

  function keep(context: ContextName, prepared: PreparedPlan): PreparedPlan['plan'] {
    plans.set(prepared.plan.planId, { ...prepared, context })
    for (const id of plans.keys()) {
      if (plans.size <= PLANS_KEPT) break
      plans.delete(id)
    }
    return prepared.plan
  }

  function partsOf(cluster: Cluster, kind: Run['kind'], node: string): PlanParts {
    return { table, sha256: deps.sha256, earlierRuns: runSeconds(runs.list(cluster.name), kind, node) }
  }

  function around(cluster: Cluster): Surroundings {
    const past = runs.list(cluster.name)
    return {
      now: clock.now(),
      certificate: cluster.certificate,
      otherRun: runs.holder(cluster.name) ?? past.find((run) => isOpen(run) && run.outcome === 'interrupted'),
    }
  }

  function planOf(planId: string): KeptPlan {
    const prepared = plans.get(planId)
    if (prepared === undefined) throw new TalosFailure('plan-stale', 'This plan is no longer kept.')
    return prepared
  }

  /** What was shown is what starts: nothing blocks, nobody else is at it, and no input moved. */
  async function assertStartable(
    prepared: KeptPlan,
    accepted: readonly string[],
    cluster: Cluster,
    signal: AbortSignal,
  ): Promise<void> {
    const { plan } = prepared
    throwIfNotAccepted(plan, accepted)
    const holder = runs.holder(cluster.name)
    if (holder !== undefined) {
      throw new TalosFailure('run-active', `${holder.hostname} is in a run since ${holder.startedAt}.`, {
        node: holder.node,
      })
    }
    if (isPlanStale(prepared, clock.now())) {
      throw new TalosFailure('plan-stale', `This plan was computed at ${plan.computedAt}.`)
    }
    await Promise.all(prepared.nodes.map((one) => assertAsPlanned(one, plan.computedAt, cluster, signal)))
  }

  async function assertAsPlanned(
    one: PreparedNode,
    computedAt: string,
    { talos }: Cluster,
    signal: AbortSignal,
  ): Promise<void> {
    const { node, hostname } = one.plan
    const facts = await gatherNodeFacts(talos, node, signal)
    if (!facts.version.known && facts.version.failure !== undefined) throw facts.version.failure
    if (hasMoved(one, facts)) {
      throw new TalosFailure('plan-stale', `${hostname} is no longer as it was at ${computedAt}.`, { node })
    }
    throwIfBlocked(nodeChecks(facts), node)
  }

  return {
    async 'upgrades.targets'({ context, node }, signal) {
      const { talos } = await clusters.cluster(context)
      const facts = await gatherNodeFacts(talos, node, signal)
      if (!facts.version.known) {
        throw facts.version.failure ?? new TalosFailure('node-error', facts.version.reason, { node })
      }
      const current = facts.version.value.tag
      const kubernetes = valueOf(facts.kubernetes)
      return {
        current,
        ...(kubernetes === undefined ? {} : { kubernetes }),
        targets: [...listTargets(table, current, kubernetes)],
        source: 'built-in',
      }
    },

    async 'upgrades.plan'({ context, nodes, version, options }, signal) {
      const cluster = await clusters.cluster(context)
      const prepared = await Promise.all(
        [...new Set(nodes)].map(async (node) => {
          const facts = await gatherNodeFacts(cluster.talos, node, signal)
          return planUpgrade(facts, version, partsOf(cluster, 'upgrade', node))
        }),
      )
      return keep(
        context,
        composePlan(prepared, {
          planId: deps.newId(),
          kind: 'upgrade',
          options: PlanOptions.parse(options ?? {}),
          around: around(cluster),
        }),
      )
    },

    async 'upgrades.plan-rollback'({ context, node }, signal) {
      const cluster = await clusters.cluster(context)
      const facts = await gatherNodeFacts(cluster.talos, node, signal)
      const other = otherSlotVersion(runs.list(context), node)
      return keep(
        context,
        composePlan([planRollback(facts, other, partsOf(cluster, 'rollback', node))], {
          planId: deps.newId(),
          kind: 'rollback',
          options: PlanOptions.parse({}),
          around: around(cluster),
        }),
      )
    },

    async 'upgrades.start'({ planId, accepted = [] }, signal) {
      const prepared = planOf(planId)
      const { plan, context } = prepared
      const cluster = await clusters.cluster(context)
      await assertStartable(prepared, accepted, cluster, signal)
      const parts = { talos: cluster.talos, clock, snapshots, context }
      const [first] = plan.nodes
      const id = await runs.start(
        {
          kind: plan.kind,
          context,
          node: first?.node ?? '',
          hostname: first?.hostname ?? '',
          nodes: plan.nodes.map(({ node, hostname, role, estimateSeconds }) => ({
            node,
            hostname,
            role,
            state: 'waiting' as const,
            ...(estimateSeconds === undefined ? {} : { estimateSeconds }),
          })),
          title: {
            key: `run.${plan.kind}`,
            parameters: { from: listOf(plan.nodes, 'from'), to: listOf(plan.nodes, 'to') },
          },
          talosctl: plan.talosctl,
          exclusive: true,
          stoppable: true,
        },
        plan.kind === 'upgrade' ? runUpgrade(prepared, table, parts) : runRollback(prepared, parts),
      )
      // A plan is good for one run: after it, its inputs have moved.
      plans.delete(planId)
      return { runId: RunId.parse(id) }
    },
  }
}

/** `v1.13.9`, or `v1.12.11, v1.13.9` where the nodes are not alike. */
function listOf(nodes: readonly NodePlan[], what: 'from' | 'to'): string {
  return [...new Set(nodes.map((node) => node[what]))].sort().join(', ')
}
