import { ownAnnotations, ownLabels, publishNode } from './resources/kubernetes.ts'
import type { MachineCore } from './core.ts'
import type { NodeObject } from '../machine-api.ts'

const CORDONED = 'talos.dev/cordoned'

/** The node cordons itself for an upgrade or a shutdown; a cordon that somebody else set stays theirs (behaviour.md §5.4). */
export function cordonItself(core: MachineCore): void {
  if (!core.life.others.unschedulable) core.life.cordoned = true
  core.hooks.nodeChanged()
}

/** Somebody wrote the Node through the Kubernetes API: the NodeStatus shows it, with what the node itself sets on top. */
export function followNode(core: MachineCore, node: NodeObject): void {
  const { life } = core
  life.cordoned = node.unschedulable && node.annotations[CORDONED] !== undefined
  life.others = {
    unschedulable: node.unschedulable && !life.cordoned,
    labels: without(node.labels, Object.keys(ownLabels(core))),
    annotations: without(node.annotations, [...Object.keys(ownAnnotations(core)), CORDONED]),
  }
  const isKnown = core.store.list('k8s', 'NodeStatuses.kubernetes.talos.dev').length > 0
  if (life.power && isKnown) publishNode(core)
}

function without(
  record: Readonly<Record<string, string>>,
  keys: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)))
}
