import type { RunOutcome, VerdictRow } from '#contract/runs.ts'
import type { StageReport } from '#contract/nodes.ts'
import { hideLooseSecrets } from '../nodes/loose-secrets.ts'
import { grubSlot, ownArguments } from './kernel-cmdline.ts'
import { known, unknown, valueOf, type Known } from './known.ts'
import type { NodeFacts } from './node-facts.ts'

/** What a verdict asks, in the order shown, and where the answer is read. */
const READ_FROM = {
  'boot-id': 'BootID',
  talos: 'Version',
  schematic: 'ExtensionStatus',
  extensions: 'ExtensionStatus',
  'kernel-arguments': 'KernelCmdline',
  'boot-entry': 'BootedEntry, KernelCmdline',
  stage: 'MachineStatus',
  'etcd-member': 'EtcdStatus',
  'kubernetes-node': 'NodeStatus',
  'kubernetes-image': 'Kubernetes Node',
} as const
export type VerdictFact = keyof typeof READ_FROM

/** Stands before a value that must not be found again. */
const NOT = '≠ '
const NONE = '–'
const STAGE_READY = 'running, ready'

export function isNot(value: string): string {
  return NOT + value
}

/** The row of one fact before anything was read back: its value on `before`, and what is expected. */
export function expectRow(fact: VerdictFact, before: NodeFacts, expected: string): VerdictRow {
  const was = findingOf(fact, before)
  return {
    fact,
    expected,
    outcome: 'unknown',
    ...(was.known && was.value !== undefined ? { before: was.value } : {}),
  }
}

/** Rows that hold after any restart: another boot, ready again, etcd and Kubernetes as they were. */
export function restartRows(before: NodeFacts): readonly VerdictRow[] {
  const rows: VerdictRow[] = []
  if (before.bootId.known) rows.push(expectRow('boot-id', before, isNot(before.bootId.value)))
  rows.push(expectRow('stage', before, STAGE_READY))
  if (before.etcd !== undefined) rows.push(expectRow('etcd-member', before, 'started, voting'))
  const node = findingOf('kubernetes-node', before)
  if (node.known && node.value !== undefined) {
    // A node that was cordoned on purpose stays so.
    const expected = node.value.includes('SchedulingDisabled') ? 'Ready,SchedulingDisabled' : 'Ready'
    rows.push(expectRow('kubernetes-node', before, expected))
  }
  return rows
}

/** Lays what is read now beside what was expected. Rows of facts that this version cannot read stay as they are. */
export function judgeRows(rows: readonly VerdictRow[], facts: NodeFacts): readonly VerdictRow[] {
  const judged = rows.map((row): VerdictRow => {
    if (!isVerdictFact(row.fact)) return row
    const { fact, expected } = row
    const before = {
      ...(row.node === undefined ? {} : { node: row.node }),
      ...(row.before === undefined ? {} : { before: row.before }),
    }
    const finding = findingOf(row.fact, facts)
    if (!finding.known) return { fact, ...before, expected, outcome: 'unknown', note: finding.reason }
    const found = finding.value ?? NONE
    const outcome = matches(row.fact, { expected, found, before: row.before }) ? 'proven' : 'differs'
    return { fact, ...before, expected, found, outcome, note: READ_FROM[row.fact] }
  })
  return judged.map((row) => (isUnnamedSlot(row, facts) ? slotBySystem(row, judged) : row))
}

/** GRUB, but kexec started the kernel: the command line does not say out of which slot. */
function isUnnamedSlot({ fact, outcome }: VerdictRow, { kernelCmdline, security }: NodeFacts): boolean {
  return (
    fact === 'boot-entry' && outcome === 'unknown' && kernelCmdline.known && valueOf(security)?.uki === false
  )
}

/**
 * There are two slots, and the one that ran before was not written to: another system than its own, and the wanted one,
 * is out of the other. A same system again tells nothing.
 */
function slotBySystem(row: VerdictRow, rows: readonly VerdictRow[]): VerdictRow {
  if (row.before === undefined || row.before === row.expected) return row
  const witness = rows.find(
    ({ node, fact, before, expected, outcome }) =>
      node === row.node &&
      (fact === 'talos' || fact === 'schematic') &&
      outcome === 'proven' &&
      before !== undefined &&
      before !== expected,
  )
  if (witness === undefined || !isVerdictFact(witness.fact)) return row
  return { ...row, found: row.expected, outcome: 'proven', note: READ_FROM[witness.fact] }
}

/**
 * From the rows to one word. A node on the version it came from, after another boot, fell back by itself (behaviour.md
 * §5.9); where the version stays the same, the entry it booted tells, and where that is not told, the schematic.
 */
export function outcomeOf(rows: readonly VerdictRow[]): RunOutcome {
  const row = (fact: VerdictFact): VerdictRow | undefined => rows.find((one) => one.fact === fact)
  const [talos, boot, stage] = [row('talos'), row('boot-id'), row('stage')]
  const essential = [talos, boot, stage]
  if (boot?.outcome === 'differs') return 'failed'
  if (talos?.outcome === 'differs') return isAsBefore(talos) ? 'fell-back' : 'failed'
  const entry = row('boot-entry')
  const witness = entry === undefined || entry.outcome === 'unknown' ? row('schematic') : entry
  if (talos !== undefined && talos.expected === talos.before && isAsBefore(witness)) return 'fell-back'
  if (stage?.outcome === 'differs') return 'not-ready'
  if (essential.some((one) => one?.outcome === 'unknown')) return 'unknown'
  return rows.every((one) => one.outcome === 'proven') ? 'proven' : 'proven-with-differences'
}

