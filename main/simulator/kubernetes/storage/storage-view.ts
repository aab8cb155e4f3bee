import type { KubeWorld } from '../kube-world.ts'
import type { OtherObject } from '../objects.ts'

/** How a node's part of the storage is. */
export type PartState = 'healthy' | 'rebuilding' | 'away'

export interface StorageView {
  readonly world: KubeWorld
  readonly nodes: readonly string[]
  stateOf(node: string): PartState
}

export interface StorageKind {
  /** Writes its objects anew; equal content is no change. */
  publish(): void
  lastReplicas?(): ReadonlySet<string>
}

/** Puts an object with its own uid, which it keeps. */
export function putOther(
  world: KubeWorld,
  plural:
    | 'volumes'
    | 'replicas'
    | 'settings'
    | 'cephclusters'
    | 'clusters'
    | 'persistentvolumes'
    | 'persistentvolumeclaims',
  object: {
    readonly apiVersion: string
    readonly kind: string
    readonly metadata: {
      readonly name: string
      readonly namespace?: string
      readonly labels?: Readonly<Record<string, string>>
    }
  } & Readonly<Record<string, unknown>>,
  born: string,
): OtherObject {
  const { namespace, name } = object.metadata
  const known = world.store.get(plural, namespace, name)
  return world.store.put(plural, {
    ...object,
    metadata: {
      ...object.metadata,
      uid: known?.metadata.uid ?? world.random.uuid(),
      creationTimestamp: known?.metadata.creationTimestamp ?? born,
      ...(known?.metadata.annotations ? { annotations: known.metadata.annotations } : {}),
    },
  })
}
