import type { SimulatedMachine } from '../../machine-api.ts'
import { hostnameOf, isMember, talosOf, type MachineCore } from '../core.ts'
import { atLeast } from '../versions.ts'
import { put, replaceAll } from './keys.ts'

/** Identity, cluster info, and who else there is. Members of machines that are off stay, as discovery keeps them. */
export function publishCluster(core: MachineCore): void {
  const facts = core.life.active?.facts
  put(
    core,
    'cluster',
    'Identities.cluster',
    'local',
    { nodeId: core.hardware.nodeId },
    { owner: 'cluster.LocalAffiliateController' },
  )
  put(
    core,
    'cluster',
    'Infos.cluster',
    'current',
    {
      clusterId: core.secrets.clusterId,
      clusterName: facts?.clusterName ?? core.cluster.name,
    },
    { owner: 'cluster.InfoController' },
  )
  publishMembers(core)
}

export function publishMembers(core: MachineCore): void {
  const members: Record<string, unknown> = {}
  const affiliates: Record<string, unknown> = {}
  if (core.life.active?.facts.discovery !== false) {
    for (const machine of isMember(core) ? core.cluster.machines() : [core.hooks.self()]) {
      const isSelf = machine.spec.hostname === core.spec.hostname
      const name = isSelf ? hostnameOf(core) : core.cluster.nameOf(machine)
      const nodeId = isSelf ? core.hardware.nodeId : core.cluster.nodeIdOf(machine)
      const { member, affiliate } = describe(machine, name, nodeId)
      members[name] = member
      affiliates[nodeId] = affiliate
    }
  }
  // Each of two hundred machines knows all of them, and few are ever asked.
  core.store.defer('cluster', 'Members.cluster.talos.dev', () =>
    replaceAll(core, 'cluster', 'Members.cluster', 'cluster.MemberController', members),
  )
  core.store.defer('cluster', 'Affiliates.cluster.talos.dev', () =>
    replaceAll(core, 'cluster', 'Affiliates.cluster', 'cluster.AffiliateMergeController', affiliates),
  )
  publishEndpoints(core)
}

interface Description {
  readonly member: Readonly<Record<string, unknown>>
  readonly affiliate: Readonly<Record<string, unknown>>
}

const described = new WeakMap<SimulatedMachine, Map<string, Description>>()

/** What discovery tells of a machine, the same objects for everybody who hears it. */
function describe(machine: SimulatedMachine, name: string, nodeId: string): Description {
  const { role, address, kubernetesPort } = machine.spec
  const known = described.get(machine) ?? new Map<string, Description>()
  described.set(machine, known)
  const key = [name, role, machine.talosVersion].join()
  const found = known.get(key)
  if (found) return found
  const member = Object.freeze({
    nodeId,
    addresses: [address],
    hostname: name,
    machineType: role,
    operatingSystem: `Talos (${machine.talosVersion})`,
    ...(role === 'controlplane' ? { controlPlane: { port: kubernetesPort ?? 6443 } } : {}),
  })
  const made = { member, affiliate: Object.freeze({ ...member, nodename: name }) }
  known.set(key, made)
  return made
}

function publishEndpoints(core: MachineCore): void {
  const addresses = core.cluster
    .machines()
    .filter((machine) => machine.spec.role === 'controlplane')
    .map((machine) => machine.spec.address)
  put(
    core,
    'controlplane',
    'Endpoints.kubernetes',
    'discovery',
    { addresses, ...(atLeast(talosOf(core), '1.12') ? { hosts: [] } : {}) },
    { owner: 'k8s.EndpointController' },
  )
}
