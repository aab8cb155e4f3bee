import { EventEmitter } from 'node:events'
import type { MachineSpec, ResourceStore, SimulatedClock, SimulatedRandom } from '../machine-api.ts'
import type { ClusterSecrets } from '../secrets-api.ts'
import { applyConfiguration } from './config/apply.ts'
import type { ConfigFacts } from './config/config-file.ts'
import { generateConfig } from './config/generate.ts'
import { blankHooks, blankLife } from './blank-life.ts'
import { createBlankDisk, createBootDisk, type BootDisk } from './boot-disk.ts'
import { comeBack, losePower, recoverFromFatal } from './boot.ts'
import { createMachineClock } from './clock.ts'
import {
  isMember,
  powerOf,
  talosOf,
  type ClusterWorld,
  type Home,
  type HousedMachine,
  type MachineCore,
} from './core.ts'
import { createEventLog } from './event-log.ts'
import { drawHardware } from './hardware.ts'
import { createKernelLog } from './kernel-log.ts'
import { reviewKubernetes } from './kubernetes.ts'
import { createLoadModel, loadSnapshot } from './load.ts'
import { reviewStatus, stageAfter } from './machine-status.ts'
import { installImage, keepImage, listImages, pullImage, pullObstacle, removeImage } from './images.ts'
import { filePaths, mountsOf, readProcFile } from './proc-files.ts'
import { followNode } from './node-object.ts'
import { powerOn } from './power-on.ts'
import { writeStartLines } from './noise.ts'
import { requestReboot, requestRollback, requestShutdown, upgradeLegacy } from './requests.ts'
import { forkRandom } from './random.ts'
import { waitForEtcd } from './etcd-wait.ts'
import { leaveEtcd, requestReset } from './reset.ts'
import { writeMeta } from './meta-values.ts'
import { publishKubeletStatus, publishNode } from './resources/kubernetes.ts'
import { publishMembers } from './resources/cluster.ts'
import { publishVolumes } from './resources/block.ts'
import { isReachable } from './resources/network.ts'
import { put, remove } from './resources/keys.ts'
import { wipeDevice } from './wipe-device.ts'
import { destroyArray } from './storage/md-arrays.ts'
import { removeLogicalVolume, removePhysicalVolume, removeVolumeGroup } from './storage/remove-lvm.ts'
import { createSequenceRunner, type SequenceParts } from './sequence-runner.ts'
import { createServiceBoard, type ServiceParts } from './service-board.ts'
import type { ServiceCondition } from './service-definitions.ts'
import { createServiceLogs } from './service-logs.ts'
import { killService, serviceAction, serviceLines } from './service-control.ts'
import { doTask } from './tasks.ts'
import { atLeast } from './versions.ts'
import {
  causeTrouble,
  complaintOf,
  isEtcdDoomed,
  responseDelay,
  settleTrouble,
  stopEtcd,
} from './troubles.ts'

export interface MachineDependencies {
  readonly clock: SimulatedClock
  readonly random: SimulatedRandom
  readonly store: ResourceStore
  readonly cluster: ClusterWorld
  readonly secrets: ClusterSecrets
  /** The cluster a config is of; without it there is but this one. */
  readonly homeOf?: (facts: ConfigFacts) => Home | undefined
  /** Folder of the facts-only schemas (`resources/config-schema`); without it the decoder takes any key. */
  readonly schemaDir?: string
  /** `true`, the default: the first power-on happened in the past and takes no time. `false`: it is lived through. */
  readonly instant?: boolean
  /** Nothing is installed: it starts from a stick, waits for a config and is no member of the cluster before. */
  readonly blank?: boolean
}

