import { Code, SimulatedStatus, type ResetRequest } from '../machine-api.ts'
import { powerOf, talosOf, type MachineCore } from './core.ts'
import { drivesOf } from './storage/drives.ts'
import { partitionsOf } from './storage/partitions.ts'

/**
 * Answers at once; what is to be wiped is checked before (behaviour.md §7.1).
 * @throws UNKNOWN in Talos' words for a disk or partition that cannot be wiped
 */
export function requestReset(core: MachineCore, request: ResetRequest): { readonly actorId: string } {
  const actorId = core.random.uuid()
  core.kernel.talos(`reset request received. actorID: ${actorId}`)
  const { graceful, reboot, mode, partitions, userDisks } = request
  checkUserDisks(core, request)
  checkPartitions(core, request)
  const wipesSystem = mode !== 'USER_DISKS'
  const labels = partitions.filter(({ wipe }) => wipe).map(({ label }) => label)
  core.life.wipe = { graceful, system: partitions.length > 0 ? new Set(labels) : 'disk' }
  void core.sequences.run('reset', {
    talos: talosOf(core),
    actorId,
    reset: {
      graceful,
      reboot,
      leavesEtcd: graceful && core.spec.role === 'controlplane',
      wipesDisk: wipesSystem && partitions.length === 0,
      wipesPartitions: wipesSystem && labels.length > 0,
      wipesUserDisks: mode !== 'SYSTEM_DISK' && userDisks.length > 0,
    },
  })
  return { actorId }
}

function checkUserDisks(core: MachineCore, { mode, userDisks }: ResetRequest): void {
  if (userDisks.length === 0) return
  if (mode === 'SYSTEM_DISK')
    throw refused(
      "reset failed: invalid input, wipe mode SYSTEM_DISK doesn't support UserDisksToWipe parameter",
    )
  const { systemDisk } = core.hardware
  for (const device of userDisks) {
    if (device === `/dev/${systemDisk.name}`)
      throw refused(`reset user disk failed: device ${device} is the system disk`)
    if (device === '/dev/loop0') throw refused(`reset user disk failed: device ${device} is readonly`)
    if (!drivesOf(core).some(({ name }) => device === `/dev/${name}`))
      throw refused(`reset user disk failed: device ${device} wasn't found`)
  }
}

function checkPartitions(core: MachineCore, { mode, partitions }: ResetRequest): void {
  if (partitions.length === 0) return
  if (mode === 'USER_DISKS')
    throw refused(
      "reset failed: invalid input, wipe mode USER_DISKS doesn't support SystemPartitionsToWipe parameter",
    )
  const known = new Set(partitionsOf(core).map(({ label }) => label))
  for (const { label } of partitions)
    if (!known.has(label))
      throw refused(
        `failed to get volume status with label "${label}": resource VolumeStatuses.block.talos.dev(runtime/${label}@undefined) doesn't exist`,
      )
}

function refused(message: string): SimulatedStatus {
  return new SimulatedStatus(Code.UNKNOWN, message)
}

const LEAVE_AGAIN = 10_000
const LEAVE_TRIES = 30

/** An unhealthy cluster may get well: Talos asks for five minutes. A last member is refused at once. */
async function untilLet(core: MachineCore, memberId: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const objection = core.cluster.etcd.objection(memberId)
    if (objection === undefined || objection.endsWith('member not found')) return
    const text = `failed to remove member ${BigInt(`0x${memberId}`)}: ${objection}`
    if (!objection.endsWith('unhealthy cluster'))
      throw refused(`failed to leave cluster: 1 error(s) occurred:\n\t${text}`)
    if (tries === LEAVE_TRIES)
      throw refused(`failed to leave cluster: 2 error(s) occurred:\n\t${text}\n\ttimeout`)
    await core.clock.sleep(LEAVE_AGAIN, powerOf(core))
  }
}

/** The member is taken out with its data, then its process is stopped; its next start joins anew. */
export async function leaveEtcd(core: MachineCore): Promise<void> {
  const { cluster, services, spec } = core
  if (!cluster.etcd.healthy(spec.hostname))
    throw refused('failed to leave cluster: context deadline exceeded')
  await untilLet(core, cluster.memberIdOf(spec.hostname))
  cluster.dropEtcdData(spec.hostname)
  await services.stop('etcd')
}

/** What a reset does to the disk. Without STATE the machine no longer knows its cluster. */
export function wipe(core: MachineCore): void {
  const { disk, life, cluster, spec } = core
  if (!life.wipe) return
  const { system, graceful } = life.wipe
  const isGone = (label: string): boolean => system === 'disk' || system.has(label)
  if (system === 'disk') {
    disk.entries = []
    disk.defaultLabel = ''
  }
  if (isGone('META')) {
    disk.fallbackLabel = undefined
    disk.staged = undefined
    disk.meta.clear()
  }
  if (isGone('EPHEMERAL')) {
    core.pulled.clear()
    const isMember = cluster.etcd.members().some(({ id }) => id === memberIdOf(core))
    if (isMember && !isGone('STATE')) cluster.dropEtcdData(spec.hostname)
  }
  if (isGone('STATE')) {
    disk.config = ''
    cluster.leave(core.hooks.self(), { keepsMember: !graceful })
  }
}

function memberIdOf({ cluster, spec }: MachineCore): string | undefined {
  return spec.role === 'controlplane' ? cluster.memberIdOf(spec.hostname) : undefined
}
