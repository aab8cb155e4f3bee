import type { ClusterState } from '../cluster-api.ts'
import type { SimulatedMachine } from '../machine-api.ts'
import type { ClusterSecrets } from '../secrets-api.ts'
import type { Node } from './call.ts'
import { createDispatcher } from './dispatch.ts'
import { journalOf } from './journal.ts'
import { type NodeServer, startNodeServer } from './node-server.ts'
import { issueClient, writeTalosconfig } from './pki.ts'
import { loadProtos } from './protos.ts'
import { SERVICES } from './services.ts'

const TALOSCONFIG_ROLES = ['os:admin', 'os:operator', 'os:reader', 'os:etcd:backup'] as const
export type TalosconfigRole = (typeof TALOSCONFIG_ROLES)[number]

/** The APIs of all machines of a cluster, and the talosconfigs to reach them with. */
export interface ServedCluster {
  /** Of the control planes, as a talosconfig names them: the port only where it is not 50000. */
  readonly endpoints: readonly string[]
  /** Default admin; `expired` gives a certificate that ended a day ago. */
  talosconfig(role?: TalosconfigRole, options?: { readonly expired?: boolean }): string
  /** Resolves once every machine that is up listens. */
  settled(): Promise<void>
  close(): Promise<void>
}

interface Home {
  readonly cluster: ClusterState
  readonly secrets: ClusterSecrets
}

/** Starts a server per machine; call it before the machines get power, so that no event of theirs is missed. */
export async function serveCluster(options: {
  readonly cluster: ClusterState
  readonly secrets: ClusterSecrets
  readonly protosDir: string
  /** Machines that are no members yet, and become such when they get their config. */
  readonly spares?: readonly SimulatedMachine[]
  /** The cluster a machine belongs to now; this one unless told otherwise. */
  readonly homeOf?: (machine: SimulatedMachine) => Home | undefined
}): Promise<ServedCluster> {
  const { cluster, secrets } = options
  const protos = loadProtos(options.protosDir)
  const dispatcher = createDispatcher(SERVICES)
  const machines = [...cluster.machines(), ...(options.spares ?? [])]
  for (const machine of machines) {
    journalOf(machine)
    // Every call that goes through another node waits for its power to fail.
    machine.power.setMaxListeners(0)
  }
  const talosconfigs = await writeTalosconfigs(cluster, secrets)

  const own: Home = { cluster, secrets }
  const homeOf = (machine: SimulatedMachine): Home => options.homeOf?.(machine) ?? own
  const nodeOf = (machine: SimulatedMachine): Node => ({
    machine,
    protos,
    stranger: (target) =>
      machines.find(
        ({ spec }) => spec.address === target && homeOf(machine).cluster.find(target) === undefined,
      ),
    get cluster() {
      return homeOf(machine).cluster
    },
    get secrets() {
      return homeOf(machine).secrets
    },
  })

  const servers: NodeServer[] = []
  async function close(): Promise<void> {
    await Promise.all(servers.map((server) => server.close()))
  }
  try {
    for (const machine of machines) servers.push(await startNodeServer(nodeOf(machine), dispatcher))
  } catch (error) {
    await close()
    throw error
  }
  return {
    endpoints: endpointsOf(cluster.machines()),
    talosconfig: (role = 'os:admin', { expired = false } = {}) =>
      talosconfigs.get(keyOf(role, expired)) ?? '',
    async settled() {
      await Promise.all(servers.map((server) => server.settled()))
    },
    close,
  }
}

function endpointsOf(machines: readonly SimulatedMachine[]): readonly string[] {
  return machines
    .filter(({ spec }) => spec.role === 'controlplane')
    .map(({ spec }) => (spec.port === 50000 ? spec.address : `${spec.address}:${spec.port}`))
}

/** Where every machine has an address of its own that is its name to the others, else the hostname is. */
function targetsOf(machines: readonly SimulatedMachine[]): readonly string[] {
  const addresses = machines.map(({ spec }) => spec.address)
  return new Set(addresses).size === addresses.length ? addresses : machines.map(({ spec }) => spec.hostname)
}

const keyOf = (role: TalosconfigRole, expired: boolean): string => `${role} ${expired}`

const DAY = 24 * 3_600_000

async function writeTalosconfigs(
  cluster: ClusterState,
  { os }: ClusterSecrets,
): Promise<ReadonlyMap<string, string>> {
  const machines = cluster.machines()
  const now = Date.now()
  const past = { notBefore: new Date(now - 366 * DAY), notAfter: new Date(now - DAY) }
  const written = await Promise.all(
    TALOSCONFIG_ROLES.flatMap((role) =>
      [false, true].map(async (expired): Promise<[string, string]> => {
        const { crt, key } = await issueClient(os, { roles: [role], ...(expired ? past : {}) })
        const text = writeTalosconfig({
          context: cluster.name,
          endpoints: endpointsOf(machines),
          nodes: targetsOf(machines),
          ca: os.crt,
          crt,
          key,
        })
        return [keyOf(role, expired), text]
      }),
    ),
  )
  return new Map(written)
}
