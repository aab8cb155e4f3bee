import type { Run, RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { TalosPort } from '../nodes/talos-port.ts'
import type { Observation } from '../runs/run-engine.ts'
import { ask, valueOf, type Known } from '../upgrades/known.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'
import { readKubernetesConfig, versionOfImage } from './component-config.ts'
import { STATIC_PODS, versionNow } from './image-rows.ts'
import type { KubernetesPort } from './kubernetes-port.ts'
import { componentPods, versionOfPod, type ClusterFacts, type UpgradeNode } from './upgrade-facts.ts'

const NODE_READY = 'Ready'

/** Whom a verdict asks: Kubernetes what runs, Talos what its configs say of kube-proxy. */
interface Witnesses {
  readonly talos: Pick<TalosPort, 'readMachineConfig'>
  readonly kubernetes: KubernetesPort
}

/**
 * What the verdict asks: each pod's and each kubelet's version, every node Ready, and kube-proxy's version in each
 * config, as its pods only follow with the manifests (behaviour.md §6 step 9).
 */
export function expectedRows(facts: ClusterFacts, to: string, kubelets: boolean): readonly VerdictRow[] {
  return facts.nodes.flatMap((node) => {
    const config = valueOf(node.config)?.kubernetes
    const pods = isControlPlane(node.role)
      ? STATIC_PODS.filter((component) => config?.[component].enabled !== false)
      : []
    const hasProxy = isControlPlane(node.role) && config?.['kube-proxy'].enabled !== false
    const components = [
      ...pods,
      ...(hasProxy ? (['kube-proxy'] as const) : []),
      ...(kubelets ? (['kubelet'] as const) : []),
    ]
    const rows = components.map((fact) => row(node.address, fact, versionNow(facts, node, fact), to))
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
  { talos, kubernetes }: Witnesses,
  signal: AbortSignal,
): Promise<readonly VerdictRow[]> {
  const [nodes, pods, proxies] = await Promise.all([
    ask(signal, () => kubernetes.nodes(signal)),
    ask(signal, () => componentPods(kubernetes, signal)),
    readProxies(
      talos,
      expected.flatMap(({ fact, node }) => (fact === 'kube-proxy' && node !== undefined ? [node] : [])),
      signal,
    ),
  ])
  return expected.map((one) => {
    const base = {
      fact: one.fact,
      expected: one.expected,
      ...(one.node === undefined ? {} : { node: one.node }),
      ...(one.before === undefined ? {} : { before: one.before }),
    }
    const proxy = one.fact === 'kube-proxy' ? proxies.get(one.node ?? '') : undefined
    if (proxy?.known === false) return { ...base, outcome: 'unknown', note: proxy.reason }
    if (proxy !== undefined) {
      const found = proxy.value ?? '–'
      return {
        ...base,
        found,
        outcome: found === one.expected ? 'proven' : 'differs',
        note: 'MachineConfig',
      }
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

/** kube-proxy's version in the config of each of these nodes, by address. */
async function readProxies(
  talos: Witnesses['talos'],
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Known<string | undefined>>> {
  const found = addresses.map(async (address) => {
    const version = await ask(signal, async () => {
      const read = await talos.readMachineConfig(address, 'active', signal)
      return versionOfImage(readKubernetesConfig(read?.text ?? '')['kube-proxy'].image)
    })
    return [address, version] as const
  })
  return new Map(await Promise.all(found))
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
 * Reads the cluster for an upgrade of Kubernetes that was cut off: proven where all of it stands, else `interrupted`,
 * also where nothing was expected yet. Throws what keeps Kubernetes from answering: the run stays open to be read later.
 */
export async function observeKubernetes(
  run: Run,
  witnesses: Witnesses,
  signal: AbortSignal,
): Promise<Observation> {
  await witnesses.kubernetes.version(signal)
  const rows = await judgeKubernetesRows(run.verdict, witnesses, signal)
  const outcome = rows.length === 0 ? 'interrupted' : outcomeOf(rows)
  return { rows, outcome: outcome === 'failed' ? 'interrupted' : outcome }
}
