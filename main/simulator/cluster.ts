import { join } from 'node:path'
import { demoNodes, type NodePlan, plannedNodes, plannedSpares, type SparePlan } from './demo-nodes.ts'
import type { ClusterState } from './cluster-api.ts'
import type { MachineSpec, SimulatedClock, SimulatedMachine } from './machine-api.ts'
import { createClock } from './machine/clock.ts'
import { createClusterState } from './machine/cluster-state.ts'
import { createMachine } from './machine/create-machine.ts'
import type { Home, HousedMachine } from './machine/core.ts'
import type { Registry } from './machine/registry.ts'
import { createRandom } from './machine/random.ts'
import { API_PORT } from './kubernetes/api-listener.ts'
import { type SimulatedKubernetes, startKubernetes } from './kubernetes/start-kubernetes.ts'
import type { StorageSystem } from './kubernetes/storage/storage.ts'
import { createScenarios, type Scenarios } from './scenarios.ts'
import { createHomes } from './homes.ts'
import { claimAddresses, claimApiPorts } from './wire/addresses.ts'
import { writeKubeconfig } from './wire/kubeconfig.ts'
import { createClusterSecrets } from './wire/pki.ts'
import { createResourceStore } from './wire/resource-store.ts'
import { serveCluster, type TalosconfigRole } from './wire/serve-cluster.ts'

export type { NodePlan } from './demo-nodes.ts'

export interface SimulatedClusterOptions {
  /** Also the context's name; `casa` unless told otherwise. */
  readonly name?: string
  /** The demo's five unless told otherwise: each node, or how many and which versions in turn. */
  readonly nodes?: readonly NodePlan[] | ClusterSize
  /** Machines that boot from a stick and wait for a config in maintenance mode. */
  readonly spares?: readonly SparePlan[]
  /** How much faster than real time the machines live; 1 unless told otherwise. */
  readonly speed?: number
  /** The same seed gives the same hardware, ids and loads; keys are new each time. */
  readonly seed?: number | string
  /** Folder of our .proto files. */
  readonly protosDir: string
  /** Folder with `config-schema/`, by which the nodes judge configs; without it they accept any key. */
  readonly resourcesDir?: string
  /** Default true: the nodes have been running for a while when the promise resolves. False: they begin to boot then. */
  readonly instant?: boolean
  /** Default true: an API server on each control plane, nodes and pods. */
  readonly kubernetes?: boolean
  /** What keeps volumes in that Kubernetes; Longhorn alone unless told otherwise. */
  readonly storage?: readonly StorageSystem[]
  /** Instead of a clock of `speed`. */
  readonly clock?: SimulatedClock
}

interface ClusterSize {
  readonly controlPlanes: number
  readonly workers: number
  /** `v1.13.9`, given to the nodes in turn. */
  readonly talos: readonly string[]
  /** Which contract the config of a 1.14 node is by, in turn as well. */
  readonly contracts?: readonly NonNullable<MachineSpec['contract']>[]
  /** Blank disks more in each worker. */
  readonly extraDisks?: number
}

export interface SimulatedCluster extends AsyncDisposable, Scenarios {
  readonly name: string
  /** Of the control planes, as in the talosconfig. */
  readonly endpoints: readonly string[]
  /** By hostname. */
  readonly machines: ReadonlyMap<string, SimulatedMachine>
  readonly state: ClusterState
  /** What the factory and registries have. */
  readonly registry: Registry
  /** @throws when no machine has that hostname */
  node(hostname: string): SimulatedMachine
  /** Text of a talosconfig for that role, `os:admin` unless told otherwise. */
  talosconfig(role?: TalosconfigRole, options?: { readonly expired?: boolean }): string
  /** Text of a kubeconfig with a new admin certificate, as `talosctl kubeconfig` gets it. */
  kubeconfig(): Promise<string>
}

/**
 * Talos machines on this computer, each a gRPC server with mutual TLS on an address of its own.
 * @throws the system's error when no address can be had, or a machine's when it does not boot
 */
