import { DISK, SYSTEM_DISK } from '../nodes/resource-types.ts'
import { flagField, numberField, textField } from '../nodes/spec-fields.ts'
import type { ReadingPort, Resource, ResourceKey } from '../nodes/talos-port.ts'
import { ask, askIfThere, valueOf, type Known } from '../upgrades/known.ts'

const DISCOVERED_VOLUME: ResourceKey = { namespace: 'runtime', type: 'DiscoveredVolumes.block.talos.dev' }
const VOLUME_STATUS: ResourceKey = { namespace: 'runtime', type: 'VolumeStatuses.block.talos.dev' }

export interface Disk {
  /** `/dev/nvme0n1` */
  readonly device: string
  readonly size: string | undefined
  readonly model: string | undefined
  readonly system: boolean
  /** A loop device, a CD or a disk that cannot be written: nothing a reset erases. */
  readonly readOnly: boolean
}

export interface Partition {
  readonly device: string
  /** The disk it is on: `/dev/nvme0n1`. */
  readonly disk: string
  /** `EPHEMERAL`, as the partition table has it. */
  readonly label: string | undefined
  readonly filesystem: string | undefined
  readonly size: string | undefined
  readonly index: number
}

export interface Volume {
  /** `EPHEMERAL`, `u-longhorn`, `/var/lib/etcd` */
  readonly id: string
  readonly phase: string | undefined
  /** Device it is on; absent for a folder of another volume. */
  readonly location: string | undefined
  readonly parentId: string | undefined
  readonly size: string | undefined
}

/** The disks of a node at one moment. */
export interface DiskFacts {
  readonly disks: readonly Disk[]
  readonly partitions: readonly Partition[]
  readonly volumes: readonly Volume[]
}

export async function gatherDiskFacts(
  talos: Pick<ReadingPort, 'list'>,
  node: string,
  signal: AbortSignal,
): Promise<Known<DiskFacts>> {
  return ask(signal, async () => {
    const [disks, system, partitions, volumes] = await Promise.all([
      talos.list(node, DISK, signal),
      ask(signal, () => talos.list(node, SYSTEM_DISK, signal)),
      talos.list(node, DISCOVERED_VOLUME, signal),
      askIfThere(signal, () => talos.list(node, VOLUME_STATUS, signal)),
    ])
    const systemId = textField(valueOf(system)?.[0]?.spec, 'diskID')
    return {
      disks: disks.map((disk) => diskOf(disk, systemId)).sort((a, b) => a.device.localeCompare(b.device)),
      partitions: partitions
        .filter(({ spec }) => textField(spec, 'type') === 'partition')
        .map(partitionOf)
        .sort((a, b) => a.disk.localeCompare(b.disk) || a.index - b.index),
      volumes: (valueOf(volumes) ?? []).map(volumeOf),
    }
  })
}

/** The volume of etcd's own, where 1.14 keeps its data outside EPHEMERAL. A folder is part of EPHEMERAL. */
export function etcdVolumeOf({ volumes }: DiskFacts): Volume | undefined {
  return volumes.find(({ id, location }) => id === 'ETCD' && location !== undefined)
}

function diskOf({ id, spec }: Resource, systemId: string | undefined): Disk {
  return {
    device: textField(spec, 'dev_path') ?? `/dev/${id}`,
    size: textField(spec, 'pretty_size'),
    model: textField(spec, 'model'),
    system: id === systemId,
    readOnly: flagField(spec, 'readonly') === true || flagField(spec, 'cdrom') === true,
  }
}

function partitionOf({ id, spec }: Resource): Partition {
  return {
    device: textField(spec, 'dev_path') ?? `/dev/${id}`,
    disk: textField(spec, 'parent_dev_path') ?? `/dev/${textField(spec, 'parent') ?? ''}`,
    label: textField(spec, 'partition_label') ?? textField(spec, 'label'),
    filesystem: textField(spec, 'name'),
    size: textField(spec, 'pretty_size'),
    index: numberField(spec, 'partition_index') ?? 0,
  }
}

function volumeOf({ id, spec }: Resource): Volume {
  return {
    id,
    phase: textField(spec, 'phase'),
    location: textField(spec, 'location'),
    parentId: textField(spec, 'parentID'),
    size: textField(spec, 'prettySize'),
  }
}
