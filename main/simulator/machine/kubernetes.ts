import { hostnameOf, isMember, powerOf, type MachineCore } from './core.ts'
import { jitter } from './random.ts'
import {
  publishEtcdMember,
  publishKubePrism,
  publishNode,
  publishStaticPods,
} from './resources/kubernetes.ts'

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
  publishStaticPods(core, state)
  core.cluster.apiServer(core.spec.hostname, false)
  core.hooks.review()
}

/** Restarted with another image or other arguments: pending, then running again. */
export function restartPods(core: MachineCore): void {
  if (!core.life.podsReady) return
  stopPods(core, 'pending')
  reviewKubernetes(core)
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
