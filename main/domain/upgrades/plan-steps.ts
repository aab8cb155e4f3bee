import type { PlanOptions } from '#contract/upgrades.ts'
import { valueOf, type Known } from './known.ts'
import { hasElsewhere, type KubernetesReading } from './kubernetes-reading.ts'
import { isControlPlane } from './node-facts.ts'
import type { PreparedNode } from './plan.ts'

export interface StepContext {
  readonly options: PlanOptions
  /** Absent where nobody asked. */
  readonly kubernetes?: Known<KubernetesReading>
  readonly isLast: boolean
}

/** Names of a node's stops, in order. What a node does not have or nobody wants is not among them. */
export function stepsOf(prepared: PreparedNode, context: StepContext): readonly string[] {
  const { plan, facts } = prepared
  const holdsEtcd = isControlPlane(plan.role)
  const members = facts.etcd === undefined ? 0 : (valueOf(facts.etcd)?.members.length ?? 0)
  const inKubernetes = kubernetesName(prepared, context.kubernetes) !== undefined
  const drains = leavingOf(prepared, context) === 'drained'
  const change =
    plan.mechanism === 'rollback'
      ? ['rollback']
      : plan.mechanism === 'legacy'
        ? ['pull', 'install', 'reboot']
        : ['install', 'reboot']
  return [
    'preflight',
    ...(holdsEtcd ? ['snapshot'] : []),
    ...(plan.mechanism === 'lifecycle' ? ['pull'] : []),
    ...(holdsEtcd && members > 1 ? ['hand-over'] : []),
    ...(drains ? ['cordon', 'drain'] : []),
    ...change,
    'answers',
    'ready',
    ...(inKubernetes ? ['kubernetes'] : []),
    ...(drains ? ['uncordon'] : []),
    'verify',
    ...(context.isLast ? [] : [...(inKubernetes ? ['storage'] : []), 'settle']),
  ]
}

/** What Kubernetes calls the node; `undefined` where it is none of its nodes, or nobody could ask. */
export function kubernetesName(
  { facts }: PreparedNode,
  kubernetes: Known<KubernetesReading> | undefined,
): string | undefined {
  const name = valueOf(facts.kubernetesNode)?.name
  if (kubernetes?.known !== true || name === undefined) return undefined
  return kubernetes.value.nodes.some((node) => node.name === name) ? name : undefined
}

/** Whether pods leave before their node restarts, or why not. */
export type Leaving = 'drained' | 'not-drained' | 'nowhere-to-go' | 'unasked'

export function leavingOf(
  prepared: PreparedNode,
  { options, kubernetes }: Pick<StepContext, 'options' | 'kubernetes'>,
): Leaving {
  if (!options.drain) return 'not-drained'
  const name = kubernetesName(prepared, kubernetes)
  if (kubernetes?.known !== true || name === undefined) return 'unasked'
  return hasElsewhere(kubernetes.value, name) ? 'drained' : 'nowhere-to-go'
}
