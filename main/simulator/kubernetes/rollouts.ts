import { nowOf, type KubeWorld } from './kube-world.ts'
import { isReady, type Pod, type Workload } from './objects.ts'
import { templateHash } from './template-hash.ts'
import { byOwner } from './workload-status.ts'
import { ownerOf } from './workloads.ts'

/**
 * Each Deployment has a ReplicaSet for its template; those of older templates shrink as the new one's pods become ready.
 * @param isPast the cluster's past is being made: sets are as old as their deployments
 */
export function rollOutDeployments(
  world: KubeWorld,
  isPast: boolean,
  podsOf: (set: Workload) => readonly Pod[],
): void {
  const { store } = world
  const sets = byOwner(store.list('replicasets'))
  for (const deployment of store.list('deployments')) {
    const owned = sets.get(deployment.metadata.uid) ?? []
    const wanted = deployment.spec.replicas ?? 1
    const name = `${deployment.metadata.name}-${templateHash(deployment.spec.template)}`
    const current = owned.find(({ metadata }) => metadata.name === name)
    if (!current) {
      const born = isPast ? deployment.metadata.creationTimestamp : nowOf(world)
      store.put('replicasets', replicaSet(world, deployment, name, born))
      continue
    }
    scale(current, wanted)
    const ready = podsOf(current).filter(isReady).length
    for (const old of owned)
      if (old !== current) scale(old, Math.min(old.spec.replicas ?? 0, Math.max(0, wanted - ready)))
  }

  function scale(set: Workload, replicas: number): void {
    if (set.spec.replicas === replicas) return
    store.put('replicasets', { ...set, spec: { ...set.spec, replicas } })
  }
}

/** Which pods go when there are too many: those that do not work first. */
export function surplusOf(alive: readonly Pod[], wanted: number): readonly Pod[] {
  const count = alive.length - wanted
  if (count <= 0) return []
  return [...alive.filter((pod) => !isReady(pod)), ...alive.filter(isReady)].slice(0, count)
}

function replicaSet({ random }: KubeWorld, deployment: Workload, name: string, born: string): Workload {
  const { template } = deployment.spec
  const hash = name.slice(deployment.metadata.name.length + 1)
  const labels = { ...template.metadata.labels, 'pod-template-hash': hash }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: deployment.metadata.namespace ?? '',
      uid: random.uuid(),
      generation: 1,
      creationTimestamp: born,
      labels,
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas: deployment.spec.replicas ?? 1,
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    },
    status: {},
  }
}
