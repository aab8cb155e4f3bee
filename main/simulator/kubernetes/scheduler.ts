import { nowOf, type KubeWorld } from './kube-world.ts'
import { controllerOf, type KubeNode, type Pod } from './objects.ts'
import { bound, unplaced } from './pods.ts'
import { obstacle, withDerivedTaints } from './tolerations.ts'

/** How taints are told of in a pod that finds no place. */
const TOLD: Readonly<Record<string, string>> = { 'node.kubernetes.io/unschedulable': 'were unschedulable' }

/**
 * Gives the pod a node: one that its tolerations and selector admit, fewest of its own kind first, then fewest pods.
 * @param seen how it sees the nodes, as they are unless told otherwise
 * @returns the pod as it is in the store now; without `nodeName` it waits there and says why
 */
export function schedule(
  world: KubeWorld,
  pod: Pod,
  seen: (node: KubeNode) => KubeNode = (node) => node,
): Pod {
  const { store } = world
  const nodes = store.list('nodes').map(seen)
  const reasons = new Map<string, number>()
  const fitting = nodes.filter((node) => {
    const reason = misfit(pod, node)
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    return reason === undefined
  })
  const now = nowOf(world)
  if (fitting.length === 0) {
    const told = [...reasons].map(([reason, count]) => `${count} node(s) ${reason}`).sort()
    const message = `0/${nodes.length} nodes are available: ${told.join(', ')}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`
    return store.put('pods', unplaced(pod, message, now))
  }
  const owner = controllerOf(pod)?.uid
  const counts = new Map(fitting.map(({ metadata }) => [metadata.name, 0]))
  for (const other of store.list('pods')) {
    const on = other.spec.nodeName ?? ''
    const count = counts.get(on)
    // A fellow weighs more than any number of strangers.
    if (count !== undefined) counts.set(on, count + (controllerOf(other)?.uid === owner ? 1000 : 1))
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
  return store.put('pods', bound(pod, best?.[0] ?? '', now))
}

/** The nodes as they would be if all were well: for pods that were placed long ago. */
export function untroubled(node: KubeNode): KubeNode {
  const calm: KubeNode = { ...node, status: { ...node.status, conditions: [] } }
  return withDerivedTaints(calm, node.metadata.creationTimestamp)
}

function misfit(pod: Pod, node: KubeNode): string | undefined {
  const { nodeSelector = {}, tolerations } = pod.spec
  const labels = node.metadata.labels ?? {}
  if (Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value))
    return "didn't match Pod's node affinity/selector"
  const taint = obstacle(tolerations, node)
  if (!taint) return undefined
  return TOLD[taint.key] ?? `had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
}
