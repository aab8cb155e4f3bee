import type { Kinds, KubeObject, Plural } from './objects.ts'

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly plural: Plural
  readonly object: KubeObject
  /** What it was before a MODIFIED. */
  readonly old?: KubeObject
  readonly version: number
}

/** What etcd holds for the API servers: objects, one counter of versions for all, and the latest changes. */
export interface ObjectStore {
  /** Of the last change. */
  readonly version: number
  /** Ordered by namespace and name. */
  list<P extends Plural>(plural: P): readonly Kinds[P][]
  get<P extends Plural>(plural: P, namespace: string | undefined, name: string): Kinds[P] | undefined
  /** Creates or replaces; equal content is no change. */
  put<P extends Plural>(plural: P, object: Kinds[P]): Kinds[P]
  remove(plural: Plural, object: KubeObject): void
  /** What came after that version, oldest first; undefined when that is longer ago than the store remembers. */
  since(version: number): readonly Change[] | undefined
  /** Calls back synchronously after each change; returns the unsubscriber. */
  subscribe(listener: (change: Change) => void): () => void
}

const REMEMBERED = 4096

/** @param first where versions begin: a cluster that has lived for a while has counted far */
export function createObjectStore(first: number): ObjectStore {
  const kinds = new Map<Plural, Map<string, KubeObject>>()
  const listeners = new Set<(change: Change) => void>()
  let history: Change[] = []
  let version = first
  let forgotten = first

  function kind(plural: Plural): Map<string, KubeObject> {
    const found = kinds.get(plural) ?? new Map<string, KubeObject>()
    kinds.set(plural, found)
    return found
  }

  function tell(change: Change): void {
    history.push(change)
    if (history.length > 2 * REMEMBERED) {
      history = history.slice(-REMEMBERED)
      forgotten = (history[0]?.version ?? version) - 1
    }
    for (const listener of [...listeners]) listener(change)
  }

  return {
    get version() {
      return version
    },
    list: <P extends Plural>(plural: P) =>
      [...kind(plural).entries()]
        .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        .map(([, object]) => object as Kinds[P]),
    get: <P extends Plural>(plural: P, namespace: string | undefined, name: string) =>
      kind(plural).get(keyOf(namespace, name)) as Kinds[P] | undefined,
    put<P extends Plural>(plural: P, object: Kinds[P]): Kinds[P] {
      const of = kind(plural)
      const key = keyOf(object.metadata.namespace, object.metadata.name)
      const old = of.get(key)
      if (old && sameContent(old, object)) return old as Kinds[P]
      version += 1
      const stored = withVersion(object, version)
      of.set(key, stored)
      tell({ type: old ? 'MODIFIED' : 'ADDED', plural, object: stored, ...(old ? { old } : {}), version })
      return stored
    },
    remove(plural, { metadata }) {
      const of = kind(plural)
      const key = keyOf(metadata.namespace, metadata.name)
      const old = of.get(key)
      if (!old) return
      of.delete(key)
      version += 1
      tell({ type: 'DELETED', plural, object: withVersion(old, version), version })
    },
    since: (from) => (from < forgotten ? undefined : history.filter((change) => change.version > from)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}

function withVersion<T extends KubeObject>(object: T, version: number): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
}

function sameContent(a: KubeObject, b: KubeObject): boolean {
  const bare = (object: KubeObject): string =>
    JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: '' } })
  return bare(a) === bare(b)
}
