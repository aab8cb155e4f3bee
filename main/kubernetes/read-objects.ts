import type { V1LabelSelector, V1Node, V1Pod, V1PodDisruptionBudget } from '@kubernetes/client-node'
import type { DisruptionBudget, KubeNode, KubePod } from '../domain/kubernetes/kubernetes-port.ts'

const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane'
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

export function nodeOf({ metadata, spec, status }: V1Node): KubeNode {
  return {
    name: metadata?.name ?? '',
    ready: isTrue(status?.conditions, 'Ready'),
    unschedulable: spec?.unschedulable === true,
    controlPlane: Object.hasOwn(metadata?.labels ?? {}, CONTROL_PLANE_LABEL),
    osImage: status?.nodeInfo?.osImage ?? '',
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
    addresses: (status?.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP')
      .map(({ address }) => address),
    annotations: metadata?.annotations ?? {},
  }
}

export function podOf({ metadata, spec, status }: V1Pod): KubePod {
  const controller = metadata?.ownerReferences?.find((owner) => owner.controller === true)?.kind
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName,
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
    phase: status?.phase ?? '',
    ready: isTrue(status?.conditions, 'Ready'),
    leaving: metadata?.deletionTimestamp !== undefined,
    mirror: Object.hasOwn(metadata?.annotations ?? {}, MIRROR_ANNOTATION),
    ...(controller === undefined ? {} : { controller }),
    emptyDir: spec?.volumes?.some((volume) => volume.emptyDir !== undefined) === true,
    images: Object.fromEntries((spec?.containers ?? []).map(({ name, image }) => [name, image ?? ''])),
  }
}

export function budgetOf({ metadata, spec, status }: V1PodDisruptionBudget): DisruptionBudget {
  const selector = spec?.selector
  return {
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    covers: (labels) => covers(selector, labels),
    allowed: status?.disruptionsAllowed ?? 0,
    healthy: status?.currentHealthy ?? 0,
    wanted: status?.desiredHealthy ?? 0,
  }
}

/** As policy/v1 has it: an empty selector covers every pod of the namespace, none at all covers none. */
function covers(selector: V1LabelSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined) return false
  const { matchLabels = {}, matchExpressions = [] } = selector
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value)
        case 'NotIn':
          return value === undefined || !values.includes(value)
        case 'Exists':
          return value !== undefined
        case 'DoesNotExist':
          return value === undefined
        default:
          // An operator of a later Kubernetes: better to name a budget too many than one too few.
          return true
      }
    })
  )
}

function isTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
}
