import type { EtcdPort } from '../domain/nodes/talos-port.ts'
import type { Caller } from './call.ts'
import type { TalosProtos } from './load-protos.ts'
import { bytesOf, only } from './reading.ts'
import { TalosFailure } from '../domain/talos-failure.ts'

/** etcd as a control plane node tells it (behaviour.md §7.3); workers answer `control-plane-only`. */
export function createEtcd(caller: Caller, protos: TalosProtos): EtcdPort {
  const { machine } = protos
  return {
    async etcdMembers(node, signal) {
      const answer = await caller.unary(node, machine.EtcdMemberList, { queryLocal: false }, { signal })
      return only(answer.messages, node, 'EtcdMemberList').members.map((member) => ({
        id: toHexId(member.id),
        hostname: member.hostname,
        learner: member.isLearner,
        // A member that never started has told nobody where its clients may call.
        started: member.clientUrls.length > 0 && member.hostname !== '',
      }))
    },

    async etcdStatus(node, signal) {
      const answer = await caller.unary(node, machine.EtcdStatus, {}, { signal })
      const status = only(answer.messages, node, 'EtcdStatus').memberStatus
      if (status === null) throw new TalosFailure('node-error', `${node} knows no state of etcd.`, { node })
      return {
        memberId: toHexId(status.memberId),
        leaderId: toHexId(status.leader),
        dbSize: Number(status.dbSize),
        errors: status.errors,
        learner: status.isLearner,
      }
    },

    async etcdAlarms(node, signal) {
      const answer = await caller.unary(node, machine.EtcdAlarmList, {}, { signal })
      return answer.messages
        .flatMap((message) => message.memberAlarms)
        .filter(({ alarm }) => alarm !== 'NONE')
        .map(({ memberId, alarm }) => ({ memberId: toHexId(memberId), alarm }))
    },

    async *etcdSnapshot(node, signal) {
      for await (const frame of caller.stream(node, machine.EtcdSnapshot, {}, { signal })) {
        yield bytesOf(frame, node)
      }
    },

    async etcdForfeitLeadership(node, signal) {
      const answer = await caller.unary(node, machine.EtcdForfeitLeadership, {}, { signal, effect: 'write' })
      const { member } = only(answer.messages, node, 'EtcdForfeitLeadership')
      return member === '' ? undefined : member
    },

    async etcdRemoveMember(node, memberId, signal) {
      const request = { memberId: BigInt(`0x${memberId}`).toString() }
      await caller.unary(node, machine.EtcdRemoveMemberByID, request, { signal, effect: 'write' })
    },
  }
}

/** As etcd and talosctl write it. Beyond 2^53, so never through a number. */
function toHexId(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, '0')
}
