import type { ActionCheck } from '#contract/node-actions.ts'
import { assessEtcd, quorumOf, type EtcdReading } from '../etcd/quorum.ts'
import { counted } from '../upgrades/kubernetes-reading.ts'
import { valueOf } from '../upgrades/known.ts'
import { isControlPlane, type NodeFacts, type Peer } from '../upgrades/node-facts.ts'
import { quorumAtRisk } from '../upgrades/preflight.ts'
import { stageText } from '../upgrades/verdict.ts'
import type { Surroundings } from '../runs/run-in-the-way.ts'

/** Checks that every action begins with. */
export function commonActionChecks(facts: NodeFacts, around: Surroundings): readonly ActionCheck[] {
  const { roles } = around.certificate
  const run = around.otherRun
  return [
    {
      id: 'role-admin',
      outcome: roles.includes('os:admin') ? 'pass' : 'block',
      evidence: roles.join(', ') || '–',
    },
    {
      id: 'no-other-run',
      outcome: run === undefined ? 'pass' : 'block',
      evidence:
        run === undefined ? '–' : `${run.kind} ${run.hostname} ${run.startedAt} ${run.outcome ?? 'running'}`,
    },
    readyCheck(facts),
  ]
}

/** A sick node may be restarted or erased: that is how it is mended. A sequence that runs is in the way. */
function readyCheck({ stage }: NodeFacts): ActionCheck {
  const check = (outcome: ActionCheck['outcome'], evidence: string): ActionCheck => ({
    id: 'node-ready',
    outcome,
    evidence,
  })
  if (!stage.known) return check('unknown', stage.reason)
  if (stage.value === undefined) return check('unknown', 'MachineStatus: –')
  const { name, ready } = stage.value
  if (name === 'running') return check(ready ? 'pass' : 'warn', stageText(stage.value))
  return check(name === 'booting' ? 'warn' : 'block', stageText(stage.value))
}

/** The config on disk is read at the next boot: what waits there begins with it. */
export function stagedCheck({ install }: NodeFacts): readonly ActionCheck[] {
  const staged = valueOf(install)?.staged
  if (staged === undefined) return []
  const evidence = `MachineConfig persistent ${staged ? '≠' : '='} v1alpha1`
  return [{ id: 'config-not-staged', outcome: staged ? 'warn' : 'pass', evidence }]
}

/** Whether etcd can spare this member for as long as the node is away. A worker has no such check. */
export function awayChecks(facts: NodeFacts): readonly ActionCheck[] {
  const { role, etcd, peers } = facts
  const kind = valueOf(role)
  if (kind !== undefined && kind !== 'unknown' && !isControlPlane(kind)) return []
  if (etcd === undefined) {
    return [{ id: 'etcd-quorum', outcome: 'unknown', evidence: role.known ? 'MachineType: –' : role.reason }]
  }
  if (!etcd.known) return [{ id: 'etcd-quorum', outcome: 'unknown', evidence: etcd.reason }]
  const count = etcd.value.members.length
  const risk = quorumAtRisk(facts)
  const { outcome, evidence } = assessEtcd(etcd.value)
  const quorum: ActionCheck =
    risk !== undefined
      ? { id: 'etcd-quorum', outcome: 'block', evidence: risk }
      : { id: 'etcd-quorum', outcome: count <= 2 || outcome !== 'pass' ? 'warn' : 'pass', evidence }
  return peers === undefined ? [quorum] : [quorum, peersCheck(peers)]
}

function peersCheck(peers: NonNullable<NodeFacts['peers']>): ActionCheck {
  const check = (outcome: ActionCheck['outcome'], evidence: string): ActionCheck => ({
    id: 'other-control-planes-ready',
    outcome,
    evidence,
  })
  if (!peers.known) return check('unknown', peers.reason)
  const sick = peers.value.filter((peer) => !isReady(peer))
  if (sick.length === 0) return check('pass', peers.value.map(({ hostname }) => hostname).join(', ') || '–')
  return check(
    'warn',
    sick
      .map(({ hostname, stage }) => `${hostname}: ${stage.known ? stageText(stage.value) : stage.reason}`)
      .join('; '),
  )
}

export function isReady({ stage }: Peer): boolean {
  return stage.known && stage.value.name === 'running' && stage.value.ready
}

/** How a control plane leaves etcd for good; what it needs of the others. */
export interface Leaving {
  readonly graceful: boolean
  /** False where only disks of the person's go: etcd is not touched. */
  readonly losesEtcdData: boolean
}

/**
 * A control plane that is erased. Gracefully its member leaves first, which needs a quorum with it; else the member
 * stays listed until it is removed, and the others need a quorum without it. The last one takes the cluster with it.
 */
export function leavingChecks(
  facts: NodeFacts,
  { graceful, losesEtcdData }: Leaving,
): readonly ActionCheck[] {
  const { role, etcd, peers } = facts
  const kind = valueOf(role)
  if (kind !== undefined && kind !== 'unknown' && !isControlPlane(kind)) return []
  if (etcd === undefined || !losesEtcdData) return awayChecks(facts)
  const last = lastCheck(etcd)
  const others = peers === undefined ? [] : [peersCheck(peers)]
  return [...(last === undefined ? [] : [last]), leavesCheck(facts, etcd, graceful), ...others]
}

function lastCheck(etcd: NonNullable<NodeFacts['etcd']>): ActionCheck | undefined {
  if (!etcd.known) {
    // It may be the last: nobody knows.
    return { id: 'last-control-plane', outcome: 'block', evidence: etcd.reason, overridable: true }
  }
  const { members } = etcd.value
  const evidence = members.map(({ hostname, id }) => hostname || id).join(', ')
  return members.length <= 1
    ? { id: 'last-control-plane', outcome: 'block', evidence, overridable: true }
    : { id: 'last-control-plane', outcome: 'pass', evidence }
}

function leavesCheck(facts: NodeFacts, etcd: NonNullable<NodeFacts['etcd']>, graceful: boolean): ActionCheck {
  const check = (outcome: ActionCheck['outcome'], evidence: string, overridable = false): ActionCheck => ({
    id: 'etcd-leaves',
    outcome,
    evidence,
    ...(overridable ? { overridable } : {}),
  })
  if (!etcd.known) {
    // Leaving asks its own etcd, which does not answer: that would hang and then fail.
    return graceful ? check('block', etcd.reason) : check('warn', etcd.reason)
  }
  const { members } = etcd.value
  const count = members.length
  if (count <= 1) return check(graceful ? 'warn' : 'pass', counted(count, 'member'))
  const alive = answeringMembers(facts, etcd.value)
  if (graceful) {
    const enough = alive >= quorumOf(count)
    return check(
      enough ? (count === 2 ? 'warn' : 'pass') : 'block',
      `${alive} of ${count} members answer, ${quorumOf(count)} needed to leave; ${count - 1} members stay`,
    )
  }
  const left = alive - 1
  const enough = left >= quorumOf(count)
  return check(
    enough ? 'warn' : 'block',
    `${count} members listed, ${left} stay, ${quorumOf(count)} needed until this one is removed`,
    !enough,
  )
}

/** This member and those whose control plane answers; without discovery, as many as etcd counts as started. */
function answeringMembers({ peers }: NodeFacts, { members }: EtcdReading): number {
  const started = members.filter((member) => member.started && !member.learner).length
  if (peers?.known !== true) return started
  const silent = peers.value.filter(({ stage }) => !stage.known || stage.value.name !== 'running').length
  return Math.max(0, started - silent)
}
