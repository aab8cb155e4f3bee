import type { NodePlan } from '#contract/upgrades.ts'

/**
 * What Talos puts on every command line by itself and changes from version to version. It says nothing about whether the
 * person's own arguments were kept; with another value (`pti=off`, `selinux=0`) it is theirs.
 */
const OF_TALOS: Readonly<Record<string, readonly string[]>> = {
  consoleblank: ['0'],
  ima_appraise: ['fix'],
  ima_hash: ['sha512'],
  ima_template: ['ima-ng'],
  init_on_alloc: ['1'],
  lockdown: ['confidentiality', 'integrity'],
  'module.sig_enforce': ['1'],
  'nvme_core.io_timeout': ['4294967295'],
  'printk.devkmsg': ['on'],
  'proc_mem.force_override': ['never'],
  pti: ['on'],
  selinux: ['1'],
  slab_nomerge: [''],
  'sysctl.kernel.kexec_load_disabled': ['1'],
}

/** Of the boot loader, or of the platform and how it was told its configuration. */
const NOBODYS: ReadonlySet<string> = new Set(['BOOT_IMAGE', 'initrd', 'talos.config', 'talos.platform'])

/** The screens that Talos itself writes to on a machine of one's own; a serial console there was asked for. */
const METAL_CONSOLES: readonly string[] = ['tty0', 'ttyAMA0']

/** The arguments that someone asked for, in order. */
export function ownArguments(cmdline: string): readonly string[] {
  const all = cmdline.split(/\s+/).filter((argument) => argument !== '')
  const isMetal = all.includes('talos.platform=metal')
  return all.filter((argument) => {
    const [name = '', ...rest] = argument.split('=')
    const value = rest.join('=')
    // Clouds bring their consoles along, each its own.
    if (name === 'console') return isMetal && !METAL_CONSOLES.includes(value)
    return !NOBODYS.has(name) && OF_TALOS[name]?.includes(value) !== true
  })
}

const SERIAL = 'console=ttyS0'

/**
 * What GRUB puts on the command line from the configuration, as the installer writes it where `grubUseUKICmdline` is not
 * set: the arguments named there, and the serial console of a machine of one's own that has it now (behaviour.md §5.3).
 * @param running the command line now; @param named `machine.install.extraKernelArgs`, as far as the installer gets them
 */
export function grubArguments(running: string, named: readonly string[]): readonly string[] {
  const own = ownArguments(['talos.platform=metal', ...named].join(' '))
  const keepsSerial =
    ownArguments(running).includes(SERIAL) && !named.some((argument) => argument.startsWith('console='))
  return keepsSerial ? [SERIAL, ...own] : own
}

/** The same after an upgrade: only the older mechanism hands the installer what the configuration names. */
export function grubArgumentsAfter(
  running: string,
  mechanism: NodePlan['mechanism'],
  named: readonly string[] = [],
): readonly string[] {
  return grubArguments(running, mechanism === 'legacy' ? named : [])
}

/** `A` or `B`: GRUB writes the path of the kernel it loaded (`BOOT_IMAGE=/A/vmlinuz`) on the command line. */
export function grubSlot(cmdline: string): 'A' | 'B' | undefined {
  const slot = /(?:^|\s)BOOT_IMAGE=\S*\/([AB])\/vmlinuz(?:\s|$)/.exec(cmdline)?.[1]
  return slot === 'A' || slot === 'B' ? slot : undefined
}

export function otherSlot(slot: 'A' | 'B'): 'A' | 'B' {
  return slot === 'A' ? 'B' : 'A'
}
