import type { EtcdMember, EtcdStatus } from '../nodes/talos-port.ts'

/** What one control plane tells of etcd. `status` is its own member's. */
export interface EtcdReading {
  readonly members: readonly EtcdMember[]
  readonly alarms: readonly { readonly memberId: string; readonly alarm: string }[]
  readonly status: EtcdStatus
}

export interface EtcdAssessment {
  readonly outcome: 'pass' | 'warn' | 'block'
  /** In etcd's own words and counts. */
  readonly evidence: string
}

/** Members that must agree: more than half. */
export function quorumOf(members: number): number {
  return Math.floor(members / 2) + 1
}

/**
 * May one member be taken away for a while? All members started, no learner, no alarm, a leader, and enough left.
 * Two members never have enough left; a single one goes down with its node (behaviour.md §5.2).
 */
export function assessEtcd({ members, alarms, status }: EtcdReading): EtcdAssessment {
  const blocked = (evidence: string): EtcdAssessment => ({ outcome: 'block', evidence })
  const count = members.length
  if (count === 0) return blocked('etcd lists no members')
  if (count === 2) {
    return blocked('etcd member count(2) is insufficient to maintain quorum while one is away')
  }
  const stopped = members.filter((member) => !member.started)
  if (stopped.length > 0) return blocked(`not started: ${names(stopped)}`)
  const learners = members.filter((member) => member.learner)
  if (learners.length > 0) return blocked(`learner: ${names(learners)}`)
  if (alarms.length > 0) {
    return blocked(`alarm: ${alarms.map(({ alarm, memberId }) => `${alarm} ${memberId}`).join(', ')}`)
  }
  if (status.errors.length > 0) return blocked(status.errors.join('; '))
  if (!members.some((member) => member.id === status.leaderId)) return blocked('no leader')
  if (count === 1) {
    return { outcome: 'warn', evidence: '1 member: etcd and the Kubernetes API are down while it reboots' }
  }
  const left = count - 1
  const needed = quorumOf(count)
  const evidence = `${count} members started, ${left} stay, ${needed} needed`
  return left >= needed ? { outcome: 'pass', evidence } : blocked(evidence)
}

function names(members: readonly EtcdMember[]): string {
  return members.map((member) => (member.hostname === '' ? member.id : member.hostname)).join(', ')
}
