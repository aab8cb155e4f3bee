import type { BootSlot, NodeSlots } from '#contract/node-actions.ts'
import type { Run } from '#contract/runs.ts'
import { toInstant } from '../clock-port.ts'
import { hideLooseSecrets } from '../nodes/loose-secrets.ts'
import { present } from '../nodes/summarise.ts'
import { textField } from '../nodes/spec-fields.ts'
import type { BootMenu, ReadingPort, ResourceKey } from '../nodes/talos-port.ts'
import { ask, askIfThere, valueOf, type Known } from './known.ts'
import { grubSlot, otherSlot, ownArguments } from './kernel-cmdline.ts'
import type { NodeFacts } from './node-facts.ts'
import { contentOf } from './other-slot.ts'
import { installs, otherSlotVersion, type NodePart } from './past-runs.ts'
import { minorsBetween } from './version-table.ts'

const META_KEY: ResourceKey = { namespace: 'runtime', type: 'MetaKeys.runtime.talos.dev' }
/** Label of the entry before an upgrade, until the new one was running and ready once (behaviour.md §5.9). */
const FALLBACK = '0x06'

/** The marker of an upgrade that has not proved itself; `undefined` inside: there is none. */
export async function readFallback(
  talos: Pick<ReadingPort, 'get'>,
  node: string,
  signal: AbortSignal,
): Promise<Known<string | undefined>> {
  return askIfThere(signal, async () =>
    textField((await talos.get(node, { ...META_KEY, id: FALLBACK }, signal))?.spec, 'value'),
  )
}

/** `undefined` when the node does not tell its boot loader. */
export function loaderOf({
  security,
  bootedEntry,
}: Pick<NodeFacts, 'security' | 'bootedEntry'>): NodeSlots['loader'] {
  if (valueOf(bootedEntry) !== undefined) return 'systemd-boot'
  const uki = valueOf(security)?.uki
  return uki === undefined ? undefined : uki ? 'systemd-boot' : 'grub'
}

/** Label of what runs: `A`, or the UKI file where the node tells it (1.11+). */
export function runningLabel(facts: Pick<NodeFacts, 'kernelCmdline' | 'bootedEntry'>): string | undefined {
  return valueOf(facts.bootedEntry) ?? grubSlot(valueOf(facts.kernelCmdline) ?? '')
}

/** Asks the node for what its facts leave open, and tells both slots. `past`: runs of this cluster. */
export async function readSlots(
  talos: Pick<ReadingPort, 'get' | 'bootMenu'>,
  facts: NodeFacts,
  past: readonly Run[],
  now: number,
  signal: AbortSignal,
): Promise<NodeSlots> {
  const [fallback, menu] = await Promise.all([
    readFallback(talos, facts.node, signal),
    ask(signal, () => talos.bootMenu(facts.node, signal)),
  ])
  return slotsOf(facts, fallback, past, now, menu)
}

/**
 * Both slots, each fact with where it was read. The node tells what runs; of the other one only the marker of an
 * unproven upgrade and what this app installed there are known.
 */
export function slotsOf(
  facts: NodeFacts,
  fallback: Known<string | undefined>,
  past: readonly Run[],
  now: number,
  read?: Known<BootMenu | undefined>,
): NodeSlots {
  const loader = loaderOf(facts)
  const marker = valueOf(fallback)
  const label = runningLabel(facts)
  const menu = read === undefined ? undefined : valueOf(read)
  const next = menu?.next
  // The loader's own word counts for more than the marker, which only an upgrade leaves.
  const waits =
    next === undefined || label === undefined ? marker !== undefined && marker === label : next !== label
  // Where nobody says what runs, the marker may be of it or of the one before.
  const isOpen = label === undefined && (marker !== undefined || next !== undefined)
  const told: Told = { waits, isTold: !isOpen && (fallback.known || next !== undefined), menu }
  const running = runningSlot(facts, past, told)
  const other = otherSlotOf(facts, past, fallback, told)
  return {
    ...present('loader', loader),
    slots: [running, other],
    ...(fallback.known ? { fallbackArmed: marker !== undefined } : {}),
    readAt: toInstant(now),
  }
}

interface Told {
  /** The other slot starts next. */
  readonly waits: boolean
  /** Somebody said which one starts next. */
  readonly isTold: boolean
  readonly menu: BootMenu | undefined
}

/** The one beside what runs, as the menu was at the last start through the firmware; nothing where that is over. */
function besideOf(menu: BootMenu | undefined, running: string | undefined): string | undefined {
  if (menu === undefined || running === undefined || !menu.entries.includes(running)) return undefined
  const rest = menu.entries.filter((name) => name !== running)
  return rest.length === 1 ? rest[0] : undefined
}

