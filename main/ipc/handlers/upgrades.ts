import { RunId } from '#contract/names.ts'
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
  isPlanStale,
  planRollback,
  planUpgrade,
  type PlanParts,
  type PreparedPlan,
} from '../../domain/upgrades/plan.ts'
import { runRollback } from '../../domain/upgrades/rollback-run.ts'
import { nodeChecks, throwIfBlocked } from '../../domain/upgrades/preflight.ts'
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
    const past = runs.list(cluster.name)
    return {
      planId: deps.newId(),
      table,
      sha256: deps.sha256,
      around: {
        now: clock.now(),
        certificate: cluster.certificate,
        otherRun:
          runs.holder(cluster.name) ?? past.find((run) => isOpen(run) && run.outcome === 'interrupted'),
      },
      earlierRuns: runSeconds(past, kind, node),
    }
  }

  function planOf(planId: string): KeptPlan {
    const prepared = plans.get(planId)
    if (prepared === undefined) throw new TalosFailure('plan-stale', 'This plan is no longer kept.')
    return prepared
  }

  /** What was shown is what starts: nothing blocks, nobody else is at it, and no input moved. */
  async function assertStartable(prepared: KeptPlan, cluster: Cluster, signal: AbortSignal): Promise<void> {
    const { plan } = prepared
    const where = { node: plan.node }
    throwIfBlocked(plan.preflight, plan.node)
    const holder = runs.holder(cluster.name)
    if (holder !== undefined) {
      throw new TalosFailure('run-active', `${holder.hostname} is in a run since ${holder.startedAt}.`, {
        node: holder.node,
      })
    }
    if (isPlanStale(prepared, clock.now()) === 'expired') {
      throw new TalosFailure('plan-stale', `This plan was computed at ${plan.computedAt}.`, where)
    }
    const facts = await gatherNodeFacts(cluster.talos, plan.node, signal)
    if (!facts.version.known && facts.version.failure !== undefined) throw facts.version.failure
    if (isPlanStale(prepared, clock.now(), facts) !== undefined) {
      throw new TalosFailure(
        'plan-stale',
        `${plan.hostname} is no longer as it was at ${plan.computedAt}.`,
        where,
      )
    }
    throwIfBlocked(nodeChecks(facts), plan.node)
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

    async 'upgrades.plan'({ context, node, version }, signal) {
      const cluster = await clusters.cluster(context)
      const facts = await gatherNodeFacts(cluster.talos, node, signal)
      return keep(context, planUpgrade(facts, version, partsOf(cluster, 'upgrade', node)))
    },

    async 'upgrades.plan-rollback'({ context, node }, signal) {
      const cluster = await clusters.cluster(context)
      const facts = await gatherNodeFacts(cluster.talos, node, signal)
      const other = otherSlotVersion(runs.list(context), node)
      return keep(context, planRollback(facts, other, partsOf(cluster, 'rollback', node)))
    },

    async 'upgrades.start'({ planId }, signal) {
      const prepared = planOf(planId)
      const { plan, context } = prepared
      const cluster = await clusters.cluster(context)
      await assertStartable(prepared, cluster, signal)
      const parts = { talos: cluster.talos, clock, snapshots, context }
      const id = await runs.start(
        {
          kind: plan.kind,
          context,
          node: plan.node,
          hostname: plan.hostname,
          title: { key: `run.${plan.kind}`, parameters: { from: plan.from, to: plan.to } },
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