/** It had to change and did not. */
function isAsBefore(row: VerdictRow | undefined): boolean {
  return row?.outcome === 'differs' && row.found === row.before
}

export function isVerdictFact(fact: string): fact is VerdictFact {
  return Object.hasOwn(READ_FROM, fact)
}

/** `undefined` in a known finding: the node has no such thing. */
function findingOf(fact: VerdictFact, facts: NodeFacts): Known<string | undefined> {
  switch (fact) {
    case 'boot-id':
      return facts.bootId
    case 'talos':
      return facts.version.known ? known(facts.version.value.tag) : facts.version
    case 'schematic':
      return facts.schematic.known ? known(facts.schematic.value.id ?? NONE) : facts.schematic
    case 'extensions':
      return facts.schematic.known
        ? known(facts.schematic.value.extensions.map(({ name }) => name).join(', ') || NONE)
        : facts.schematic
    case 'kernel-arguments':
      return argumentsOf(facts.kernelCmdline)
    case 'boot-entry':
      return bootEntryOf(facts)
    case 'stage':
      return stageOf(facts.stage)
    case 'etcd-member':
      return etcdMemberOf(facts)
    case 'kubernetes-node':
      return kubernetesNodeOf(facts)
    case 'kubernetes-image':
      return facts.kubernetesImage ?? unknown('Kubernetes Node: –')
  }
}

interface Compared {
  readonly expected: string
  readonly found: string
  readonly before: string | undefined
}

function matches(fact: VerdictFact, { expected, found, before }: Compared): boolean {
  if (expected.startsWith(NOT)) return found !== NONE && found !== expected.slice(NOT.length)
  switch (fact) {
    case 'kernel-arguments': {
      // More arguments than before are no loss, unless they are those that had to go.
      const there = splitArguments(found)
      const wanted = splitArguments(expected)
      const gone = splitArguments(before ?? NONE).filter((one) => !wanted.includes(one))
      return wanted.every((one) => there.includes(one)) && !gone.some((one) => there.includes(one))
    }
    case 'boot-entry':
      // The boot loader numbers a second file of the same version: `Talos-v1.14.0~1.efi`. Whatever its number is, it is
      // not the one that ran before.
      if (found === before && expected !== before) return false
      return found.replace(/~\d+(?=\.efi$)/, '') === expected.replace(/~\d+(?=\.efi$)/, '')
    case 'boot-id':
    case 'talos':
    case 'schematic':
    case 'extensions':
    case 'stage':
    case 'etcd-member':
    case 'kubernetes-node':
      return found === expected
    case 'kubernetes-image':
      // A vendor's build may say more behind the version.
      return found.startsWith(expected.replace(/\)$/, ''))
  }
}

function splitArguments(text: string): readonly string[] {
  return text === NONE ? [] : text.split(' ')
}

function argumentsOf(cmdline: NodeFacts['kernelCmdline']): Known<string | undefined> {
  if (!cmdline.known || cmdline.value === undefined) return cmdline
  return known(hideLooseSecrets(ownArguments(cmdline.value).join(' ')) || NONE)
}

function bootEntryOf({ bootedEntry, kernelCmdline, security }: NodeFacts): Known<string | undefined> {
  if (bootedEntry.known && bootedEntry.value !== undefined) return bootedEntry
  const slot = kernelCmdline.known ? grubSlot(kernelCmdline.value ?? '') : undefined
  if (slot !== undefined) return known(`GRUB ${slot}`)
  if (valueOf(security)?.uki !== false) return bootedEntry
  // kexec hands over the arguments without the path of the kernel, which only GRUB itself puts there.
  return kernelCmdline.known ? unknown('KernelCmdline: no BOOT_IMAGE') : kernelCmdline
}

function stageOf(stage: NodeFacts['stage']): Known<string | undefined> {
  if (!stage.known) return stage
  return known(stage.value === undefined ? undefined : stageText(stage.value))
}

/** `running, ready`; `booting, services: kubelet not running`; other stages bare, as ready says nothing there. */
export function stageText({ name, ready, unmet }: StageReport): string {
  if (name !== 'running' && name !== 'booting') return name
  if (ready) return `${name}, ready`
  const why = unmet.map((one) => `${one.name}: ${one.reason}`).join('; ')
  return why === '' ? `${name}, not ready` : `${name}, ${why}`
}

function etcdMemberOf({ etcd }: NodeFacts): Known<string | undefined> {
  if (etcd === undefined) return unknown('MachineType: –')
  if (!etcd.known) return etcd
  const { members, status } = etcd.value
  const own = members.find(({ id }) => id === status.memberId)
  if (own === undefined) return known('not a member')
  return known(
    `${own.started ? 'started' : 'not started'}, ${own.learner || status.learner ? 'learner' : 'voting'}`,
  )
}

function kubernetesNodeOf({ kubernetesNode }: NodeFacts): Known<string | undefined> {
  if (!kubernetesNode.known || kubernetesNode.value === undefined) {
    return kubernetesNode.known ? known(undefined) : kubernetesNode
  }
  const { ready, unschedulable } = kubernetesNode.value
  return known(`${ready ? 'Ready' : 'NotReady'}${unschedulable ? ',SchedulingDisabled' : ''}`)
}
