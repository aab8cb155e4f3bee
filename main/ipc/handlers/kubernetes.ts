import { KubernetesOptions } from '#contract/kubernetes.ts'
import { RunId, type ContextName } from '#contract/names.ts'
import type { ClockPort } from '../../domain/clock-port.ts'
import type { KubernetesLines } from '../../domain/kubernetes/lines.ts'
import { listKubernetesTargets } from '../../domain/kubernetes/lines.ts'
import type { ApiResource, KubernetesPort } from '../../domain/kubernetes/kubernetes-port.ts'
import {
  planManifests,
  readManifests,
  requireManifests,
  type PreparedManifests,
} from '../../domain/kubernetes/manifests.ts'
import { runManifests } from '../../domain/kubernetes/manifests-run.ts'
import { linesEntered } from '../../domain/kubernetes/removals.ts'
import {
  componentVersion,
  gatherCluster,
  proxyBehind,
  type ClusterFacts,
} from '../../domain/kubernetes/upgrade-facts.ts'
import {
  fingerprint,
  nodeChecks,
  planKubernetes,
  talosOf,
  throwIfKubernetesBlocked,
  type PreparedKubernetes,
} from '../../domain/kubernetes/upgrade-plan.ts'
import { runKubernetesUpgrade } from '../../domain/kubernetes/upgrade-run.ts'
import { knowConfig } from '../../domain/machine-config/review.ts'
import { redactText, valuesOf } from '../../domain/machine-config/redact.ts'
import type { SchemaPort } from '../../domain/machine-config/schema-port.ts'
import type { Cluster, ClustersPort } from '../../domain/nodes/clusters-port.ts'
import type { RunEngine } from '../../domain/runs/run-engine.ts'
import { surroundingsOf } from '../../domain/runs/run-in-the-way.ts'
import { TalosFailure } from '../../domain/talos-failure.ts'
import { isControlPlane } from '../../domain/upgrades/node-facts.ts'
import type { VersionTable } from '../../domain/upgrades/version-table.ts'
import type { Handlers } from '../handlers.ts'
import { createKept } from './kept.ts'

interface Deps {
  readonly clusters: ClustersPort
  readonly kubernetesOf: (context: ContextName) => KubernetesPort
  readonly runs: RunEngine
  readonly clock: ClockPort
  readonly schemas: SchemaPort
  readonly table: VersionTable
  readonly lines: KubernetesLines
  readonly newId: () => string
}

type KeptPlan = { readonly context: ContextName } & (
  | { readonly kind: 'kubernetes'; readonly prepared: PreparedKubernetes }
  | { readonly kind: 'manifests'; readonly prepared: PreparedManifests }
)

