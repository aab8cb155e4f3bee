import { BOOTED_ENTRY, SECURITY_STATE } from '../nodes/resource-types.ts'
import { flagField, textField } from '../nodes/spec-fields.ts'
import type { BootMenu, NodeVersion, ReadingPort } from '../nodes/talos-port.ts'
import { grubSlot } from './kernel-cmdline.ts'
import { ask, askIfThere, known, unknown, valueOf, type Known } from './known.ts'
import type { NodeFacts } from './node-facts.ts'
import { minorsBetween } from './version-table.ts'

export type BootFacts = Pick<NodeFacts, 'kernelCmdline' | 'security' | 'bootedEntry'>
type Security = NodeFacts['security']

/**
 * What started the node: its command line, its boot loader, the entry. 1.11 tells all of it in resources, 1.10 the loader
 * alone; what is not there is in the kernel's and systemd-boot's own files, which need admin (behaviour.md §1.6, §5.8).
 * `version`: as it is being asked for.
 */
export async function readBoot(
  talos: Pick<ReadingPort, 'get' | 'kernelCmdline' | 'bootMenu'>,
  node: string,
  version: Promise<Known<NodeVersion>>,
  signal: AbortSignal,
): Promise<BootFacts> {
  const [kernelCmdline, told, bootedEntry, asked] = await Promise.all([
    askIfThere(signal, () => talos.kernelCmdline(node, signal)),
    askIfThere(signal, async () =>
      securityOf((await talos.get(node, { ...SECURITY_STATE, id: 'securitystate' }, signal))?.spec),
    ),
    askIfThere(signal, async () =>
      textField((await talos.get(node, { ...BOOTED_ENTRY, id: 'bootedentry' }, signal))?.spec, 'bootedEntry'),
    ),
    version,
  ])
  const tag = valueOf(asked)?.tag
  const byItself = tag !== undefined && minorsBetween('1.10.0', tag) >= 0 ? withLoader(told, false) : told
  if (tag === undefined || minorsBetween('1.11.0', tag) >= 0) {
    return { kernelCmdline, security: byItself, bootedEntry }
  }
  // The path of the kernel is GRUB's mark; with `bootedWithUKI: false` 1.10 says the same.
  const hasSlot = grubSlot(valueOf(kernelCmdline) ?? '') !== undefined
  if (hasSlot || valueOf(byItself)?.uki === false) {
    return { kernelCmdline, security: withLoader(byItself, false), bootedEntry }
  }
  const menu = await ask(signal, () => talos.bootMenu(node, signal))
  return {
    kernelCmdline,
    security: withLoader(byItself, loaderBy(menu, valueOf(byItself)?.secureBoot)),
    bootedEntry: entryBy(menu, tag),
  }
}

function securityOf(spec: unknown): { secureBoot: boolean; uki: boolean | undefined } | undefined {
  const secureBoot = flagField(spec, 'secureBoot')
  return secureBoot === undefined ? undefined : { secureBoot, uki: flagField(spec, 'bootedWithUKI') }
}

/** `uki` where the node did not say so itself. A node leaves `bootedWithUKI` away when it is false. */
function withLoader(security: Security, uki: boolean | undefined): Security {
  const state = valueOf(security)
  return state === undefined || state.uki !== undefined ? security : known({ ...state, uki })
}

/** Its list is written anew at each of its starts, and by nothing else; its choice for the next one may be a leftover. */
function loaderBy(menu: Known<BootMenu | undefined>, secureBoot: boolean | undefined): boolean | undefined {
  // Only UKIs are signed (behaviour.md §5.8).
  if (secureBoot === true) return true
  if (!menu.known) return undefined
  if (menu.value === undefined) return false
  return menu.value.entries.length > 0 ? true : undefined
}

/** Up to 1.10 a version has one file, but later ones may have left a numbered one beside it. */
function entryBy(menu: Known<BootMenu | undefined>, tag: string): Known<string | undefined> {
  if (!menu.known) return menu
  if (menu.value === undefined) return known(undefined)
  const { entries, next } = menu.value
  const files = new Set([...entries, ...(next === undefined ? [] : [next])])
  const fitting = [...files].filter((file) => file.replace(/~\d+(?=\.efi$)/, '') === `Talos-${tag}.efi`)
  const [only] = fitting
  return only !== undefined && fitting.length === 1
    ? known(only)
    : unknown(`LoaderEntries: ${[...files].join(', ') || '–'}`)
}
