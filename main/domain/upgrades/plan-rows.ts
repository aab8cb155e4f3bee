import type { NodePlan, PlanRow } from '#contract/upgrades.ts'
import { grubSlot, otherSlot, ownArguments } from './kernel-cmdline.ts'
import { valueOf, type Known } from './known.ts'
import type { NodeFacts, SchematicFacts } from './node-facts.ts'
import { findLine, releaseOf, type Components, type VersionTable } from './version-table.ts'

/** What a target brings. `undefined` in `to`: a slot whose content no one has told. */
export interface RowsTarget {
  readonly table: VersionTable
  readonly from: string
  readonly to: string | undefined
  readonly image?: { readonly reference: string; readonly schematicId?: string }
  readonly mechanism: NodePlan['mechanism']
  readonly losesKernelArguments: boolean
}

const NONE = '–'

/** The before/after table of one node. */
export function planRows(facts: NodeFacts, target: RowsTarget): readonly PlanRow[] {
  const { from, to } = target
  return [
    row('talos', from, to),
    ...componentRows(facts, target),
    kubernetesSupportRow(target),
    kubernetesRow(facts),
    schematicRow(facts, target),
    extensionsRow(facts, target),
    kernelArgumentsRow(facts, target),
    bootEntryRow(facts, target),
    ...(target.image === undefined ? [] : [row('image', imageBefore(facts), target.image.reference)]),
    { fact: 'mechanism', after: target.mechanism, note: 'changes' },
  ]
}

/** The file the boot menu shows for a version (behaviour.md §5.8). */
function ukiFile(version: string): string {
  return `Talos-${version}.efi`
}

/** `true` when the node boots UKIs, `false` for GRUB, `undefined` when it did not say. */
function bootsUki({ security, bootedEntry }: NodeFacts): boolean | undefined {
  return valueOf(security)?.uki ?? (valueOf(bootedEntry) === undefined ? undefined : true)
}

function row(fact: PlanRow['fact'], before: string | undefined, after: string | undefined): PlanRow {
  return {
    fact,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    note:
      before === undefined || after === undefined ? 'unknown' : before === after ? 'unchanged' : 'changes',
  }
}

function componentRows(facts: NodeFacts, { table, from, to }: RowsTarget): readonly PlanRow[] {
  const before = componentsOf(table, from)
  const after = to === undefined ? undefined : componentsOf(table, to)
  const rows = [
    row('kernel', before('linux'), after?.('linux')),
    row('containerd', before('containerd'), after?.('containerd')),
  ]
  return facts.etcd === undefined ? rows : [...rows, row('etcd', before('etcd'), after?.('etcd'))]
}

/** The line's components; where they were read from another release than `version`, that release stands behind. */
function componentsOf(table: VersionTable, version: string) {
  const components = findLine(table, version)?.components
  return (name: keyof Components): string | undefined => {
    if (components === undefined) return undefined
    const exact = components.of === version.replace(/^v/, '')
    return exact ? components[name] : `${components[name]} (v${components.of})`
  }
}

function kubernetesSupportRow({ table, from, to }: RowsTarget): PlanRow {
  const range = (version: string): string | undefined => {
    const kubernetes = findLine(table, version)?.kubernetes
    return kubernetes === undefined ? undefined : `${kubernetes.min}–${kubernetes.max}`
  }
  return row('kubernetes-support', range(from), to === undefined ? undefined : range(to))
}

function kubernetesRow({ kubernetes }: NodeFacts): PlanRow {
  const version = valueOf(kubernetes)
  return row('kubernetes', version, version)
}

function schematicRow({ schematic }: NodeFacts, { image }: RowsTarget): PlanRow {
  const before = schematicText(schematic)
  // Another slot's schematic is its own affair; only an image tells.
  return row('schematic', before, image === undefined ? undefined : (image.schematicId ?? NONE))
}

function schematicText(schematic: Known<SchematicFacts>): string | undefined {
  return schematic.known ? (schematic.value.id ?? NONE) : undefined
}

function extensionsRow({ schematic }: NodeFacts, { image }: RowsTarget): PlanRow {
  if (!schematic.known) return row('extensions', undefined, undefined)
  const { id, extensions } = schematic.value
  const before = extensions.map(({ name }) => name).join(', ') || NONE
  if (image === undefined) return row('extensions', before, undefined)
  const kept = extensions.length === 0 || (id !== undefined && id === image.schematicId)
  return kept ? row('extensions', before, before) : { fact: 'extensions', before, after: NONE, note: 'lost' }
}

function kernelArgumentsRow(
  { kernelCmdline, install }: NodeFacts,
  { losesKernelArguments, image }: RowsTarget,
): PlanRow {
  const cmdline = valueOf(kernelCmdline)
  const running = cmdline === undefined ? undefined : ownArguments(cmdline).join(' ') || NONE
  if (!losesKernelArguments)
    return row('kernel-arguments', running, image === undefined ? undefined : running)
  const before = running ?? valueOf(install)?.extraKernelArgs.join(' ')
  return { fact: 'kernel-arguments', ...(before === undefined ? {} : { before }), after: NONE, note: 'lost' }
}

function bootEntryRow(facts: NodeFacts, { from, to }: RowsTarget): PlanRow {
  const uki = bootsUki(facts)
  if (uki === undefined) return row('boot-entry', undefined, undefined)
  if (uki) {
    const before = valueOf(facts.bootedEntry) ?? ukiFile(from)
    if (to === undefined) return row('boot-entry', before, undefined)
    // The same version once more goes into a second file beside the first.
    const again = sameRelease(from, to) && !before.includes('~')
    return row('boot-entry', before, again ? ukiFile(to).replace('.efi', '~1.efi') : ukiFile(to))
  }
  const slot = grubSlot(valueOf(facts.kernelCmdline) ?? '')
  if (slot === undefined) return row('boot-entry', 'GRUB', undefined)
  return row('boot-entry', `GRUB ${slot}`, `GRUB ${otherSlot(slot)}`)
}

function sameRelease(a: string, b: string): boolean {
  return a === b && releaseOf(a) !== undefined
}

function imageBefore({ install }: NodeFacts): string | undefined {
  return valueOf(install)?.image
}
