import { hostnameOf, type MachineCore } from '../core.ts'
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
    for (const machine of core.cluster.machines()) {
      const isSelf = machine.spec.hostname === core.spec.hostname
      const name = isSelf ? hostnameOf(core) : core.cluster.nameOf(machine)
      const nodeId = core.cluster.nodeIdOf(machine)
      const spec = {
        nodeId,
        addresses: [machine.spec.address],
        hostname: name,
        machineType: machine.spec.role,
        operatingSystem: `Talos (${machine.talosVersion})`,
        ...(machine.spec.role === 'controlplane'
          ? { controlPlane: { port: machine.spec.kubernetesPort ?? 6443 } }
          : {}),
      }
      members[name] = spec
      affiliates[nodeId] = { ...spec, nodename: name }
    }
  }
  replaceAll(core, 'cluster', 'Members.cluster', 'cluster.MemberController', members)
  replaceAll(core, 'cluster', 'Affiliates.cluster', 'cluster.AffiliateMergeController', affiliates)
  publishEndpoints(core)
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
    { addresses, hosts: [] },
    { owner: 'k8s.EndpointController' },
  )
}
