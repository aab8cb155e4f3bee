import { join } from 'node:path'
import {
  type NodePlan,
  type SimulatedCluster,
  type SimulatedClusterOptions,
  startSimulatedCluster,
} from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import type { TalosconfigRole } from '../../main/simulator/wire/serve-cluster.ts'
import { ownCaller, type OwnCaller, ownClient, type OwnClient } from './own-client.ts'
import { connectWith } from './talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from './wire-client.ts'

/** Newest first; unless told otherwise the first three are control planes. */
export const LINES = ['v1.14.0', 'v1.13.9', 'v1.12.11', 'v1.11.6', 'v1.10.9', 'v1.9.6'] as const
export type Line = (typeof LINES)[number]
export const CONTROL_PLANES = LINES.slice(0, 3)
export const WORKERS = LINES.slice(3)

interface MixedClusterOptions extends Omit<SimulatedClusterOptions, 'nodes' | 'protosDir'> {
  readonly controlPlanes?: readonly Line[]
  readonly workers?: readonly Line[]
  /** Beside those of the lines. */
  readonly more?: readonly NodePlan[]
  /** Applied to every node of the role. */
  readonly controlPlane?: Partial<NodePlan>
  readonly worker?: Partial<NodePlan>
}

/** One node of every line of Talos and role, hurried, spoken to by our own client and by plain grpc-js. */
export interface MixedCluster extends AsyncDisposable {
  readonly cluster: SimulatedCluster
  /** The node of that line; its control plane where it has both and nobody says which. */
  machine(line: Line, role?: 'worker'): SimulatedMachine
  addressOf(line: Line, role?: 'worker'): string
  hostOf(line: Line, role?: 'worker'): string
  /** Our own client. */
  port(role?: TalosconfigRole): OwnClient
  /** What our own client's answers come over, for calls that it has no use for. */
  caller(role?: TalosconfigRole): OwnCaller
  /** Plain grpc-js to that node. */
  wire(line: Line, role?: TalosconfigRole): WireClient
  wireTo(hostname: string, role?: TalosconfigRole): WireClient
}

export const minorOf = (line: string): number => Number(line.split('.')[1])

// Dots would make a domain of it.
const nameOf = (line: Line): string => line.replaceAll('.', '-')

export async function startMixedCluster(options: MixedClusterOptions = {}): Promise<MixedCluster> {
  const {
    controlPlanes = CONTROL_PLANES,
    workers = WORKERS,
    more = [],
    controlPlane,
    worker,
    ...rest
  } = options
  const hostOf = (line: Line, role?: 'worker'): string =>
    role === 'worker' && controlPlanes.includes(line) ? `${nameOf(line)}-worker` : nameOf(line)
  const cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    speed: 500,
    ...rest,
    nodes: [
      ...controlPlanes.map((talos): NodePlan => ({
        hostname: hostOf(talos),
        role: 'controlplane',
        talos,
        ...controlPlane,
      })),
      ...workers.map((talos): NodePlan => ({
        hostname: hostOf(talos, 'worker'),
        role: 'worker',
        talos,
        ...worker,
      })),
      ...more,
    ],
  })
  const ports = createOnce((role: TalosconfigRole) => ownClient(cluster.talosconfig(role)))
  const callers = createOnce((role: TalosconfigRole) => ownCaller(cluster.talosconfig(role)))
  const targetOf = (hostname: string): string => {
    const { address, port } = cluster.node(hostname).spec
    return `${address}:${port}`
  }
  const clients = createOnce((role: TalosconfigRole, hostname: string) =>
    connectWith(cluster.talosconfig(role), targetOf(hostname)),
  )
  const wireTo = (hostname: string, role: TalosconfigRole = 'os:admin'): WireClient =>
    clients.of(role, hostname)
  return {
    cluster,
    machine: (line, role) => cluster.node(hostOf(line, role)),
    addressOf: (line, role) => targetOf(hostOf(line, role)),
    hostOf,
    port: (role = 'os:admin') => ports.of(role),
    caller: (role = 'os:admin') => callers.of(role),
    wire: (line, role) => wireTo(hostOf(line), role),
    wireTo,
    async [Symbol.asyncDispose]() {
      for (const made of [ports, callers, clients]) made.close()
      await cluster[Symbol.asyncDispose]()
    },
  }
}

/** Clients by what they are made for, each made once and closed with the others. */
function createOnce<Key extends readonly string[], Client extends { close(): void }>(
  make: (...key: Key) => Client,
) {
  const made = new Map<string, Client>()
  return {
    of(...key: Key): Client {
      const name = key.join(' ')
      const client = made.get(name) ?? make(...key)
      made.set(name, client)
      return client
    },
    close() {
      for (const client of made.values()) client.close()
    },
  }
}

/** All of a stream, or until what is looked for has come. */
export async function gather<T>(
  items: AsyncIterable<T>,
  until: (item: T) => boolean = () => false,
): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) {
    all.push(item)
    if (until(item)) break
  }
  return all
}

/** The same asked of every line at once, by line: one expectation shows them side by side. */
export async function byLine<T>(
  ask: (line: Line, minor: number) => Promise<T> | T,
  lines: readonly Line[] = LINES,
): Promise<Readonly<Record<string, T>>> {
  const answers = await Promise.all(
    lines.map(async (line) => [line, await ask(line, minorOf(line))] as const),
  )
  return Object.fromEntries(answers)
}
