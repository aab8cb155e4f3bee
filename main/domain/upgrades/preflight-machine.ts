import type { PreflightCheck } from '#contract/upgrades.ts'
import { readableBy } from '../machine-config/readable-by.ts'
import type { JsonSchema } from '../machine-config/schema-port.ts'
import { valueOf } from './known.ts'
import { isControlPlane, type PlanFacts } from './node-facts.ts'
import type { CheckFinding } from './preflight.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
/** What an image takes at most once it is unpacked in containerd's store on /var, and what is tight. */
const IMAGE_NEEDS = 512 * MIB
const COMFORTABLE = 2048 * MIB
/** Two UKIs, the one that runs and the new one, each with its extensions. */
const EFI_HOLDS_TWO = 400 * MIB

/** As the kernel sees it, MiB; below the first Talos warns at each boot (behaviour.md §9.2). */
const MEMORY = {
  controlplane: { least: 1698, better: 3946 },
  worker: { least: 874, better: 1898 },
} as const

/** Checks of the machine: room, memory, what it complains of, and whether another sequence has it. */
export function machineChecks(facts: PlanFacts, quietly = false): readonly PreflightCheck[] {
  const checks: PreflightCheck[] = [
    { id: 'no-other-sequence', ...sequenceCheck(facts) },
    { id: 'diagnostics', ...diagnosticsCheck(facts) },
    { id: 'memory', ...memoryCheck(facts) },
  ]
  // A way back writes nothing.
  return quietly
    ? checks
    : [...checks, { id: 'disk-space', ...spaceCheck(facts) }, { id: 'boot-space', ...bootCheck(facts) }]
}

function sequenceCheck({ sequence }: PlanFacts): CheckFinding {
  if (!sequence.known) return { outcome: 'unknown', evidence: sequence.reason }
  const open = sequence.value
  if (open === undefined) {
    return { outcome: 'pass', evidence: '–', readings: [{ source: 'Events', found: '–' }] }
  }
  const where = open.phase === undefined ? '' : `, ${open.phase}`
  const locked = open.locked === true
  return {
    outcome: 'block',
    evidence: `${open.sequence}${where}${locked ? ': locked' : ''}`,
    ...(locked ? { because: 'sequence-locked' } : {}),
  }
}

function diagnosticsCheck({ diagnostics }: PlanFacts): CheckFinding {
  if (!diagnostics.known) return { outcome: 'unknown', evidence: diagnostics.reason }
  if (diagnostics.value.length === 0) {
    return { outcome: 'pass', evidence: '–', readings: [{ source: 'Diagnostics', found: '–' }] }
  }
  return {
    outcome: 'warn',
    evidence: diagnostics.value.map(({ message, id }) => message || id).join('; '),
    readings: diagnostics.value.map(({ id, message }) => ({
      source: `Diagnostics ${id}`,
      found: message || '–',
    })),
  }
}

function memoryCheck({ memory, role }: PlanFacts): CheckFinding {
  if (!memory.known) return { outcome: 'unknown', evidence: memory.reason }
  const limits = MEMORY[isControlPlane(valueOf(role) ?? 'unknown') ? 'controlplane' : 'worker']
  const total = Math.round(memory.value.total / MIB)
  const readings = [
    { source: 'Memory', found: `${total} MiB` },
    { source: 'Talos', found: `≥ ${limits.least} MiB, better ≥ ${limits.better} MiB` },
  ]
  return total < limits.least
    ? { outcome: 'warn', evidence: `${total} MiB`, because: 'memory-below-minimum', readings }
    : { outcome: 'pass', evidence: `${total} MiB`, readings }
}

function spaceCheck({ memory }: PlanFacts): CheckFinding {
  if (!memory.known) return { outcome: 'unknown', evidence: memory.reason }
  const { ephemeral } = memory.value
  if (ephemeral === undefined) return { outcome: 'unknown', evidence: 'Mounts /var: –' }
  const readings = [
    { source: 'Mounts /var', found: `${amount(ephemeral.available)} free of ${amount(ephemeral.size)}` },
    { source: 'Ichor', found: `≥ ${IMAGE_NEEDS / MIB} MiB, better ≥ ${COMFORTABLE / MIB} MiB` },
  ]
  const outcome =
    ephemeral.available < IMAGE_NEEDS ? 'block' : ephemeral.available < COMFORTABLE ? 'warn' : 'pass'
  return { outcome, evidence: `EPHEMERAL ${amount(ephemeral.available)}`, readings }
}

function amount(bytes: number): string {
  return bytes < 10 * GIB ? `${Math.round(bytes / MIB)} MiB` : `${Math.round(bytes / GIB)} GiB`
}

/** Talos mounts these only while it installs, so their size is told and what is free on them is not. */
function bootCheck({ bootPartitions, security }: PlanFacts): CheckFinding {
  if (!bootPartitions.known) return { outcome: 'unknown', evidence: bootPartitions.reason }
  const list = bootPartitions.value
  if (list.length === 0) return { outcome: 'unknown', evidence: 'DiscoveredVolumes EFI, BOOT: –' }
  const readings = list.map(({ label, size }) => ({
    source: `DiscoveredVolumes ${label}`,
    found: `${Math.round(size / MIB)} MiB`,
  }))
  const evidence = readings
    .map(({ source, found }) => `${source.replace('DiscoveredVolumes ', '')} ${found}`)
    .join(', ')
  const efi = list.find(({ label }) => label === 'EFI')
  const tight = valueOf(security)?.uki === true && efi !== undefined && efi.size < EFI_HOLDS_TWO
  return { outcome: tight ? 'warn' : 'pass', evidence, readings }
}

/**
 * Whether the target can read the node's configuration. What it cannot read keeps it from loading any of it: the node
 * would come up in maintenance mode (behaviour.md §5.9).
 * @param schema of the target's line; `undefined` when none ships with the app
 */
export function configCheck(
  { install }: PlanFacts,
  line: string,
  schema: JsonSchema | undefined,
): CheckFinding {
  if (!install.known) return { outcome: 'unknown', evidence: install.reason }
  if (install.value === undefined) return { outcome: 'unknown', evidence: 'MachineConfig: –' }
  if (schema === undefined) return { outcome: 'unknown', evidence: `schema ${line}: –` }
  const { unreadable, deprecated } = readableBy(install.value.shape, schema)
  const readings = [
    { source: `Schema ${line}`, found: `${install.value.shape.length} documents` },
    ...unreadable.map((path) => ({ source: 'unknown', found: path })),
    ...deprecated.map((path) => ({ source: 'deprecated', found: path })),
  ]
  if (unreadable.length > 0) {
    return {
      outcome: 'block',
      evidence: unreadable.slice(0, 5).join(', '),
      because: 'config-unreadable',
      readings,
    }
  }
  if (deprecated.length > 0)
    return { outcome: 'pass', evidence: `deprecated: ${deprecated.slice(0, 5).join(', ')}`, readings }
  return { outcome: 'pass', evidence: `${install.value.shape.length} × ${line}`, readings }
}
