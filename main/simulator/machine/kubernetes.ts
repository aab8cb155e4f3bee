import { hostnameOf, isMember, powerOf, type MachineCore } from './core.ts'
import { jitter } from './random.ts'
import { publishEtcdMember, publishKubePrism, publishNode } from './resources/kubernetes.ts'
import { type Component, publishStaticPods } from './resources/static-pods.ts'

/**
 * What the kubelet brings about: static pods on a control plane, a Ready node. Called after anything it depends on
 * changed; what becomes true takes its time, what breaks shows at once.
 */
export function reviewKubernetes(core: MachineCore): void {
  const { life, services } = core
  if (!life.power || !life.active) return
  reviewPods(core)
  const kubelet = services.isUp('kubelet')
  if (kubelet && !life.nodeReady) void later(core, 'nodeReady', 4000, () => canBeReady(core), becomeReady)
  if (services.stateOf('kubelet') === 'Running' && !kubelet && life.nodeReady && !core.life.firstBoot) {
    life.nodeReady = false
    publishNode(core)
    core.hooks.review()
  }
  publishKubePrism(core)
}

function canBeReady(core: MachineCore): boolean {
  return core.services.isUp('kubelet') && isMember(core) && core.cluster.kubernetesAnswers()
}

function becomeReady(core: MachineCore): void {
  const { life } = core
  life.nodeReady = true
  if (life.cordoned && life.stage !== 'upgrading' && life.stage !== 'shutting down') {
    // Only a cordon of the node's own making is taken back (behaviour.md §5.4).
    life.cordoned = false
    core.kernel.controller('k8s.NodeCordonedSpecController', 'node uncordoned', {
      nodename: hostnameOf(core),
    })
  }
  publishNode(core)
  core.hooks.review()
}

function reviewPods(core: MachineCore): void {
  const { life, services } = core
  if (core.spec.role !== 'controlplane') return
  const possible = services.stateOf('kubelet') === 'Running' && services.isUp('etcd')
  if (possible) {
    publishEtcdMember(core)
    if (!life.podsReady) {
      if (core.store.list('k8s', 'StaticPodStatuses.kubernetes.talos.dev').length === 0)
        publishStaticPods(core, 'pending')
      void later(core, 'pods', 7000, podsCanRun, podsRun)
    }
  } else if (life.podsReady && !services.isUp('etcd')) stopPods(core, 'pending')
}

function podsCanRun(core: MachineCore): boolean {
  return core.services.stateOf('kubelet') === 'Running' && core.services.isUp('etcd')
}

function podsRun(core: MachineCore): void {
  core.life.podsReady = true
  publishStaticPods(core, 'running')
  core.cluster.apiServer(core.spec.hostname, true)
  core.hooks.review()
  reviewKubernetes(core)
}

export function stopPods(core: MachineCore, state: 'pending' | 'gone'): void {
  if (core.spec.role !== 'controlplane') return
  core.life.podsReady = false
  core.life.rolling.clear()
  publishStaticPods(core, state)
  core.cluster.apiServer(core.spec.hostname, false)
  core.hooks.review()
}

/** Milliseconds without a word of a kubelet until its node counts as lost (node-monitor-grace-period). */
const GRACE = 40_000

/** A kubelet that does not come back in time takes the node's readiness with it. */
export function missKubelet(core: MachineCore): void {
  void later(
    core,
    'miss the kubelet',
    GRACE,
    () => true,
    () => {
      if (core.services.stateOf('kubelet') === 'Running' || !core.life.nodeReady) return
      core.life.nodeReady = false
      publishNode(core)
      core.hooks.review()
    },
  )
}

/** The kubelet looks for other static pods now and then. */
const NOTICED_AFTER = 3000
const STARTED_AFTER = 5000

/**
 * One component starts again with another image or other arguments. While its kube-apiserver is away, connections to
 * that node break (behaviour.md §6).
 */
export function rollPod(core: MachineCore, component: Component): void {
  const { life, cluster, spec } = core
  const isServer = component === 'kube-apiserver'
  void later(core, `stop ${component}`, NOTICED_AFTER, podsCanRun, () => {
    // Where none of them runs, the newest is what will be started.
    if (!life.podsReady) return
    life.rolling.add(component)
    publishStaticPods(core, 'pending', [component])
    if (isServer) cluster.apiServer(spec.hostname, false)
    core.hooks.review()
    void later(core, `start ${component}`, STARTED_AFTER, podsCanRun, () => {
      if (!life.podsReady || !life.rolling.delete(component)) return
      publishStaticPods(core, 'running', [component])
      if (isServer) cluster.apiServer(spec.hostname, true)
      core.hooks.review()
    })
  })
}

const pending = new WeakMap<AbortSignal, Set<string>>()

/** Does it once after that while, when `possible` still holds then; looked at every two seconds until it does. */
async function later(
  core: MachineCore,
  name: string,
  milliseconds: number,
  possible: (core: MachineCore) => boolean,
  act: (core: MachineCore) => void,
): Promise<void> {
  const power = powerOf(core)
  const waiting = pending.get(power) ?? new Set()
  pending.set(power, waiting)
  if (waiting.has(name)) return
  waiting.add(name)
  try {
    await core.clock.sleep(jitter(core.random, milliseconds, 0.25), power)
    while (!possible(core)) await core.clock.sleep(2000, power)
    waiting.delete(name)
    act(core)
  } catch {
    // The power went; the next boot begins anew.
  }
}
