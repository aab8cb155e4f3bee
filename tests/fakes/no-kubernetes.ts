import type { KubernetesPort } from '../../main/domain/kubernetes/kubernetes-port.ts'
import { TalosFailure } from '../../main/domain/talos-failure.ts'

/** A cluster whose Kubernetes does not answer. */
export function noKubernetes(): KubernetesPort {
  const silent = (): Promise<never> =>
    Promise.reject(new TalosFailure('kubernetes-unreachable', 'No API server answers.'))
  return {
    version: silent,
    nodes: silent,
    node: silent,
    setUnschedulable: silent,
    annotateNode: silent,
    pods: silent,
    budgets: silent,
    evict: silent,
    deletePod: silent,
    storage: silent,
    countObjects: silent,
    readObject: silent,
    applyObject: silent,
  }
}
