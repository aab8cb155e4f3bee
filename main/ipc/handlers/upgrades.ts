import { RunId } from '#contract/names.ts'
import { PlanOptions, type NodePlan } from '#contract/upgrades.ts'
import type { ContextName } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { KubernetesPort } from '../../domain/kubernetes/kubernetes-port.ts'
import type { Cluster, ClustersPort } from '../../domain/nodes/clusters-port.ts'
import type { RunEngine } from '../../domain/runs/run-engine.ts'
import { surroundingsOf } from '../../domain/runs/run-in-the-way.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import { exportPlan } from '../../domain/upgrades/export-plan.ts'
import { gatherNodeFacts } from '../../domain/upgrades/gather.ts'
import { gatherPlanFacts } from '../../domain/upgrades/gather-plan.ts'
import type { Sha256 } from '../../domain/upgrades/hash-port.ts'
import type { Known } from '../../domain/upgrades/known.ts'
import { readKubernetes, type KubernetesReading } from '../../domain/upgrades/kubernetes-reading.ts'
import { runSeconds } from '../../domain/upgrades/past-runs.ts'
import {
  composePlan,
  hasMoved,
  isPlanStale,
  throwIfNotAccepted,
  type PreparedPlan,
} from '../../domain/upgrades/compose-plan.ts'
import { planRollback, type PlanParts, type PreparedNode } from '../../domain/upgrades/plan.ts'
import { nodeChecks, throwIfBlocked } from '../../domain/upgrades/preflight.ts'
import { machineChecks } from '../../domain/upgrades/preflight-machine.ts'
import { prepareUpgrade, settleImage, type PlanningDeps } from '../../domain/upgrades/prepare-upgrade.ts'
import { readTargets } from '../../domain/upgrades/read-targets.ts'
import { runRollback } from '../../domain/upgrades/rollback-run.ts'
import { clearMarks } from '../../domain/upgrades/run-marks.ts'
import { readSlots } from '../../domain/upgrades/slots.ts'
import type { SnapshotPort } from '../../domain/upgrades/snapshot-port.ts'
import { runUpgrade } from '../../domain/upgrades/upgrade-run.ts'
import { lineOf, type VersionTable } from '../../domain/upgrades/version-table.ts'
import type { Handlers } from '../handlers.ts'
import { createKept } from './kept.ts'

interface Deps extends PlanningDeps {
  readonly clusters: ClustersPort
  readonly runs: RunEngine
  readonly clock: ClockPort
  readonly snapshots: SnapshotPort
  readonly table: VersionTable
  readonly sha256: Sha256
  readonly newId: () => string
  /** Kubernetes of a context; absent where there is none to ask. */
  readonly kubernetes?: (context: ContextName) => KubernetesPort
}

interface KeptPlan extends PreparedPlan {
  readonly context: ContextName
}

