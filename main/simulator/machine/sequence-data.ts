import { atLeast } from './versions.ts'

/** Names as they stand in events and dmesg (behaviour.md §5.4). */
export type SequenceName =
  'initialize' | 'install' | 'boot' | 'upgrade' | 'stageUpgrade' | 'reboot' | 'shutdown' | 'reset'

/** What a phase's run-time condition asks; a phase whose condition is false is skipped but still counts. */
export type PhaseCondition = 'never' | 'dashboard'

export interface Phase {
  readonly name: string
  readonly tasks: readonly string[]
  readonly when?: PhaseCondition
}

export interface SequenceOptions {
  /** Talos version that runs: `v1.13.9`. */
  readonly talos: string
  /** Something to install: a staged upgrade waits in META. */
  readonly staged?: boolean
  readonly rebootMode?: 'DEFAULT' | 'POWERCYCLE' | 'FORCE'
  /** Shutdown without drain. */
  readonly force?: boolean
  readonly reset?: ResetShape
}

/** What of a reset decides its phases. */
export interface ResetShape {
  readonly graceful: boolean
  readonly reboot: boolean
  /** A control plane leaves etcd first when it is graceful. */
  readonly leavesEtcd: boolean
  readonly wipesDisk: boolean
  readonly wipesPartitions: boolean
  readonly wipesUserDisks: boolean
}

function phase(name: string, ...tasks: string[]): Phase {
  return { name, tasks }
}

/** The phases of a sequence on that version, in order. */
export function phasesOf(name: SequenceName, options: SequenceOptions): readonly Phase[] {
  switch (name) {
    case 'initialize':
      return initialize(options.talos)
    case 'install':
      return install(options)
    case 'boot':
      return boot(options.talos)
    case 'upgrade':
      return upgrade(options)
    case 'stageUpgrade':
      return [...begin(), ...stopList(options, true), phase('reboot', 'reboot')]
    case 'reboot':
      if (options.rebootMode === 'FORCE') return [phase('reboot', 'reboot')]
      return [...begin(), ...stopList(options, true), phase('reboot', 'reboot')]
    case 'reset':
      return options.reset ? reset(options, options.reset) : []
    case 'shutdown':
      return [
        phase('storeShutdown', 'storeShutdownEmergency'),
        ...(options.force ? [] : [phase('drain', 'cordonAndDrainNode')]),
        ...begin(),
        ...stopList(options, false),
        phase('shutdown', 'shutdown'),
      ]
  }
}

function begin(): Phase[] {
  return [phase('cleanup', 'stopAllPods'), phase('dbus', 'stopDBus')]
}

function initialize(talos: string): Phase[] {
  const udev = atLeast(talos, '1.14') ? 'waitForUdevd' : 'startUdevd'
  const apid = atLeast(talos, '1.13') ? ['startApid'] : []
  return [
    phase('systemRequirements', 'enforceKSPPRequirements'),
    phase('earlyServices', udev, 'startMachined', ...apid, 'startAuditd', 'startSyslogd', 'startContainerd'),
    phase('usb', 'waitForUSB'),
    phase('meta', 'reloadMeta'),
    ...(atLeast(talos, '1.10')
      ? [{ name: 'cleanupBootloader', tasks: ['cleanupBootloader'], when: 'never' as const }]
      : []),
    { name: 'dashboard', tasks: ['startDashboard'], when: 'dashboard' },
    { name: 'wipeDisks', tasks: ['resetSystemDisk'], when: 'never' },
    { name: 'haltIfInstalled', tasks: ['haltIfInstalled'], when: 'never' },
    ...(atLeast(talos, '1.10') ? [] : [phase('mountSystem', 'mountStatePartition')]),
    phase('config', 'loadConfig'),
    ...(atLeast(talos, '1.10') ? [] : [phase('unmountSystem', 'unmountStatePartition')]),
  ]
}

function install({ talos, staged }: SequenceOptions): Phase[] {
  if (!staged) return []
  return [
    phase('env', 'setUserEnvVars'),
    phase('install', 'install'),
    ...(atLeast(talos, '1.10')
      ? []
      : [
          phase('saveStateEncryptionConfig', 'saveStateEncryptionConfig'),
          phase('mountState', 'mountStatePartition'),
          phase('saveConfig', 'saveConfig'),
          phase('unmountState', 'unmountStatePartition'),
        ]),
    phase('meta', 'reloadMeta'),
    phase('saveMeta', 'flushMeta'),
    ...(atLeast(talos, '1.14') ? [phase('denyNewServices', 'denyNewServices')] : []),
    phase('volumeFinalize', 'teardownLifecycle'),
    phase('stopEverything', 'stopAllServices'),
    phase('kexec', 'kexecPrepare'),
    phase('reboot', 'reboot'),
  ]
}

