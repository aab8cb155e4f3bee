import { SCENARIOS, type ScenarioFacts } from './data/scenarios.ts'
import type { SimulatedMachine } from './machine-api.ts'
import type { ClusterWorld } from './machine/core.ts'

export interface ScenarioState extends ScenarioFacts {
  /** Hostnames of the machines it is on. */
  readonly active: readonly string[]
  /** Hostnames it can be caused on, the one it takes by itself first; none for those of the whole cluster. */
  readonly fits: readonly string[]
}

/** Switches for trouble, by the names in data/scenarios.ts. */
export interface Scenarios {
  /**
   * On that machine, or on one that fits. Returns the hostnames it is on now.
   * @throws a sentence when there is no such scenario, machine, or none that fits
   */
  cause(name: string, hostname?: string): readonly string[]
  /** On that machine, or wherever it is on. Returns the hostnames it was on. */
  settle(name: string, hostname?: string): readonly string[]
  scenarios(): readonly ScenarioState[]
}

export function createScenarios(
  machines: ReadonlyMap<string, SimulatedMachine>,
  world: ClusterWorld,
): Scenarios {
  /** Cluster scenarios by name, with the machines they took. */
  const taken = new Map<string, readonly SimulatedMachine[]>()

  function factsOf(name: string): ScenarioFacts {
    const found = SCENARIOS.find((scenario) => scenario.name === name)
    if (!found)
      throw new Error(
        `unknown scenario "${name}"; known are ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`,
      )
    return found
  }

  function machineOf(hostname: string): SimulatedMachine {
    const found = machines.get(hostname)
    if (!found) throw new Error(`the cluster has no ${hostname}, only ${[...machines.keys()].join(', ')}`)
    return found
  }

  function active({ name, scope }: ScenarioFacts): readonly SimulatedMachine[] {
    if (scope === 'cluster') return taken.get(name) ?? []
    return [...machines.values()].filter(({ troubles }) => troubles?.has(name))
  }

  /** A member of the wished role; any where the cluster has none of it. */
  function fitting({ name, on }: ScenarioFacts): SimulatedMachine {
    const members = world.machines()
    const wished = members.find(({ spec }) => on === 'any' || spec.role === on)
    const found = wished ?? (on === 'worker' ? members.at(-1) : undefined)
    if (!found) throw new Error(`the cluster has no machine for ${name}`)
    return found
  }

  function fits(facts: ScenarioFacts): readonly string[] {
    if (facts.scope === 'cluster') return []
    const members = names(world.machines())
    const first = fitting(facts).spec.hostname
    const able = members.filter((hostname) => isAble(facts, machineOf(hostname)))
    return [...new Set([first, ...able])].filter((hostname) => able.includes(hostname))
  }

  function isAble({ on, name }: ScenarioFacts, { spec }: SimulatedMachine): boolean {
    if (on === 'controlplane') return spec.role === 'controlplane'
    return !NEEDS_VOLUMES.includes(name) || (world.kubernetes?.holdsVolumes(spec.hostname) ?? false)
  }

  function causeOnCluster(facts: ScenarioFacts): void {
    if (taken.has(facts.name)) return
    const { take, none } = CLUSTER[facts.name] ?? NOTHING
    const chosen = take(world)
    if (chosen.length === 0) throw new Error(none)
    taken.set(facts.name, chosen)
    for (const machine of chosen) CLUSTER[facts.name]?.cause(world, machine)
  }

  return {
    cause(name, hostname) {
      const facts = factsOf(name)
      if (facts.scope === 'node') {
        const machine = hostname === undefined ? (active(facts)[0] ?? fitting(facts)) : machineOf(hostname)
        if (facts.on === 'controlplane' && machine.spec.role !== 'controlplane')
          throw new Error(`${name} needs a control plane, and ${machine.spec.hostname} is a worker`)
        machine.cause(name)
      } else causeOnCluster(facts)
      return names(active(facts))
    },
    settle(name, hostname) {
      const facts = factsOf(name)
      const on = active(facts)
      if (facts.scope === 'cluster') {
        taken.delete(name)
        for (const machine of on) CLUSTER[name]?.settle(world, machine)
        return names(on)
      }
      const chosen = hostname === undefined ? on : [machineOf(hostname)]
      for (const machine of chosen) machine.settle(name)
      return names(chosen.filter((machine) => on.includes(machine)))
    },
    scenarios: () =>
      SCENARIOS.map((facts) => ({ ...facts, active: names(active(facts)), fits: fits(facts) })),
  }
}

const NEEDS_VOLUMES: readonly string[] = ['drain-blocked-by-pdb', 'storage-degraded']

interface ClusterScenario {
  take(world: ClusterWorld): readonly SimulatedMachine[]
  /** Why it cannot be, when it takes nobody. */
  readonly none: string
  cause(world: ClusterWorld, machine: SimulatedMachine): void
  settle(world: ClusterWorld, machine: SimulatedMachine): void
}

const NOTHING: Pick<ClusterScenario, 'take' | 'none'> = { take: () => [], none: 'nothing to do' }

const CLUSTER: Readonly<Record<string, ClusterScenario>> = {
  'two-control-planes': {
    take: (world) =>
      world
        .machines()
        .filter(({ spec }) => spec.role === 'controlplane')
        .slice(2),
    none: 'two-control-planes needs a cluster with three control planes or more',
    cause(world, machine) {
      machine.powerOff()
      world.leave(machine)
    },
    settle(world, machine) {
      world.adopt(machine, world.nodeIdOf(machine))
      // Its plug may be pulled again before it has booted.
      machine.powerOn().catch(() => undefined)
    },
  },
  'mixed-versions': {
    take: (world) => world.machines().filter((_machine, index) => index % 2 === 1),
    none: 'mixed-versions needs two nodes or more',
    cause: (_world, machine) => machine.cause('mixed-versions'),
    settle: (_world, machine) => machine.settle('mixed-versions'),
  },
}

function names(machines: readonly SimulatedMachine[]): readonly string[] {
  return machines.map(({ spec }) => spec.hostname)
}
