import type { SimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'

export interface Witnessed {
  readonly node: string
  /** `etcd up`, `etcd down`, `install`, `reboot`, `upgrade`, `rollback`, `down`, `up`. */
  readonly what: string
}

/** What the simulated machines themselves saw, whatever the app says of it. */
export interface ClusterWitness extends Disposable {
  readonly seen: readonly Witnessed[]
  /** Fewest etcd members that were running at once, and how many there are. */
  readonly etcd: () => { readonly fewest: number; readonly members: number }
  /** Moments without quorum or without a leader, looked at with every event that any machine logs. */
  readonly quorumLost: () => readonly string[]
  /** What was done to the nodes and what they did, in order, without etcd's part: `bronce-1 reboot`, `bronce-1 down`. */
  readonly story: () => readonly string[]
  /** Most control planes that were down at once. */
  readonly controlPlanesDown: () => number
  /** Nodes that something was done to, in the order in which it began. */
  readonly touched: () => readonly string[]
  /** Machines that restarted, in order. */
  readonly restarted: () => readonly string[]
}

const TOUCHES = ['install', 'reboot', 'upgrade', 'rollback', 'down']

/** Listens to every machine from now on: its power, its etcd service, and what is asked of it. */
export function witness(cluster: SimulatedCluster): ClusterWitness {
  const seen: Witnessed[] = []
  const ends: (() => void)[] = []
  const planes = [...cluster.machines.values()].filter(({ spec }) => spec.role === 'controlplane')
  const running = new Set(planes.filter(hasEtcd).map(({ spec }) => spec.hostname))
  const down = new Set<string>()
  let fewest = running.size
  let mostDown = 0
  const lost: string[] = []

  /** By etcd's own state: members that answer, of all that it counts. */
  function lookAtQuorum(at: string): void {
    const { etcd } = cluster.state
    const members = etcd.members()
    const well = members.filter(({ hostname }) => etcd.healthy(hostname))
    const [one] = well
    const hasLeader = one !== undefined && /[1-9a-f]/.test(etcd.statusOf(one.hostname).leader)
    if (well.length < Math.floor(members.length / 2) + 1 || !hasLeader) {
      lost.push(`${at}: ${well.length} of ${members.length}, ${hasLeader ? 'led' : 'no leader'}`)
    }
  }

  function note(machine: SimulatedMachine, what: string): void {
    const { hostname, role } = machine.spec
    seen.push({ node: hostname, what })
    if (what === 'etcd up') running.add(hostname)
    if (what === 'etcd down' || what === 'down') running.delete(hostname)
    if (role === 'controlplane' && what === 'down') down.add(hostname)
    if (what === 'up') down.delete(hostname)
    fewest = Math.min(fewest, running.size)
    lookAtQuorum(`${hostname} ${what}`)
    mostDown = Math.max(mostDown, down.size)
  }

  for (const machine of cluster.machines.values()) {
    const onDown = (): void => note(machine, 'down')
    const onUp = (): void => note(machine, 'up')
    machine.power.on('down', onDown)
    machine.power.on('up', onUp)
    ends.push(() => {
      machine.power.off('down', onDown)
      machine.power.off('up', onUp)
    })
    ends.push(
      machine.onKernelLine((line) => {
        const asked = /(reboot|rollback) via API received|(upgrade) request received/.exec(line)
        if (asked !== null) note(machine, asked[1] ?? asked[2] ?? '')
      }),
    )
    ends.push(machine.onEvent(({ type }) => lookAtQuorum(`${machine.spec.hostname} ${type}`)))
    if (machine.spec.role === 'controlplane') {
      ends.push(
        machine.onEvent(({ type, payload }) => {
          if (type !== 'ServiceStateEvent' || payload['service'] !== 'etcd') return
          const isUp = hasEtcd(machine)
          if (isUp !== running.has(machine.spec.hostname)) note(machine, isUp ? 'etcd up' : 'etcd down')
        }),
      )
    }
    // The installer leaves nothing in the kernel log, so its start is heard where the machine begins it.
    const { installImage } = machine
    Object.assign(machine, {
      installImage(...call: Parameters<typeof installImage>) {
        note(machine, 'install')
        return installImage.apply(machine, call)
      },
    })
    ends.push(() => Object.assign(machine, { installImage }))
  }

  return {
    seen,
    etcd: () => ({ fewest, members: planes.length }),
    quorumLost: () => lost,
    story: () =>
      seen.filter(({ what }) => !what.startsWith('etcd')).map(({ node, what }) => `${node} ${what}`),
    controlPlanesDown: () => mostDown,
    touched: () => [...new Set(seen.filter(({ what }) => TOUCHES.includes(what)).map(({ node }) => node))],
    restarted: () => seen.filter(({ what }) => what === 'down').map(({ node }) => node),
    [Symbol.dispose]() {
      for (const end of ends.splice(0)) end()
    },
  }
}

function hasEtcd(machine: SimulatedMachine): boolean {
  return machine.isUp && machine.services().some(({ id, state }) => id === 'etcd' && state === 'Running')
}
