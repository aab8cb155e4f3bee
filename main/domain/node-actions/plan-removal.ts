import type { ActionCheck, NodeActionPlan } from '#contract/node-actions.ts'
import { quorumOf } from '../etcd/quorum.ts'
import type { EtcdMember } from '../nodes/talos-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { NodeFacts } from '../upgrades/node-facts.ts'
import { commonActionChecks } from './action-checks.ts'
import type { ApiState } from './api-state.ts'
import { actionFrame, type ActionPlanParts } from './plan-action.ts'

export interface PreparedRemoval {
  readonly plan: NodeActionPlan
  readonly facts: NodeFacts
  readonly member: EtcdMember
}

/** What is known of the machine whose member is to be removed. */
export interface MemberMachine {
  readonly address: string | undefined
  readonly api: ApiState | undefined
}

/** Takes a member out that its own machine can no longer take out. Throws `not-found` when it is not listed. */
export function planRemoval(
  facts: NodeFacts,
  memberId: string,
  machine: MemberMachine,
  parts: ActionPlanParts,
): PreparedRemoval {
  const { node, etcd } = facts
  if (etcd?.known !== true) {
    const why = etcd?.reason ?? 'it is no control plane'
    throw new TalosFailure('refused', `${node} cannot be asked about etcd: ${why}`, { node })
  }
  const { members, status } = etcd.value
  const member = members.find(({ id }) => id === memberId)
  if (member === undefined) {
    throw new TalosFailure('not-found', `etcd has no member ${memberId}.`, { node })
  }
  const name = member.hostname === '' ? member.id : member.hostname
  const count = members.length
  const plan: NodeActionPlan = {
    ...actionFrame(facts, parts),
    kind: 'remove-member',
    rows: [
      {
        fact: 'etcd-members',
        before: members.map(({ hostname, id }) => hostname || id).join(', '),
        after:
          members
            .filter(({ id }) => id !== memberId)
            .map(({ hostname, id }) => hostname || id)
            .join(', ') + `, quorum ${quorumOf(Math.max(1, count - 1))}`,
        note: 'changes',
      },
    ],
    preflight: [
      ...commonActionChecks(facts, parts.around),
      { id: 'member-listed', outcome: 'pass', evidence: `${member.id} ${name}` },
      goneCheck(member, machine, status.memberId),
      quorumCheck(count),
    ],
    steps: ['preflight', 'snapshot', 'remove-member', 'verify'],
    talosctl: `talosctl -n ${node} etcd remove-member ${memberId}`,
    typeHostname: false,
  }
  return { plan, facts, member }
}

/** A member that still works is not removed behind its back: it leaves by itself, by a reset of its node. */
function goneCheck(member: EtcdMember, { address, api }: MemberMachine, own: string): ActionCheck {
  const check = (outcome: ActionCheck['outcome'], evidence: string): ActionCheck => ({
    id: 'member-gone',
    outcome,
    evidence,
  })
  if (member.id === own) return check('block', `${member.hostname}: asked itself`)
  if (address === undefined || api === undefined)
    return check('unknown', `${member.hostname || member.id}: –`)
  return check(api === 'answers' ? 'block' : 'pass', `${address}: ${api}`)
}

/** The removal itself is agreed by the members as they are listed now. */
function quorumCheck(count: number): ActionCheck {
  const left = count - 1
  const enough = left >= quorumOf(count)
  return {
    id: 'etcd-quorum',
    outcome: enough ? 'pass' : 'block',
    evidence: `${count} members, ${left} without it, ${quorumOf(count)} needed to agree`,
  }
}
