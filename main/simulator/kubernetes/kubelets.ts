import { jitter } from '../machine/random.ts'
import { nowOf, unawaited, type KubeWorld } from './kube-world.ts'
import { isMirror, type Pod } from './objects.ts'
import { creating, ready, running, terminating, unready } from './pods.ts'

/** Milliseconds to fetch what is not on the node yet and to start it. */
const START = 4200
/** Milliseconds an app takes to end when asked to. */
const STOP = 2400

/** What the kubelets of all nodes do with the pods on them. */
export interface Kubelets {
  /** Takes the pod its node was given to Running. */
  start(pod: Pod): void
  /**
   * The same, long done by now.
   * @param at when its containers started, as Kubernetes writes times; a pod older than that has been restarted then
   */
  hasStarted(pod: Pod, at: string): void
  /** Marks it for deletion and ends it within its grace; 0 seconds remove it at once. */
  remove(pod: Pod, graceSeconds: number): Pod
  /** A kubelet is back: it goes on with what it finds, and after a reboot starts all of it again. */
  resume(node: string, rebooted: boolean): void
  /** Nothing is heard of the node: its pods no longer count as ready. */
  lose(node: string): void
}

export function createKubelets(world: KubeWorld): Kubelets {
  const { store, clock, random, end } = world
  const addresses = new Map<string, number>()
  /** By uid: what is under way must not be begun a second time. */
  const starting = new Set<string>()
  const stopping = new Set<string>()

  function current(pod: Pod): Pod | undefined {
    const found = store.get('pods', pod.metadata.namespace, pod.metadata.name)
    return found?.metadata.uid === pod.metadata.uid ? found : undefined
  }

  function addressOf(node: string): string {
    const found = store.get('nodes', undefined, node)
    return found?.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? ''
  }

  function podAddress(pod: Pod): string {
    const node = pod.spec.nodeName ?? ''
    if (pod.spec.hostNetwork) return addressOf(node)
    if (pod.status.podIP !== undefined) return pod.status.podIP
    const count = addresses.get(node) ?? 0
    addresses.set(node, count + 1)
    const network = store.get('nodes', undefined, node)?.spec.podCIDR ?? '10.244.0.0/24'
    return network.replace(/\.\d+\/\d+$/, `.${2 + (count % 250)}`)
  }

  const podsOn = (node: string): readonly Pod[] =>
    store.list('pods').filter(({ spec }) => spec.nodeName === node)

  function start(pod: Pod): void {
    const node = pod.spec.nodeName ?? ''
    if (world.kubeletOn(node) !== 'ready' || starting.has(pod.metadata.uid)) return
    starting.add(pod.metadata.uid)
    unawaited(bringUp(pod, node), end)
  }

  async function bringUp(pod: Pod, node: string): Promise<void> {
    const { uid } = pod.metadata
    try {
      const fresh = current(pod)
      if (!fresh) return
      // A pod that ran here before keeps its record: the restart is counted on it.
      if (!fresh.status.containerStatuses) store.put('pods', creating(fresh, addressOf(node), nowOf(world)))
      await clock.sleep(jitter(random, START, 0.5), end)
      const found = current(pod)
      if (!found || found.metadata.deletionTimestamp !== undefined) return
      if (world.kubeletOn(node) !== 'ready') return
      store.put('pods', running(world, found, { podIP: podAddress(found) }, nowOf(world)))
    } finally {
      starting.delete(uid)
    }
  }

  function stop(pod: Pod, graceSeconds: number): void {
    const node = pod.spec.nodeName
    if (node === undefined || world.kubeletOn(node) === 'gone' || stopping.has(pod.metadata.uid)) return
    stopping.add(pod.metadata.uid)
    unawaited(bringDown(pod, node, graceSeconds), end)
  }

  async function bringDown(pod: Pod, node: string, graceSeconds: number): Promise<void> {
    try {
      await clock.sleep(Math.min(graceSeconds * 1000, jitter(random, STOP, 0.6)), end)
      const found = current(pod)
      // Nobody is there to say that it ended: it stays in Terminating until the node is back.
      if (found && world.kubeletOn(node) !== 'gone') store.remove('pods', found)
    } finally {
      stopping.delete(pod.metadata.uid)
    }
  }

  return {
    start,
    hasStarted(pod, at) {
      const { creationTimestamp } = pod.metadata
      const place = { podIP: podAddress(pod) }
      const seen = creating(pod, addressOf(pod.spec.nodeName ?? ''), creationTimestamp)
      const first = running(world, seen, place, creationTimestamp)
      store.put('pods', at > creationTimestamp ? running(world, first, place, at) : first)
    },
    remove(pod, graceSeconds) {
      if (graceSeconds === 0 || pod.spec.nodeName === undefined || isMirror(pod)) {
        store.remove('pods', pod)
        return pod
      }
      const before = pod.metadata.deletionGracePeriodSeconds
      // A later deletion may shorten the grace and never lengthens it.
      const grace = before === undefined ? graceSeconds : Math.min(before, graceSeconds)
      const marked =
        before === grace
          ? pod
          : store.put('pods', terminating(unready(pod, nowOf(world)), grace, clock.now()))
      stop(marked, grace)
      return marked
    },
    resume(node, rebooted) {
      for (const pod of podsOn(node)) {
        const grace = pod.metadata.deletionGracePeriodSeconds
        if (grace !== undefined) stop(pod, grace)
        else if (isMirror(pod)) continue
        else if (rebooted) start(store.put('pods', unready(pod, nowOf(world))))
        else if (pod.status.phase === 'Pending') start(pod)
        else store.put('pods', ready(pod, nowOf(world)))
      }
    },
    lose(node) {
      for (const pod of podsOn(node)) store.put('pods', unready(pod, nowOf(world)))
    },
  }
}
