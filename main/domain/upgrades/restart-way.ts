import type { RebootMode } from '#contract/node-actions.ts'
import { valueOf } from './known.ts'
import type { NodeFacts } from './node-facts.ts'

/** How a node will restart, and what makes it so. The screens have a sentence for each. */
export type RestartKind = 'kexec' | 'firmware-asked' | 'firmware-secure-boot' | 'firmware-sysctl' | 'force'

/** Boards that cannot be trusted with kexec carry it, and so may anyone's kernel arguments. */
const SWITCHED_OFF = /(?:^|\s)sysctl\.kernel\.kexec_load_disabled=1(?:\s|$)/

/**
 * kexec unless something stands against it: what was asked for, secure boot, or the kernel's own switch
 * (behaviour.md §5.5). A busy system disk does as well, which only the restart itself tells. `undefined`: the node did
 * not say whether it runs under secure boot.
 */
export function restartWay(facts: NodeFacts, mode: RebootMode): RestartKind | undefined {
  if (mode === 'powercycle') return 'firmware-asked'
  if (mode === 'force') return 'force'
  if (valueOf(facts.security)?.secureBoot === true) return 'firmware-secure-boot'
  const isOff = facts.kexecOff === undefined ? false : valueOf(facts.kexecOff) === true
  if (isOff || SWITCHED_OFF.test(valueOf(facts.kernelCmdline) ?? '')) return 'firmware-sysctl'
  return facts.security.known ? 'kexec' : undefined
}
