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

  function note(machine: SimulatedMachine, what: string): void {
    const { hostname, role } = machine.spec
    seen.push({ node: hostname, what })
    if (what === 'etcd up') running.add(hostname)
    if (what === 'etcd down' || what === 'down') running.delete(hostname)
    if (role === 'controlplane' && what === 'down') down.add(hostname)
    if (what === 'up') down.delete(hostname)
    fewest = Math.min(fewest, running.size)
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