/** One simulated computer, off, and a member of the cluster unless it is blank. */
export function createMachine(plan: MachineSpec, dependencies: MachineDependencies): HousedMachine {
  const { cluster, blank = false } = dependencies
  const disk = blank ? createBlankDisk(plan) : undefined
  const spec = disk ? withRole(plan, disk) : plan
  let home: Home = dependencies
  const core = createCore(spec, disk, dependencies, () => home)
  const loads = createLoadModel(forkRandom(core.random, 'load'), spec.role)
  const power = new EventEmitter<{ up: []; down: [] }>()

  function reach(): void {
    const { life } = core
    const up = life.power !== undefined && isServing(core) && isReachable(core)
    if (up === life.toldUp) return
    life.toldUp = up
    power.emit(up ? 'up' : 'down')
  }

  const machine: HousedMachine = {
    spec,
    clock: core.clock,
    resources: core.store,
    power,
    get isUp() {
      return core.life.toldUp
    },
    get isSilent() {
      return core.life.power === undefined || core.life.linkDown
    },
    get talosVersion() {
      return talosOf(core)
    },
    get bootId() {
      return core.life.bootId
    },
    get maintenance() {
      return core.life.maintenance
    },
    get home() {
      return home
    },
    get authority() {
      return core.life.active?.facts.authority
    },
    get configSecrets() {
      return core.life.active?.facts.secrets
    },
    get kubeletImage() {
      return core.life.kubeletImage
    },
    get troubles() {
      return core.troubles
    },
    get certificateExpired() {
      return core.troubles.has('expired-certificate')
    },
    get clockSkew() {
      return core.clock.skew
    },
    get responseDelay() {
      return responseDelay(core)
    },
    services: () => core.services.snapshot(),
    serviceAction: (id, action) => serviceAction(core, id, action),
    killService: (id) => killService(core, id),
    load: () =>
      loadSnapshot(loads, {
        bootTime: core.life.bootTime,
        now: core.clock.now(),
        cores: spec.cores,
        memoryBytes: spec.memoryBytes,
        mounts: mountsOf(core, loads),
      }),
    eventHistory: () => core.events.history(),
    onEvent: (listener) => core.events.subscribe(listener),
    kernelLog: () => core.kernel.frames(),
    onKernelLine: (listener) => core.kernel.subscribe(listener),
    logIds: () => core.logs.ids(),
    serviceLog: (id) => serviceLines(core, id),
    onServiceLine: (id, listener) => {
      serviceLines(core, id)
      return core.logs.subscribe(id, listener)
    },
    readFile: (path) => readProcFile(core, path, () => machine.load()),
    filePaths: () => filePaths(core, () => machine.load()),
    apply: (request) => applyConfiguration(core, request),
    reboot: (mode) => requestReboot(core, mode),
    rollback: () => requestRollback(core),
    shutdown: (force) => requestShutdown(core, force),
    reset: (request) => requestReset(core, request),
    leaveEtcd: () => leaveEtcd(core),
    writeMeta: (key, value) => writeMeta(core, key, value),
    upgradeLegacy: (request, signal) => upgradeLegacy(core, request, signal),
    pullImage: (reference, signal) => pullImage(core, reference, signal),
    installImage: (reference, signal) => installImage(core, reference, signal),
    images: () => listImages(core),
    removeImage: (reference) => removeImage(core, reference),
    keepImage: (image) => keepImage(core, image),
    wipeDevice: (request) => wipeDevice(core, request),
    storage: {
      logicalVolume: (group, name) => removeLogicalVolume(core, group, name),
      volumeGroup: (name) => removeVolumeGroup(core, name),
      physicalVolume: (device) => removePhysicalVolume(core, device),
      array: (device) => destroyArray(core, device),
    },
    followNode: (node) => followNode(core, node),
    cause: (trouble) => causeTrouble(core, machine, trouble),
    settle: (trouble) => settleTrouble(core, machine, trouble),
    powerOn: () => powerOn(core, dependencies.clock, dependencies.instant ?? true),
    powerOff: () => {
      core.life.plug.abort(new Error('unplugged'))
      losePower(core)
    },
  }

  core.hooks.reach = reach
  core.hooks.reconnect = () => {
    if (!core.life.toldUp) return
    core.life.toldUp = false
    power.emit('down')
    reach()
  }
  core.hooks.findHome = () => {
    const found = core.life.active && dependencies.homeOf?.(core.life.active.facts)
    if (!found || found === home || found.cluster === home.cluster || isMember(core)) return
    home = found
    stopFollowing()
    stopFollowing = followCluster(core)
  }
  core.hooks.joinCluster = () => home.cluster.adopt(machine, core.hardware.nodeId)
  core.hooks.self = () => machine
  core.hooks.load = () => machine.load()
  core.hooks.review = () => reviewStatus(core)
  core.hooks.storageChanged = () => publishVolumes(core)
  core.hooks.nodeChanged = () => publishNode(core)
  core.hooks.restart = (how) => {
    losePower(core)
    if (how !== 'off') void comeBack(core, how)
  }
  if (!blank) cluster.join(machine, core.hardware.nodeId)
  let stopFollowing = followCluster(core)
  followEvents(core)
  return machine
}

