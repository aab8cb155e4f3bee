import { ApiFailure } from './api-failure.ts'
import { assertEvictable } from './disruptions.ts'
import type { Kubelets } from './kubelets.ts'
import type { KubeWorld } from './kube-world.ts'
import { controllerOf, isMirror, type Pod } from './objects.ts'

const LIMIT = 5 * 60_000
const RETRY = 5000
const LOOK = 1000
/** Seconds a draining node gives its pods. */
const GRACE = 60

/**
 * What a node does to itself before an upgrade or a shutdown (behaviour.md §5.4): evicts its pods but mirrors, unmanaged
 * and DaemonSets' ones; a budget's refusal is tried again every five seconds, and after five minutes only warned of.
 * @param say gets the lines the node logs
 */
export async function drainNode(
  world: KubeWorld,
  kubelets: Kubelets,
  node: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const until = world.clock.now() + LIMIT / world.clock.speed
  const pods = world.store.list('pods').filter(({ spec }) => spec.nodeName === node)
  await Promise.all(pods.map((pod) => evictOne(pod)))

  async function evictOne(pod: Pod): Promise<void> {
    const name = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`
    const spared = reasonToSpare(pod)
    if (spared !== undefined) {
      say(`skipping ${spared} pod ${name}`)
      return
    }
    const find = (): Pod | undefined => {
      const found = world.store.get('pods', pod.metadata.namespace, pod.metadata.name)
      return found?.metadata.uid === pod.metadata.uid ? found : undefined
    }
    for (let found = find(); found; found = find()) {
      if (world.clock.now() > until) {
        say(`WARNING: failed to evict pod: failed to evict pod ${name}: context deadline exceeded`)
        return
      }
      const isLeaving = found.metadata.deletionTimestamp !== undefined
      await world.clock.sleep(isLeaving || evicted(found) ? LOOK : RETRY, signal)
    }
  }

  function evicted(pod: Pod): boolean {
    try {
      assertEvictable(world.store, pod)
    } catch (error) {
      if (error instanceof ApiFailure) return false
      throw error
    }
    kubelets.remove(pod, GRACE)
    return true
  }
}

function reasonToSpare(pod: Pod): string | undefined {
  if (isMirror(pod)) return 'mirror'
  const owner = controllerOf(pod)
  if (!owner) return 'unmanaged'
  if (owner.kind === 'DaemonSet') return 'DaemonSet'
  return pod.metadata.deletionTimestamp === undefined ? undefined : 'deleted'
}
