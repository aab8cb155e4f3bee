import { stringify } from 'yaml'
import type { ResourceStore, SimulatedClock, StoredResource, StoreEvent } from '../machine-api.ts'

interface Key {
  readonly namespace: string
  readonly type: string
  readonly id: string
}

/** Shared by all resources that have none: hundreds of thousands of them live in a large cluster. */
const NO_BYTES = Buffer.alloc(0)
const NO_NAMES: Readonly<Record<string, string>> = Object.freeze({})

/**
 * The COSI state of one machine, in memory. `version` counts from 1 per resource and `created`/`updated` are the
 * simulated clock's milliseconds. A put that changes neither spec, labels, annotations nor owner is no update, as the
 * controllers of a node write nothing when nothing moved (behaviour.md §3.1).
 * `clear` is silent: it belongs to a power-off, when every watch is gone with its connection.
 */
export function createResourceStore(clock: Pick<SimulatedClock, 'now'>): ResourceStore {
  const kinds = new Map<string, Map<string, StoredResource>>()
  const listeners = new Set<(event: StoreEvent) => void>()
  const deferred = new Map<string, { readonly at: number; readonly write: () => void }[]>()
  const seen = new Set<string>()
  /** While something that was deferred is written: when it happened. */
  let writingAt: number | undefined

  function settle(name: string): void {
    seen.add(name)
    const waiting = deferred.get(name)
    if (!waiting) return
    deferred.delete(name)
    for (const { at, write } of waiting) {
      writingAt = at
      try {
        write()
      } finally {
        writingAt = undefined
      }
    }
  }

  function kind({ namespace, type }: Omit<Key, 'id'>): Map<string, StoredResource> {
    const name = `${namespace}/${type}`
    if (deferred.has(name)) settle(name)
    const found = kinds.get(name)
    if (found) return found
    const made = new Map<string, StoredResource>()
    kinds.set(name, made)
    return made
  }

  function tell(event: StoreEvent): void {
    if (listeners.size > 0) for (const listener of [...listeners]) listener(event)
  }

  return {
    put(key, spec, options = {}) {
      const of = kind(key)
      const old = of.get(key.id)
      const now = writingAt ?? clock.now()
      const resource: StoredResource = {
        namespace: key.namespace,
        type: key.type,
        id: key.id,
        version: (old?.version ?? 0) + 1,
        phase: 'running',
        owner: options.owner ?? '',
        created: old?.created ?? now,
        updated: now,
        labels: options.labels ?? NO_NAMES,
        annotations: options.annotations ?? NO_NAMES,
        // Go's YAML writer, which talosctl's reader has seen so far, indents by four and never folds.
        yamlSpec: options.rawYaml ?? stringify(spec, { indent: 4, lineWidth: 0 }),
        spec,
        protoSpec: options.protoSpec ?? NO_BYTES,
      }
      if (old && sameContent(old, resource)) return old
      of.set(key.id, resource)
      tell(old ? { kind: 'updated', resource, old } : { kind: 'created', resource })
      return resource
    },
    remove(key) {
      const of = kind(key)
      const resource = of.get(key.id)
      if (!resource) return
      of.delete(key.id)
      tell({ kind: 'destroyed', resource })
    },
    get: (key) => kind(key).get(key.id),
    list: (namespace, type) =>
      [...kind({ namespace, type }).values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    all() {
      for (const name of [...deferred.keys()]) settle(name)
      return [...kinds.values()].flatMap((kind) => [...kind.values()])
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    clear() {
      kinds.clear()
      deferred.clear()
      seen.clear()
    },
    defer(namespace, type, write) {
      const name = `${namespace}/${type}`
      if (seen.has(name)) {
        write()
        return
      }
      const waiting = deferred.get(name) ?? []
      waiting.push({ at: clock.now(), write })
      deferred.set(name, waiting)
    },
    settle: (namespace, type) => settle(`${namespace}/${type}`),
  }
}

function sameContent(a: StoredResource, b: StoredResource): boolean {
  return (
    a.yamlSpec === b.yamlSpec &&
    a.owner === b.owner &&
    a.phase === b.phase &&
    (a.protoSpec === b.protoSpec || a.protoSpec.equals(b.protoSpec)) &&
    sameRecord(a.labels, b.labels) &&
    sameRecord(a.annotations, b.annotations)
  )
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  if (a === b) return true
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
