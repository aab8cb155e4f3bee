import type { MdArray } from '../boot-disk.ts'
import type { ArrayFacts } from '../config/config-file.ts'
import { selectVolumes } from '../config/disk-selector.ts'
import { powerOf, type MachineCore } from '../core.ts'
import { Code, SimulatedStatus } from '../../machine-api.ts'
import { arrayLinks, arrayPath, mdUuid } from './devices.ts'
import { candidates } from './discovered.ts'
import { bytesOf } from './drives.ts'
import { partitionsOf } from './partitions.ts'

const CONTROLLER = 'storage.MDArrayReconcileController'
const LEAST_MEMBERS = 2
/** Bytes a millisecond at which a new member is filled. */
const RECOVERY = 180_000

/** MDArrayStatuses by array: what the config asks for and what came of it (1.14, facts of its MDArrayReconcileController). */
export function reconcileArrays(core: MachineCore): Record<string, object> {
  const wanted = core.life.active?.facts.arrays ?? []
  return Object.fromEntries(wanted.map((array) => [array.name, reconcileArray(core, array)]))
}

function reconcileArray(core: MachineCore, wanted: ArrayFacts): object {
  const status = { level: 'raid1', device: arrayPath(wanted.name), members: [] as readonly string[] }
  let members: readonly string[]
  try {
    members = membersFor(core, wanted)
  } catch (error) {
    return failed(
      status,
      `match disks: evaluate selector: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const paths = members.map((member) => `/dev/${member}`)
  if (members.length < LEAST_MEMBERS)
    return {
      ...status,
      members: paths,
      error: `waiting for enough member disks: matched ${members.length}, required ${LEAST_MEMBERS}`,
      status: 'waiting',
      raidDevices: 0,
    }
  const known = core.disk.arrays.find((array) => array.members.some((member) => members.includes(member)))
  const isTaken = (member: string): boolean =>
    core.disk.lvm.physical.some(({ device }) => device === member) ||
    partitionsOf(core).some(({ disk, index, mount }) => disk === member && index === 0 && mount !== undefined)
  if (members.some((member) => !(known?.members.includes(member) ?? false) && isTaken(member)))
    return failed(
      { ...status, members: paths },
      `${known ? 'add' : 'create'}: mdadm failed: md: resource in use`,
    )
  return statusOf(status, known ? extended(core, known, members) : created(core, wanted, members))
}

function failed(status: object, error: string): object {
  return { ...status, error, status: 'error', raidDevices: 0 }
}

function membersFor(core: MachineCore, { selector }: ArrayFacts): readonly string[] {
  const eligible = candidates(core).filter((one) => !one.isPartitioned && !one.isSystemDisk)
  // An array is no member of itself.
  return selectVolumes(selector, eligible)
    .map(({ device }) => device)
    .filter((device) => !device.startsWith('md') && device !== 'loop0')
}

function created(core: MachineCore, wanted: ArrayFacts, members: readonly string[]): MdArray {
  core.kernel.controller(CONTROLLER, 'creating MD array', {
    array: wanted.name,
    members: members.map((member) => `/dev/${member}`),
  })
  const taken = new Set(core.disk.arrays.map(({ node }) => node))
  let number = 0
  while (taken.has(`md${number}`)) number += 1
  const array: MdArray = {
    node: `md${number}`,
    name: wanted.name,
    uuid: mdUuid(core.hardware.uuid, `${wanted.name} ${core.clock.now()}`),
    metadata: wanted.metadata,
    members,
    // Talos has it made with --assume-clean.
    isRecovering: false,
  }
  core.disk.arrays = [...core.disk.arrays, array]
  return array
}

/** Members that the selector matches now are added and filled; none is ever taken out. */
function extended(core: MachineCore, array: MdArray, members: readonly string[]): MdArray {
  const added = members.filter((member) => !array.members.includes(member))
  if (array.isRecovering) follow(core, array)
  if (added.length === 0 || array.isRecovering) return array
  core.kernel.controller(CONTROLLER, 'extending MD array', {
    array: array.name,
    members: added.map((member) => `/dev/${member}`),
    raid_devices: array.members.length + added.length,
  })
  const grown = { ...array, members: [...array.members, ...added], isRecovering: true }
  replace(core, grown)
  follow(core, grown)
  return grown
}

function replace(core: MachineCore, array: MdArray): void {
  core.disk.arrays = core.disk.arrays.map((one) => (one.uuid === array.uuid ? array : one))
}

/** Recoveries that are waited for, by the power they need. */
const followed = new WeakMap<AbortSignal, Set<string>>()

function follow(core: MachineCore, { uuid, node }: MdArray): void {
  const power = powerOf(core)
  const waiting = followed.get(power) ?? new Set()
  followed.set(power, waiting)
  if (waiting.has(uuid)) return
  waiting.add(uuid)
  core.clock
    .sleep(bytesOf(core, node) / RECOVERY, power)
    .then(() => {
      waiting.delete(uuid)
      const array = core.disk.arrays.find((one) => one.uuid === uuid)
      if (!array) return
      replace(core, { ...array, isRecovering: false })
      core.hooks.storageChanged()
    })
    // The power went meanwhile; the next boot goes on with it.
    .catch(() => undefined)
}

function statusOf(status: object, array: MdArray): object {
  return {
    ...status,
    members: array.members.map((member) => `/dev/${member}`),
    status: array.isRecovering ? 'rebuilding' : 'ready',
    raidDevices: array.members.length,
    uuid: array.uuid,
    name: `talos:${array.name}`,
    metadata: array.metadata,
    arrayState: array.isRecovering ? 'active' : 'clean',
    syncAction: array.isRecovering ? 'recover' : 'idle',
  }
}

/**
 * Stops the array and takes its superblocks away.
 * @throws NOT_FOUND for no array, FAILED_PRECONDITION while something is on it
 */
export function destroyArray(core: MachineCore, device: string): void {
  const array = core.disk.arrays.find(
    (one) => device === `/dev/${one.node}` || arrayLinks(one).includes(device),
  )
  if (!array) throw new SimulatedStatus(Code.NOT_FOUND, 'md: array not found')
  const isUsed =
    core.disk.lvm.physical.some(({ device: name, group }) => name.startsWith(array.node) && group !== '') ||
    partitionsOf(core).some(({ disk, mount }) => disk === array.node && mount !== undefined)
  if (isUsed) throw new SimulatedStatus(Code.FAILED_PRECONDITION, 'md: resource in use')
  core.disk.arrays = core.disk.arrays.filter((one) => one !== array)
  core.disk.dataPartitions = core.disk.dataPartitions.filter(({ disk }) => disk !== array.node)
  core.hooks.storageChanged()
}
