/**
 * Arguments that Talos puts on every command line by itself and changes from version to version, and what a boot
 * loader adds. They say nothing about whether the person's own arguments were kept.
 */
const NOT_THE_PERSONS = new Set([
  'BOOT_IMAGE',
  'initrd',
  'console',
  'consoleblank',
  'ima_appraise',
  'ima_hash',
  'ima_template',
  'init_on_alloc',
  'init_on_free',
  'lockdown',
  'lsm',
  'module.sig_enforce',
  'nvme_core.io_timeout',
  'printk.devkmsg',
  'proc_mem.force_override',
  'pti',
  'selinux',
  'slab_nomerge',
  'sysctl.kernel.kexec_load_disabled',
  'talos.config',
  'talos.platform',
])

/** The arguments that someone asked for, in order. */
export function ownArguments(cmdline: string): readonly string[] {
  return cmdline.split(/\s+/).filter((argument) => {
    const name = /^[^=]*/.exec(argument)?.[0] ?? ''
    return name !== '' && !NOT_THE_PERSONS.has(name)
  })
}

/** `A` or `B`: GRUB writes the path of the kernel it loaded (`BOOT_IMAGE=/A/vmlinuz`) on the command line. */
export function grubSlot(cmdline: string): 'A' | 'B' | undefined {
  const slot = /(?:^|\s)BOOT_IMAGE=\S*\/([AB])\/vmlinuz(?:\s|$)/.exec(cmdline)?.[1]
  return slot === 'A' || slot === 'B' ? slot : undefined
}

export function otherSlot(slot: 'A' | 'B'): 'A' | 'B' {
  return slot === 'A' ? 'B' : 'A'
}