export function createUpgradeHandlers(
  deps: Deps,
): Pick<Handlers, Extract<keyof Handlers, `upgrades.${string}`>> {
  const { clusters, runs, clock, snapshots, table } = deps
  const plans = createKept<KeptPlan>(100)

  function keep(context: ContextName, prepared: PreparedPlan): PreparedPlan['plan'] {
    plans.keep(prepared.plan.planId, { ...prepared, context })
    return prepared.plan
  }

  function partsOf(cluster: Cluster, kind: Run['kind'], node: string): PlanParts {
    return { table, sha256: deps.sha256, earlierRuns: runSeconds(runs.list(cluster.name), kind, node) }
  }

  async function readKube(
    context: ContextName,
    signal: AbortSignal,
  ): Promise<{ readonly kubernetes?: Known<KubernetesReading> }> {
    const kubernetes = deps.kubernetes?.(context)
    return kubernetes === undefined ? {} : { kubernetes: await readKubernetes(kubernetes, signal) }
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
    await Promise.all(prepared.nodes.map((one) => assertAsPlanned(one, plan, cluster, signal)))
  }

  async function assertAsPlanned(
    one: PreparedNode,
    { computedAt, kind }: PreparedPlan['plan'],
    { talos }: Cluster,
    signal: AbortSignal,
  ): Promise<void> {
    const { node, hostname } = one.plan
    const facts = await gatherPlanFacts(talos, node, deps.quiet, signal)
    if (!facts.version.known && facts.version.failure !== undefined) throw facts.version.failure
    if (hasMoved(one, facts)) {
      throw new TalosFailure('plan-stale', `${hostname} is no longer as it was at ${computedAt}.`, { node })
    }
    throwIfBlocked([...nodeChecks(facts), ...machineChecks(facts, kind === 'rollback')], node)
  }

  return {
    async 'upgrades.targets'({ context, node, ...wish }, signal) {
      const cluster = await clusters.cluster(context)
      const facts = await gatherNodeFacts(cluster.talos, node, signal)
      return readTargets(cluster, facts, wish, deps, signal)
    },

    async 'upgrades.plan'({ context, nodes, version, choices = [], options }, signal) {
      const cluster = await clusters.cluster(context)
      // As it was when the person asked: reading the nodes takes a while.
      const surroundings = surroundingsOf(runs, cluster, clock.now())
      const prepared = await Promise.all(
        [...new Set(nodes)].map((node) => {
          const choice = choices.find((one) => one.node === node)?.choice ?? {}
          const parts = partsOf(cluster, 'upgrade', node)
          return prepareUpgrade(cluster, { node, version, choice }, parts, deps, signal)
        }),
      )
      return keep(
        context,
        composePlan(prepared, {
          planId: deps.newId(),
          kind: 'upgrade',
          options: PlanOptions.parse(options ?? {}),
          around: surroundings,
          isOver: runs.isOver,
          ...(await readKube(context, signal)),
        }),
      )
    },

    async 'upgrades.plan-rollback'({ context, node, options }, signal) {
      const cluster = await clusters.cluster(context)
      const facts = await gatherPlanFacts(cluster.talos, node, deps.quiet, signal)
      const { slots } = await readSlots(cluster.talos, facts, runs.list(context), clock.now(), signal)
      const other = slots.find(({ running }) => !running)
      const version = other?.talos
      const schema = version === undefined ? undefined : await deps.lineSchema(`v${lineOf(version) ?? ''}`)
      return keep(
        context,
        composePlan([planRollback(facts, other, partsOf(cluster, 'rollback', node), schema)], {
          planId: deps.newId(),
          kind: 'rollback',
          options: PlanOptions.parse(options ?? {}),
          around: surroundingsOf(runs, cluster, clock.now()),
          isOver: runs.isOver,
          ...(await readKube(context, signal)),
        }),
      )
    },

    async 'upgrades.start'({ planId, accepted = [] }, signal) {
      const prepared = plans.get(planId)
      const { plan, context } = prepared
      const cluster = await clusters.cluster(context)
      await assertStartable(prepared, accepted, cluster, signal)
      for (const one of prepared.nodes) await settleImage(one, deps.factory, signal)
      const kubernetes = deps.kubernetes?.(context)
      // It may have been away when an earlier run wanted its mark back; away at the plan, nobody waits for it now.
      const answered = prepared.kubernetesNames.size > 0
      if (kubernetes !== undefined && answered) await clearMarks(kubernetes, runs.isOver, signal)
      const parts = {
        talos: cluster.talos,
        clock,
        snapshots,
        context,
        ...(kubernetes === undefined ? {} : { kubernetes }),
      }
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
      plans.spend(planId)
      return { runId: RunId.parse(id) }
    },

    async 'upgrades.export-plan'({ planId, format }) {
      return exportPlan(plans.get(planId).plan, format)
    },
  }
}

/** `v1.13.9`, or `v1.12.11, v1.13.9` where the nodes are not alike. */
function listOf(nodes: readonly NodePlan[], what: 'from' | 'to'): string {
  const versions = [...new Set(nodes.map((node) => node[what]))]
  return versions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).join(', ')
}
