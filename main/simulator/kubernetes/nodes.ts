import type { SimulatedMachine } from '../machine-api.ts'
import type { Kubelets } from './kubelets.ts'
import { nowOf, unawaited, type KubeWorld } from './kube-world.ts'
import {
  blankNode,
  conditionsFor,
  type Heard,
  NODE_STATUS,
  nodeInfo,
  type NodeReport,
  reportOf,
} from './node-objects.ts'
import { conditionOf, isMirror, type KubeNode, type Pod, timestamp } from './objects.ts'
import { STATIC_POD_STATUS, type StaticPods } from './static-pods.ts'
import { withDerivedTaints } from './tolerations.ts'

/** Milliseconds without a word until the node counts as lost (node-monitor-grace-period). */
const GRACE = 40_000
const READY_AFTER_BOOT = 40_000
/** Milliseconds until a kubelet puts a mirror pod back that somebody deleted. */
const MIRROR_AGAIN = 1500
/** How long pods bear with that (tolerationSeconds). */
const PATIENCE_MILLISECONDS = 300_000

export interface Nodes {
  /** A machine that joined: its Node appears once it has registered. */
  follow(machine: SimulatedMachine): void
  /** What a client wrote: kept, and told to the machine, whose NodeStatus shows it. */
  write(node: KubeNode): KubeNode
  nameOf(machine: SimulatedMachine): string
  /** Looks at all machines once more: what they said before anybody listened. */
  wake(): void
  close(): void
}

/**
 * Keeps a Node for each machine, by what its NodeStatus and its power say. They begin as nodes nobody has heard of;
 * `wake` looks at those that are on.
 * @param parts.born when the cluster was made, in milliseconds
 */
