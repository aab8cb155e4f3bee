import type { Run, RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { Observation } from '../runs/run-engine.ts'
import { ask, valueOf } from '../upgrades/known.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'
import type { KubernetesPort } from './kubernetes-port.ts'
import { componentPods, podOf, versionOfPod, type ClusterFacts, type UpgradeNode } from './upgrade-facts.ts'
import { STATIC_PODS } from './upgrade-plan.ts'

const NODE_READY = 'Ready'

/** What the verdict asks: each pod's and each kubelet's version, and every node Ready. */
export function expectedRows(facts: ClusterFacts, to: string, kubelets: boolean): readonly VerdictRow[] {
  return facts.nodes.flatMap((node) => {
    const config = valueOf(node.config)?.kubernetes
    const pods = isControlPlane(node.role)
      ? STATIC_PODS.filter((component) => config?.[component].enabled !== false)
      : []
    const rows: VerdictRow[] = pods.map((fact) => {
      const pod = podOf(facts.pods, fact, node.kube.name)
      return row(node.address, fact, pod === undefined ? undefined : versionOfPod(pod), to)
    })
    if (kubelets) rows.push(row(node.address, 'kubelet', node.kube.kubeletVersion, to))
    rows.push(row(node.address, 'kubernetes-node', node.kube.ready ? NODE_READY : 'NotReady', NODE_READY))
    return rows
  })
}

function row(node: string, fact: string, before: string | undefined, expected: string): VerdictRow {
  return { fact, node, expected, outcome: 'unknown', ...(before === undefined ? {} : { before }) }
}

/** Lays what the cluster tells now beside what was expected. */
export async function judgeKubernetesRows(
  expected: readonly VerdictRow[],
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<readonly VerdictRow[]> {
  const [nodes, pods] = await Promise.all([
    ask(signal, () => kubernetes.nodes(signal)),
    ask(signal, () => componentPods(kubernetes, signal)),
  ])
  return expected.map((one) => {
    const base = {
      fact: one.fact,
      expected: one.expected,
      ...(one.node === undefined ? {} : { node: one.node }),
      ...(one.before === undefined ? {} : { before: one.before }),
    }
    if (!nodes.known) return { ...base, outcome: 'unknown', note: nodes.reason }
    if (!pods.known) return { ...base, outcome: 'unknown', note: pods.reason }
    const node = nodes.value.find(
      ({ addresses, name }) => addresses.includes(one.node ?? '') || name === one.node,
    )
    if (node === undefined) return { ...base, outcome: 'unknown', note: 'Node: –' }
    const found = findingOf(one.fact, node, pods.value)
    return {
      ...base,
      found: found ?? '–',
      outcome: found === one.expected ? 'proven' : 'differs',
      note: one.fact === 'kubelet' || one.fact === 'kubernetes-node' ? 'Node' : 'Pod',
    }
  })
}

function findingOf(fact: string, node: UpgradeNode['kube'], pods: ClusterFacts['pods']): string | undefined {
  if (fact === 'kubelet') return node.kubeletVersion
  if (fact === 'kubernetes-node') return node.ready ? NODE_READY : 'NotReady'
  const pod = pods.find((one) => one.node === node.name && one.labels['k8s-app'] === fact && !one.leaving)
  if (pod === undefined) return undefined
  const version = versionOfPod(pod)
  return pod.ready ? version : `${version ?? '–'}, not ready`
}

/** A version that differs is a failed upgrade, whatever else holds. */
export function outcomeOf(rows: readonly VerdictRow[]): RunOutcome {
  const differs = rows.filter(({ outcome }) => outcome === 'differs')
  if (differs.some(({ fact }) => fact !== 'kubernetes-node')) return 'failed'
  if (differs.length > 0) return 'not-ready'
  return rows.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'proven'
}

/**
 * Reads the cluster for an upgrade of Kubernetes that was cut off. Manifests are only judged by a new plan, which asks
 * the API server anew what would change.
 */
export async function observeKubernetes(
  run: Run,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<Observation> {
  if (run.kind !== 'kubernetes') return { rows: run.verdict, outcome: 'interrupted' }
  const rows = await judgeKubernetesRows(run.verdict, kubernetes, signal)
  const outcome = outcomeOf(rows)
  return { rows, outcome: outcome === 'failed' ? 'interrupted' : outcome }
}
