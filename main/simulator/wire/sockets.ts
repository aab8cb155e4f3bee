import type { SimulatedMachine } from '../machine-api.ts'
import { type ContainerPlace, netnsOf, podsOf } from './container-list.ts'
import { asText, specsOf } from './machine-facts.ts'
import { pidOf } from './machine-processes.ts'

/** One socket as `/proc/net` has it. */
export interface Socket {
  readonly protocol: 'tcp' | 'tcp6' | 'udp' | 'udp6'
  readonly local: readonly [address: string, port: number]
  readonly remote: readonly [address: string, port: number]
  readonly state: 'LISTEN' | 'ESTABLISHED' | 'TIME_WAIT' | 'CLOSE'
  readonly inode: number
  readonly pid: number
  readonly program: string
  /** Of a pod; empty in the host's own network. */
  readonly netns: string
}

const ANY4 = '0.0.0.0'
const ANY6 = '::'
const LOCAL = '127.0.0.1'

/** What a service listens on: protocol, address and ports. */
type Listening = readonly (readonly [Socket['protocol'], string, number])[]

/** By id of the service whose program holds the sockets. */
const SERVICES: Readonly<Record<string, { readonly program: string; readonly listens: Listening }>> = {
  machined: {
    program: 'init',
    listens: [
      ['tcp', LOCAL, 7445],
      ['tcp', '169.254.116.108', 53],
      ['udp', '169.254.116.108', 53],
    ],
  },
  apid: { program: 'apid', listens: [['tcp6', ANY6, 50000]] },
  trustd: { program: 'trustd', listens: [['tcp6', ANY6, 50001]] },
  cri: { program: 'containerd', listens: [['tcp', LOCAL, 38_511]] },
  etcd: {
    program: 'etcd',
    listens: [
      ['tcp6', ANY6, 2379],
      ['tcp6', ANY6, 2380],
      ['tcp', LOCAL, 2381],
    ],
  },
  kubelet: {
    program: 'kubelet',
    listens: [
      ['tcp6', ANY6, 10_250],
      ['tcp', LOCAL, 10_248],
    ],
  },
}

const PODS: Readonly<Record<string, Listening>> = {
  'kube-apiserver': [['tcp6', ANY6, 6443]],
  'kube-controller-manager': [['tcp', LOCAL, 10_257]],
  'kube-scheduler': [['tcp', LOCAL, 10_259]],
  'kube-proxy': [
    ['tcp6', ANY6, 10_256],
    ['tcp', LOCAL, 10_249],
  ],
  coredns: [
    ['tcp6', ANY6, 53],
    ['udp6', ANY6, 53],
    ['tcp6', ANY6, 9153],
  ],
}

const ANY_POD: Listening = [['tcp6', ANY6, 8080]]

/** All sockets of a machine, those of the host first; the same for the length of a boot and of its peers. */
export function socketsOf(place: ContainerPlace): readonly Socket[] {
  const { machine } = place
  const running = new Set(
    machine
      .services()
      .filter(({ state }) => state === 'Running')
      .map(({ id }) => id),
  )
  let inode = 20_000
  const listening = (owner: string, program: string, listens: Listening, netns = ''): readonly Socket[] =>
    listens.map(([protocol, address, port]) => ({
      protocol,
      local: [address, port],
      remote: [protocol.endsWith('6') ? ANY6 : ANY4, 0],
      state: protocol.startsWith('udp') ? 'CLOSE' : 'LISTEN',
      inode: (inode += 7),
      pid: owner === 'machined' ? 1 : pidOf(machine, owner),
      program,
      netns,
    }))
  const services = Object.entries(SERVICES).flatMap(([id, { program, listens }]) =>
    running.has(id) ? listening(id, program, listens) : [],
  )
  const pods = podsOf(place).flatMap(({ containers, hostNetwork, uid }) =>
    containers.flatMap(({ name, id }) =>
      listening(id, name, PODS[name] ?? (hostNetwork ? [] : ANY_POD), hostNetwork ? '' : netnsOf(uid)),
    ),
  )
  const connections = connectionsOf(machine, running).map(
    ({ owner, program, local, remote, protocol }): Socket => ({
      protocol: protocol ?? 'tcp',
      local,
      remote,
      state: 'ESTABLISHED',
      inode: (inode += 7),
      pid: owner === 'machined' ? 1 : pidOf(machine, owner),
      program,
      netns: '',
    }),
  )
  return [...services, ...connections, ...pods]
}

interface Connection {
  readonly owner: string
  readonly program: string
  readonly local: Socket['local']
  readonly remote: Socket['remote']
  readonly protocol?: 'tcp6'
}

function connectionsOf(machine: SimulatedMachine, running: ReadonlySet<string>): readonly Connection[] {
  const { address, role } = machine.spec
  const ephemeral = (purpose: string): number => 32_768 + (pidOf(machine, purpose) % 28_000)
  const members = specsOf(machine, 'cluster', 'Members.cluster.talos.dev').flatMap(({ spec }) => {
    const [first] = Array.isArray(spec['addresses']) ? (spec['addresses'] as readonly unknown[]) : []
    return first === undefined ? [] : [{ address: asText(first), isWorker: spec['machineType'] === 'worker' }]
  })
  const controlPlanes = members.filter(({ isWorker }) => !isWorker).map((member) => member.address)
  const kubelet: readonly Connection[] = running.has('kubelet')
    ? [
        {
          owner: 'kubelet',
          program: 'kubelet',
          local: [LOCAL, ephemeral('kubelet')],
          remote: [LOCAL, 7445],
        },
      ]
    : []
  const proxied: readonly Connection[] = controlPlanes.slice(0, 1).map((remote) => ({
    owner: 'machined',
    program: 'init',
    local: [address, ephemeral('kubeprism')],
    remote: [remote, 6443],
  }))
  const peers: readonly Connection[] =
    role === 'controlplane' && running.has('etcd')
      ? controlPlanes
          .filter((peer) => peer !== address)
          .flatMap((peer) => [
            {
              owner: 'etcd',
              program: 'etcd',
              local: [address, ephemeral(`to ${peer}`)],
              remote: [peer, 2380],
            },
            {
              owner: 'etcd',
              program: 'etcd',
              local: [address, 2380],
              remote: [peer, ephemeral(`from ${peer}`)],
              protocol: 'tcp6',
            },
          ])
      : []
  return [...kubelet, ...proxied, ...peers]
}
