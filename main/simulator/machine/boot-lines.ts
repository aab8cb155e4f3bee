import { isInstalled } from './boot-disk.ts'
import type { MachineCore } from './core.ts'
import { extensionFacts } from './schematic.ts'
import { kernelCommandLine, kernelRelease } from './resources/runtime.ts'
import { mainLink } from './resources/network.ts'
import { jitter } from './random.ts'
import { goDuration } from './go-format.ts'
import { hasDataDisk } from './resources/hardware.ts'

const GIB = 1024 ** 3

/** From the kernel's first line to the rootfs (behaviour.md §12.2). Takes two to five seconds. */
export async function writeKernelStart(core: MachineCore, power: AbortSignal): Promise<void> {
  const { kernel, hardware, spec, clock, random } = core
  const began = clock.now()
  const pause = (milliseconds: number): Promise<void> => clock.sleep(jitter(random, milliseconds, 0.3), power)
  const kern = (text: string): void => kernel.write('kern', 'info', text)
  kernel.write(
    'kern',
    'notice',
    `Linux version ${kernelRelease(core)} (@buildkitsandbox) (clang version 20.1.8, LLD 20.1.8) #1 SMP PREEMPT_DYNAMIC`,
  )
  kern(`Command line: ${kernelCommandLine(core)}`)
  kern('BIOS-provided physical RAM map:')
  kern('BIOS-e820: [mem 0x0000000000000000-0x000000000009efff] usable')
  kern(
    `BIOS-e820: [mem 0x0000000000100000-0x${(spec.memoryBytes - 1).toString(16).padStart(16, '0')}] usable`,
  )
  kern(`DMI: ${hardware.manufacturer} ${hardware.product}, BIOS ${hardware.biosVersion}`)
  kern('tsc: Detected TSC, using it as clocksource')
  await pause(420)
  kern(
    `Memory: ${Math.round((spec.memoryBytes * 0.965) / 1024)}K/${Math.round(spec.memoryBytes / 1024)}K available`,
  )
  kern(`smp: Brought up 1 node, ${spec.cores} CPUs`)
  kern(`smpboot: Total of ${spec.cores} processors activated`)
  kern('ACPI: Core revision 20250404')
  kern('PCI: Using configuration type 1 for base access')
  await pause(680)
  const { systemDisk, dataDisk } = hardware
  kern(`nvme nvme0: pci function ${systemDisk.bus.split('/')[3] ?? ''}`)
  kern(`nvme nvme0: ${spec.cores}/0/0 default/read/poll queues`)
  if (isInstalled(core.disk))
    kern(` ${systemDisk.name}: ${core.disk.loader === 'grub' ? 'p1 p2 p3 p4 p5 p6' : 'p1 p2 p3 p4'}`)
  if (hasDataDisk(core)) {
    kern(`ata1.00: ATA-11: ${dataDisk.model}, M3CR046, max UDMA/133`)
    kern(`sd 0:0:0:0: [sda] ${Math.floor(dataDisk.bytes / 512)} 512-byte logical blocks: (1.00 TB/932 GiB)`)
  }
  for (const [at, disk] of hardware.extraDisks.entries()) {
    kern(`ata${at + 2}.00: ATA-11: ${disk.model}, M3CR046, max UDMA/133`)
    kern(
      `sd ${at + 1}:0:0:0: [${disk.name}] ${Math.floor(disk.bytes / 512)} 512-byte logical blocks: (1.00 TB/932 GiB)`,
    )
  }
  for (const link of hardware.links)
    kern(`${link.driver} ${link.bus} ${link.name}: (PCI Express) ${link.mac}`)
  kern('Run /init as init process')
  await pause(650)
  writeInitramfs(core)
  await pause(900)
  kernel.talos('[initramfs] entering the rootfs')
  await pause(180)
  kernel.talos('early startup done', {
    component: 'early-startup',
    duration: goDuration(clock.now() - began),
  })
  core.logs.write('early-startup', `early startup done {"duration": "${goDuration(clock.now() - began)}"}`)
}

function writeInitramfs(core: MachineCore): void {
  const { kernel, hardware, spec } = core
  const { entry } = core.life
  kernel.talos(`[initramfs] booting Talos ${entry.talos}`)
  kernel.talos(`[initramfs] CPU: ${hardware.cpu.name}, ${spec.cores} core(s), 1 thread(s) per core`)
  kernel.talos(`[initramfs] memory: ${Math.round(spec.memoryBytes / GIB)} GiB`)
  kernel.talos('[initramfs] mounting the rootfs')
  for (const extension of entry.extensions) {
    const { name, version } = extensionFacts(extension)
    kernel.talos(`[initramfs] enabling system extension ${name} ${version}`)
  }
  kernel.talos(`[initramfs] enabling system extension schematic ${entry.schematic}`)
}

/** Interfaces of the pod network, which come up with the first pods. */
export function writePodNetwork(core: MachineCore): void {
  const { kernel } = core
  const link = mainLink(core).name
  kernel.write(
    'kern',
    'info',
    `${core.hardware.links[0]?.driver ?? ''} ${link}: NIC Link is Up 1000 Mbps Full Duplex`,
  )
  kernel.write('kern', 'info', 'flannel.1: link becomes ready')
  kernel.write('kern', 'info', 'cni0: port 1(veth3f1c9a02) entered blocking state')
  kernel.write('kern', 'info', 'cni0: port 1(veth3f1c9a02) entered forwarding state')
}
