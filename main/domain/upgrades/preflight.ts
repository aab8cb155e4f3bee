import type { CertificateFacts } from '#contract/contexts.ts'
import type { Run } from '#contract/runs.ts'
import type { NodePlan, PreflightCheck } from '#contract/upgrades.ts'
import { assessEtcd, quorumOf } from '../etcd/quorum.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { Sha256 } from './hash-port.ts'
import type { InstallerImage } from './image.ts'
import { valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { parseSchematic, schematicId } from './schematic.ts'
import { judgeTarget, upgradePath } from './targets.ts'
import { findLine, minorsBetween, type VersionTable } from './version-table.ts'

type Check = PreflightCheck
type Verdict = Pick<Check, 'outcome' | 'evidence'>

/** A certificate has to last at least this long from now: twice the wait for a node that does not come back. */
const RUN_MUST_FIT = 60 * 60_000

export interface Surroundings {
  readonly now: number
  readonly certificate: CertificateFacts
  /** The run that holds the cluster, or one that was cut off and not settled. */
  readonly otherRun: Run | undefined
}

/** Checks of the whole run, whatever its nodes. Order is the order on screen. */
export function clusterChecks(around: Surroundings): readonly Check[] {
  return [
    { id: 'role-admin', ...adminCheck(around.certificate) },
    { id: 'certificate-outlives-run', ...certificateCheck(around.certificate, around.now) },
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
  readonly image: InstallerImage
  readonly mechanism: NodePlan['mechanism']
  readonly sha256: Sha256
}

/** Checks of an upgrade beyond the common ones. */
export function upgradeChecks(facts: NodeFacts, target: UpgradeTargetFacts): readonly Check[] {
  return [
    { id: 'version-path', ...pathCheck(facts, target) },
    { id: 'kubernetes-supported', ...kubernetesCheck(facts, target) },
    { id: 'image', ...imageCheck(facts, target.image) },
    { id: 'schematic-kept', ...schematicCheck(facts, target) },
    { id: 'kernel-arguments-kept', ...kernelArgumentsCheck(facts, target.mechanism) },
  ]
}

function adminCheck({ roles }: CertificateFacts): Verdict {
  return { outcome: roles.includes('os:admin') ? 'pass' : 'block', evidence: roles.join(', ') || '–' }
}

function certificateCheck({ notAfter }: CertificateFacts, now: number): Verdict {
  return { outcome: Date.parse(notAfter) - now > RUN_MUST_FIT ? 'pass' : 'block', evidence: notAfter }
}

function otherRunCheck(run: Run | undefined): Verdict {
  if (run === undefined) return { outcome: 'pass', evidence: '–' }
  return {
    outcome: 'block',
    evidence: `${run.kind} ${run.hostname} ${run.startedAt} ${run.outcome ?? 'running'}`,
  }
}

function readyCheck({ stage }: NodeFacts): Verdict {
  if (!stage.known) return { outcome: 'unknown', evidence: stage.reason }
  if (stage.value === undefined) return { outcome: 'unknown', evidence: 'MachineStatus: –' }
  const { name, ready, unmet } = stage.value
  // In any other stage a sequence runs or the machine is unconfigured; `ready` means nothing there.
  if (name !== 'running') return { outcome: 'block', evidence: name }
  if (ready) return { outcome: 'pass', evidence: 'running, ready' }
  return { outcome: 'warn', evidence: unmet.map((one) => `${one.name}: ${one.reason}`).join('; ') }
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
  return etcd.known ? assessEtcd(etcd.value) : { outcome: 'block', evidence: etcd.reason }
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
  const path = [from, ...upgradePath(table, from, to)].join(' → ')
  if (!target.legal) {
    // Kubernetes has a check of its own; the path itself is fine then.
    const aboutKubernetes = target.reason.startsWith('kubernetes')
    return { outcome: aboutKubernetes ? 'pass' : 'block', evidence: path }
  }
  const careful = target.reason === 'pre-release' || target.reason === 'downgrade-allowed'
  return { outcome: careful ? 'warn' : 'pass', evidence: path }
}

function kubernetesCheck({ kubernetes }: NodeFacts, { table, from, to }: UpgradeTargetFacts): Verdict {
  if (!kubernetes.known) return { outcome: 'unknown', evidence: kubernetes.reason }
  const line = findLine(table, to)?.kubernetes
  if (line === undefined) return { outcome: 'unknown', evidence: to }
  const range = `${line.min}–${line.max}`
  if (kubernetes.value === undefined) return { outcome: 'unknown', evidence: range }
  const reason = judgeTarget(table, from, kubernetes.value, to)?.reason
  const outside = reason === 'kubernetes-too-new' || reason === 'kubernetes-too-old'
  return { outcome: outside ? 'block' : 'pass', evidence: `${kubernetes.value}; ${range}` }
}

/** Nobody is asked whether the image exists: the node pulls it first, and nothing has changed when that fails. */
function imageCheck({ security }: NodeFacts, { reference, origin }: InstallerImage): Verdict {
  // Under secure boot only the signed image starts, so this must not be guessed.
  if (!security.known) return { outcome: 'block', evidence: `SecurityState: ${security.reason}` }
  return { outcome: origin === 'third-party' ? 'warn' : 'unknown', evidence: reference }
}

function schematicCheck({ schematic }: NodeFacts, { image, sha256 }: UpgradeTargetFacts): Verdict {
  // The image is made from it: without its word the node would get one without its extensions.
  if (!schematic.known) return { outcome: 'block', evidence: schematic.reason }
  const { id, extensions, content } = schematic.value
  if (id === undefined && extensions.length > 0) {
    // The image that would be installed knows nothing of them: they would be gone after the reboot.
    return { outcome: 'block', evidence: extensions.map(({ name }) => name).join(', ') }
  }
  if (id === undefined) return { outcome: 'pass', evidence: image.schematicId ?? image.reference }
  const parsed = content === undefined ? undefined : parseSchematic(content)
  const proven = parsed !== undefined && schematicId(parsed, sha256) === id
  return { outcome: 'pass', evidence: proven ? `${id} = sha256(schematic)` : id }
}

/** Who loses arguments: GRUB, new mechanism, arguments in the config that grub.cfg takes from there (behaviour.md §5.3). */
function kernelArgumentsCheck(facts: NodeFacts, mechanism: NodePlan['mechanism']): Verdict {
  const { install, security } = facts
  if (!install.known) {
    // A UKI has its arguments inside; a GRUB node may have them in the config that could not be read.
    return { outcome: valueOf(security)?.uki === true ? 'unknown' : 'block', evidence: install.reason }
  }
  const evidence = `machine.install.extraKernelArgs: ${(install.value?.extraKernelArgs ?? []).join(' ') || '–'}`
  if (mechanism === 'legacy') return { outcome: 'pass', evidence: `${evidence}; MachineService.Upgrade` }
  return { outcome: losesKernelArguments(facts) ? 'block' : 'pass', evidence }
}

/** True when the installer of the new mechanism would drop `machine.install.extraKernelArgs`. */
export function losesKernelArguments({ install, security }: NodeFacts): boolean {
  const section = valueOf(install)
  if (section === undefined || section.grubUsesUkiCmdline) return false
  return section.extraKernelArgs.length > 0 && valueOf(security)?.uki !== true
}

/** The legacy call is there until 1.17. */
export function hasLegacyUpgrade(version: string): boolean {
  return minorsBetween('1.17.0', version) <= 0
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