export function followMachines(
  world: KubeWorld,
  machines: readonly SimulatedMachine[],
  parts: {
    readonly kubelets: Kubelets
    readonly staticPods: StaticPods
    readonly born: number
    readonly isNew: boolean
  },
): Nodes {
  const { kubelets, staticPods, born } = parts
  const { store, clock } = world
  const names = new Map<SimulatedMachine, string>()
  const unheard = new Map<string, AbortController>()
  const stops: (() => void)[] = []
  const followed = new Set<SimulatedMachine>()
  const hasWorkers = parts.isNew || machines.some(({ spec }) => spec.role === 'worker')

  const nameOf = (machine: SimulatedMachine): string => names.get(machine) ?? machine.spec.hostname

  function register(machine: SimulatedMachine, name: string, born: number): KubeNode {
    names.set(machine, name)
    return blankNode(machine, {
      name,
      uid: world.random.uuid(),
      created: timestamp(born),
      podCIDR: `10.244.${machines.indexOf(machine) % 256}.0/24`,
      tainted: machine.spec.role === 'controlplane' && hasWorkers,
    })
  }

  function put(node: KubeNode): KubeNode {
    return store.put('nodes', withDerivedTaints(node, nowOf(world)))
  }

  /** The kubelet and Talos' own controllers write their part of the Node. */
  function report(machine: SimulatedMachine, at = nowOf(world)): void {
    const told = reportOf(machine)
    if (!told || !machine.isUp) return
    const isWell = told.nodeReady === true
    const name = told.nodename
    const former = nameOf(machine)
    if (former !== name) lose(former)
    names.set(machine, name)
    const node = store.get('nodes', undefined, name) ?? register(machine, name, clock.now())
    const rebooted = node.status.nodeInfo['bootID'] !== machine.bootId
    const wasReady = conditionOf(node, 'Ready')?.status === 'True'
    const [podCIDR = node.spec.podCIDR] = told.podCIDRs ?? []
    put({
      ...node,
      metadata: { ...node.metadata, labels: told.labels ?? {}, annotations: told.annotations ?? {} },
      spec: {
        ...(node.spec.taints ? { taints: node.spec.taints } : {}),
        ...(podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] }),
        ...(told.unschedulable ? { unschedulable: true } : {}),
      },
      status: {
        ...node.status,
        conditions: conditionsFor(heardOf(machine, told), node.status.conditions, at),
        nodeInfo: nodeInfo(machine),
      },
    })
    if (isWell) {
      hear(name)
      kubelets.resume(name, rebooted)
      staticPods.sync(machine, name)
    } else if (wasReady) {
      kubelets.lose(name)
      unawaited(evictAfterPatience(name, silence(name)), world.end)
    }
  }

  /** Its kubelet says that all is well, or that it is not yet or no more; one that does not run says nothing. */
  function heardOf(machine: SimulatedMachine, { nodeReady, annotations }: NodeReport): Heard {
    if (nodeReady === true) return 'ready'
    if (annotations?.['talos.dev/cordoned'] !== undefined) return 'shutting down'
    const kubelet = machine.services().find(({ id }) => id === 'kubelet')
    return kubelet?.state === 'Running' ? 'starting' : 'unheard'
  }

  function hear(name: string): void {
    unheard.get(name)?.abort(new Error('heard again'))
    unheard.delete(name)
  }

  /** Aborted when the node is heard again, or when a worse silence begins. */
  function silence(name: string): AbortSignal {
    hear(name)
    const controller = new AbortController()
    unheard.set(name, controller)
    return AbortSignal.any([controller.signal, world.end])
  }

  /** No word from now on; what follows takes its time. */
  function lose(name: string): void {
    const quiet = silence(name)
    unawaited(
      clock.sleep(GRACE, quiet).then(() => {
        giveUp(name)
        return evictAfterPatience(name, quiet)
      }),
      quiet,
    )
  }

  function giveUp(name: string): void {
    const node = store.get('nodes', undefined, name)
    if (!node) return
    const conditions = conditionsFor('unheard', node.status.conditions, nowOf(world))
    put({ ...node, status: { ...node.status, conditions } })
    kubelets.lose(name)
  }

  /** Pods leave a node that stays away once their tolerations run out. */
  async function evictAfterPatience(name: string, quiet: AbortSignal): Promise<void> {
    try {
      await clock.sleep(PATIENCE_MILLISECONDS, quiet)
    } catch {
      return
    }
    for (const pod of store.list('pods')) {
      const patient = pod.spec.tolerations.some(
        ({ effect, tolerationSeconds }) => effect === 'NoExecute' && tolerationSeconds === undefined,
      )
      if (pod.spec.nodeName === name && !patient && !isMirror(pod))
        kubelets.remove(pod, pod.spec.terminationGracePeriodSeconds)
    }
  }

  function follow(machine: SimulatedMachine): void {
    if (followed.has(machine)) return
    followed.add(machine)
    const up = (): void => {
      report(machine)
      staticPods.sync(machine, nameOf(machine))
    }
    const down = (): void => lose(nameOf(machine))
    machine.power.on('up', up)
    machine.power.on('down', down)
    const unsubscribe = machine.resources.subscribe(({ resource }) => {
      if (resource.type === NODE_STATUS) report(machine)
      else if (resource.type === STATIC_POD_STATUS && machine.isUp) {
        const node = nameOf(machine)
        staticPods.sync(machine, node, resource.id.replace('kube-system/', '').slice(0, -node.length - 1))
      }
    })
    stops.push(() => {
      machine.power.off('up', up)
      machine.power.off('down', down)
      unsubscribe()
    })
  }

  stops.push(
    store.subscribe(({ type, plural, object }) => {
      if (type !== 'DELETED' || plural !== 'pods' || !isMirror(object as Pod)) return
      unawaited(
        clock.sleep(MIRROR_AGAIN, world.end).then(() => {
          const [component] = (object as Pod).spec.containers
          for (const machine of machines)
            if (machine.isUp) staticPods.sync(machine, nameOf(machine), component?.name)
        }),
        world.end,
      )
    }),
  )
  // A copy: machines that join later register their nodes themselves.
  for (const machine of [...machines]) {
    const name = reportOf(machine)?.nodename ?? machine.spec.hostname
    const node = register(machine, name, born)
    put({ ...node, status: { ...node.status, conditions: conditionsFor('unheard', [], timestamp(born)) } })
    follow(machine)
  }

  return {
    follow,
    write(node) {
      const stored = put(node)
      const { metadata, spec } = stored
      const machine = machines.find((candidate) => nameOf(candidate) === metadata.name)
      machine?.followNode?.({
        unschedulable: spec.unschedulable ?? false,
        labels: metadata.labels ?? {},
        annotations: metadata.annotations ?? {},
      })
      return store.get('nodes', undefined, metadata.name) ?? stored
    },
    wake() {
      for (const machine of machines) {
        if (!machine.isUp) continue
        // What is found so has been so since it booted.
        report(machine, timestamp(machine.load().bootTime * 1000 + READY_AFTER_BOOT))
        staticPods.sync(machine, nameOf(machine))
      }
    },
    nameOf,
    close() {
      for (const stop of stops) stop()
    },
  }
}
