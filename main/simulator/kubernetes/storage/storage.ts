import { jitter } from '../../machine/random.ts'
import { qualifiedName, RESOURCES } from '../catalogue.ts'
import { unawaited, type KubeWorld } from '../kube-world.ts'
import { conditionOf, type KubeNode, type Plural } from '../objects.ts'
import { installCeph } from './ceph.ts'
import { installCloudNativePg } from './cloudnative-pg.ts'
import { installLonghorn } from './longhorn.ts'
import type { PartState, StorageKind, StorageView } from './storage-view.ts'

export type StorageSystem = 'longhorn' | 'rook-ceph' | 'cloudnative-pg'

/** Milliseconds until what a node holds is whole again after it was away. */
const REBUILD = 40_000

export interface Storage {
  /** The parts of volumes on that node are rebuilt for as long: the trouble `storage-degraded`. */
  hold(node: string, held: boolean): void
  /** Nodes that have the only healthy replica of some volume, with the pod that serves it. */
  lastReplicas(): ReadonlySet<string>
  /** Looks again at where pods with volumes run. */
  review(): void
}

const INSTALLERS: Readonly<Record<StorageSystem, (view: StorageView, born: string) => StorageKind>> = {
  longhorn: installLonghorn,
  'rook-ceph': installCeph,
  'cloudnative-pg': installCloudNativePg,
}

const KINDS: Readonly<Record<StorageSystem, readonly Plural[]>> = {
  longhorn: ['volumes', 'replicas', 'settings'],
  'rook-ceph': ['cephclusters'],
  'cloudnative-pg': ['clusters'],
}

/**
 * Storage systems as their custom resources show them: a node that was away or restarted has to be rebuilt before its
 * part counts as healthy again (behaviour.md §11).
 */
export function installStorage(
  world: KubeWorld,
  systems: readonly StorageSystem[],
  nodes: readonly string[],
  born: string,
): Storage {
  const { store, clock, random, end } = world
  const boots = new Map<string, string>()
  const rebuilding = new Map<string, number>()
  const held = new Set<string>()

  function stateOf(node: string): PartState {
    const object = store.get('nodes', undefined, node)
    if (!object || conditionOf(object, 'Ready')?.status === 'Unknown') return 'away'
    return held.has(node) || rebuilding.has(node) ? 'rebuilding' : 'healthy'
  }

  const view: StorageView = { world, nodes, stateOf }
  for (const system of systems) for (const plural of KINDS[system]) define(world, plural, born)
  const kinds = systems.map((system) => INSTALLERS[system](view, born))
  let isPublishing = false
  let isDue = false

  function publish(): void {
    if (isPublishing) return
    isPublishing = true
    try {
      for (const kind of kinds) kind.publish()
    } finally {
      isPublishing = false
    }
  }

  /** Rebuilt once it has been there for as long; a later restart begins anew. */
  function rebuild(node: string): void {
    const turn = (rebuilding.get(node) ?? 0) + 1
    rebuilding.set(node, turn)
    unawaited(
      clock.sleep(jitter(random, REBUILD, 0.3), end).then(() => {
        if (rebuilding.get(node) !== turn) return
        rebuilding.delete(node)
        publish()
      }),
      end,
    )
  }

  function look(node: KubeNode): void {
    const { name } = node.metadata
    if (!nodes.includes(name)) return
    const boot = node.status.nodeInfo['bootID'] ?? ''
    const before = boots.get(name)
    boots.set(name, boot)
    if (before !== undefined && before !== boot) rebuild(name)
    publish()
  }

  for (const { metadata, status } of store.list('nodes'))
    boots.set(metadata.name, status.nodeInfo['bootID'] ?? '')
  publish()
  const unsubscribe = store.subscribe(({ type, plural, object }) => {
    if (plural === 'nodes' && type !== 'DELETED') look(object as KubeNode)
  })
  end.addEventListener('abort', unsubscribe, { once: true })

  return {
    hold(node, isHeld) {
      if (!nodes.includes(node)) {
        if (isHeld) throw new Error(`${node} holds no volumes: storage-degraded wants a node that does`)
        return
      }
      if (isHeld) held.add(node)
      else if (held.delete(node)) rebuild(node)
      publish()
    },
    lastReplicas: () => new Set(kinds.flatMap((kind) => [...(kind.lastReplicas?.() ?? [])])),
    review() {
      if (isDue) return
      isDue = true
      // Once for all that changes in this turn: a node that comes back changes many pods.
      unawaited(
        Promise.resolve().then(() => {
          isDue = false
          if (!end.aborted) publish()
        }),
        end,
      )
    },
  }
}

/** The CustomResourceDefinition of a kind, as storage systems bring it. */
function define({ store, random }: KubeWorld, plural: Plural, born: string): void {
  const { group, version, kind, singular, shortNames, namespaced } = RESOURCES[plural]
  const names = { plural, singular, kind, listKind: `${kind}List`, shortNames }
  store.put('customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: qualifiedName(plural),
      uid: random.uuid(),
      generation: 1,
      creationTimestamp: born,
    },
    spec: {
      group,
      names,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
      conversion: { strategy: 'None' },
    },
    status: {
      acceptedNames: names,
      storedVersions: [version],
      conditions: ['NamesAccepted', 'Established'].map((type) => ({
        type,
        status: 'True',
        reason: type === 'Established' ? 'InitialNamesAccepted' : 'NoConflicts',
        lastTransitionTime: born,
      })),
    },
  })
}
