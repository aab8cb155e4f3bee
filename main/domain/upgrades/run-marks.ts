import type { KubeNode, KubernetesPort } from '../kubernetes/kubernetes-port.ts'
import { ask, valueOf } from './known.ts'

/** Key of the annotation that says, to whoever looks at the node, that a run of Ichor is at it: run id and instant. */
export const RUN_ANNOTATION = 'ichor/run'

/** Whether a run of this task log has its end. Runs it does not know are somebody else's, and nobody here can tell. */
export type IsOver = (runId: string) => boolean

/** What the mark on a node says; `undefined` where there is none, or its run is over and only could not take it away. */
export function markOf({ annotations }: KubeNode, isOver: IsOver): string | undefined {
  const mark = annotations[RUN_ANNOTATION]
  return mark === undefined || isOver(runIdOf(mark)) ? undefined : mark
}

/** Takes the marks of runs that are over off all nodes. Kubernetes may be away: what is left goes the next time. */
export async function clearMarks(
  kubernetes: KubernetesPort,
  isOver: IsOver,
  signal: AbortSignal,
): Promise<void> {
  const nodes = valueOf(await ask(signal, () => kubernetes.nodes(signal))) ?? []
  for (const { name, annotations } of nodes) {
    const mark = annotations[RUN_ANNOTATION]
    if (mark === undefined || !isOver(runIdOf(mark))) continue
    await ask(signal, () => kubernetes.annotateNode(name, { [RUN_ANNOTATION]: undefined }, signal))
  }
}

function runIdOf(mark: string): string {
  return mark.split(' ')[0] ?? ''
}
