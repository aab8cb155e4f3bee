import type { ExtensionChange } from '#contract/images.ts'
import type { NodePlan, PlanRow } from '#contract/upgrades.ts'
import { extensionChanges, shortName } from '../images/extension-changes.ts'
import { hideLooseSecrets } from '../nodes/loose-secrets.ts'
import { grubArgumentsAfter, grubSlot, otherSlot, ownArguments } from './kernel-cmdline.ts'
import { valueOf, type Known } from './known.ts'
import type { NodeFacts, SchematicFacts } from './node-facts.ts'
import type { SchematicContent } from './schematic.ts'
import { findLine, releaseOf, type Components, type VersionTable } from './version-table.ts'

/** What a target brings. `undefined` in `to`: a slot whose content no one has told. */
export interface RowsTarget {
  readonly table: VersionTable
  readonly from: string
  readonly to: string | undefined
  readonly image?: RowsImage
  readonly mechanism: NodePlan['mechanism']
  readonly losesKernelArguments: boolean
  /** What becomes of each extension; else it is told from the schematics alone, without versions. */
  readonly extensions?: readonly ExtensionChange[]
}

export interface RowsImage {
  readonly reference: string
  readonly schematicId?: string
  readonly before?: SchematicContent | undefined
  readonly after?: SchematicContent | undefined
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
    ...(target.extensions ?? []).map(extensionRow),
    kernelArgumentsRow(facts, target),
    ...loaderRows(facts),
    bootEntryRow(facts, target),
    ...overlayRows(target),
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

/** Before 1.11 files say it, and not to every role. */
function whyNot(fact: Known<unknown>): Pick<PlanRow, 'why'> {
  return !fact.known && fact.failure?.code === 'role-too-low' ? { why: 'role-too-low' } : {}
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

function extensionsRow({ schematic }: NodeFacts, { image, extensions }: RowsTarget): PlanRow {
  if (!schematic.known) return row('extensions', undefined, undefined)
  const installed = schematic.value.extensions
  const before = installed.map(({ name }) => name).join(', ') || NONE
  if (image === undefined) return row('extensions', before, undefined)
  const changes =
    extensions ??
    extensionChanges({
      installed,
      before: image.before?.extensions,
      after: image.after?.extensions,
      lost: installed.length > 0 && schematic.value.id === undefined,
      offered: { known: false, reason: NONE },
    })
  if (changes.some(({ state }) => state === 'lost')) {
    return { fact: 'extensions', before, after: NONE, note: 'lost' }
  }
  const gone = changes.filter(({ state }) => state === 'removed').map(({ name }) => shortName(name))
  const come = changes.filter(({ state }) => state === 'added').map(({ name }) => shortName(name))
  if (gone.length + come.length === 0) return row('extensions', before, before)
  const kept = installed.map(({ name }) => name).filter((name) => !gone.includes(name))
  return row('extensions', before, [...kept, ...come].sort().join(', ') || NONE)
}

const EXTENSION_NOTE = {
  kept: 'unchanged',
  updated: 'changes',
  renamed: 'changes',
  added: 'added',
  removed: 'removed',
  missing: 'lost',
  lost: 'lost',
  unknown: 'unknown',
} as const satisfies Record<ExtensionChange['state'], PlanRow['note']>

function extensionRow({ name, before, after, state }: ExtensionChange): PlanRow {
  const gone = state === 'removed' || state === 'lost' || state === 'missing'
  return {
    fact: 'extension',
    part: shortName(name),
    ...(before === undefined ? {} : { before: before || '?' }),
    ...(gone ? { after: NONE } : after === undefined ? {} : { after: after || '?' }),
    note: EXTENSION_NOTE[state],
  }
}

function kernelArgumentsRow(
  facts: NodeFacts,
  { losesKernelArguments, image, mechanism }: RowsTarget,
): PlanRow {
  const { kernelCmdline, install } = facts
  const cmdline = valueOf(kernelCmdline)
  const own = cmdline === undefined ? undefined : ownArguments(cmdline)
  const running = own === undefined ? undefined : said(own)
  const section = valueOf(install)
  if (losesKernelArguments) {
    const before = running ?? (section === undefined ? undefined : said(section.extraKernelArgs))
    return {
      fact: 'kernel-arguments',
      ...(before === undefined ? {} : { before }),
      after: NONE,
      note: 'lost',
    }
  }
  if (image === undefined || cmdline === undefined || own === undefined) {
    return { ...row('kernel-arguments', running, undefined), ...whyNot(kernelCmdline) }
  }
  // grub.cfg is written from the config there, whatever the schematic says (behaviour.md §5.8).
  if (bootsUki(facts) === false && section?.grubUsesUkiCmdline !== true) {
    if (!install.known) return row('kernel-arguments', running, undefined)
    const after = grubArgumentsAfter(cmdline, mechanism, section?.extraKernelArgs)
    return row('kernel-arguments', running, said(after))
  }
  return row('kernel-arguments', running, said(argumentsAfter(own, image)))
}

/** Join tokens and addresses with theirs are arguments too. */
function said(kernelArguments: readonly string[]): string {
  return hideLooseSecrets(kernelArguments.join(' ')) || NONE
}

/** What the schematic no longer names goes, what it names anew comes last. */
function argumentsAfter(own: readonly string[], { before, after }: RowsImage): readonly string[] {
  if (before === undefined || after === undefined) return own
  const gone = before.extraKernelArgs.filter((argument) => !after.extraKernelArgs.includes(argument))
  const come = after.extraKernelArgs.filter((argument) => !before.extraKernelArgs.includes(argument))
  // `-console` takes one away when the image is made; it never stands on the command line itself.
  const taken = come.filter((argument) => argument.startsWith('-')).map((argument) => argument.slice(1))
  return [
    ...own.filter((argument) => !gone.includes(argument) && !taken.includes(argument.replace(/=.*/, ''))),
    ...come.filter((argument) => !argument.startsWith('-') && !own.includes(argument)),
  ]
}

function loaderRows(facts: NodeFacts): readonly PlanRow[] {
  const uki = bootsUki(facts)
  const loader = uki === undefined ? undefined : uki ? 'systemd-boot' : 'GRUB'
  const secure = valueOf(facts.security)?.secureBoot
  const told = secure === undefined ? undefined : secure ? 'on' : 'off'
  // An upgrade never changes the kind of boot loader (behaviour.md §5.8).
  return [
    { ...row('boot-loader', loader, loader), ...(loader === undefined ? whyNot(facts.bootedEntry) : {}) },
    row('secure-boot', told, told),
  ]
}

function overlayRows({ image }: RowsTarget): readonly PlanRow[] {
  const text = (content: SchematicContent | undefined): string | undefined =>
    content?.overlay === undefined ? undefined : `${content.overlay.image} ${content.overlay.name}`
  const before = text(image?.before)
  if (before === undefined) return []
  const after = text(image?.after)
  return [
    after === undefined
      ? { fact: 'overlay', before, after: NONE, note: 'lost' }
      : row('overlay', before, after),
  ]
}

function bootEntryRow(facts: NodeFacts, { from, to }: RowsTarget): PlanRow {
  const uki = bootsUki(facts)
  const { bootedEntry, kernelCmdline } = facts
  if (uki === undefined) return { ...row('boot-entry', undefined, undefined), ...whyNot(bootedEntry) }
  if (uki) {
    const before = bootedEntry.known ? (bootedEntry.value ?? ukiFile(from)) : undefined
    const why = whyNot(bootedEntry)
    if (to === undefined) return { ...row('boot-entry', before, undefined), ...why }
    // The same version once more goes into a second file beside the first.
    const again = sameRelease(from, to) && before?.includes('~') !== true
    return {
      ...row('boot-entry', before, again ? ukiFile(to).replace('.efi', '~1.efi') : ukiFile(to)),
      ...why,
    }
  }
  const slot = grubSlot(valueOf(kernelCmdline) ?? '')
  if (slot === undefined) {
    const why = kernelCmdline.known ? ({ why: 'no-slot' } as const) : whyNot(kernelCmdline)
    return { ...row('boot-entry', 'GRUB', undefined), ...why }
  }
  return row('boot-entry', `GRUB ${slot}`, `GRUB ${otherSlot(slot)}`)
}

function sameRelease(a: string, b: string): boolean {
  return a === b && releaseOf(a) !== undefined
}

function imageBefore({ install }: NodeFacts): string | undefined {
  return valueOf(install)?.image
}
