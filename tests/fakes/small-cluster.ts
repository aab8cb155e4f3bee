import { Metadata } from '@grpc/grpc-js'
import type { MachineSpec } from '../../main/simulator/machine-api.ts'
import type { ClusterSecrets } from '../../main/simulator/secrets-api.ts'
import { claimAddresses } from '../../main/simulator/wire/addresses.ts'
import { createClusterSecrets, issueClient } from '../../main/simulator/wire/pki.ts'
import { serveCluster, type ServedCluster } from '../../main/simulator/wire/serve-cluster.ts'
import { createSmallCluster, createSmallMachine, type SmallMachine } from './small-machine.ts'
import { createWireClient, PROTOS_DIR, talosCredentials, type WireClient } from './wire-client.ts'

/** Small machines behind the real wire, and clients with the certificates a test asks for. */
export interface SmallCluster extends AsyncDisposable {
  readonly secrets: ClusterSecrets
  readonly served: ServedCluster
  machine(hostname: string): SmallMachine
  client(
    hostname: string,
    options?: {
      readonly roles?: readonly string[]
      readonly usages?: readonly ('clientAuth' | 'serverAuth')[]
    },
  ): Promise<WireClient>
}

export async function startSmallCluster(
  nodes: readonly (Pick<MachineSpec, 'hostname' | 'talos'> & Partial<MachineSpec>)[],
): Promise<SmallCluster> {
  const { places, release } = await claimAddresses(nodes.length)
  const machines = nodes.map((node, index) => createSmallMachine({ ...places[index]!, ...node }))
  const secrets = await createClusterSecrets({ serviceAccountBits: 2048 })
  const served = await serveCluster({ cluster: createSmallCluster(machines), secrets, protosDir: PROTOS_DIR })
  await Promise.all(machines.map((machine) => machine.powerOn()))
  await served.settled()
  const clients: WireClient[] = []
  const machineOf = (hostname: string): SmallMachine => {
    const found = machines.find(({ spec }) => spec.hostname === hostname)
    if (!found) throw new Error(`no machine ${hostname}`)
    return found
  }
  return {
    secrets,
    served,
    machine: machineOf,
    async client(hostname, { roles = ['os:admin'], usages } = {}) {
      const { address, port } = machineOf(hostname).spec
      const pair = await issueClient(secrets.os, { roles, ...(usages ? { usages } : {}) })
      const client = createWireClient(`${address}:${port}`, talosCredentials(secrets.os.crt, pair))
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close()
      await served.close()
      await release()
    },
  }
}

/** Metadata with those values, a list for repeated ones. */
export function metadataOf(values: Readonly<Record<string, string | readonly string[]>>): Metadata {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(values)) for (const one of [value].flat()) metadata.add(key, one)
  return metadata
}