function createCore(
  spec: MachineSpec,
  blankDisk: BootDisk | undefined,
  dependencies: MachineDependencies,
  home: () => Home,
): MachineCore {
  const { cluster, secrets, store, schemaDir } = dependencies
  const random = forkRandom(dependencies.random, spec.hostname)
  const clock = createMachineClock(dependencies.clock)
  const hardware = drawHardware(spec, forkRandom(random, 'hardware'))
  cluster.registry.registerSchematic({ extensions: spec.extensions, kernelArguments: spec.kernelArguments })
  const disk = blankDisk ?? createBootDisk(spec, configFor())
  const events = createEventLog(clock, forkRandom(random, 'events'))
  const kernel = createKernelLog(clock, forkRandom(random, 'kernel'))
  const logs = createServiceLogs()
  const hooks = blankHooks()
  const life = blankLife(disk, clock.now())
  // The board and the runner look back at the core, which is complete before either is used.
  const core: MachineCore = {
    spec,
    clock,
    random,
    store,
    get cluster() {
      return home().cluster
    },
    get secrets() {
      return home().secrets
    },
    schemaDir,
    hardware,
    disk,
    events,
    kernel,
    logs,
    services: createServiceBoard(serviceParts()),
    sequences: createSequenceRunner(sequenceParts()),
    troubles: new Set(),
    pulled: new Map(),
    life,
    hooks,
  }

  function configFor(): string {
    return generateConfig({
      spec,
      clusterName: cluster.name,
      endpoint: cluster.endpoint,
      secrets,
      link: hardware.links[0]?.name ?? 'eth0',
    })
  }

  function serviceParts(): ServiceParts {
    return {
      clock,
      random: forkRandom(random, 'services'),
      events,
      kernel,
      logs,
      power: () => powerOf({ life }),
      complaint: (id) => complaintOf(core, id),
      holds: (condition) => holds(core, condition),
      obstacle: (id) => pullObstacle(core, id),
      gate: (id, isMeant) => (id === 'etcd' ? waitForEtcd(core, isMeant) : Promise.resolve()),
      onChange: (id, snapshot) => serviceChanged(core, id, snapshot.state, snapshot.health),
    }
  }

  function sequenceParts(): SequenceParts {
    return {
      clock,
      events,
      kernel,
      task: (name, run) => doTask(core, name, run),
      holds: (condition) => condition === 'dashboard',
      power: () => powerOf({ life }),
      onFatal: () => void recoverFromFatal(core),
    }
  }

  return core
}

/** The role is that of the config it was given last. */
function withRole(plan: MachineSpec, disk: Pick<BootDisk, 'role'>): MachineSpec {
  return {
    ...plan,
    get role() {
      return disk.role ?? 'worker'
    },
  }
}

/** Something listens on port 50000: apid, or before 1.13 the small server of maintenance mode. */
function isServing({ life, services }: MachineCore): boolean {
  if (services.stateOf('apid') === 'Running') return true
  return life.maintenance !== undefined && !atLeast(life.entry.talos, '1.13')
}

function holds(core: MachineCore, condition: ServiceCondition): boolean {
  const { life } = core
  switch (condition) {
    case 'time sync':
      return life.timeSynced || (life.active?.facts.timeDisabled ?? false)
    case 'network':
      return life.networkReady
    case 'etcd spec':
      return life.active !== undefined && isMember(core)
    case 'api certificates':
      return life.active !== undefined || life.maintenance !== undefined
    default:
      return life.volumesMounted
  }
}

/** The Services resource exists while the service runs (behaviour.md §6.10); readiness and pods follow. */
function serviceChanged(
  core: MachineCore,
  id: string,
  state: string,
  health: { readonly unknown: boolean; readonly healthy: boolean },
): void {
  if (state === 'Running')
    put(
      core,
      'runtime',
      'Services.v1alpha1',
      id,
      { running: true, healthy: health.healthy, unknown: health.unknown },
      { owner: 'v1alpha1.ServiceController' },
    )
  else remove(core, 'runtime', 'Services.v1alpha1', id)
  if (id === 'apid') core.hooks.reach()
  if (id === 'kubelet' && state === 'Running' && health.unknown)
    core.life.kubeletImage = core.life.active?.facts.kubeletImage ?? ''
  if (id === 'kubelet') publishKubeletStatus(core, state === 'Running')
  if (state === 'Running' && health.unknown) writeStartLines(core, id)
  if (id === 'etcd' && (state === 'Running' || !core.life.firstBoot))
    core.cluster.etcdProcess(core.spec.hostname, state === 'Running')
  reviewKubernetes(core)
  core.hooks.review()
  if (id === 'etcd' && state === 'Running' && isEtcdDoomed(core)) stopEtcd(core)
}

function followEvents(core: MachineCore): void {
  core.events.subscribe((event) => {
    const next = stageAfter(event, core.life.stage, core.sequences.running)
    if (next === undefined || next === core.life.stage) return
    core.life.stage = next
    core.hooks.review()
  })
}

/** Returns what ends it. */
function followCluster(core: MachineCore): () => void {
  return core.cluster.onChange((what) => {
    if (!core.life.power || !core.life.active) return
    if (what === 'members') publishMembers(core)
    else {
      if (isEtcdDoomed(core)) stopEtcd(core)
      core.services.check('etcd')
      reviewKubernetes(core)
    }
  })
}
