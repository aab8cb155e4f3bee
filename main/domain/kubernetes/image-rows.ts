import type { ImageRow, KubernetesComponent } from '#contract/kubernetes.ts'
import { valueOf } from '../upgrades/known.ts'
import { isControlPlane } from '../upgrades/node-facts.ts'
import { compareLines, lineOf } from '../upgrades/version-table.ts'
import { imageFor, versionOfImage } from './component-config.ts'
import { podOf, versionOfPod, type RunningCluster, type RunningNode } from './upgrade-facts.ts'

/** In the order in which they go, on each control plane before the next component. */
export const STATIC_PODS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

/** Every image of an upgrade, by component and node, in the order of the run, with how it stands now. */
export function* imageRows(
  facts: RunningCluster,
  to: string,
  { kubelets }: { readonly kubelets: boolean },
): Generator<ImageRow> {
  const planes = facts.nodes.filter(({ role }) => isControlPlane(role))
  for (const component of STATIC_PODS) {
    for (const node of planes) yield rowOf(node, component, versionNow(facts, node, component), to)
  }
  for (const node of planes) yield rowOf(node, 'kube-proxy', undefined, to)
  if (!kubelets) return
  for (const node of facts.nodes) yield rowOf(node, 'kubelet', versionNow(facts, node, 'kubelet'), to)
}

/** @param running version that is found to run, where one can be told; the config alone proves nothing */
function rowOf(
  node: RunningNode,
  component: KubernetesComponent,
  running: string | undefined,
  to: string,
): ImageRow {
  const config = valueOf(node.config)?.kubernetes[component]
  const after = imageFor(component, config?.image, to)
  const base = { node: node.address, hostname: node.hostname, component, after }
  if (config === undefined) return { ...base, note: 'unknown' }
  if (!config.enabled) return { ...base, note: 'off' }
  const isWritten = versionOfImage(config.image) === to
  if (isWritten && running !== undefined && running !== to) {
    return { ...base, before: imageFor(component, config.image, running), note: 'written' }
  }
  const before = config.image ?? running
  return {
    ...base,
    ...(before === undefined ? {} : { before }),
    note: isWritten ? 'there-already' : 'changes',
  }
}

/** What a component of a node runs as; kube-proxy as its config has it, since its pods follow the manifests. */
export function versionNow(
  { pods }: RunningCluster,
  node: RunningNode,
  component: KubernetesComponent,
): string | undefined {
  if (component === 'kubelet') return node.kube.kubeletVersion
  if (component === 'kube-proxy') {
    return versionOfImage(valueOf(node.config)?.kubernetes['kube-proxy'].image)
  }
  const pod = podOf(pods, component, node.kube.name)
  return pod === undefined ? undefined : versionOfPod(pod)
}

/**
 * What runs, or is to run, a minor above `to`: `bronce-1 kube-apiserver v1.37.0`. The lowest version alone does not tell:
 * kube-proxy stays behind until the manifests are applied, and Kubernetes never goes down a minor (behaviour.md §6).
 */
export function namesAbove(facts: RunningCluster, to: string): readonly string[] {
  const names = facts.nodes.flatMap((node) => {
    const config = valueOf(node.config)?.kubernetes
    const components = isControlPlane(node.role) ? [...STATIC_PODS, 'kubelet' as const] : ['kubelet' as const]
    const found = components.flatMap((component) =>
      [versionNow(facts, node, component), versionOfImage(config?.[component].image)].map(
        (version) => [component, version] as const,
      ),
    )
    return found.flatMap(([component, version]) =>
      version !== undefined && isMinorAbove(version, to) ? [`${node.hostname} ${component} ${version}`] : [],
    )
  })
  return [...new Set(names)]
}

function isMinorAbove(version: string, to: string): boolean {
  const [one, other] = [lineOf(version), lineOf(to)]
  return one !== undefined && other !== undefined && compareLines(one, other) > 0
}
