import { asWritten, installEntry, isInstalled, type BootImage } from './boot-disk.ts'
import { selectDisks } from './config/disk-selector.ts'
import { diskPaths, hostnameOf, powerOf, talosOf, type MachineCore } from './core.ts'
import { loadConfig } from './load-config.ts'
import { stopPods } from './kubernetes.ts'
import { installerLines } from './installer-lines.ts'
import { fetchLayers } from './images.ts'
import { cordonItself } from './node-object.ts'
import { jitter } from './random.ts'
import { publishMeta } from './resources/runtime.ts'
import { publishVolumes } from './resources/block.ts'
import { partitionDevice } from './storage/drives.ts'
import { leaveEtcd, wipe } from './reset.ts'
import { selectableDisks } from './resources/hardware.ts'
import { Restarted, type SequenceRun } from './sequence-runner.ts'
import { schematicId } from './schematic.ts'
import { untilInstalled } from './unattended-install.ts'
import { atLeast } from './versions.ts'
import { isEarly, isStoppedForUpgrade } from './service-definitions.ts'

/** Linux reboot(2) magic, as RestartEvent carries it (behaviour.md §5.6). */
const RESTART_COMMAND = { firmware: 0x01234567, kexec: 0x45584543, off: 0x4321fedc } as const

/** The longest that `startAllServices` waits before the boot fails (behaviour.md §3.5), and how short a cause makes it. */
const BOOT_LIMIT = 70 * 60_000
const BOOT_LIMIT_CAUSED = 3 * 60_000

/** Milliseconds of tasks that only take time. */
const TAKES: Readonly<Record<string, number>> = {
  enforceKSPPRequirements: 3,
  waitForUSB: 5,
  reloadMeta: 15,
  flushMeta: 12,
  cleanupBootloader: 20,
  mountStatePartition: 120,
  unmountStatePartition: 60,
  saveStateEncryptionConfig: 8,
  saveConfig: 20,
  memorySizeCheck: 1,
  diskSizeCheck: 2,
  setUserEnvVars: 1,
  waitForCARoots: 2,
  startDBus: 15,
  stopDBus: 12,
  setupVarDirectory: 25,
  mountOverlayFilesystems: 40,
  writeUdevRules: 30,
  mountPromotableSystemPartitions: 25,
  unmountPromotableSystemPartitions: 25,
  mountUserDisks: 6,
  unmountUserDisks: 40,
  writeUserFiles: 4,
  extendPCRStartAll: 5,
  denyNewServices: 1,
  unmountPodMounts: 90,
  unmountSystemDiskBindMounts: 40,
  teardownLifecycle: 450,
  storeShutdownEmergency: 2,
}

/** Does one task of a sequence; rejects as the task fails (behaviour.md §5.4). */
export async function doTask(core: MachineCore, name: string, run: SequenceRun): Promise<void> {
  const { services, kernel, clock } = core
  const sleep = (milliseconds: number): Promise<void> =>
    clock.sleep(jitter(core.random, milliseconds, 0.25), run.signal)
  switch (name) {
    case 'startUdevd':
    case 'waitForUdevd':
      return services.start('udevd')
    case 'startMachined':
      return services.start('machined')
    case 'startApid':
      unwaited(services.start('apid'))
      return
    case 'startAuditd':
      return services.start('auditd')
    case 'startSyslogd':
      return services.start('syslogd')
    case 'startContainerd':
      return services.start('containerd')
    case 'startDashboard':
      unwaited(services.start('dashboard'))
      return
    case 'loadConfig':
      return loadConfig(core, run.signal)
    case 'mountEphemeralPartition':
      if (!isInstalled(core.disk)) await untilInstalled(core, run.signal)
      await sleep(380)
      mountEphemeral(core)
      return
    case 'startAllServices':
      return startAllServices(core, run)
    case 'stopAllPods':
      return stopAllPods(core, sleep)
    case 'cordonAndDrainNode':
      return run.name === 'reset' ? tryDrain(core, sleep, run.signal) : drain(core, sleep, run.signal)
    case 'stopServicesForUpgrade':
      return stopServices(core, (id) => isStoppedForUpgrade(id))
    case 'stopAllServices':
      // machined and apid go down with the power: the last events still have to leave the node.
      return stopServices(core, (id) => id !== 'machined' && id !== 'apid')
    case 'unmountEphemeralPartition':
      await sleep(300)
      core.life.volumesMounted = false
      kernel.write('kern', 'notice', `XFS (${ephemeralDevice(core)}): Unmounting Filesystem`)
      publishVolumes(core)
      return
    case 'upgrade':
    case 'install':
      return install(core, name, sleep)
    case 'kexecPrepare':
      await sleep(700)
      kexecPrepare(core, run)
      return
    case 'removeAllPods':
      return stopAllPods(core, sleep)
    case 'leaveEtcd':
      await sleep(1500)
      return leaveEtcd(core)
    case 'resetSystemDisk':
    case 'resetSystemDiskSpec':
      await sleep(1800)
      wipe(core)
      return
    case 'resetUserDisks':
      await sleep(900)
      core.disk.dataPartitions = []
      core.disk.lvm = { physical: [], groups: [], logical: [] }
      core.disk.arrays = []
      return
    case 'reboot':
      return restart(core, run, core.life.restart)
    case 'shutdown':
      return restart(core, run, 'off')
    default:
      return sleep(TAKES[name] ?? 10)
  }
}

