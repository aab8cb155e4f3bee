import { expect, test } from 'vitest'
import type { BootMenu } from '../nodes/talos-port.ts'
import { TalosFailure } from '../talos-failure.ts'
import { known } from './known.ts'
import { readBoot } from './read-boot.ts'

interface Told {
  readonly tag: string
  readonly cmdline?: string
  readonly secureBoot?: boolean
  readonly bootedWithUKI?: boolean
  readonly bootedEntry?: string
  readonly menu?: BootMenu | 'role-too-low'
}

const METAL = 'talos.platform=metal console=tty0'

/** A node that tells that much; the files of systemd-boot are refused where `menu` says so. */
async function read({ tag, cmdline = METAL, secureBoot = false, bootedWithUKI, bootedEntry, menu }: Told) {
  let menus = 0
  const resource = (id: string, spec: unknown) => ({
    namespace: 'runtime', type: 'any', id, version: '1', phase: 'running', labels: {}, annotations: {}, spec,
  }) as const // prettier-ignore
  const talos: Parameters<typeof readBoot>[0] = {
    kernelCmdline: async () => cmdline,
    async get(_, { type, id }) {
      if (type === 'SecurityStates.talos.dev') {
        return resource(id, { secureBoot, ...(bootedWithUKI === undefined ? {} : { bootedWithUKI }) })
      }
      return bootedEntry === undefined ? undefined : resource(id, { bootedEntry })
    },
    async bootMenu() {
      menus++
      if (menu === 'role-too-low') throw new TalosFailure('role-too-low', 'needs os:admin')
      return menu
    },
  }
  const version = Promise.resolve(known({ tag, platform: 'metal', arch: 'amd64' }))
  const facts = await readBoot(talos, '10.5.0.2', version, new AbortController().signal)
  const entry = facts.bootedEntry.known ? facts.bootedEntry.value : `unknown: ${facts.bootedEntry.reason}`
  return { uki: facts.security.known ? facts.security.value?.uki : undefined, entry, menus }
}

const GRUB = `BOOT_IMAGE=/B/vmlinuz ${METAL}`
const OLD_FILE = 'Talos-v1.9.6.efi'

test.each<[string, Told, Awaited<ReturnType<typeof read>>]>([
  // The line that tells all of it, and leaves out what is false.
  ['1.11 with GRUB', { tag: 'v1.11.6' }, { uki: false, entry: undefined, menus: 0 }],
  [
    '1.11 with systemd-boot',
    { tag: 'v1.11.6', bootedWithUKI: true, bootedEntry: 'Talos-v1.11.6~1.efi' },
    { uki: true, entry: 'Talos-v1.11.6~1.efi', menus: 0 },
  ],
  ['1.10 with GRUB', { tag: 'v1.10.9', cmdline: GRUB }, { uki: false, entry: undefined, menus: 0 }],
  ['1.10 with GRUB after kexec', { tag: 'v1.10.9' }, { uki: false, entry: undefined, menus: 0 }],
  [
    '1.10 with systemd-boot after kexec, whose menu is of before',
    { tag: 'v1.10.9', bootedWithUKI: true, menu: { entries: [OLD_FILE], next: 'Talos-v1.10.9.efi' } },
    { uki: true, entry: 'Talos-v1.10.9.efi', menus: 1 },
  ],
  [
    '1.10 beside a second file of its version',
    {
      tag: 'v1.10.9',
      bootedWithUKI: true,
      menu: { entries: ['Talos-v1.10.9.efi', 'Talos-v1.10.9~1.efi'], next: 'Talos-v1.10.9~1.efi' },
    },
    { uki: true, entry: 'unknown: LoaderEntries: Talos-v1.10.9.efi, Talos-v1.10.9~1.efi', menus: 1 },
  ],
  [
    '1.10 for a role that may not read files',
    { tag: 'v1.10.9', bootedWithUKI: true, menu: 'role-too-low' },
    { uki: true, entry: 'unknown: needs os:admin', menus: 1 },
  ],
  ['1.9 with GRUB', { tag: 'v1.9.6', cmdline: GRUB }, { uki: false, entry: undefined, menus: 0 }],
  ['1.9 with GRUB after kexec', { tag: 'v1.9.6' }, { uki: false, entry: undefined, menus: 1 }],
  [
    '1.9 with systemd-boot',
    { tag: 'v1.9.6', menu: { entries: [OLD_FILE], next: OLD_FILE } },
    { uki: true, entry: OLD_FILE, menus: 1 },
  ],
  [
    '1.9 with a leftover of systemd-boot in the firmware, and nothing that it wrote at a start',
    { tag: 'v1.9.6', menu: { entries: [], next: 'Talos-v1.8.3.efi' } },
    { uki: undefined, entry: 'unknown: LoaderEntries: Talos-v1.8.3.efi', menus: 1 },
  ],
  [
    '1.9 for a role that may not read files',
    { tag: 'v1.9.6', menu: 'role-too-low' },
    { uki: undefined, entry: 'unknown: needs os:admin', menus: 1 },
  ],
  [
    '1.9 under secure boot for that role',
    { tag: 'v1.9.6', secureBoot: true, menu: 'role-too-low' },
    { uki: true, entry: 'unknown: needs os:admin', menus: 1 },
  ],
])('%s', async (_, told, wanted) => {
  expect(await read(told)).toEqual(wanted)
})
