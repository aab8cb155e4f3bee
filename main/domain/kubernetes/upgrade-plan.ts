import type { KubernetesCheck, KubernetesOptions, KubernetesPlan } from '#contract/kubernetes.ts'
import { toInstant } from '../clock-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { valueOf } from '../upgrades/known.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'
import type { Surroundings } from '../runs/run-in-the-way.ts'
import { clusterChecks } from '../upgrades/preflight.ts'
import type { VersionTable } from '../upgrades/version-table.ts'
import { parse } from 'semver'
import { imageRows, namesAbove, STATIC_PODS } from './image-rows.ts'
import { judgeKubernetes, type KubernetesLines, type TalosOfNode } from './lines.ts'
import { linesEntered, removalCheck, removalChecks } from './removals.ts'
import { podOf, versionOfPod, type ClusterFacts } from './upgrade-facts.ts'

/** Milliseconds a plan holds when nothing moves. */
const PLAN_VALID = 30 * 60_000

export interface KubernetesPlanParts {
  readonly planId: string
  readonly lines: KubernetesLines
  readonly table: VersionTable
  readonly around: Surroundings
  readonly options: KubernetesOptions
  /** Objects of API versions that the target no longer serves: `podgroups.v1alpha2.scheduling.k8s.io 3`. */
  readonly removedObjects: readonly string[]
}

/** Plan as shown, and what it was computed from. */
export interface PreparedKubernetes {
  readonly plan: KubernetesPlan
  readonly facts: ClusterFacts
  /** Fingerprint of the inputs; another one means the plan is stale. */
  readonly inputs: string
}

/** Computes the upgrade of a cluster's Kubernetes. Throws `target-illegal` for what is no version. */
export function planKubernetes(
  facts: ClusterFacts,
  version: string,
  parts: KubernetesPlanParts,
): PreparedKubernetes {
  const parsed = parse(version)
  const from = facts.current
  if (parsed === null) throw new TalosFailure('target-illegal', `${version} is no Kubernetes version.`)
  if (from === undefined) {
    throw new TalosFailure('not-found', 'No pod in kube-system tells which Kubernetes runs here.')
  }
  const to = `v${parsed.version}`
  const first = facts.nodes.find(({ role }) => isControlPlane(role))
  const plan: KubernetesPlan = {
    planId: parts.planId,
    from,
    to,
    options: parts.options,
    nodes: facts.nodes.map((node) => {
      const talos = valueOf(node.facts.version)?.tag
      return {
        node: node.address,
        hostname: node.hostname,
        role: node.role,
        ...(talos === undefined ? {} : { talos }),
      }
    }),
    images: [...imageRows(facts, to, parts.options)],
    preflight: [...checks(facts, from, to, parts)],
    computedAt: toInstant(parts.around.now),
    validUntil: toInstant(parts.around.now + PLAN_VALID),
    talosctl: [
      `talosctl -n ${first?.address ?? '–'} upgrade-k8s --from ${from.slice(1)} --to ${to.slice(1)}`,
      ...(parts.options.prePull ? [] : ['--pre-pull-images=false']),
      ...(parts.options.kubelets ? [] : ['--upgrade-kubelet=false']),
    ].join(' '),
  }
  return { plan, facts, inputs: fingerprint(facts) }
}

function* checks(
  facts: ClusterFacts,
  from: string,
  to: string,
  parts: KubernetesPlanParts,
): Generator<KubernetesCheck> {
  for (const { id, outcome, evidence } of clusterChecks(parts.around)) yield { id, outcome, evidence }
  yield pathCheck(facts, from, to, parts)
  yield supportCheck(facts, from, to, parts)
  yield* nodeChecks(facts)
  const configs = facts.nodes.flatMap(({ hostname, config }) => {
    const kubernetes = valueOf(config)?.kubernetes
    return kubernetes === undefined ? [] : [{ hostname, config: kubernetes }]
  })
  const entered = linesEntered(parts.lines, from, to)
  yield* removalChecks(entered, configs)
  yield removalCheck(
    'removed-api-resources',
    { entered, names: ({ apiResources }) => apiResources },
    parts.removedObjects,
  )
}

/** What the nodes tell, and may tell otherwise a minute later: asked again before anything is touched. */
export function* nodeChecks(facts: ClusterFacts): Generator<KubernetesCheck> {
  yield blockedBy(
    'nodes-answer',
    facts.nodes.flatMap(({ hostname, facts: { version }, config }) =>
      !version.known
        ? [`${hostname}: ${version.reason}`]
        : !config.known
          ? [`${hostname}: ${config.reason}`]
          : [],
    ),
    `${facts.nodes.length}`,
  )
  yield blockedBy(
    'nodes-ready',
    facts.nodes.filter(({ kube }) => !kube.ready).map(({ hostname }) => hostname),
    'Ready',
  )
  yield blockedBy(
    'control-planes-ready',
    facts.nodes
      .filter(({ role }) => isControlPlane(role))
      .flatMap(({ hostname, kube }) =>
        STATIC_PODS.filter((component) => podOf(facts.pods, component, kube.name)?.ready !== true).map(
          (component) => `${hostname}: ${component}`,
        ),
      ),
    STATIC_PODS.join(', '),
  )
  yield etcdCheck(facts)
  yield blockedBy(
    'config-not-staged',
    facts.nodes
      .filter(({ facts: { install } }) => valueOf(install)?.staged === true)
      .map(({ hostname }) => hostname),
    'persistent = v1alpha1',
  )
}

