import type { ImageChoice } from '#contract/images.ts'
import type { BootSlot } from '#contract/node-actions.ts'
import type { NodePlan } from '#contract/upgrades.ts'
import type { ChosenImage } from '../images/choose-image.ts'
import { changesOf, type ImageReading } from '../images/read-images.ts'
import type { JsonSchema } from '../machine-config/schema-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import type { Sha256 } from './hash-port.ts'
import { valueOf } from './known.ts'
import type { NodeFacts, PlanFacts } from './node-facts.ts'
import { isEmpty, otherSlotCheck } from './other-slot.ts'
import { planRows } from './plan-rows.ts'
import { nodeChecks, targetChecks } from './preflight.ts'
import { hasLegacyUpgrade, imageChecks, losesKernelArguments } from './preflight-image.ts'
import { configCheck, machineChecks } from './preflight-machine.ts'
import { shownSchematic, type SchematicContent } from './schematic.ts'
import { runningLabel } from './slots.ts'
import { findLine, lineOf, minorsBetween, type VersionTable } from './version-table.ts'
import { parse } from 'semver'

/** Version of a boot slot that no one told; the same in every language. */
export const UNTOLD = '?'

/** A node's plan as shown, and what it was computed from. */
export interface PreparedNode {
  readonly plan: NodePlan
  readonly facts: NodeFacts
  /** Fingerprint of the inputs; another one means the plan is stale. */
  readonly inputs: string
  readonly image?: ChosenImage
  /** What the factory and the registries said when it was computed. */
  readonly reading?: ImageReading
}

export interface PlanParts {
  readonly table: VersionTable
  readonly sha256: Sha256
  /** Seconds that earlier runs of this kind took on this node. */
  readonly earlierRuns: readonly number[]
}

/** What an upgrade is planned with besides. */
export interface UpgradeParts extends PlanParts {
  readonly choice: ImageChoice
  readonly reading: ImageReading
  /** Of the target's line; `undefined` when none ships with the app. */
  readonly schema: JsonSchema | undefined
}

/** Computes the upgrade of one node. Throws what kept the node from telling its version, or `target-illegal`. */
export function planUpgrade(facts: PlanFacts, version: string, parts: UpgradeParts): PreparedNode {
  const { table, sha256, reading, choice } = parts
  const { tag } = versionOf(facts)
  const to = targetOf(table, version, facts.node)
  const image = reading.chosen
  const mechanism = mechanismOf(facts, tag)
  const loses = mechanism === 'lifecycle' && losesKernelArguments(facts)
  const extensions = changesOf(facts, reading)
  const line = `v${lineOf(to) ?? ''}`
  const plan: NodePlan = {
    ...frame(facts, parts),
    from: tag,
    to,
    image: image.reference,
    choice,
    schematic: schematicsOf(valueOf(facts.schematic)?.id, image),
    extensions: [...extensions],
    mechanism,
    rows: [
      ...planRows(facts, { table, from: tag, to, image, mechanism, extensions, losesKernelArguments: loses }),
    ],
    kept: keptParts(facts, tag),
    preflight: [
      ...nodeChecks(facts),
      ...machineChecks(facts),
      ...targetChecks(facts, { table, from: tag, to }),
      ...imageChecks(facts, { image, reading, extensions, mechanism, sha256 }),
      { id: 'config-readable', ...configCheck(facts, line, parts.schema) },
    ],
    steps: [],
    talosctl: `talosctl -n ${facts.node} upgrade --image ${image.reference}`,
  }
  return { plan, facts, inputs: fingerprint(facts), image, reading }
}

function schematicsOf(before: string | undefined, image: ChosenImage): NonNullable<NodePlan['schematic']> {
  const view = (id: string, content: SchematicContent | undefined) => ({
    id,
    ...(content === undefined ? {} : { text: shownSchematic(content) }),
  })
  return {
    ...(before === undefined ? {} : { before: view(before, image.before) }),
    ...(image.schematicId === undefined ? {} : { after: view(image.schematicId, image.after) }),
  }
}

/**
 * Computes going back to the other boot slot. `slot`: what anyone tells of it; `schema`: of the line of its version,
 * by which it reads the configuration, which does not go back with it (behaviour.md §5.9).
 */
export function planRollback(
  facts: PlanFacts,
  slot: BootSlot | undefined,
  parts: PlanParts,
  schema?: JsonSchema,
): PreparedNode {
  const { table } = parts
  const other = slot?.talos
  const { tag } = versionOf(facts)
  const checks = [...nodeChecks(facts), ...machineChecks(facts, true)].map((check) =>
    check.id === 'etcd-quorum' && check.outcome === 'pass' && etcdStepsDown(table, tag, other)
      ? { ...check, outcome: 'warn' as const, evidence: `${check.evidence}; ${etcdStep(table, tag, other)}` }
      : check,
  )
  const target = { table, from: tag, to: other, mechanism: 'rollback' as const, losesKernelArguments: false }
  const plan: NodePlan = {
    ...frame(facts, parts),
    from: tag,
    to: other ?? UNTOLD,
    mechanism: 'rollback',
    rows: [...planRows(facts, target)],
    kept: keptParts(facts, tag),
    preflight: [
      ...checks,
      { id: 'other-slot', ...otherSlotCheck(slot, runningLabel(facts)) },
      ...(isEmpty(slot) ? [] : [{ id: 'config-readable' as const, ...fitCheck(facts, other, schema) }]),
    ],
    steps: [],
    talosctl: `talosctl -n ${facts.node} rollback`,
  }
  return { plan, facts, inputs: fingerprint(facts) }
}