function runningSlot(facts: NodeFacts, past: readonly Run[], { waits, isTold, menu }: Told): BootSlot {
  const tag = valueOf(facts.version)?.tag
  const schematic = valueOf(facts.schematic)
  const cmdline = valueOf(facts.kernelCmdline)
  const installed = tag === undefined ? undefined : installedBy(past, facts.node, tag)
  const label = runningLabel(facts)
  const sources = sourcesOf(facts)
  return {
    running: true,
    ...present('label', label),
    ...(isTold ? { next: !waits } : {}),
    ...present('talos', tag),
    ...present('schematicId', schematic?.id),
    ...present(
      'extensions',
      schematic?.extensions.map(({ name }) => name),
    ),
    ...present(
      'kernelArguments',
      cmdline === undefined ? undefined : hideLooseSecrets(ownArguments(cmdline).join(' ')) || '–',
    ),
    ...present('installedAt', installed?.endedAt),
    sources: [
      ...(tag === undefined ? [] : ['Version']),
      ...(label === undefined
        ? []
        : [valueOf(facts.bootedEntry) === undefined ? sources.cmdline : sources.entry]),
      ...(menu?.next === undefined ? [] : ['LoaderEntryDefault']),
      ...(schematic === undefined ? [] : ['ExtensionStatus']),
      ...(installed === undefined ? [] : [`run ${installed.run.startedAt}`]),
    ],
  }
}

function otherSlotOf(
  facts: NodeFacts,
  past: readonly Run[],
  fallback: Known<string | undefined>,
  { waits, isTold, menu }: Told,
): BootSlot {
  const marker = valueOf(fallback)
  const grub = grubSlot(valueOf(facts.kernelCmdline) ?? '')
  const running = runningLabel(facts)
  const told = waits ? menu?.next : running === undefined ? undefined : marker
  const version = versionOfLabel(told)
  // What was installed and waits for its boot is the run's; else what the last run left there.
  const waiting = waits ? lastInstall(past, facts.node) : undefined
  const known = version ?? waiting?.to ?? otherSlotVersion(past, facts.node)
  const installed = waiting ?? (known === undefined ? undefined : installedBy(past, facts.node, known))
  const writer = waiting ?? lastInstall(past, facts.node)
  const fromRun =
    grub !== undefined ? otherSlot(grub) : loaderOf(facts) === 'grub' ? undefined : labelOf(writer, waits)
  const fromMenu = besideOf(menu, running)
  const label = told ?? fromRun ?? fromMenu
  const schematicId = schematicOf(writer, waits)
  const content = contentOf({ facts, past, running, fallback, waits, menu })
  return {
    running: false,
    ...present('label', label),
    ...(isTold ? { next: waits } : {}),
    ...present('talos', known),
    ...present('schematicId', schematicId),
    ...present('installedAt', installed?.endedAt),
    ...present('content', content?.content),
    sources: [
      ...(content?.sources ?? []),
      ...(marker === undefined ? [] : [`META ${FALLBACK}`]),
      ...(waits && menu?.next !== undefined ? ['LoaderEntryDefault'] : []),
      ...(told === undefined && fromRun === undefined && fromMenu !== undefined ? ['LoaderEntries'] : []),
      ...(label !== undefined && told === undefined && grub !== undefined ? [sourcesOf(facts).cmdline] : []),
      ...(writer !== undefined && (known !== undefined || schematicId !== undefined)
        ? [`run ${writer.run.startedAt}`]
        : []),
    ],
  }
}

/** 1.11 tells both in resources, before it only the files do. */
function sourcesOf({ version }: NodeFacts): { readonly cmdline: string; readonly entry: string } {
  const tag = valueOf(version)?.tag
  return tag !== undefined && minorsBetween('1.11.0', tag) < 0
    ? { cmdline: '/proc/cmdline', entry: 'LoaderEntries' }
    : { cmdline: 'KernelCmdline', entry: 'BootedEntry' }
}

/** `Talos-v1.13.9~1.efi` holds v1.13.9; GRUB's letters say nothing of it. */
function versionOfLabel(label: string | undefined): string | undefined {
  return /^Talos-(v[^~]+?)(?:~\d+)?\.efi$/.exec(label ?? '')?.[1]
}

/** The run that put that version on the node. */
function installedBy(past: readonly Run[], node: string, version: string): NodePart | undefined {
  return installs(past, node).findLast((part) => part.to === version)
}

function lastInstall(past: readonly Run[], node: string): NodePart | undefined {
  return installs(past, node).at(-1)
}

/** The entry the node ran before the last upgrade, as its run read it; while that waits, the one it wrote. */
function labelOf(part: NodePart | undefined, waits: boolean): string | undefined {
  const row = part?.verdict.find(({ fact }) => fact === 'boot-entry')
  return waits ? row?.expected : row?.before
}

function schematicOf(part: NodePart | undefined, waits: boolean): string | undefined {
  const row = part?.verdict.find(({ fact }) => fact === 'schematic')
  const id = waits ? row?.expected : row?.before
  return id === undefined || id === '–' ? undefined : id
}