export async function startSimulatedCluster(options: SimulatedClusterOptions): Promise<SimulatedCluster> {
  const { name = 'casa', instant = true } = options
  const plans = planOf(options.nodes)
  const spares = plannedSpares(options.spares ?? [])
  const [claim, secrets] = await Promise.all([
    claimAddresses(plans.length + spares.length),
    // 4096 bits as Talos makes them would cost a second of the start, and nothing here verifies with this key.
    createClusterSecrets({ serviceAccountBits: 2048 }),
  ])
  const placed = [...plans, ...spares].map((plan, index): MachineSpec => {
    const place = claim.places[index]
    if (!place) throw new Error(`no address for ${plan.hostname}`)
    return { ...plan, ...place }
  })
  const specs = (options.kubernetes ?? true) ? await withApiPorts(placed, plans.length) : placed
  const clock = options.clock ?? createClock(options.speed ?? 1)
  const random = createRandom(options.seed ?? 1)
  const first = specs.slice(0, plans.length).find(({ role }) => role === 'controlplane')
  const state = createClusterState({
    name,
    endpoint: `https://${first?.address ?? '127.0.0.1'}:${first?.kubernetesPort ?? API_PORT}`,
    clock,
    random,
  })
  const kubernetes: SimulatedKubernetes[] = []
  const homes = createHomes(
    { cluster: state, secrets },
    {
      clock,
      random: createRandom(`${options.seed ?? 1} homes`),
      born: (home) => beginKubernetes(home, true),
    },
  )
  const machines = new Map(
    specs.map((spec, index) => {
      // A first boot lies in the machine's past, and so do the times of its resources.
      const store = createResourceStore({ now: () => machine.clock.now() })
      const machine: HousedMachine = createMachine(spec, {
        clock,
        random,
        store,
        cluster: state,
        secrets,
        homeOf: (facts) => homes.homeOf(facts),
        instant,
        blank: index >= plans.length,
        ...(options.resourcesDir === undefined
          ? {}
          : { schemaDir: join(options.resourcesDir, 'config-schema') }),
      })
      return [spec.hostname, machine] as const
    }),
  )

  const served = await serveCluster({
    cluster: state,
    secrets,
    homeOf: ({ spec }) => machines.get(spec.hostname)?.home,
    protosDir: options.protosDir,
    spares: specs.slice(plans.length).flatMap(({ hostname }) => machines.get(hostname) ?? []),
  }).catch(async (error: unknown) => {
    await claim.release()
    throw error
  })
  function beginKubernetes(home: Home, isNew = false): SimulatedKubernetes | undefined {
    if (!(options.kubernetes ?? true)) return undefined
    const begun = startKubernetes({
      cluster: home.cluster,
      // Its authority is known once a control plane is.
      secrets: {
        get kubernetes() {
          return home.secrets.kubernetes
        },
      },
      clock,
      random,
      isNew,
      ...(options.storage ? { storage: options.storage } : {}),
    })
    home.cluster.kubernetes = begun
    kubernetes.push(begun)
    return begun
  }
  async function stop(): Promise<void> {
    for (const machine of machines.values()) machine.powerOff()
    await Promise.all(kubernetes.map((one) => one.close()))
    await served.close()
    await claim.release()
  }

  // Machines that live through their boot are followed from the start; the others are found as they are.
  const own: Home = { cluster: state, secrets }
  if (!instant) beginKubernetes(own)
  const booted = Promise.all([...machines.values()].map((machine) => machine.powerOn()))
  if (instant) {
    try {
      await booted
      await served.settled()
      await beginKubernetes(own)?.settled()
    } catch (error) {
      await stop()
      throw error
    }
  }
  // Nobody waits for machines that boot behind; the plug may be pulled meanwhile.
  else booted.catch(() => undefined)

  return {
    name,
    endpoints: served.endpoints,
    machines,
    state,
    registry: state.registry,
    ...createScenarios(machines, state),
    node(hostname) {
      const machine = machines.get(hostname)
      if (!machine) throw new Error(`the cluster has no ${hostname}, only ${[...machines.keys()].join(', ')}`)
      return machine
    },
    talosconfig: (role, config) => served.talosconfig(role, config),
    kubeconfig: () => writeKubeconfig(state, secrets.kubernetes),
    [Symbol.asyncDispose]: stop,
  }
}

/** Control planes, and machines that may become one, with the port of their kube-apiserver. */
async function withApiPorts(
  specs: readonly MachineSpec[],
  installed: number,
): Promise<readonly MachineSpec[]> {
  const controlPlanes = specs.filter(({ role }, index) => role === 'controlplane' || index >= installed)
  const ports = await claimApiPorts(
    controlPlanes.map(({ address }) => address),
    API_PORT,
  )
  return specs.map((spec) => {
    const kubernetesPort = ports[controlPlanes.indexOf(spec)]
    return kubernetesPort === undefined ? spec : { ...spec, kubernetesPort }
  })
}

function planOf(nodes: SimulatedClusterOptions['nodes']): readonly Omit<MachineSpec, 'address' | 'port'>[] {
  if (nodes === undefined) return demoNodes()
  return 'controlPlanes' in nodes ? plannedNodes(sizedPlans(nodes)) : plannedNodes(nodes)
}

/** bronce-1 … for control planes, estante-1 … for workers, as in the demo. */
function sizedPlans({
  controlPlanes,
  workers,
  talos,
  contracts = [],
  extraDisks = 0,
}: ClusterSize): readonly NodePlan[] {
  const versionOf = (index: number): string => talos[index % Math.max(1, talos.length)] ?? 'v1.13.9'
  const contractOf = (index: number): Pick<NodePlan, 'contract'> => {
    const contract = contracts[index % Math.max(1, contracts.length)]
    return contract === undefined ? {} : { contract }
  }
  const plan = (role: NodePlan['role'], prefix: string, count: number, offset: number): readonly NodePlan[] =>
    Array.from({ length: count }, (_none, index) => ({
      hostname: `${prefix}-${index + 1}`,
      role,
      talos: versionOf(offset + index),
      ...contractOf(offset + index),
      ...(role === 'worker' ? { extraDisks } : {}),
    }))
  return [
    ...plan('controlplane', 'bronce', controlPlanes, 0),
    ...plan('worker', 'estante', workers, controlPlanes),
  ]
}