/** An older version stops at a part of the configuration that it does not know, and waits in maintenance. */
function fitCheck(
  facts: PlanFacts,
  other: string | undefined,
  schema: JsonSchema | undefined,
): ReturnType<typeof configCheck> {
  if (other === undefined) return { outcome: 'unknown', evidence: 'The other slot tells no version.' }
  return configCheck(facts, `v${lineOf(other) ?? ''}`, schema)
}

/** What decides the plan, in a fixed order. etcd's leader may change and the plan still holds; its members may not. */
export function fingerprint(facts: NodeFacts): string {
  const etcd = facts.etcd === undefined ? undefined : valueOf(facts.etcd)
  const install = valueOf(facts.install)
  return JSON.stringify([
    valueOf(facts.version)?.tag,
    valueOf(facts.bootId),
    valueOf(facts.schematic)?.id,
    valueOf(facts.schematic)?.extensions,
    valueOf(facts.bootedEntry),
    valueOf(facts.kubernetes),
    [install?.version, install?.staged],
    etcd?.members.map(({ id, learner, started }) => [id, learner, started]).sort(),
    etcd?.alarms,
  ])
}

function versionOf({ version }: NodeFacts): { tag: string; platform: string } {
  if (version.known) return version.value
  throw version.failure ?? new TalosFailure('node-error', version.reason)
}

function targetOf(table: VersionTable, version: string, node: string): string {
  const parsed = parse(version)
  if (parsed === null || findLine(table, version) === undefined) {
    throw new TalosFailure('target-illegal', `${version} is no Talos version that Ichor knows.`, { node })
  }
  return `v${parsed.version}`
}

/** Whether that version has the calls whose steps the client holds. */
export function hasLifecycle(version: string): boolean {
  return minorsBetween('1.13.0', version) >= 0
}

/**
 * 1.13 has the mechanism whose steps the client holds. The older one still serves GRUB nodes that take kernel
 * arguments from their config: only it hands them to the installer (behaviour.md §5.3).
 */
function mechanismOf(facts: NodeFacts, tag: string): 'lifecycle' | 'legacy' {
  if (!hasLifecycle(tag)) return 'legacy'
  return losesKernelArguments(facts) && hasLegacyUpgrade(tag) ? 'legacy' : 'lifecycle'
}

function frame(
  facts: NodeFacts,
  { earlierRuns }: PlanParts,
): Pick<NodePlan, 'node' | 'hostname' | 'role' | 'leader' | 'estimateSeconds'> {
  const sorted = earlierRuns.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  return {
    node: facts.node,
    hostname: valueOf(facts.hostname) ?? facts.node,
    role: valueOf(facts.role) ?? 'unknown',
    leader: isLeader(facts),
    ...(median === undefined ? {} : { estimateSeconds: median }),
  }
}

function isLeader({ etcd }: NodeFacts): boolean {
  const status = etcd === undefined ? undefined : valueOf(etcd)?.status
  return status !== undefined && status.leaderId === status.memberId
}

function keptParts(facts: NodeFacts, tag: string): NodePlan['kept'] {
  return [
    { part: 'EPHEMERAL', what: 'ephemeral' },
    { part: 'STATE', what: 'state' },
    { part: 'META', what: 'meta' },
    { part: 'MachineConfig', what: 'config' },
    ...(facts.etcd === undefined ? [] : [{ part: 'etcd', what: 'etcd-data' as const }]),
    ...(valueOf(facts.userVolumes) ?? []).map((id) => ({
      part: id.replace(/^u-/, ''),
      what: 'user-volume' as const,
    })),
    { part: tag, what: 'other-slot' },
  ]
}

/** An etcd one minor older starts only while the cluster version was not raised yet. */
function etcdStepsDown(table: VersionTable, from: string, to: string | undefined): boolean {
  const [now, then] = [etcdOf(table, from), to === undefined ? undefined : etcdOf(table, to)]
  return now !== undefined && then !== undefined && minorsBetween(now, then) < 0
}

function etcdStep(table: VersionTable, from: string, to: string | undefined): string {
  return `etcd ${lineOf(etcdOf(table, from) ?? '') ?? ''} → ${lineOf(etcdOf(table, to ?? '') ?? '') ?? ''}`
}

function etcdOf(table: VersionTable, version: string): string | undefined {
  return findLine(table, version)?.components?.etcd
}
