import type { CertificateFacts } from '#contract/contexts.ts'
import type { Run } from '#contract/runs.ts'
import type { PreflightCheck, UpgradePlan } from '#contract/upgrades.ts'
import { assessEtcd } from '../etcd/quorum.ts'
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

/** Checks that hold for an upgrade and for a rollback. Order is the order on screen. */
export function commonChecks(facts: NodeFacts, around: Surroundings): readonly Check[] {
  const checks: Check[] = [
    { id: 'role-admin', ...adminCheck(around.certificate) },
    { id: 'certificate-outlives-run', ...certificateCheck(around.certificate, around.now) },
    { id: 'no-other-run', ...otherRunCheck(around.otherRun) },
    { id: 'node-ready', ...readyCheck(facts) },
    { id: 'config-not-staged', ...stagedCheck(facts) },
    { id: 'time-in-sync', ...timeCheck(facts) },
  ]
  if (facts.etcd !== undefined) checks.push({ id: 'etcd-quorum', ...etcdCheck(facts.etcd) })
  if (facts.peers !== undefined) checks.push({ id: 'other-control-planes-ready', ...peersCheck(facts.peers) })
  return checks
}

export interface UpgradeTargetFacts {
  readonly table: VersionTable
  readonly from: string
  readonly to: string
  readonly image: InstallerImage
  readonly mechanism: UpgradePlan['mechanism']
  readonly sha256: Sha256
}

/** Checks of an upgrade beyond the common ones. */
export function upgradeChecks(facts: NodeFacts, target: UpgradeTargetFacts): readonly Check[] {
  return [
    { id: 'version-path', ...pathCheck(facts, target) },
    { id: 'kubernetes-supported', ...kubernetesCheck(facts, target) },
    { id: 'image', ...imageCheck(target.image) },
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

function peersCheck(peers: NonNullable<NodeFacts['peers']>): Verdict {
  if (!peers.known) return { outcome: 'unknown', evidence: peers.reason }
  const trouble = peers.value.flatMap(({ hostname, stage }) => {
    if (!stage.known) return [`${hostname}: ${stage.reason}`]
    const { name, ready } = stage.value
    return name === 'running' && ready ? [] : [`${hostname}: ${name}${ready ? '' : ', not ready'}`]
  })
  if (trouble.length > 0) return { outcome: 'block', evidence: trouble.join('; ') }
  return { outcome: 'pass', evidence: peers.value.map(({ hostname }) => hostname).join(', ') || '–' }
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
function imageCheck({ reference, origin }: InstallerImage): Verdict {
  return { outcome: origin === 'third-party' ? 'warn' : 'unknown', evidence: reference }
}

function schematicCheck({ schematic }: NodeFacts, { image, sha256 }: UpgradeTargetFacts): Verdict {
  if (!schematic.known) return { outcome: 'unknown', evidence: schematic.reason }
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
function kernelArgumentsCheck(facts: NodeFacts, mechanism: UpgradePlan['mechanism']): Verdict {
  const { install } = facts
  if (!install.known) return { outcome: 'unknown', evidence: install.reason }
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
