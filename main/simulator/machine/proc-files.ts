import { Code, SimulatedStatus, type LoadSnapshot } from '../machine-api.ts'
import { isInstalled } from './boot-disk.ts'
import { hostnameOf, talosOf, type MachineCore } from './core.ts'
import type { NetworkPort } from './hardware.ts'
import type { LoadModel } from './load.ts'
import { kernelCommandLine, kernelRelease } from './resources/runtime.ts'
import { partitionDevice } from './storage/drives.ts'
import { partitionsOf } from './storage/partitions.ts'

/** Mounted file systems with their room (behaviour.md §8.5 `Mounts`). */
export function mountsOf(core: MachineCore, loads: LoadModel): LoadSnapshot['mounts'] {
  const seconds = (core.clock.now() - core.life.bootTime) / 1000
  const real = partitionsOf(core)
    .filter((partition) => partition.mount !== undefined && core.life.volumesMounted)
    .map((partition) => {
      const share = partition.label === 'STATE' ? 0.11 : loads.diskShare(seconds)
      return {
        filesystem: `/dev/${partitionDevice(partition)}`,
        size: partition.size,
        available: Math.round(partition.size * (1 - share)),
        mountedOn: partition.mount ?? '',
      }
    })
  const memory = core.spec.memoryBytes
  return [
    {
      filesystem: 'devtmpfs',
      size: Math.round(memory / 2),
      available: Math.round(memory / 2),
      mountedOn: '/dev',
    },
    {
      filesystem: 'tmpfs',
      size: Math.round(memory / 2),
      available: Math.round(memory / 2) - 2_400_000,
      mountedOn: '/run',
    },
    { filesystem: 'tmpfs', size: 65_536_000, available: 65_100_000, mountedOn: '/system' },
    { filesystem: '/dev/loop0', size: 73_400_320, available: 0, mountedOn: '/' },
    ...real,
  ]
}

/** systemd-boot's variables, as the kernel shows them: attributes, then UTF-16 texts that end with a zero. */
function loaderVariable(name: string): string {
  return `/sys/firmware/efi/efivars/${name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f`
}

function bootsUki({ disk }: MachineCore): boolean {
  return disk.loader !== 'grub' && isInstalled(disk)
}

function efiTexts(texts: readonly string[]): Buffer {
  return Buffer.concat([
    Buffer.from([6, 0, 0, 0]),
    Buffer.from(texts.map((text) => `${text}\0`).join(''), 'utf16le'),
  ])
}

/** The files that clients are known to read; anything else is not there. */
export function readProcFile(core: MachineCore, path: string, load: () => LoadSnapshot): Buffer {
  const text = FILES[path]?.(core, load)
  if (text === undefined) throw new SimulatedStatus(Code.NOT_FOUND, `stat ${path}: no such file or directory`)
  return typeof text === 'string' ? Buffer.from(text) : text
}

export function filePaths(core: MachineCore, load: () => LoadSnapshot): readonly string[] {
  return Object.keys(FILES).filter((path) => FILES[path]?.(core, load) !== undefined)
}

type FileText = (core: MachineCore, load: () => LoadSnapshot) => string | Buffer | undefined

const FILES: Readonly<Record<string, FileText>> = {
  [loaderVariable('LoaderEntries')]: (core) =>
    bootsUki(core) ? efiTexts([...core.disk.menu, 'auto-reboot-to-firmware-setup']) : undefined,
  [loaderVariable('LoaderEntryDefault')]: (core) =>
    bootsUki(core) ? efiTexts([core.disk.defaultLabel]) : undefined,
  '/proc/sys/kernel/random/boot_id': (core) => `${core.life.bootId}\n`,
  '/proc/cmdline': (core) => `${kernelCommandLine(core)}\n`,
  '/proc/version': (core) =>
    `Linux version ${kernelRelease(core)} (@buildkitsandbox) #1 SMP PREEMPT_DYNAMIC\n`,
  '/proc/sys/kernel/osrelease': (core) => `${kernelRelease(core)}\n`,
  '/proc/sys/kernel/hostname': (core) => `${hostnameOf(core)}\n`,
  '/proc/loadavg': (_, load) =>
    `${load()
      .load.map((value) => value.toFixed(2))
      .join(' ')} 2/812 4711\n`,
  '/proc/uptime': (core, load) => {
    const up = (core.clock.now() - core.life.bootTime) / 1000
    return `${up.toFixed(2)} ${load().cpu.idle.toFixed(2)}\n`
  },
  '/proc/meminfo': (_, load) => {
    const { memory } = load()
    const line = (name: string, kilobytes: number): string =>
      `${`${name}:`.padEnd(16)}${String(kilobytes).padStart(8)} kB\n`
    return [
      line('MemTotal', memory.total),
      line('MemFree', memory.free),
      line('MemAvailable', memory.available),
      line('Buffers', memory.buffers),
      line('Cached', memory.cached),
    ].join('')
  },
  '/proc/mounts': (core) => mountLines(core),
  '/proc/bus/pci/devices': (core) => core.hardware.links.map(pciLine).join(''),
  '/etc/os-release': (core) =>
    [
      'NAME="Talos"',
      'ID=talos',
      `VERSION_ID=${talosOf(core)}`,
      `PRETTY_NAME="Talos (${talosOf(core)})"`,
      'HOME_URL="https://www.talos.dev/"',
      '',
    ].join('\n'),
  '/etc/resolv.conf': (core) =>
    (core.life.active?.facts.nameservers ?? []).map((server) => `nameserver ${server}\n`).join(''),
  '/system/state/config.yaml': (core) => core.disk.config,
}

/** Bus and function, vendor and device, interrupt, the regions and their sizes, driver: one device a line. */
function pciLine({ bus, pci, driver }: NetworkPort): string {
  const [, busNumber = '00', device = '00', part = '0'] = /:(\w\w):(\w\w)\.(\w)$/.exec(bus) ?? []
  const place = (Number.parseInt(device, 16) * 8 + Number(part)).toString(16).padStart(2, '0')
  const regions = Array.from({ length: 14 }, (_none, at) =>
    at === 0 ? 'f7e00000' : at === 7 ? '20000' : '0',
  )
  const columns = [
    `${busNumber}${place}`,
    pci.replace(':', ''),
    '10',
    ...regions.map((one) => one.padStart(16, ' ')),
  ]
  return `${columns.join('\t')}\t${driver}\n`
}

function mountLines(core: MachineCore): string {
  const mounted = partitionsOf(core)
    .filter((partition) => partition.mount !== undefined && core.life.volumesMounted)
    .map(
      (partition) =>
        `/dev/${partitionDevice(partition)} ${partition.mount} xfs rw,seclabel,nosuid,nodev,relatime,attr2,inode64,logbufs=8,prjquota 0 0\n`,
    )
  return [
    '/dev/loop0 / squashfs ro,seclabel,relatime,errors=continue 0 0\n',
    'devtmpfs /dev devtmpfs rw,seclabel,nosuid,noexec,relatime 0 0\n',
    'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n',
    'tmpfs /run tmpfs rw,seclabel,nosuid,nodev,relatime,mode=755 0 0\n',
    ...mounted,
  ].join('')
}