/** Runs on by itself; a loss of power ends it quietly. */
function unwaited(work: Promise<void>): void {
  work.catch(() => undefined)
}

function ephemeralDevice(core: MachineCore): string {
  return partitionDevice({ disk: core.hardware.systemDisk.name, index: core.disk.loader === 'grub' ? 6 : 4 })
}

function mountEphemeral(core: MachineCore): void {
  const device = ephemeralDevice(core)
  core.kernel.write('kern', 'notice', `XFS (${device}): Mounting V5 Filesystem`)
  core.kernel.write('kern', 'info', `XFS (${device}): Ending clean mount`)
  core.life.volumesMounted = true
  publishVolumes(core)
  core.kernel.controller('block.MountController', 'volume mount', {
    volume: 'EPHEMERAL',
    source: `/dev/${device}`,
    target: '/var',
    filesystem: 'xfs',
  })
  core.kernel.controller('cluster.NodeIdentityController', 'node identity established', {
    node_id: core.hardware.nodeId,
  })
}

async function startAllServices(core: MachineCore, run: SequenceRun): Promise<void> {
  const { services, kernel, clock } = core
  const all = core.services.known().filter((id) => !isEarly(id, talosOf(core)))
  kernel.talos(`task startAllServices (1/1): waiting for ${all.length} services`)
  for (const id of all) unwaited(services.start(id))
  if (core.spec.role === 'controlplane') announceStaticPods(core)
  const isCaused = core.troubles.has('upgrade-never-ready') && core.disk.fallbackLabel !== undefined
  // The clock on the wall keeps its pace while the work is hurried.
  const limit = (isCaused ? BOOT_LIMIT_CAUSED : BOOT_LIMIT) / clock.speed
  const began = clock.now()
  let told = began
  for (;;) {
    const missing = all.filter((id) => !services.isUp(id))
    if (missing.length === 0) return
    if (clock.now() - began > limit) throw new Error('context deadline exceeded')
    if (clock.now() - told >= 15_000 / clock.speed) {
      told = clock.now()
      const waiting = missing.map((id) => `service "${id}" to be "up"`).join(', ')
      kernel.talos(`task startAllServices (1/1): ${waiting}`)
    }
    await clock.sleep(250, run.signal)
  }
}

