import type { BootImage } from './boot-disk.ts'
import type { MachineCore } from './core.ts'

/** What the installer container prints and how many milliseconds before each line (behaviour.md §5.3). */
export function installerLines(
  core: Pick<MachineCore, 'disk' | 'life' | 'hardware'>,
  image: BootImage,
): readonly (readonly [text: string, milliseconds: number])[] {
  const device = `/dev/${core.hardware.systemDisk.name}`
  const running = core.life.entry
  const begin: (readonly [string, number])[] = [
    [`running Talos installer ${image.talos}`, 900],
    ['running pre-flight checks', 150],
    [`host Talos version: ${running.talos}`, 80],
    ['all pre-flight checks successful', 200],
  ]
  const end: (readonly [string, number])[] = [[`installation of ${image.talos} complete`, 500]]
  if (core.disk.loader === 'grub') {
    const next = running.label === 'A' ? 'B' : 'A'
    return [
      ...begin,
      [`installing Talos to disk: ${device}`, 400],
      [`copying /usr/install/amd64/vmlinuz to /boot/${next}/vmlinuz`, 1400],
      [`copying /usr/install/amd64/initramfs.xz to /boot/${next}/initramfs.xz`, 4200],
      ['writing /boot/grub/grub.cfg to disk', 250],
      [
        `executing: grub-install --boot-directory=/boot --removable --efi-directory=/boot/EFI ${device}`,
        2600,
      ],
      ...end,
    ]
  }
  return [
    ...begin,
    [`updating partition table on ${device}`, 300],
    ...(core.disk.entries.length === 0
      ? []
      : [
          [
            `sd-boot: found existing UKIs during install: ${core.disk.entries.map((entry) => entry.label).join(', ')}`,
            350,
          ] as const,
        ]),
    ...core.disk.entries
      .filter((entry) => entry.label !== running.label)
      .map((entry) => [`sd-boot: removing old UKI: ${entry.label}`, 200] as const),
    [`writing UKI to /boot/EFI/EFI/Linux/Talos-${image.talos}.efi`, 5200],
    ['updating EFI variables: LoaderEntryDefault', 300],
    ...end,
  ]
}
