import type { SimulatedClock, SimulatedRandom } from './machine-api.ts'
import { createClusterState } from './machine/cluster-state.ts'
import type { ConfigFacts } from './machine/config/config-file.ts'
import { mergeSecrets } from './machine/config/secret-facts.ts'
import type { ClusterWorld, Home } from './machine/core.ts'
import { forkRandom } from './machine/random.ts'
import type { ClusterSecrets } from './secrets-api.ts'

/** The clusters of this process: the one it was started with, and those that machines were given configs of. */
export interface Homes {
  /** The cluster a config is of, made when its id is new; `undefined` for a config that names no authority. */
  homeOf(facts: ConfigFacts): Home | undefined
}

/**
 * @param own the cluster this process was started with
 * @param born told of each further cluster before a machine is in it
 */
export function createHomes(
  own: { readonly cluster: ClusterWorld; readonly secrets: ClusterSecrets },
  options: {
    readonly clock: SimulatedClock
    readonly random: SimulatedRandom
    born(home: Home): void
  },
): Homes {
  const random = forkRandom(options.random, 'other clusters')
  const others = new Map<string, { cluster: ClusterWorld; secrets: ClusterSecrets }>()

  return {
    homeOf({ secrets, authority, clusterName, endpoint }) {
      if (!authority) return undefined
      const id = secrets.clusterId
      if (id === '' || id === own.secrets.clusterId) return own
      const known = others.get(id)
      if (known) {
        known.secrets = mergeSecrets(known.secrets, secrets)
        return known
      }
      const home = {
        cluster: createClusterState({
          name: clusterName,
          endpoint,
          clock: options.clock,
          random,
          registry: own.cluster.registry,
        }),
        secrets,
      }
      others.set(id, home)
      options.born(home)
      return home
    },
  }
}
