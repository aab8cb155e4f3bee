import { Code, SimulatedStatus, type SimulatedMachine } from '../machine-api.ts'
import { otherEntry } from './boot-disk.ts'
import { powerOf, talosOf, type MachineCore } from './core.ts'
import { checkEtcdForUpgrade } from './etcd-check.ts'
import { fetchLayers } from './images.ts'
import { publishMeta } from './resources/runtime.ts'
import { atLeast, upgradeObjection } from './versions.ts'

type LegacyRequest = Parameters<SimulatedMachine['upgradeLegacy']>[0]

/** Answers at once; the sequence runs on, and may turn out to be locked (behaviour.md §7). */
export function requestReboot(
  core: MachineCore,
  mode: 'DEFAULT' | 'POWERCYCLE' | 'FORCE',
): { readonly actorId: string } {
  if (mode === 'FORCE' && !atLeast(talosOf(core), '1.12')) return requestReboot(core, 'DEFAULT')
  const actorId = core.random.uuid()
  core.kernel.talos(`reboot via API received. actor id: ${actorId}`)
  void core.sequences.run('reboot', { talos: talosOf(core), rebootMode: mode, actorId })
  return { actorId }
}

export function requestShutdown(core: MachineCore, force: boolean): { readonly actorId: string } {
  const actorId = core.random.uuid()
  core.kernel.talos(`shutdown via API received. actor id: ${actorId}`)
  void core.sequences.run('shutdown', { talos: talosOf(core), force, actorId, takeover: true })
  return { actorId }
}

/** Flips to the other entry and reboots; the config stays as it is (behaviour.md §5.9). */
export function requestRollback(core: MachineCore): void {
  core.kernel.talos('rollback via API received')
  const { disk, life } = core
  const other = otherEntry(disk, life.entry.label)
  if (!other) {
    const wanted = disk.loader === 'grub' ? (life.entry.label === 'A' ? 'B' : 'A') : 'previous UKI'
    throw new SimulatedStatus(Code.UNKNOWN, `cannot rollback to ${wanted}, label does not exist`)
  }
  disk.defaultLabel = other.label
  disk.fallbackLabel = undefined
  publishMeta(core)
  void core.sequences.run('reboot', { talos: talosOf(core), takeover: true })
}

/** Milliseconds in which every member is asked for its health. */
const ETCD_ANSWERS_IN = 400

/** Blocks while the image is pulled and checked, then runs `upgrade` or `stageUpgrade` (behaviour.md §5.2). */
export async function upgradeLegacy(
  core: MachineCore,
  request: LegacyRequest,
  /** Of the call: who hangs up while the image comes ends it there. */
  caller: AbortSignal = powerOf(core),
): Promise<{ readonly actorId: string }> {
  const talos = talosOf(core)
  const actorId = core.random.uuid()
  core.kernel.talos(
    `upgrade request received: staged ${request.stage}, force ${request.force}, reboot mode ${request.rebootMode}`,
  )
  core.kernel.talos(`validating "${request.image}"`)
  const signal = AbortSignal.any([powerOf(core), caller])
  await fetchImage(core, request.image, signal)
  signal.throwIfAborted()
  const waived = request.force || (atLeast(talos, '1.12') && request.preserve)
  if (core.spec.role === 'controlplane' && !waived) await checkEtcdAlone(core)
  signal.throwIfAborted()
  const image = core.cluster.registry.installer(request.image)
  if (request.stage) {
    core.disk.staged = image
    publishMeta(core)
    void core.sequences.run('stageUpgrade', { talos, actorId, rebootMode: request.rebootMode })
  } else {
    core.life.upgradeImage = image
    void core.sequences.run('upgrade', { talos, actorId, rebootMode: request.rebootMode })
  }
  return { actorId }
}

/** The lock is for the check and no longer: once the call is answered the next member may be asked (Talos 1.9 to 1.14). */
async function checkEtcdAlone(core: MachineCore): Promise<void> {
  const { cluster, clock, spec } = core
  const power = powerOf(core)
  if (!cluster.takeUpgradeMutex(spec.hostname))
    throw new SimulatedStatus(
      Code.UNKNOWN,
      'failed to acquire upgrade mutex: error trying to lock etcd upgrade mutex: mutex: Locked by another session',
    )
  try {
    await clock.sleep(ETCD_ANSWERS_IN, power)
    checkEtcdForUpgrade(cluster)
  } finally {
    if (!power.aborted) cluster.releaseUpgradeMutex(spec.hostname, 'now')
  }
}

async function fetchImage(core: MachineCore, reference: string, signal: AbortSignal): Promise<void> {
  try {
    const layers = fetchLayers(core, reference, signal)
    while (!(await layers.next()).done);
    const image = core.cluster.registry.installer(reference)
    const objection = core.troubles.has('upgrade-wrong-image')
      ? 'exec /bin/installer: exec format error'
      : upgradeObjection(talosOf(core), image.talos)
    if (objection !== undefined) throw new Error(objection)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw new SimulatedStatus(Code.UNKNOWN, `error validating installer image "${reference}": ${text}`)
  }
}