function pathCheck(
  facts: ClusterFacts,
  from: string,
  to: string,
  parts: KubernetesPlanParts,
): KubernetesCheck {
  const { legal, reason } = judgeKubernetes(parts.lines, parts.table, from, to, talosOf(facts))
  const aboutTalos = reason === 'talos-too-old' || reason === 'talos-too-new'
  const isUpwards = legal || aboutTalos
  const above = isUpwards ? namesAbove(facts, to) : []
  const evidence = [`${from}${whoIsBehind(facts, from)} → ${to}`, ...above].join('; ')
  const isLegal = isUpwards && above.length === 0
  return { id: 'version-path', outcome: isLegal ? 'pass' : 'block', evidence }
}

/** The oldest component decides; where not all are alike it is named: ` (kube-proxy)`, which moves with the manifests. */
function whoIsBehind({ pods }: ClusterFacts, from: string): string {
  const behind = pods.filter((pod) => versionOfPod(pod) === from)
  if (behind.length === pods.length) return ''
  return ` (${[...new Set(behind.map((pod) => pod.labels['k8s-app'] ?? pod.name))].sort().join(', ')})`
}

function supportCheck(
  facts: ClusterFacts,
  from: string,
  to: string,
  parts: KubernetesPlanParts,
): KubernetesCheck {
  const talos = talosOf(facts)
  const { reason, nodes } = judgeKubernetes(parts.lines, parts.table, from, to, talos)
  if (reason === 'talos-too-old' || reason === 'talos-too-new') {
    return { id: 'talos-supports', outcome: 'block', evidence: nodes.join(', ') }
  }
  const silent = talos.filter((node) => node.talos === undefined)
  if (silent.length > 0) {
    return {
      id: 'talos-supports',
      outcome: 'unknown',
      evidence: silent.map((one) => one.hostname).join(', '),
    }
  }
  const versions = [...new Set(talos.map((node) => node.talos ?? '–'))].sort()
  return { id: 'talos-supports', outcome: 'pass', evidence: versions.join(', ') }
}

/** No member is restarted, so two members are no reason to refuse; one that is down already is. */
function etcdCheck(facts: ClusterFacts): KubernetesCheck {
  const id = 'etcd-quorum'
  const read = facts.nodes.flatMap(({ facts: { etcd } }) => (etcd === undefined ? [] : [etcd]))
  const told = read.find((etcd) => etcd.known)
  if (told?.known !== true) {
    return {
      id,
      outcome: 'unknown',
      evidence: read.map((etcd) => (etcd.known ? '' : etcd.reason)).join('; ') || '–',
    }
  }
  const down = told.value.members.filter(({ started }) => !started)
  const evidence = [
    `${told.value.members.length}`,
    ...down.map(({ id: member, hostname }) => `${hostname || member} –`),
    ...told.value.alarms.map(({ alarm }) => alarm),
  ].join(', ')
  return { id, outcome: down.length > 0 || told.value.alarms.length > 0 ? 'block' : 'pass', evidence }
}

function blockedBy(
  id: KubernetesCheck['id'],
  trouble: readonly string[],
  otherwise: string,
): KubernetesCheck {
  return trouble.length > 0
    ? { id, outcome: 'block', evidence: trouble.join('; ') }
    : { id, outcome: 'pass', evidence: otherwise }
}

export function talosOf(facts: ClusterFacts): readonly TalosOfNode[] {
  return facts.nodes.map(({ hostname, facts: { version } }) => ({ hostname, talos: valueOf(version)?.tag }))
}

/** What decides the plan: nodes, their Talos, their configs, and what runs. */
export function fingerprint(facts: ClusterFacts): string {
  return JSON.stringify([
    facts.nodes.map(({ address, facts: { version }, config, kube }) => [
      address,
      valueOf(version)?.tag,
      valueOf(config)?.version,
      kube.kubeletVersion,
    ]),
    facts.pods.map((pod) => [pod.node, pod.labels['k8s-app'], versionOfPod(pod)]).sort(),
  ])
}

/** Throws `plan-blocked` with every check that blocks and what was read. */
export function throwIfKubernetesBlocked(checks: Iterable<KubernetesCheck>): void {
  const blocking = [...checks].filter(({ outcome }) => outcome === 'block')
  if (blocking.length === 0) return
  throw new TalosFailure('plan-blocked', blocking.map(({ id, evidence }) => `${id}: ${evidence}`).join('; '))
}
