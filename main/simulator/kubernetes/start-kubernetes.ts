import { setMaxListeners } from 'node:events'
import type { ClusterKubernetes } from '../cluster-api.ts'
import type { SimulatedClock, SimulatedMachine, SimulatedRandom } from '../machine-api.ts'
import type { ClusterSecrets, KeyPairPem } from '../secrets-api.ts'
import type { ClusterWorld } from '../machine/core.ts'
import { forkRandom } from '../machine/random.ts'
import { componentsOf } from '../machine/versions.ts'
import { issueKubernetesServer } from '../wire/pki.ts'
import { applyMissing, followManifests } from './bootstrap-manifests.ts'
import { createApiHandler } from './api-server.ts'
import { API_PORT, type ApiListener, followApiServer } from './api-listener.ts'
import { createControllers, instanceManagerLabels } from './controllers.ts'
import { createKubelets } from './kubelets.ts'
import type { KubeWorld } from './kube-world.ts'
import { drainNode } from './node-drain.ts'
import { tagOf } from './node-objects.ts'
import { createNodePods } from './node-pods.ts'
import { followMachines } from './nodes.ts'
import { createObjectStore } from './object-store.ts'
import { isReady, timestamp } from './objects.ts'
import { createStaticPods } from './static-pods.ts'
import { installStorage, type StorageSystem } from './storage/storage.ts'
import { installApps, installNamespaces } from './workloads.ts'

const DAY = 24 * 3_600_000

