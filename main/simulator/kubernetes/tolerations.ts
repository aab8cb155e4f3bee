import { conditionOf, type KubeNode, type Taint, type Toleration } from './objects.ts'

export const CONTROL_PLANE_TAINT = 'node-role.kubernetes.io/control-plane'
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable'
const NOT_READY = 'node.kubernetes.io/not-ready'
const UNREACHABLE = 'node.kubernetes.io/unreachable'

/** What admission gives a pod that says nothing of it: five minutes of patience with a node that is away. */
const PATIENCE: readonly Toleration[] = [NOT_READY, UNREACHABLE].map((key) => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}))

/** What a DaemonSet's pods put up with. */
export const DAEMON_TOLERATIONS: readonly Toleration[] = [
  ...[NOT_READY, UNREACHABLE].map((key) => ({
    key,
    operator: 'Exists' as const,
    effect: 'NoExecute' as const,
  })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((name) => ({
    key: `node.kubernetes.io/${name}`,
    operator: 'Exists' as const,
    effect: 'NoSchedule' as const,
  })),
]

export const EVERYTHING: readonly Toleration[] = (['NoSchedule', 'NoExecute'] as const).map((effect) => ({
  operator: 'Exists',
  effect,
}))

/** The tolerations of a pod as admission leaves them. */
export function admitted(tolerations: readonly Toleration[]): readonly Toleration[] {
  const missing = PATIENCE.filter(({ key = '' }) => !tolerates(tolerations, { key, effect: 'NoExecute' }))
  return missing.length === 0 ? tolerations : [...tolerations, ...missing]
}

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (key === undefined || key === taint.key) &&
      (effect === undefined || effect === taint.effect) &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  )
}

/** The first taint that keeps a pod with these tolerations off the node. */
export function obstacle(tolerations: readonly Toleration[], node: KubeNode): Taint | undefined {
  return node.spec.taints?.find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint),
  )
}

const DERIVED: readonly string[] = [UNSCHEDULABLE, NOT_READY, UNREACHABLE]

/** The node with the taints its cordon and its readiness bring; others are left as they are. */
export function withDerivedTaints(node: KubeNode, now: string): KubeNode {
  const own = (node.spec.taints ?? []).filter(({ key }) => !DERIVED.includes(key))
  const ready = conditionOf(node, 'Ready')?.status
  const away = ready === 'True' || ready === undefined ? [] : [ready === 'Unknown' ? UNREACHABLE : NOT_READY]
  const derived: Taint[] = [
    ...(node.spec.unschedulable ? [taint(UNSCHEDULABLE, 'NoSchedule')] : []),
    ...away.flatMap((key) => [taint(key, 'NoSchedule'), taint(key, 'NoExecute')]),
  ]
  const spec: Record<string, unknown> = { ...node.spec, taints: [...own, ...derived] }
  if (own.length + derived.length === 0) delete spec['taints']
  return { ...node, spec }

  function taint(key: string, effect: Taint['effect']): Taint {
    const before = node.spec.taints?.find((known) => known.key === key && known.effect === effect)
    return before ?? { key, effect, timeAdded: now }
  }
}
