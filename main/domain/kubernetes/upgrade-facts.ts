import { rsort } from 'semver'
import type { KubernetesComponent } from '#contract/kubernetes.ts'
import type { NodeRole } from '#contract/nodes.ts'
import type { TalosPort } from '../nodes/talos-port.ts'
import { gatherNodeFacts } from '../upgrades/gather.ts'
import { ask, valueOf, type Known } from '../upgrades/known.ts'
import { isControlPlane, type NodeFacts } from '../upgrades/node-facts.ts'
import { Secret } from '../secret.ts'
import { readKubernetesConfig, versionOfImage, type KubernetesConfig } from './component-config.ts'
import type { KubernetesPort, KubeNode, KubePod } from './kubernetes-port.ts'

/** The components that run as static pods on control planes, and kube-proxy; each pod carries its name as `k8s-app`. */
export const POD_COMPONENTS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const

/** What one node runs of Kubernetes, as Kubernetes and Talos told it at one moment. */
export interface RunningNode {
  /** By which Talos is asked: the node's own address in Kubernetes. */
  readonly address: string
  readonly kube: KubeNode
  readonly hostname: string
  readonly role: NodeRole
  /** Resource version and text of the active config; the text has secrets. */
  readonly config: Known<{
    readonly version: string
    readonly text: Secret
    readonly kubernetes: KubernetesConfig
  }>
}

export interface UpgradeNode extends RunningNode {
  readonly facts: NodeFacts
}

export interface RunningCluster {
  readonly nodes: readonly RunningNode[]
  /** Pods of the control plane's components, by node name. */
  readonly pods: readonly KubePod[]
}

export interface ClusterFacts extends RunningCluster {
  readonly nodes: readonly UpgradeNode[]
  /** Lowest version among the components' pods, as talosctl takes it (behaviour.md §6 step 2). */
  readonly current: string | undefined
}

/** Reads every node that Kubernetes knows. Throws what kept Kubernetes from answering. */
export async function gatherCluster(
  talos: TalosPort,
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const [known, pods] = await Promise.all([kubernetes.nodes(signal), componentPods(kubernetes, signal)])
  const nodes = await Promise.all(known.map((kube) => gatherNode(talos, kube, signal)))
  const order = (node: UpgradeNode): number => (isControlPlane(node.role) ? 0 : 1)
  return {
    nodes: nodes.toSorted(
      (a, b) => order(a) - order(b) || a.hostname.localeCompare(b.hostname, 'en', { numeric: true }),
    ),
    pods,
    current: lowest(pods.flatMap((pod) => versionOfPod(pod) ?? [])),
  }
}

export async function componentPods(
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<readonly KubePod[]> {
  const labels = `k8s-app in (${POD_COMPONENTS.join(',')})`
  return kubernetes.pods({ namespace: 'kube-system', labels }, signal)
}

/** Lowest version among the pods of one component. */
export function componentVersion(
  { pods }: Pick<ClusterFacts, 'pods'>,
  component: KubernetesComponent,
): string | undefined {
  const own = pods.filter((pod) => pod.labels['k8s-app'] === component)
  return lowest(own.flatMap((pod) => versionOfPod(pod) ?? []))
}

/** What the API servers run, where of all components only kube-proxy is older: it moves with the manifests. */
export function proxyBehind(facts: Pick<ClusterFacts, 'pods' | 'current'>): string | undefined {
  const others = facts.pods.filter((pod) => pod.labels['k8s-app'] !== 'kube-proxy')
  const version = lowest(others.flatMap((pod) => versionOfPod(pod) ?? []))
  return version === facts.current ? undefined : version
}

/** The pod of a component on a node, by the node's name in Kubernetes. */
export function podOf(
  pods: readonly KubePod[],
  component: KubernetesComponent,
  nodeName: string,
): KubePod | undefined {
  return pods.find((pod) => pod.node === nodeName && pod.labels['k8s-app'] === component && !pod.leaving)
}

export function versionOfPod(pod: KubePod): string | undefined {
  const component = pod.labels['k8s-app']
  const image = Object.entries(pod.images).find(([name]) => name === component)?.[1]
  return versionOfImage(image ?? Object.values(pod.images)[0])
}

async function gatherNode(talos: TalosPort, kube: KubeNode, signal: AbortSignal): Promise<UpgradeNode> {
  const address = kube.addresses[0] ?? kube.name
  const [facts, config] = await Promise.all([
    gatherNodeFacts(talos, address, signal),
    ask(signal, async () => {
      const read = await talos.readMachineConfig(address, 'active', signal)
      const text = read?.text ?? ''
      return {
        version: read?.version ?? '',
        text: new Secret(text),
        kubernetes: readKubernetesConfig(text),
      }
    }),
  ])
  return {
    address,
    kube,
    hostname: valueOf(facts.hostname) ?? kube.name,
    role: valueOf(facts.role) ?? (kube.controlPlane ? 'controlplane' : 'worker'),
    facts,
    config,
  }
}

function lowest(versions: readonly string[]): string | undefined {
  return rsort([...versions]).at(-1)
}
