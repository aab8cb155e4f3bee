import type { ResetChoice, WipeItem } from '#contract/node-actions.ts'
import type { WireReset } from '../nodes/talos-port.ts'
import { etcdVolumeOf, type Disk, type DiskFacts, type Partition } from './disk-facts.ts'

export interface WipePreview {
  readonly erased: readonly WipeItem[]
  readonly kept: readonly WipeItem[]
}

const HOLDS: Readonly<Record<string, WipeItem['holds']>> = {
  STATE: 'config',
  EPHEMERAL: 'ephemeral',
  ETCD: 'etcd',
  META: 'meta',
  EFI: 'talos',
  BOOT: 'talos',
  BIOS: 'talos',
}

/** What goes over the wire for a choice (behaviour.md §7.1). Partitions named: only these of the system disk. */
export function wireReset(choice: ResetChoice, disks: DiskFacts): WireReset {
  const { scope, graceful, reboot, userDisks } = choice
  return {
    graceful,
    reboot,
    mode: scope === 'user-disks' ? 'user-disks' : userDisks.length > 0 ? 'all' : 'system-disk',
    partitions: partitionsOf(choice, disks),
    userDisks,
  }
}

/** The same as a command line. talosctl keeps a machine off after a reset unless told otherwise. */
export function resetCommand(node: string, request: WireReset): string {
  const parts = [
    `talosctl -n ${node} reset`,
    request.graceful ? '' : '--graceful=false',
    request.reboot ? '--reboot' : '',
    `--wipe-mode ${request.mode}`,
    request.partitions.length === 0 ? '' : `--system-labels-to-wipe ${request.partitions.join(',')}`,
    request.userDisks.length === 0 ? '' : `--user-disks-to-wipe ${request.userDisks.join(',')}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** Labels of the partitions to wipe; none where the disk goes whole or stays whole. */
function partitionsOf({ scope, etcdVolume }: ResetChoice, disks: DiskFacts): readonly string[] {
  const etcd = etcdVolume && etcdVolumeOf(disks) !== undefined ? ['ETCD'] : []
  switch (scope) {
    case 'reconfigure':
      return ['STATE', 'EPHEMERAL', ...etcd]
    case 'ephemeral':
      return ['EPHEMERAL', ...etcd]
    case 'system-disk':
    case 'user-disks':
      return []
  }
}

/** Every disk of the node with what is on it, in one column or the other. */
export function wipePreview(choice: ResetChoice, disks: DiskFacts): WipePreview {
  const erased: WipeItem[] = []
  const kept: WipeItem[] = []
  const labels = new Set(partitionsOf(choice, disks))
  for (const disk of disks.disks) {
    if (disk.readOnly) continue
    const parts = disks.partitions.filter((partition) => partition.disk === disk.device)
    const whole = disk.system ? choice.scope === 'system-disk' : choice.userDisks.includes(disk.device)
    if (whole) {
      erased.push(diskItem(disk), ...parts.map((partition) => partitionItem(partition, disks)))
      continue
    }
    if (parts.length === 0) kept.push(diskItem(disk))
    for (const partition of parts) {
      const goes = disk.system && partition.label !== undefined && labels.has(partition.label)
      ;(goes ? erased : kept).push(partitionItem(partition, disks))
    }
  }
  return { erased, kept }
}

/** Disks a reset may erase besides the system disk. */
export function userDisksOf(disks: DiskFacts): readonly WipeItem[] {
  return disks.disks.filter(({ system, readOnly }) => !system && !readOnly).map(diskItem)
}

function diskItem({ device, size, model }: Disk): WipeItem {
  return {
    id: device,
    kind: 'disk',
    device,
    name: model ?? device.replace(/^\/dev\//, ''),
    holds: 'whole-disk',
    ...(size === undefined ? {} : { size }),
  }
}

/** A partition that a volume lies on goes by the volume's name: `u-longhorn`. */
function partitionItem({ device, label, filesystem, size }: Partition, { volumes }: DiskFacts): WipeItem {
  const volume = volumes.find(({ location }) => location === device)
  const name = label ?? volume?.id ?? filesystem ?? device
  const user = [volume?.id, label].some((id) => id !== undefined && /^[uers]-/.test(id))
  return {
    id: device,
    kind: volume === undefined ? 'partition' : 'volume',
    device,
    name: user ? name.replace(/^[uers]-/, '') : name,
    holds: user ? 'user-data' : (HOLDS[name] ?? 'unknown'),
    ...(size === undefined ? {} : { size }),
  }
}
