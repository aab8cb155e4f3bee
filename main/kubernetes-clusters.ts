import type { ContextName } from '#contract/names.ts'
import type { Clusters } from './clusters.ts'
import { findKubeconfig } from './domain/kubernetes/find-kubeconfig.ts'
import type { KubernetesPort } from './domain/kubernetes/kubernetes-port.ts'
import { createKubernetesPort } from './kubernetes/https-kubernetes-port.ts'

/** The Kubernetes of each context, connected when first asked and let go with its Talos. */
export interface KubernetesClusters extends Disposable {
  of(context: ContextName): KubernetesPort
}

export function createKubernetesClusters(clusters: Clusters): KubernetesClusters {
  const open = new Map<ContextName, ReturnType<typeof createKubernetesPort>>()

  function close(context: ContextName): void {
    open.get(context)?.close()
    open.delete(context)
  }

  clusters.onClosed(close)
  return {
    of(context) {
      const found = open.get(context)
      if (found !== undefined) return found
      const made = createKubernetesPort(async (signal) => {
        const { talos, endpoints, nodes } = await clusters.cluster(context)
        return findKubeconfig(talos, [...endpoints, ...nodes], signal)
      })
      open.set(context, made)
      return made
    },
    [Symbol.dispose]() {
      for (const context of [...open.keys()]) close(context)
    },
  }
}
