import { minorOf } from './talos-version.ts'
import type { MachineServiceHandlers } from '../../talos/generated/machine/MachineService.ts'
import { Code, SimulatedStatus } from '../machine-api.ts'
import type { CallContext, Methods } from './call.ts'
import { asText, specsOf } from './machine-facts.ts'
import { checkControlPlane } from './machine-identity.ts'
import { chunksOf } from './machine-streams.ts'

/** etcd through the node it runs on; behaviour.md §7.3. */
export const etcdMethods: Methods<MachineServiceHandlers> = {
  EtcdMemberList(_request, context) {
    checkControlPlane(context, 'member list')
    const members = context.cluster.etcd.members(context.machine.spec.hostname)
    return {
      messages: [
        {
          legacyMembers: members.map(({ hostname }) => hostname),
          members: members.map(({ id, hostname, peerUrls, clientUrls, learner }) => ({
            id: memberNumber(id),
            hostname,
            peerUrls: [...peerUrls],
            clientUrls: [...clientUrls],
            isLearner: learner,
          })),
        },
      ],
    }
  },
  EtcdStatus(_request, context) {
    checkControlPlane(context, 'etcd status')
    checkHealthy(context, 'query etcd status')
    const { machine, cluster } = context
    const status = cluster.etcd.statusOf(machine.spec.hostname)
    return {
      messages: [
        {
          memberStatus: {
            memberId: memberNumber(status.memberId),
            protocolVersion: etcdVersion(machine),
            // A field of 1.11 and later.
            storageVersion: minorOf(machine.talosVersion) >= 11 ? status.storageVersion : '',
            dbSize: status.dbSize,
            dbSizeInUse: status.dbSizeInUse,
            leader: memberNumber(status.leader),
            raftIndex: status.raftIndex,
            raftTerm: status.raftTerm,
            raftAppliedIndex: status.raftIndex,
            errors: [...status.errors],
            isLearner: status.learner,
          },
        },
      ],
    }
  },
  EtcdAlarmList(_request, context) {
    checkControlPlane(context, 'etcd alarm list')
    checkHealthy(context, 'list etcd alarms')
    const alarms = context.cluster.etcd.alarms()
    return {
      messages: [
        { memberAlarms: alarms.map(({ memberId, alarm }) => ({ memberId: memberNumber(memberId), alarm })) },
      ],
    }
  },
  EtcdAlarmDisarm(_request, context) {
    checkControlPlane(context, 'etcd alarm disarm')
    checkHealthy(context, 'disarm etcd alarm')
    const alarms = context.cluster.etcd.disarm()
    return {
      messages: [
        { memberAlarms: alarms.map(({ memberId, alarm }) => ({ memberId: memberNumber(memberId), alarm })) },
      ],
    }
  },
  EtcdDefragment(_request, context) {
    checkControlPlane(context, 'etcd defragment')
    checkHealthy(context, 'defragment etcd')
    context.cluster.etcd.defragment(context.machine.spec.hostname)
    return { messages: [{}] }
  },
  EtcdRemoveMemberByID({ memberId }, context) {
    checkControlPlane(context, 'etcd remove member')
    checkHealthy(context, 'remove member')
    const id = BigInt(memberId).toString(16).padStart(16, '0')
    const { etcd } = context.cluster
    const objection = etcd.objection(id)
    const text = `failed to remove member ${memberId}: ${objection}`
    if (objection?.endsWith('member not found')) throw new SimulatedStatus(Code.NOT_FOUND, text)
    if (objection !== undefined) throw new Error(`failed to remove member: ${text}`)
    etcd.removeMember(id)
    return { messages: [{}] }
  },
  async EtcdLeaveCluster(_request, context) {
    checkControlPlane(context, 'etcd leave')
    await context.machine.leaveEtcd()
    return { messages: [{}] }
  },
  EtcdForfeitLeadership(_request, context) {
    checkControlPlane(context, 'etcd forfeit leadership')
    checkHealthy(context, 'forfeit leadership')
    return { messages: [{ member: context.cluster.etcd.forfeit(context.machine.spec.hostname) ?? '' }] }
  },
  async *EtcdSnapshot(_request, context) {
    checkControlPlane(context, 'etcd snapshot')
    checkHealthy(context, 'read etcd snapshot')
    yield* chunksOf(context.cluster.etcd.snapshot())
  },
  async EtcdRecover(chunks, context) {
    const { cluster, machine } = context
    // Worded so on a worker too, which has no folder for it either.
    if (machine.spec.role !== 'controlplane' || cluster.etcd.progress(machine.spec.hostname) !== 'waits')
      throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'etcd service is not ready for recovery yet')
    const parts: Buffer[] = []
    for await (const { bytes } of chunks) parts.push(bytes)
    cluster.etcd.upload(machine.spec.hostname, Buffer.concat(parts))
    return { messages: [{}] }
  },
}

/** Of the etcd that runs there, as its image says; only the storage version leaves the patch release out. */
function etcdVersion(machine: CallContext['machine']): string {
  const [spec] = specsOf(machine, 'etcd', 'EtcdSpecs.etcd.talos.dev')
  return /:v?([\d.]+)/.exec(asText(spec?.spec['image']))?.[1] ?? ''
}

/** @throws as a client of etcd that has nobody to ask */
export function checkHealthy({ machine, cluster }: CallContext, what: string): void {
  if (!cluster.etcd.healthy(machine.spec.hostname))
    throw new Error(`failed to ${what}: context deadline exceeded`)
}

/** Ids are 16 hex digits in resources and texts and an uint64 on this wire. */
function memberNumber(id: string): string {
  return BigInt(`0x${id}`).toString()
}
