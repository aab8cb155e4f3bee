import type { KubePod } from '../../main/domain/kubernetes/kubernetes-port.ts'

/** A pod of a ReplicaSet that runs on estante-1. */
export function kubePod(name: string, more: Partial<KubePod> = {}): KubePod {
  return {
    namespace: 'home',
    name,
    uid: `uid-${name}`,
    node: 'estante-1',
    labels: { app: name },
    annotations: {},
    phase: 'Running',
    ready: true,
    leaving: false,
    mirror: false,
    controller: 'ReplicaSet',
    emptyDir: false,
    images: {},
    ...more,
  }
}
