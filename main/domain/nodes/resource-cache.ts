import type { Resource, ResourceKey, WatchEvent } from './talos-port.ts'

/**
 * What one node has told, by type. A watch that was lost starts over: its new snapshot replaces the old one only
 * when it is whole, so nothing flickers away while the node restarts.
 */
export interface ResourceCache {
  apply(key: ResourceKey, event: WatchEvent): void
  all(key: ResourceKey): readonly Resource[]
  one(key: ResourceKey, id: string): Resource | undefined
  /** First of the type, for types that have one. */
  first(key: ResourceKey): Resource | undefined
}

interface TypeState {
  current: Map<string, Resource>
  /** The snapshot that is being told, until `ready`. */
  incoming: Map<string, Resource> | undefined
}

export function createResourceCache(): ResourceCache {
  const types = new Map<string, TypeState>()

  function stateOf(key: ResourceKey): TypeState {
    let state = types.get(key.type)
    if (state === undefined) {
      state = { current: new Map(), incoming: new Map() }
      types.set(key.type, state)
    }
    return state
  }

  function told(key: ResourceKey): ReadonlyMap<string, Resource> {
    return types.get(key.type)?.current ?? new Map<string, Resource>()
  }

  return {
    apply(key, event) {
      const state = stateOf(key)
      switch (event.kind) {
        case 'present':
          ;(state.incoming ?? state.current).set(event.resource.id, event.resource)
          break
        case 'changed':
          state.current.set(event.resource.id, event.resource)
          break
        case 'gone':
          state.current.delete(event.id)
          break
        case 'ready':
          if (state.incoming !== undefined) state.current = state.incoming
          state.incoming = undefined
          break
        case 'lost':
          state.incoming = new Map()
          break
      }
    },
    all: (key) => [...told(key).values()],
    one: (key, id) => told(key).get(id),
    first: (key) => told(key).values().next().value,
  }
}
