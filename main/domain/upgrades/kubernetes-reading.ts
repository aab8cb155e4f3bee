import type { PreflightCheck } from '#contract/upgrades.ts'
import type {
  DisruptionBudget,
  KubeNode,
  KubePod,
  KubernetesPort,
  StorageItem,
} from '../kubernetes/kubernetes-port.ts'
import { budgetText, hasToLeave } from './drain.ts'
import { ask, type Known } from './known.ts'
import { markOf, RUN_ANNOTATION, type IsOver } from './run-marks.ts'
import { unsettledOf } from './storage-settled.ts'

/** Pods named in the evidence of one check; more are counted. */
const NAMED = 6

/** Kubernetes as a plan needs it. */
export interface KubernetesReading {
  readonly version: string
  readonly nodes: readonly KubeNode[]
  /** Of the whole cluster. */
  readonly pods: readonly KubePod[]
  readonly budgets: readonly DisruptionBudget[]
  readonly storage: readonly StorageItem[]
}

export async function readKubernetes(
  kubernetes: KubernetesPort,
  signal: AbortSignal,
): Promise<Known<KubernetesReading>> {
  return ask(signal, async () => {
    const [version, nodes, pods, budgets, storage] = await Promise.all([
      kubernetes.version(signal),
      kubernetes.nodes(signal),
      kubernetes.pods({}, signal),
      kubernetes.budgets(signal),
      kubernetes.storage(signal),
    ])
    return { version, nodes, pods, budgets, storage }
  })
}

/**
 * Whether the node's pods have somewhere to go: another node that takes pods. A control plane counts where it runs some
 * that could run elsewhere; with nowhere to go a drain would only stand still.
 */
export function hasElsewhere({ nodes, pods }: KubernetesReading, name: string): boolean {
  return nodes.some((node) => {
    if (node.name === name || node.unschedulable) return false
    return !node.controlPlane || pods.some((pod) => pod.node === node.name && isOrdinary(pod))
  })
}

/** CoreDNS and the like run on control planes that take nobody else. */
function isOrdinary(pod: KubePod): boolean {
  return hasToLeave(pod) && pod.namespace !== 'kube-system'
}

/** Checks of the whole cluster that Kubernetes answers. Without its word the person says whether to go on. */
export function kubernetesChecks(
  reading: Known<KubernetesReading>,
  isOver: IsOver,
): readonly PreflightCheck[] {
  if (!reading.known) {
    return [{ id: 'kubernetes-api', outcome: 'unknown', evidence: reading.reason, accept: true }]
  }
  const { version, nodes, storage } = reading.value
  const open = unsettledOf(storage)
  const marked = nodes.flatMap((node) => {
    const mark = markOf(node, isOver)
    return mark === undefined ? [] : [{ name: node.name, mark }]
  })
  return [
    { id: 'kubernetes-api', outcome: 'pass', evidence: `${version}; ${counted(nodes.length, 'node')}` },
    ...marked.map(({ name, mark }) => ({
      id: 'no-other-run' as const,
      outcome: 'warn' as const,
      evidence: `${name} ${RUN_ANNOTATION}: ${mark}`,
      accept: true,
    })),
    open.length === 0
      ? { id: 'storage-settled', outcome: 'pass', evidence: storageText(storage) }
      : { id: 'storage-settled', outcome: 'warn', evidence: open.join(', '), accept: true },
  ]
}

/**
 * What becomes of a node's pods: what a drain will meet, or, where none is done, what stops with the node. `name`: what
 * Kubernetes calls it. Pods that nobody makes anew, volumes that are emptied and budgets are named either way.
 */
export function podsCheck(
  reading: KubernetesReading,
  name: string,
  leaving: 'drained' | 'not-drained' | 'nowhere-to-go',
): PreflightCheck {
  const { evidence, stubborn, unmanaged, leave } = podsEvidence(reading, name)
  if (leaving === 'drained') {
    const id = 'pods-can-move'
    if (stubborn === 0) return { id, outcome: 'pass', evidence }
    // The drain stops at what a budget holds, and leaves where it is what nobody would make anew.
    if (unmanaged === 0) return { id, outcome: 'warn', evidence }
    const because = unmanaged === stubborn ? 'pods-unmanaged' : 'pods-held-and-unmanaged'
    return { id, outcome: 'warn', evidence, because }
  }
  const because = leaving === 'nowhere-to-go' ? 'pods-nowhere-to-go' : 'pods-not-drained'
  const isNobodyHit = stubborn + leave === 0
  return { id: 'pods-can-move', outcome: isNobodyHit ? 'pass' : 'warn', evidence, because }
}

export interface PodsEvidence {
  readonly evidence: string
  /** Pods that a drain moves. */
  readonly leave: number
  /** Held by a budget, or made anew by nobody. */
  readonly stubborn: number
  /** Those of them that nobody makes anew: they stay and stop with their node. */
  readonly unmanaged: number
}

/** `12 pods; home/db-0 (db: 1 up, 1 wanted); home/tool (no controller); emptyDir: 2` */
export function podsEvidence({ pods, budgets }: KubernetesReading, name: string): PodsEvidence {
  const here = pods.filter((pod) => pod.node === name)
  const leaving = here.filter(hasToLeave)
  const held = leaving.filter((pod) =>
    budgets.some(
      (budget) => budget.namespace === pod.namespace && budget.allowed < 1 && budget.covers(pod.labels),
    ),
  )
  const loose = here.filter((pod) => pod.controller === undefined && !pod.mirror && pod.phase === 'Running')
  const emptied = leaving.filter(({ emptyDir }) => emptyDir)
  const parts = [
    ...held.map((pod) => `${nameOf(pod)} (${budgetText(budgets, pod)})`),
    ...loose.map((pod) => `${nameOf(pod)} (no controller)`),
  ]
  const evidence = [
    counted(leaving.length, 'pod'),
    ...parts.slice(0, NAMED),
    ...(parts.length > NAMED ? [`+${parts.length - NAMED}`] : []),
    ...(emptied.length === 0 ? [] : [`emptyDir: ${emptied.length}`]),
  ].join('; ')
  return { evidence, leave: leaving.length, stubborn: parts.length, unmanaged: loose.length }
}

function storageText(items: readonly StorageItem[]): string {
  const systems = [...new Set(items.map(({ system }) => system))]
  return (
    systems.map((name) => `${name}: ${items.filter(({ system }) => system === name).length}`).join('; ') ||
    '–'
  )
}

function nameOf({ namespace, name }: KubePod): string {
  return `${namespace}/${name}`
}

/** `1 pod`, `12 pods` */
export function counted(count: number, what: 'node' | 'pod' | 'member'): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
