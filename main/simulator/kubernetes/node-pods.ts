import type { ClusterKubernetes, RunningPod } from '../cluster-api.ts'
import { nowOf, unawaited, type KubeWorld } from './kube-world.ts'
import { isReady, type ContainerStatus, type Pod } from './objects.ts'
import { ready, unready } from './pods.ts'

/** Milliseconds from the end of a container to its next being ready. */
const AGAIN = 2500

/** What containerd on a node has of the pods there, and what the kubelet does when one of their containers ends. */
export function createNodePods(
  world: KubeWorld,
): Pick<ClusterKubernetes, 'podsOn' | 'restartContainer' | 'systemApp'> {
  const { store, clock, random, end } = world

  async function readyAgain(pod: Pod): Promise<void> {
    await clock.sleep(AGAIN, end)
    const found = store.get('pods', pod.metadata.namespace, pod.metadata.name)
    if (found?.metadata.uid !== pod.metadata.uid || found.metadata.deletionTimestamp !== undefined) return

    store.put('pods', ready(found, nowOf(world)))
  }

  return {
    podsOn(node) {
      const pods = store.list('pods').filter(({ spec }) => spec.nodeName === node)
      return pods.flatMap((pod) => runningPod(pod) ?? []).sort(systemFirst)
    },
    restartContainer(id) {
      for (const pod of store.list('pods')) {
        const found = pod.status.containerStatuses?.find((status) => idOf(status) === id)
        if (!found) continue
        const now = nowOf(world)
        const next: ContainerStatus = {
          ...found,
          containerID: `containerd://${random.bytes(32).toString('hex')}`,
          restartCount: found.restartCount + 1,
          state: { running: { startedAt: now } },
          lastState: {
            terminated: {
              exitCode: 0,
              reason: 'Completed',
              startedAt: found.state.running?.startedAt ?? now,
              finishedAt: now,
            },
          },
        }
        const statuses = pod.status.containerStatuses?.map((status) => (status === found ? next : status))
        store.put('pods', {
          ...unready(pod, now),
          status: { ...unready(pod, now).status, containerStatuses: statuses ?? [] },
        })
        unawaited(readyAgain(pod), end)
        return true
      }
      return false
    },
    systemApp(label) {
      const isOf = ({ metadata }: { readonly metadata: Pod['metadata'] }): boolean =>
        metadata.namespace === 'kube-system' && metadata.labels?.['k8s-app'] === label
      if (![...store.list('daemonsets'), ...store.list('deployments')].some(isOf)) return 'absent'
      const pods = store
        .list('pods')
        .filter((pod) => isOf(pod) && pod.metadata.deletionTimestamp === undefined)
      const notReady = pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name)
      return notReady.length > 0 || pods.length === 0 ? { notReady } : 'ready'
    },
  }
}

function runningPod(pod: Pod): RunningPod | undefined {
  const containers = (pod.status.containerStatuses ?? []).flatMap((status) => {
    const id = idOf(status)
    const startedAt = status.state.running?.startedAt
    return id === undefined || startedAt === undefined
      ? []
      : [{ name: status.name, image: status.image, id, startedAt: Date.parse(startedAt) }]
  })
  if (containers.length === 0) return undefined
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    address: pod.status.podIP ?? '',
    hostNetwork: pod.spec.hostNetwork ?? false,
    containers,
  }
}

function idOf({ containerID }: ContainerStatus): string | undefined {
  return containerID?.replace(/^containerd:\/\//, '')
}

function systemFirst(a: RunningPod, b: RunningPod): number {
  const rank = ({ namespace }: RunningPod): number => (namespace === 'kube-system' ? 0 : 1)
  return rank(a) - rank(b)
}