function announceStaticPods(core: MachineCore): void {
  core.kernel.controller('k8s.KubePrismController', 'KubePrism is enabled', { endpoint: '127.0.0.1:7445' })
  for (const id of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'])
    core.kernel.controller('k8s.ControlPlaneStaticPodController', 'rendered new static pod', { id })
}

async function stopAllPods(core: MachineCore, sleep: (milliseconds: number) => Promise<void>): Promise<void> {
  const count = core.spec.role === 'controlplane' ? 6 : 9
  core.kernel.talos(`stopping ${count} pods`)
  await sleep(core.troubles.has('upgrade-never-ready') ? 2000 : 4200)
  core.life.nodeReady = false
  core.hooks.nodeChanged()
  stopPods(core, 'gone')
}

/** Node-side drain: by the stage the node cordons itself, then evicts; no API server fails the sequence. */
async function drain(
  core: MachineCore,
  sleep: (milliseconds: number) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (core.life.active?.facts.skipNodeRegistration) return
  const name = hostnameOf(core)
  if (!core.cluster.kubernetesAnswers()) {
    await sleep(5000)
    throw new Error(`failed to cordon and drain node "${name}": context deadline exceeded`)
  }
  cordonItself(core)
  core.kernel.talos(`task cordonAndDrainNode (1/1): node "${name}" is unschedulable`)
  await sleep(1200)
  core.kernel.talos('task cordonAndDrainNode (1/1): evicting pods')
  const { kubernetes } = core.cluster
  if (kubernetes) await kubernetes.drain(name, (line) => core.kernel.talos(line), signal)
  else await sleep(5200)
}

/** A reset goes on without having drained. */
async function tryDrain(...parts: Parameters<typeof drain>): Promise<void> {
  const [core, , signal] = parts
  try {
    await drain(...parts)
  } catch (error) {
    signal.throwIfAborted()
    core.kernel.talos(`task cordonAndDrainNode (1/1): failed: ${error instanceof Error ? error.message : ''}`)
  }
}

async function stopServices(core: MachineCore, isMeant: (id: string) => boolean): Promise<void> {
  await Promise.all(
    core.services
      .known()
      .filter(isMeant)
      .map((id) => core.services.stop(id)),
  )
}

/** Legacy upgrade and staged install: the installer's lines go to dmesg. */
async function install(
  core: MachineCore,
  task: string,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<void> {
  const isFirst = !isInstalled(core.disk)
  if (isFirst) chooseDisk(core)
  const image = task === 'upgrade' ? core.life.upgradeImage : (core.disk.staged ?? (await firstImage(core)))
  if (!image) return
  for (const [text, milliseconds] of installerLines(core, image)) {
    await sleep(milliseconds)
    core.kernel.talos(text)
  }
  const named = core.life.active?.facts.grubArguments
  installEntry(core.disk, core.life.entry.label, asWritten(core.disk, image, named, true))
  core.disk.staged = undefined
  if (isFirst) {
    core.disk.config = core.life.active?.text ?? ''
    publishVolumes(core)
  }
  publishMeta(core)
}

/** What the config wants on a blank machine: pulled first, as the stick carries no installer. */
async function firstImage(core: MachineCore): Promise<BootImage> {
  const talos = talosOf(core)
  const reference =
    core.life.active?.facts.installImage ??
    (atLeast(talos, '1.14')
      ? `factory.talos.dev/metal-installer/${schematicId({})}:${talos}`
      : `ghcr.io/siderolabs/installer:${talos}`)
  core.kernel.talos(`pulling image ${reference}`)
  const layers = fetchLayers(core, reference, powerOf(core))
  while (!(await layers.next()).done);
  return core.cluster.registry.installer(reference)
}

/**
 * The disk that carries Talos from now on is the one the config selects, or else names.
 * @throws as the task fails when there is none
 */
function chooseDisk(core: MachineCore): void {
  const { hardware, life, kernel } = core
  const { systemDisk, dataDisk } = hardware
  const { installSelector, installDisk } = life.active?.facts ?? {}
  let disk = installDisk ?? `/dev/${systemDisk.name}`
  if (installSelector !== undefined) {
    kernel.talos(`task install (1/1): using disk match expression: ${installSelector}`)
    const [first] = selectDisks(installSelector, selectableDisks(core))
    if (!first) throw new Error(`no disks matched the expression: ${installSelector}`)
    disk = `/dev/${first.id}`
  }
  if (!disk.startsWith('/dev/disk/') && !diskPaths(core).includes(disk))
    throw new Error(`lstat ${disk}: no such file or directory`)
  kernel.talos(`task install (1/1): installing Talos to disk ${disk}`)
  if (disk !== `/dev/${dataDisk.name}`) return
  hardware.systemDisk = dataDisk
  hardware.dataDisk = systemDisk
}

function kexecPrepare(core: MachineCore, run: SequenceRun): void {
  if (run.options.rebootMode === 'POWERCYCLE') {
    core.kernel.talos('kexec skipped as reboot with power cycle was requested')
    return
  }
  if (core.spec.secureBoot === true) {
    core.kernel.talos('kexec skipped as secure boot is enabled')
    return
  }
  if (core.life.active?.facts.sysctls['kernel.kexec_load_disabled'] === '1') {
    core.kernel.talos('kexec support is disabled via sysctl')
    return
  }
  core.life.restart = 'kexec'
  const path =
    core.disk.loader === 'grub' ? `/boot/${core.disk.defaultLabel}/vmlinuz` : core.disk.defaultLabel
  core.kernel.talos(`prepared kexec environment kernel="${path}" cmdline="talos.platform=metal"`)
}

async function restart(
  core: MachineCore,
  run: SequenceRun,
  wanted: keyof typeof RESTART_COMMAND,
): Promise<void> {
  // With a wiped disk and no stick there is nothing the firmware could start.
  const how = isInstalled(core.disk) || core.disk.media ? wanted : 'off'
  core.kernel.talos(how === 'off' ? 'shutting down the system' : 'rebooting the system')
  core.events.publish('RestartEvent', { cmd: RESTART_COMMAND[how] }, run.actorId)
  // Long enough for the last frames to leave, as a real node syncs its disks here.
  await core.clock.sleep(150, powerOf(core))
  core.hooks.restart(how)
  throw new Restarted()
}