export interface SimulatedKubernetes extends ClusterKubernetes {
  /**
   * Resolves once the API servers of all machines that are up listen.
   * @throws the system's error when an address cannot be bound
   */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Kubernetes on these machines: nodes that follow them, the pods of a home lab, and an API server on each control
 * plane's address. The cluster is older than this process: what its machines run now they have run for a while.
 */
export function startKubernetes(options: {
  readonly cluster: ClusterWorld
  readonly secrets: Pick<ClusterSecrets, 'kubernetes'>
  readonly clock: SimulatedClock
  readonly random: SimulatedRandom
  /** Longhorn alone unless told otherwise. */
  readonly storage?: readonly StorageSystem[]
  /** Nothing is in it but what Talos puts there: a cluster that is only being made. */
  readonly isNew?: boolean
}): SimulatedKubernetes {
  const { cluster, clock } = options
  const machines = cluster.machines()
  const isControlPlane = ({ spec }: SimulatedMachine): boolean => spec.role === 'controlplane'
  const random = forkRandom(options.random, 'kubernetes')
  const end = new AbortController()
  // Every timer of every pod listens to it; hundreds are no leak here.
  setMaxListeners(0, end.signal)
  const { isNew = false } = options
  const born = isNew
    ? clock.now()
    : Math.min(...machines.map(bootOf), clock.now()) - DAY * (20 + random.integer(300))
  const store = createObjectStore(1_000_000 + random.integer(9_000_000))
  const world: KubeWorld = { store, clock, random, end: end.signal, kubeletOn }

  function kubeletOn(node: string): 'ready' | 'up' | 'gone' {
    if (!cluster.find(node)?.isUp) return 'gone'
    const object = store.get('nodes', undefined, node)
    return object && isReady(object) ? 'ready' : 'up'
  }

  const kubelets = createKubelets(world)
  const staticPods = createStaticPods(world)
  const nodes = followMachines(world, machines, { kubelets, staticPods, born, isNew })
  const controllers = createControllers(world, kubelets, isNew)
  const stops = machines.filter(isControlPlane).map((machine) => {
    applyMissing(world, machine, born)
    return followManifests(world, machine)
  })
  installNamespaces(world, timestamp(born), isNew)
  if (!isNew) installApps(world, timestamp(born))
  nodes.wake()
  controllers.populate((node) => {
    const machine = cluster.find(node)
    return machine ? bootOf(machine) : clock.now()
  })
  for (const node of store.list('nodes')) if (!isReady(node)) kubelets.lose(node.metadata.name)
  const storage = installStorage(
    world,
    isNew ? [] : (options.storage ?? ['longhorn']),
    store
      .list('nodes')
      .map(({ metadata }) => metadata.name)
      .filter((name) => controllers.instanceManagerOn(name) !== undefined),
    timestamp(born),
  )
  stops.push(
    store.subscribe(({ plural }) => {
      if (plural === 'pods') storage.review()
      if (plural === 'replicas') guardReplicas()
    }),
  )

  const listeners = new Map(
    machines.filter(isControlPlane).map((machine) => [machine, listen(machine)] as const),
  )
  const stopLooking = cluster.onChange((what) => {
    if (what !== 'members' || end.signal.aborted) return
    for (const machine of cluster.machines()) {
      nodes.follow(machine)
      if (!isControlPlane(machine) || listeners.has(machine)) continue
      stops.push(followManifests(world, machine))
      listeners.set(machine, listen(machine))
    }
  })

  /** Of the kube-apiserver a control plane runs, else the one its Talos comes with. */
  function apiVersion(machine: SimulatedMachine): string {
    const pod = store.get('pods', 'kube-system', `kube-apiserver-${nodes.nameOf(machine)}`)
    const [container] = pod?.spec.containers ?? []
    return tagOf(container?.image ?? '') ?? `v${componentsOf(machine.spec.talos).kubernetes}`
  }

  function listen(machine: SimulatedMachine): ApiListener {
    const { spec } = machine
    const handle = createApiHandler({
      store,
      kubelets,
      nodes,
      now: () => clock.now(),
      newUid: () => random.uuid(),
      version: () => apiVersion(machine),
      address: `${spec.address}:${spec.kubernetesPort ?? API_PORT}`,
    })
    let pair: Promise<KeyPairPem> | undefined
    return followApiServer(
      machine,
      () => nodes.nameOf(machine),
      (request, response, peer) => void handle(request, response, peer),
      {
        ca: options.secrets.kubernetes.crt,
        pair: () =>
          (pair ??= issueKubernetesServer(options.secrets.kubernetes, {
            addresses: [...new Set([spec.address, new URL(cluster.endpoint).hostname, '127.0.0.1'])],
            names: [spec.hostname, 'localhost'],
          })),
      },
    )
  }

  const held = new Set<string>()

  function holdVolumes(node: string, isHeld: boolean): void {
    if (isHeld && !controllers.instanceManagerOn(node))
      throw new Error(`${node} holds no volumes: drain-blocked-by-pdb wants a worker`)
    if (isHeld) held.add(node)
    else held.delete(node)
    guardReplicas()
  }

  /** Longhorn keeps a budget over the pod that serves the only healthy replica of a volume, until others are whole. */
  function guardReplicas(): void {
    const last = storage.lastReplicas()
    for (const { metadata } of store.list('nodes')) {
      const manager = controllers.instanceManagerOn(metadata.name)
      if (!manager) continue
      const { name, namespace = '' } = manager.metadata
      const known = store.get('poddisruptionbudgets', namespace, name)
      const isGuarded = held.has(metadata.name) || last.has(metadata.name)
      if (!isGuarded && known) store.remove('poddisruptionbudgets', known)
      if (isGuarded && !known) putBudget(metadata.name, namespace, name)
    }
  }

  function putBudget(node: string, namespace: string, name: string): void {
    store.put('poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: {
        name,
        namespace,
        uid: random.uuid(),
        generation: 1,
        creationTimestamp: timestamp(clock.now()),
      },
      spec: { minAvailable: 1, selector: { matchLabels: instanceManagerLabels(node) } },
      status: {
        observedGeneration: 1,
        disruptionsAllowed: 0,
        currentHealthy: 1,
        desiredHealthy: 1,
        expectedPods: 1,
      },
    })
  }

  return {
    drain: (node, say, signal) => drainNode(world, kubelets, node, say, signal),
    holdsVolumes: (node) => controllers.instanceManagerOn(node) !== undefined,
    holdVolumes,
    holdRebuild(node, isHeld) {
      storage.hold(node, isHeld)
      guardReplicas()
    },
    ...createNodePods(world),
    async settled() {
      await Promise.all([...listeners.values()].map((listener) => listener.settled()))
    },
    async close() {
      end.abort(new Error('the cluster ends'))
      stopLooking()
      for (const stop of stops) stop()
      nodes.close()
      await Promise.all([...listeners.values()].map((listener) => listener.close()))
    },
  }
}

function bootOf(machine: SimulatedMachine): number {
  return machine.load().bootTime * 1000
}
