import type { CertificateFacts } from '#contract/contexts.ts'
import type { Run } from '#contract/runs.ts'
import type { PreflightCheck } from '#contract/upgrades.ts'
import { assessEtcd, quorumOf } from '../etcd/quorum.ts'
import { TalosFailure } from '../talos-failure.ts'
import { valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { judgeTarget, upgradePath } from './targets.ts'
import { findLine, type VersionTable } from './version-table.ts'
import type { Surroundings } from '../runs/run-in-the-way.ts'

type Check = PreflightCheck
/** What one check found, before it has its name. */
export type CheckFinding = Omit<Check, 'id'>
type Verdict = CheckFinding

/** A certificate has to last at least this long from now: twice the wait for a node that does not come back. */
const RUN_MUST_FIT = 60 * 60_000

interface Around extends Surroundings {
  /** Seconds the run will take, where earlier ones tell. */
  readonly estimate?: number | undefined
}

type ClusterCheck = CheckFinding & { readonly id: 'role-admin' | 'certificate-outlives-run' | 'no-other-run' }

/** Checks of the whole run, whatever its nodes and whatever it upgrades. Order is the order on screen. */
export function clusterChecks(around: Around): readonly ClusterCheck[] {
  return [
    { id: 'role-admin', ...adminCheck(around.certificate) },
    { id: 'certificate-outlives-run', ...certificateCheck(around) },
    { id: 'no-other-run', ...otherRunCheck(around.otherRun) },
  ]
}

/** What the nodes themselves tell, and may tell otherwise a minute later: asked again before anything is touched. */
export function nodeChecks(facts: NodeFacts): readonly Check[] {
  return [
    { id: 'node-ready', ...readyCheck(facts) },
    { id: 'config-not-staged', ...stagedCheck(facts) },
    { id: 'time-in-sync', ...timeCheck(facts) },
    ...quorumChecks(facts),
  ]
}

/** Throws `plan-blocked` with every check that blocks and what was read. */
export function throwIfBlocked(checks: readonly Check[], node: string): void {
  const blocking = checks.filter(({ outcome }) => outcome === 'block')
  if (blocking.length === 0) return
  const list = blocking.map(({ id, evidence }) => `${id}: ${evidence}`).join('; ')
  throw new TalosFailure('plan-blocked', list, { node })
}

/** Whether the cluster can spare the node. A worker has none of these. */
export function quorumChecks({ role, etcd, peers }: NodeFacts): readonly Check[] {
  const checks: Check[] = []
  if (etcd !== undefined) checks.push({ id: 'etcd-quorum', ...etcdCheck(etcd) })
  // It may be a control plane: then etcd was not even asked.
  else if (!role.known) checks.push({ id: 'etcd-quorum', outcome: 'block', evidence: role.reason })
  else if (role.value === 'unknown') {
    checks.push({ id: 'etcd-quorum', outcome: 'block', evidence: 'MachineType: –' })
  }
  if (peers !== undefined) checks.push({ id: 'other-control-planes-ready', ...peersCheck(peers, etcd) })
  return checks
}

export interface UpgradeTargetFacts {
  readonly table: VersionTable
  readonly from: string
  readonly to: string
}

/** Checks of where an upgrade goes. */
export function targetChecks(facts: NodeFacts, target: UpgradeTargetFacts): readonly Check[] {
  return [
    { id: 'version-path', ...pathCheck(facts, target) },
    { id: 'kubernetes-supported', ...kubernetesCheck(facts, target) },
  ]
}

function adminCheck({ roles }: CertificateFacts): Verdict {
  return { outcome: roles.includes('os:admin') ? 'pass' : 'block', evidence: roles.join(', ') || '–' }
}

function certificateCheck({ certificate, now, estimate }: Around): Verdict {
  const { notAfter } = certificate
  const least = Math.max(RUN_MUST_FIT, (estimate ?? 0) * 2000)
  const minutes = (milliseconds: number): string => `${Math.round(milliseconds / 60_000)} min`
  return {
    outcome: Date.parse(notAfter) - now > least ? 'pass' : 'block',
    evidence: notAfter,
    readings: [
      { source: 'Certificate notAfter', found: notAfter },
      { source: 'Left', found: minutes(Date.parse(notAfter) - now) },
      { source: 'Needed', found: minutes(least) },
    ],
  }
}

function otherRunCheck(run: Run | undefined): Verdict {
  if (run === undefined) {
    return { outcome: 'pass', evidence: '–', readings: [{ source: 'runs', found: '–' }] }
  }
  return {
    outcome: 'block',
    evidence: `${run.kind} ${run.hostname} ${run.startedAt} ${run.outcome ?? 'running'}`,
  }
}

function readyCheck({ stage, kubernetesNode }: NodeFacts): Verdict {
  if (!stage.known) return { outcome: 'unknown', evidence: stage.reason }
  if (stage.value === undefined) return { outcome: 'unknown', evidence: 'MachineStatus: –' }
  const { name, ready, unmet } = stage.value
  // In any other stage a sequence runs or the machine is unconfigured; `ready` means nothing there.
  const node = valueOf(kubernetesNode)
  const readings = [
    { source: 'MachineStatus', found: `${name}${ready ? ', ready' : ''}` },
    ...unmet.map((one) => ({ source: `unmet ${one.name}`, found: one.reason })),
    {
      source: 'NodeStatus',
      found:
        node === undefined
          ? '–'
          : `${node.ready ? 'Ready' : 'not Ready'}${node.unschedulable ? ', unschedulable' : ''}`,
    },
  ]
  if (name !== 'running') return { outcome: 'block', evidence: name, readings }
  if (!ready) {
    return {
      outcome: 'warn',
      evidence: unmet.map((one) => `${one.name}: ${one.reason}`).join('; '),
      readings,
    }
  }
  if (node?.ready === false) return { outcome: 'warn', evidence: `${node.name}: not Ready`, readings }
  return { outcome: 'pass', evidence: 'running, ready', readings }
}

function stagedCheck({ install }: NodeFacts): Verdict {
  if (!install.known) return { outcome: 'unknown', evidence: install.reason }
  const staged = install.value?.staged
  if (staged === undefined) return { outcome: 'unknown', evidence: 'MachineConfig persistent: –' }
  return staged
    ? { outcome: 'warn', evidence: 'MachineConfig persistent ≠ v1alpha1' }
    : { outcome: 'pass', evidence: 'MachineConfig persistent = v1alpha1' }
}

function timeCheck({ timeInSync }: NodeFacts): Verdict {
  if (!timeInSync.known) return { outcome: 'unknown', evidence: timeInSync.reason }
  if (timeInSync.value === undefined) return { outcome: 'unknown', evidence: 'TimeStatus: –' }
  return { outcome: timeInSync.value ? 'pass' : 'block', evidence: `TimeStatus synced: ${timeInSync.value}` }
}

/** An etcd that does not answer is no reason to hope: without its word no control plane is touched. */
function etcdCheck(etcd: NonNullable<NodeFacts['etcd']>): Verdict {
  if (!etcd.known) return { outcome: 'block', evidence: etcd.reason }
  const { members, alarms, status } = etcd.value
  const readings = [
    ...members.map(({ id, hostname, started, learner }) => ({
      source: `EtcdMemberList ${hostname || id}`,
      found: [
        started ? 'started' : 'not started',
        ...(learner ? ['learner'] : []),
        ...(id === status.leaderId ? ['leader'] : []),
      ].join(', '),
    })),
    {
      source: 'EtcdAlarmList',
      found: alarms.map(({ alarm, memberId }) => `${alarm} ${memberId}`).join(', ') || '–',
    },
    { source: 'EtcdStatus errors', found: status.errors.join('; ') || '–' },
    {
      source: 'Quorum',
      found: `${members.length - 1} ≥ ${quorumOf(members.length)}`.replace(
        '≥',
        members.length - 1 >= quorumOf(members.length) ? '≥' : '<',
      ),
    },
  ]
  const verdict = { ...assessEtcd(etcd.value), readings }
  if (members.length === 2) return { ...verdict, because: 'etcd-two-members' }
  // Nobody can keep etcd up while its only member restarts; that is for the person to say yes to.
  if (verdict.outcome === 'warn') return { ...verdict, because: 'etcd-one-member', accept: true }
  return verdict
}

/** etcd lists a member as started also while its machine is off, so the other control planes are asked themselves. */
function peersCheck(peers: NonNullable<NodeFacts['peers']>, etcd: NodeFacts['etcd']): Verdict {
  if (!peers.known) return { outcome: 'unknown', evidence: peers.reason }
  const trouble = peers.value.flatMap(({ hostname, stage }) => {
    if (!stage.known) return [`${hostname}: ${stage.reason}`]
    const { name, ready } = stage.value
    return name === 'running' && ready ? [] : [`${hostname}: ${name}${ready ? '' : ', not ready'}`]
  })
  if (trouble.length > 0) return { outcome: 'block', evidence: trouble.join('; ') }
  const asked = peers.value.map(({ hostname }) => hostname)
  const unasked = membersBeside(asked, etcd)
  // Discovery is off, or has not told of them: nobody knows how they are.
  if (unasked.length > 0) return { outcome: 'unknown', evidence: `Members: – ${unasked.join(', ')}` }
  return { outcome: 'pass', evidence: asked.join(', ') || '–' }
}

/** etcd members besides the node's own that are none of the hosts. A member has the short name, a host may have the long one. */
function membersBeside(hostnames: readonly string[], etcd: NodeFacts['etcd']): readonly string[] {
  if (etcd?.known !== true) return []
  const short = (name: string): string => (name.split('.')[0] ?? name).toLowerCase()
  const there = new Set(hostnames.map(short))
  const { members, status } = etcd.value
  return members
    .filter(({ id, hostname }) => id !== status.memberId && !there.has(short(hostname)))
    .map(({ id, hostname }) => (hostname === '' ? id : hostname))
}

function pathCheck({ kubernetes }: NodeFacts, { table, from, to }: UpgradeTargetFacts): Verdict {
  const target = judgeTarget(table, from, valueOf(kubernetes), to)
  if (target === undefined) return { outcome: 'block', evidence: `${from} → ${to}: ?` }
  const path = [from, ...upgradePath(table, from, to)]
  const line = findLine(table, to)
  const evidence = path.join(' → ')
  const readings = [
    { source: 'Version', found: from },
    {
      source: `Talos ${line?.line ?? '?'}`,
      found: `${line?.hosts.from ?? '?'} ≤ v < ${line?.hosts.below ?? '?'}`,
    },
  ]
  if (!target.legal && !target.reason.startsWith('kubernetes')) {
    const skips = target.reason === 'skips-a-minor' || target.reason === 'host-too-old'
    return { outcome: 'block', evidence, readings, ...(skips ? { because: 'path-skips' } : {}) }
  }
  // Kubernetes has a check of its own; the path itself is fine then.
  if (target.reason === 'pre-release')
    return { outcome: 'warn', evidence, readings, because: 'path-pre-release' }
  if (target.reason === 'downgrade-allowed')
    return { outcome: 'warn', evidence, readings, because: 'path-downgrade' }
  if (path.length > 2) return { outcome: 'warn', evidence, readings, because: 'path-through-patch' }
  return { outcome: 'pass', evidence, readings }
}

function kubernetesCheck({ kubernetes }: NodeFacts, { table, from, to }: UpgradeTargetFacts): Verdict {
  if (!kubernetes.known) return { outcome: 'unknown', evidence: kubernetes.reason }
  const line = findLine(table, to)?.kubernetes
  if (line === undefined) return { outcome: 'unknown', evidence: to }
  const range = `${line.min}–${line.max}`
  const readings = [
    { source: 'KubeletSpecs', found: kubernetes.value ?? '–' },
    { source: `Talos ${to}`, found: range },
  ]
  if (kubernetes.value === undefined) return { outcome: 'unknown', evidence: range, readings }
  const reason = judgeTarget(table, from, kubernetes.value, to)?.reason
  const outside = reason === 'kubernetes-too-new' || reason === 'kubernetes-too-old'
  return { outcome: outside ? 'block' : 'pass', evidence: `${kubernetes.value}; ${range}`, readings }
}

/**
 * Why a restart of this node would cost etcd its quorum. `undefined` where it would not, where quorum cannot be kept
 * anyway (two members and fewer), and where etcd does not answer here: a restart is also how a sick node is mended.
 */
export function quorumAtRisk({ etcd, peers }: NodeFacts): string | undefined {
  if (!etcd?.known) return undefined
  const { members, status } = etcd.value
  if (members.length <= 2) return undefined
  const { outcome, evidence } = assessEtcd(etcd.value)
  const others = members.filter(({ id }) => id !== status.memberId)
  if (outcome === 'block' && others.some(({ started, learner }) => !started || learner)) return evidence
  const away = (peers?.known === true ? peers.value : []).filter(
    ({ stage }) => !stage.known || stage.value.name !== 'running',
  )
  const left = members.length - 1 - away.length
  const needed = quorumOf(members.length)
  if (left >= needed) return undefined
  const names = away.map(({ hostname, stage }) => `${hostname} ${stage.known ? stage.value.name : 'silent'}`)
  return `${members.length} members, ${left} stay, ${needed} needed; ${names.join(', ')}`
}