function boot(talos: string): Phase[] {
  const before110 = !atLeast(talos, '1.10')
  const before111 = !atLeast(talos, '1.11')
  const from114 = atLeast(talos, '1.14')
  return [
    ...(before111 ? [phase('saveStateEncryptionConfig', 'saveStateEncryptionConfig')] : []),
    ...(before110 ? [phase('mountState', 'mountStatePartition'), phase('saveConfig', 'saveConfig')] : []),
    phase('memorySizeCheck', 'memorySizeCheck'),
    phase('diskSizeCheck', 'diskSizeCheck'),
    phase('env', 'setUserEnvVars', 'waitForCARoots'),
    phase('dbus', 'startDBus'),
    phase('ephemeral', 'mountEphemeralPartition'),
    ...(before110 ? [phase('var', 'setupVarDirectory'), phase('overlay', 'mountOverlayFilesystems')] : []),
    ...(from114 ? [] : [phase('udevSetup', 'writeUdevRules')]),
    ...(from114 ? [phase('promotableVolumes', 'mountPromotableSystemPartitions')] : []),
    phase('userDisks', 'mountUserDisks'),
    phase('userSetup', 'writeUserFiles'),
    ...(before110 ? [phase('extendPCRStartAll', 'extendPCRStartAll')] : []),
    phase('startEverything', 'startAllServices'),
  ]
}

function upgrade(options: SequenceOptions): Phase[] {
  const from114 = atLeast(options.talos, '1.14')
  return [
    ...(from114 ? [phase('denyNewServices', 'denyNewServices')] : []),
    phase('drain', 'cordonAndDrainNode'),
    phase('cleanup', 'stopAllPods'),
    phase('dbus', 'stopDBus'),
    phase('stopServices', 'stopServicesForUpgrade'),
    ...(atLeast(options.talos, '1.10') ? [] : [phase('unmountUser', 'unmountUserDisks')]),
    phase('unmount', 'unmountPodMounts'),
    phase('unmountBind', 'unmountSystemDiskBindMounts'),
    ...(from114 ? [phase('unmountPromotable', 'unmountPromotableSystemPartitions')] : []),
    phase('unmountSystem', 'unmountEphemeralPartition'),
    phase('volumeFinalize', 'teardownLifecycle'),
    phase('upgrade', 'upgrade'),
    phase('meta', 'reloadMeta'),
    ...(options.rebootMode === 'POWERCYCLE' ? [] : [phase('kexec', 'kexecPrepare')]),
    phase('stopEverything', 'stopAllServices'),
    phase('reboot', 'reboot'),
  ]
}

function reset(options: SequenceOptions, shape: ResetShape): Phase[] {
  return [
    ...(shape.graceful ? [phase('drain', 'cordonAndDrainNode')] : []),
    phase('cleanup', shape.graceful ? 'removeAllPods' : 'stopAllPods'),
    phase('dbus', 'stopDBus'),
    ...(shape.leavesEtcd ? [phase('leave', 'leaveEtcd')] : []),
    phase('preReset', 'sendResetSignal'),
    ...stopList(options, shape.wipesPartitions),
    phase('forceCleanup', 'forceCleanup'),
    ...(shape.wipesDisk ? [phase('reset', 'resetSystemDisk')] : []),
    ...(shape.wipesPartitions ? [phase('resetSpec', 'resetSystemDiskSpec')] : []),
    ...(shape.wipesUserDisks ? [phase('resetUserDisks', 'resetUserDisks')] : []),
    shape.reboot ? phase('reboot', 'reboot') : phase('shutdown', 'shutdown'),
  ]
}

/** 1.14 prepares kexec after everything has stopped; earlier ones before. */
function stopList(options: SequenceOptions, withKexec: boolean): Phase[] {
  const from114 = atLeast(options.talos, '1.14')
  const kexec = withKexec ? [phase('kexec', 'kexecPrepare')] : []
  return [
    ...(from114 ? [phase('denyNewServices', 'denyNewServices')] : []),
    phase('stopServices', 'stopServicesForUpgrade'),
    ...(atLeast(options.talos, '1.10') ? [] : [phase('unmountUser', 'unmountUserDisks')]),
    phase('umount', 'unmountPodMounts'),
    phase('unmountBind', 'unmountSystemDiskBindMounts'),
    ...(from114 ? [phase('unmountPromotable', 'unmountPromotableSystemPartitions')] : []),
    phase('unmountSystem', 'unmountEphemeralPartition'),
    phase('volumeFinalize', 'teardownLifecycle'),
    ...(from114 ? [] : kexec),
    phase('stopEverything', 'stopAllServices'),
    ...(from114 ? kexec : []),
  ]
}

/** Run by itself after a fatal error, without events. */
export const EMERGENCY_CLEANUP: readonly Phase[] = [
  phase('umount', 'unmountPodMounts'),
  phase('unmountBind', 'unmountSystemDiskBindMounts'),
  phase('unmountSystem', 'unmountEphemeralPartition'),
  phase('volumeFinalize', 'teardownLifecycle'),
]

/** Which sequence may break into which running one (behaviour.md §5.4 "Sequence lock"). */
const MAY_INTERRUPT: Readonly<Partial<Record<SequenceName, readonly SequenceName[]>>> = {
  boot: ['reboot', 'reset', 'upgrade', 'stageUpgrade'],
  reboot: ['reboot'],
  reset: ['reboot'],
  initialize: ['reboot'],
}

export function mayInterrupt(running: SequenceName, requested: SequenceName): boolean {
  return MAY_INTERRUPT[running]?.includes(requested) ?? false
}
