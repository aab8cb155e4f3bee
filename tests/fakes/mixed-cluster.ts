import { parseTalosconfig } from '../../main/domain/talosconfig/parse-talosconfig.ts'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import type { TalosconfigRole } from '../../main/simulator/wire/serve-cluster.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { certificateReader } from '../../main/talos/read-certificate.ts'
import { connectWith } from './talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from './wire-client.ts'

/** Newest first; the first three are control planes. */
export const LINES = ['v1.14.0', 'v1.13.9', 'v1.12.11', 'v1.11.6', 'v1.10.9', 'v1.9.6'] as const
export type Line = (typeof LINES)[number]
export const CONTROL_PLANES = LINES.slice(0, 3)
export const WORKERS = LINES.slice(3)

type Port = ReturnType<typeof createTalosPort>

/** One node of every line of Talos, hurried, spoken to by our own client and by plain grpc-js. */
export interface MixedCluster extends AsyncDisposable {
  readonly cluster: SimulatedCluster
  addressOf(line: Line): string
  hostOf(line: Line): string
  port(role?: TalosconfigRole): Port
  wire(line: Line, role?: TalosconfigRole): WireClient
}

export const minorOf = (line: string): number => Number(line.split('.')[1])

export async function startMixedCluster(): Promise<MixedCluster> {
  // Dots would make a domain of it.
  const hostOf = (line: Line): string => line.replaceAll('.', '-')
  const cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    speed: 500,
    nodes: LINES.map((talos, index) => ({
      hostname: hostOf(talos),
      role: index < CONTROL_PLANES.length ? 'controlplane' : 'worker',
      talos,
    })),
  })
  const ports = new Map<TalosconfigRole, Port>()
  const clients = new Map<string, WireClient>()
  const addressOf = (line: Line): string => {
    const { address, port } = cluster.node(hostOf(line)).spec
    return `${address}:${port}`
  }
  return {
    cluster,
    addressOf,
    hostOf,
    port(role = 'os:admin') {
      const known = ports.get(role)
      if (known) return known
      const bytes = new TextEncoder().encode(cluster.talosconfig(role))
      const context = parseTalosconfig(bytes, certificateReader, Date.now()).entries[0]?.context
      if (!context) throw new Error('the cluster wrote a talosconfig without a context')
      const port = createTalosPort({ context, protosDir: PROTOS_DIR })
      ports.set(role, port)
      return port
    },
    wire(line, role = 'os:admin') {
      const key = `${line} ${role}`
      const known = clients.get(key)
      if (known) return known
      const client = connectWith(cluster.talosconfig(role), addressOf(line))
      clients.set(key, client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const port of ports.values()) port.close()
      for (const client of clients.values()) client.close()
      await cluster[Symbol.asyncDispose]()
    },
  }
}
