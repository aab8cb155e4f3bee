import { expectsConfigs, observeApply } from '../../domain/machine-config/observe-apply.ts'
import { askEtcd } from '../../domain/node-actions/action-verdict.ts'
import { isSeenFromOutside, observeAction } from '../../domain/node-actions/observe-action.ts'
import type { ContextName } from '#contract/names.ts'
import type { NextStep, Run } from '#contract/runs.ts'
import type { KubernetesPort } from '../../domain/kubernetes/kubernetes-port.ts'
import { nextOfKubernetes } from '../../domain/kubernetes/next-kubernetes.ts'
import { observeManifests } from '../../domain/kubernetes/manifests-verdict.ts'
import { observeKubernetes } from '../../domain/kubernetes/upgrade-verdict.ts'
import { observeUncordon } from '../../domain/node-actions/uncordon.ts'
import type { Cluster, ClustersPort } from '../../domain/nodes/clusters-port.ts'
import { HOSTNAME } from '../../domain/nodes/resource-types.ts'
import { textField } from '../../domain/nodes/spec-fields.ts'
import { exportRun } from '../../domain/runs/export-run.ts'
import type { RunEngine } from '../../domain/runs/run-engine.ts'
import { parseEndpoint } from '../../domain/talosconfig/endpoint.ts'
import { gatherNodeFacts } from '../../domain/upgrades/gather.ts'
import type { Sha256 } from '../../domain/upgrades/hash-port.ts'
import { ask, valueOf } from '../../domain/upgrades/known.ts'
import { hasNextSteps, nextSteps } from '../../domain/upgrades/next-steps.ts'
import { observeRun } from '../../domain/upgrades/observe-run.ts'
import { clearMarks } from '../../domain/upgrades/run-marks.ts'
import { readFallback } from '../../domain/upgrades/slots.ts'
import type { Handlers } from '../handlers.ts'

interface Deps {
  readonly runs: RunEngine
  readonly clusters: ClustersPort
  readonly kubernetesOf: (context: ContextName) => KubernetesPort
  readonly sha256: Sha256
}

/** The task log. A run goes on whether or not one of these streams is open. */
export function createRunHandlers({
  runs,
  clusters,
  kubernetesOf,
  sha256,
}: Deps): Pick<
  Handlers,
  'runs.watch' | 'runs.stop' | 'runs.answer' | 'runs.settle' | 'runs.next' | 'runs.export'
> {
  return {
    'runs.watch': ({ context, limit }, signal) => runs.watch({ context, limit }, signal),

    async 'runs.stop'({ runId, when }) {
      runs.stop(runId, when)
      return {}
    },

    async 'runs.answer'({ runId, questionId, answer }) {
      runs.answer(runId, questionId, answer)
      return {}
    },

    async 'runs.settle'({ runId, how }, signal) {
      if (how === 'close') {
        await runs.settle(runId, { how })
      } else {
        await runs.settle(runId, {
          how,
          async observe(run) {
            const cluster = await clusters.cluster(run.context)
            const { talos } = cluster
            const kubernetes = kubernetesOf(run.context)
            if (run.kind === 'kubernetes') return observeKubernetes(run, { talos, kubernetes }, signal)
            if (run.kind === 'manifests') return observeManifests(run, { talos, kubernetes }, signal)
            if (run.kind === 'uncordon') return observeUncordon(run, kubernetes, signal)
            if (expectsConfigs(run)) return observeApply(talos, run, sha256, signal)
            return isSeenFromOutside(run)
              ? observeAction(talos, run, controlPlanesOf(cluster), signal)
              : observeRun({ talos, kubernetes }, run, signal)
          },
        })
      }
      await clearMarks(kubernetesOf(runs.get(runId).context), runs.isOver, signal)
      return {}
    },

    async 'runs.next'({ runId }, signal) {
      const run = runs.get(runId)
      const cluster = await clusters.cluster(run.context)
      const left = await memberLeft(cluster, run, signal)
      if (left !== undefined) return { next: [left] }
      if (run.kind === 'kubernetes' || run.kind === 'manifests') {
        const ports = { talos: cluster.talos, kubernetes: kubernetesOf(run.context) }
        return { next: [...(await nextOfKubernetes(run, ports, signal))] }
      }
      if (!hasNextSteps(run)) return { next: [] }
      // Of several nodes the one that was under way: those before it were proven, those after it not touched.
      const node =
        run.nodes?.find(({ state, outcome }) => state === 'running' || !isDone(outcome))?.node ?? run.node
      const [facts, fallback] = await Promise.all([
        gatherNodeFacts(cluster.talos, node, signal),
        readFallback(cluster.talos, node, signal),
      ])
      return { next: [...nextSteps(run, { facts, fallback })] }
    },

    async 'runs.export'({ runId }) {
      return { markdown: exportRun(runs.get(runId)) }
    },
  }
}

function isDone(outcome: Run['outcome']): boolean {
  return outcome === 'proven' || outcome === 'proven-with-differences'
}

/** A talosconfig's endpoints are control planes. */
function controlPlanesOf({ endpoints }: Cluster): readonly string[] {
  return endpoints.flatMap((endpoint) => parseEndpoint(endpoint)?.host ?? [])
}

/** A member that was to go, or whose node was wiped, and that etcd still lists, with a control plane that may be asked to remove it. */
async function memberLeft(cluster: Cluster, run: Run, signal: AbortSignal): Promise<NextStep | undefined> {
  const row = run.verdict.find(({ fact }) => fact === 'etcd-listed')
  const isOfEtcd = run.kind === 'reset' || run.kind === 'remove-member'
  if (!isOfEtcd || row?.before === undefined || row.outcome === 'proven') return undefined
  const { talos } = cluster
  // A node that was reset is no witness; the one that was asked to remove another stays one.
  const others = controlPlanesOf(cluster).filter((address) => address !== run.node)
  for (const node of run.kind === 'reset' ? others : [run.node, ...others]) {
    const etcd = valueOf(await askEtcd(talos, [node], signal))
    if (etcd === undefined) continue
    if (!etcd.members.includes(row.before)) return undefined
    const told = await ask(signal, () => talos.get(node, { ...HOSTNAME, id: 'hostname' }, signal))
    return {
      kind: 'remove-member',
      node,
      hostname: textField(valueOf(told)?.spec, 'hostname') ?? node,
      memberId: row.before,
      evidence: `EtcdMemberList: ${row.before}`,
    }
  }
  return undefined
}