/** Upgrades of Kubernetes itself, and the manifests that Talos brings a cluster up with. */
export function createKubernetesHandlers(
  deps: Deps,
): Pick<Handlers, Extract<keyof Handlers, `kubernetes.${string}`>> {
  const { clusters, kubernetesOf, runs, clock, schemas, table, lines } = deps
  const plans = createKept<KeptPlan>(20)

  async function gather(context: ContextName, signal: AbortSignal): Promise<[Cluster, ClusterFacts]> {
    const cluster = await clusters.cluster(context)
    return [cluster, await gatherCluster(cluster.talos, kubernetesOf(context), signal)]
  }

  /** Objects of API versions that the target no longer serves. */
  async function removedObjects(
    context: ContextName,
    from: string | undefined,
    to: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    if (from === undefined) return []
    const resources = linesEntered(lines, from, to).flatMap(({ apiResources }) => apiResources)
    const counts = await Promise.all(
      resources.map(async (name) => {
        const count = await kubernetesOf(context).countObjects(resourceOf(name), signal)
        return count === undefined || count === 0 ? [] : [`${name} ${count}`]
      }),
    )
    return counts.flat()
  }

  /** Takes what a node says of a config apart from the secrets it says it with. */
  async function redactor(): Promise<(message: string, configText: string) => string> {
    const facts = await schemas.facts()
    return (message, configText) => redactText(message, valuesOf(knowConfig(configText, facts).vault))
  }

  async function startKubernetes(
    { plan, ...prepared }: PreparedKubernetes,
    context: ContextName,
    signal: AbortSignal,
  ): Promise<string> {
    throwIfKubernetesBlocked(plan.preflight)
    const [cluster, facts] = await gather(context, signal)
    if (fingerprint(facts) !== prepared.inputs) {
      throw new TalosFailure('plan-stale', `The cluster is no longer as it was at ${plan.computedAt}.`)
    }
    throwIfKubernetesBlocked(nodeChecks(facts))
    const [first] = plan.nodes
    return runs.start(
      {
        kind: 'kubernetes',
        context,
        node: first?.node ?? '',
        hostname: first?.hostname ?? '',
        nodes: plan.nodes.map(({ node, hostname, role }) => ({ node, hostname, role })),
        title: { key: 'run.kubernetes', parameters: { from: plan.from, to: plan.to } },
        talosctl: plan.talosctl,
        exclusive: true,
        stoppable: true,
      },
      runKubernetesUpgrade(
        { plan, ...prepared },
        { talos: cluster.talos, kubernetes: kubernetesOf(context), clock, redact: await redactor() },
      ),
    )
  }

  function startManifests(prepared: PreparedManifests, context: ContextName): Promise<string> {
    const { plan } = prepared
    const count = plan.objects.filter(({ change }) => change === 'created' || change === 'changed').length
    if (count === 0) throw new TalosFailure('config-unchanged', 'The cluster has what is rendered already.')
    return runs.start(
      {
        kind: 'manifests',
        context,
        node: plan.node,
        hostname: plan.hostname,
        title: { key: 'run.manifests', parameters: { count: String(count) } },
        talosctl: plan.talosctl,
        exclusive: true,
        stoppable: true,
      },
      runManifests(prepared, { kubernetes: kubernetesOf(context), clock }),
    )
  }

  return {
    async 'kubernetes.targets'({ context }, signal) {
      const [, facts] = await gather(context, signal)
      if (facts.current === undefined) {
        throw new TalosFailure('not-found', 'No pod in kube-system tells which Kubernetes runs here.')
      }
      const behind = proxyBehind(facts)
      return {
        ...(behind === undefined ? {} : { proxyBehind: behind }),
        current: facts.current,
        targets: listKubernetesTargets(lines, table, facts.current, talosOf(facts)).flatMap((target) =>
          // Nobody goes to where only kube-proxy still is.
          behind !== undefined && target.version === facts.current
            ? []
            : [target.version === behind ? { ...target, reason: 'same-version' as const } : target],
        ),
      }
    },

    async 'kubernetes.plan'({ context, version, options }, signal) {
      const [cluster, facts] = await gather(context, signal)
      const prepared = planKubernetes(facts, version, {
        planId: deps.newId(),
        lines,
        table,
        around: surroundingsOf(runs, cluster, clock.now()),
        options: KubernetesOptions.parse(options ?? {}),
        removedObjects: await removedObjects(context, facts.current, version, signal),
      })
      plans.keep(prepared.plan.planId, { kind: 'kubernetes', context, prepared })
      return prepared.plan
    },

    async 'kubernetes.plan-manifests'({ context }, signal) {
      const [{ talos }, facts] = await gather(context, signal)
      const plane = facts.nodes.find(({ role }) => isControlPlane(role))
      if (plane === undefined) throw new TalosFailure('not-found', 'Kubernetes names no control plane.')
      const objects = await readManifests(talos, plane.address, signal)
      requireManifests(objects, plane.hostname)
      const prepared = await planManifests(
        objects,
        kubernetesOf(context),
        {
          planId: deps.newId(),
          now: clock.now(),
          node: plane.address,
          hostname: plane.hostname,
          // Not that of a kube-proxy which waits for these very manifests: talosctl would take the rest back to it.
          version: componentVersion(facts, 'kube-apiserver') ?? '',
        },
        signal,
      )
      plans.keep(prepared.plan.planId, { kind: 'manifests', context, prepared })
      return prepared.plan
    },

    async 'kubernetes.start'({ planId }, signal) {
      const kept = plans.get(planId)
      const { plan } = kept.prepared
      if (clock.now() > Date.parse(plan.validUntil)) {
        throw new TalosFailure('plan-stale', `This plan was computed at ${plan.computedAt}.`)
      }
      const id =
        kept.kind === 'kubernetes'
          ? await startKubernetes(kept.prepared, kept.context, signal)
          : await startManifests(kept.prepared, kept.context)
      // A plan is good for one run: after it, its inputs have moved.
      plans.spend(planId)
      return { runId: RunId.parse(id) }
    },
  }
}

/** `podgroups.v1alpha2.scheduling.k8s.io` */
function resourceOf(name: string): ApiResource {
  const [plural = '', version = '', ...group] = name.split('.')
  return { plural, version, group: group.join('.') }
}
