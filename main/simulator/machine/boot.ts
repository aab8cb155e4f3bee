import { setMaxListeners } from 'node:events'
import { defaultEntry, isInstalled } from './boot-disk.ts'
import { writeKernelStart, writePodNetwork } from './boot-lines.ts'
import { powerOf, talosOf, type MachineCore } from './core.ts'
import { jitter } from './random.ts'
import { publishBoot, publishTime } from './resources/runtime.ts'
import { keepPublishingStats } from './resources/perf.ts'
import { publishHardware } from './resources/hardware.ts'
import { linkStates, mainLink, publishNetwork } from './resources/network.ts'
import { publishVolumes } from './resources/block.ts'
import { EMERGENCY_CLEANUP } from './sequence-data.ts'
import { PowerLost } from './sequence-runner.ts'
import { servicesOf } from './service-definitions.ts'
import { startNoise } from './noise.ts'
import { installUnattended, unattendedOf } from './unattended-install.ts'
import { atLeast } from './versions.ts'
import { loseErased } from './wipe-device.ts'

/** Kernel to running; returns when the boot sequence is over one way or another. */
export async function boot(core: MachineCore): Promise<void> {
  begin(core)
  const power = powerOf(core)
  try {
    await writeKernelStart(core, power)
    publishBoot(core)
    publishHardware(core)
    publishVolumes(core)
    unawaited(bringUpNetwork(core, power))
    const talos = talosOf(core)
    if ((await core.sequences.run('initialize', { talos })) !== 'done') return
    const isUnattended = !isInstalled(core.disk) && unattendedOf(core) !== undefined
    const staged = core.disk.staged !== undefined || (!isInstalled(core.disk) && !isUnattended)
    if ((await core.sequences.run('install', { talos, staged })) !== 'done') return
    if (isUnattended) unawaited(installUnattended(core))
    if ((await core.sequences.run('boot', { talos })) !== 'done') return
    writePodNetwork(core)
  } catch (error) {
    if (!power.aborted) throw error
  }
}

/** A new life: the loader has chosen an entry, everything in memory is gone. */
function begin(core: MachineCore): void {
  const { life, disk } = core
  if (core.troubles.has('silent-fallback') && disk.fallbackLabel !== undefined) {
    // The loader could not load the new kernel and took its own fallback; nothing is told about it.
    disk.defaultLabel = disk.fallbackLabel
    disk.fallbackLabel = undefined
  }
  life.power = new AbortController()
  // Every timer of the machine listens to it; a dozen is no leak here.
  setMaxListeners(0, life.power.signal)
  life.entry = defaultEntry(disk)
  life.bootId = core.random.uuid()
  life.bootTime = core.clock.now()
  life.stage = 'booting'
  life.ready = false
  life.timeSynced = false
  life.networkReady = false
  life.volumesMounted = false
  life.podsReady = false
  life.rolling.clear()
  life.kubeletImage = ''
  life.nodeReady = false
  life.active = undefined
  life.trial = undefined
  life.applying = false
  life.maintenance = undefined
  life.rebootPending = false
  life.installing = false
  life.installPhase = undefined
  life.upgradeImage = undefined
  life.wipe = undefined
  life.removedImages.clear()
  life.restart = 'firmware'
  core.store.clear()
  core.events.reset()
  core.kernel.reset()
  core.logs.reset()
  core.services.reset(servicesOf(core.spec.role, life.entry.talos, life.entry.extensions))
  for (const id of ['controller-runtime', 'dns-resolve-cache', 'early-startup']) core.logs.register(id)
  if (atLeast(life.entry.talos, '1.12')) core.logs.register('kernel')
  startNoise(core)
  void keepPublishingStats(core, () => core.hooks.load())
}

async function bringUpNetwork(core: MachineCore, power: AbortSignal): Promise<void> {
  const { kernel, clock, random, life } = core
  await clock.sleep(jitter(random, 700, 0.4), power)
  const link = mainLink(core).name
  kernel.controller('network.LinkSpecController', 'setting link up', { link })
  publishNetwork(core)
  for (const { port, addresses, gateway } of linkStates(core)) {
    for (const address of addresses)
      kernel.controller('network.AddressSpecController', 'assigned address', { address, link: port.name })
    if (gateway !== undefined && addresses.length > 0)
      kernel.controller('network.RouteSpecController', 'created route', {
        destination: 'default',
        gateway,
        link: port.name,
      })
  }
  core.hooks.review()
  await clock.sleep(jitter(random, 2600, 0.3), power)
  kernel.controller(
    'time.SyncController',
    'adjusting time (slew) by 1.284ms via 162.159.200.1, state TIME_OK, status STA_NANO',
  )
  life.timeSynced = !core.troubles.has('clock-skew')
  publishTime(core)
  core.hooks.review()
}

/** A sequence failed for good: clean up, go back to the old system if there is one to go back to, restart. */
export async function recoverFromFatal(core: MachineCore): Promise<void> {
  const power = powerOf(core)
  const { kernel, disk, life } = core
  try {
    for (const phase of EMERGENCY_CLEANUP) kernel.talos(`phase ${phase.name}: ${phase.tasks.length} tasks(s)`)
    life.volumesMounted = false
    const running = core.services.known().filter((id) => id !== 'machined' && id !== 'apid')
    await Promise.all(running.map((id) => core.services.stop(id)))
    const previous = disk.fallbackLabel
    if (previous !== undefined && disk.entries.some((entry) => entry.label === previous)) {
      kernel.talos(`reverting failed upgrade, switching to "${previous}"`)
      disk.defaultLabel = previous
      disk.fallbackLabel = undefined
    }
    for (let seconds = 10; seconds > 0; seconds--) {
      kernel.talos(`rebooting in ${seconds} seconds`)
      await core.clock.sleep(1000, power)
    }
    core.hooks.restart('firmware')
  } catch (error) {
    if (!power.aborted) throw error
  }
}

/** Power goes: timers die, connections drop, memory is gone. */
export function losePower(core: MachineCore): void {
  const { life, cluster, spec } = core
  life.power?.abort(new PowerLost())
  life.power = undefined
  loseErased(core)
  life.ready = false
  life.maintenance = undefined
  core.hooks.reach()
  if (spec.role === 'controlplane') {
    cluster.etcdProcess(spec.hostname, false)
    cluster.releaseUpgradeMutex(spec.hostname, 'lease')
    cluster.apiServer(spec.hostname, false)
  }
}

/** What the firmware and the loader take before the kernel starts. */
export async function comeBack(core: MachineCore, how: 'kexec' | 'firmware'): Promise<void> {
  const plug = core.life.plug.signal
  core.life.returning = true
  try {
    await core.clock.sleep(jitter(core.random, how === 'kexec' ? 1600 : 24_000, 0.3), plug)
    while (core.troubles.has('reboot-hangs')) await core.clock.sleep(1000, plug)
  } catch {
    return
  } finally {
    core.life.returning = false
  }
  core.life.startedBy = how
  if (how === 'firmware') core.disk.menu = core.disk.entries.map(({ label }) => label)
  await boot(core)
}

function unawaited(work: Promise<void>): void {
  work.catch(() => undefined)
}
