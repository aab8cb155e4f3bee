import type { ClusterKubernetes, ClusterState } from '../cluster-api.ts'
import type {
  LoadSnapshot,
  MaintenanceMode,
  MachineSpec,
  NodeObject,
  ResourceStore,
  SimulatedMachine,
  SimulatedRandom,
} from '../machine-api.ts'
import type { ClusterSecrets } from '../secrets-api.ts'
import type { BootDisk, BootEntry, BootImage } from './boot-disk.ts'
import type { MachineClock } from './clock.ts'
import type { ConfigFile } from './config/config-file.ts'
import type { EventLog } from './event-log.ts'
import type { Hardware } from './hardware.ts'
import type { KernelLog } from './kernel-log.ts'
import type { Registry } from './registry.ts'
import type { SequenceRunner } from './sequence-runner.ts'
import type { ServiceBoard } from './service-board.ts'
import type { ServiceLogs } from './service-logs.ts'

/** What the machines of one cluster see of each other, beyond what the wire reads of it. */
export interface ClusterWorld extends ClusterState {
  readonly registry: Registry
  /** Set once Kubernetes runs; clusters without it drain by waiting. */
  kubernetes: ClusterKubernetes | undefined
  join(machine: SimulatedMachine, nodeId: string): void
  /** A machine that was installed while the cluster ran: others see it at once, its etcd once that runs. */
  adopt(machine: SimulatedMachine, nodeId: string): void
  /** Gone for good as far as the others know: no member, no etcd. */
  leave(machine: SimulatedMachine, options?: { readonly keepsMember?: boolean }): void
  /** Its member is out and its data gone: it joins anew with its next start. */
  dropEtcdData(hostname: string): void
  nodeIdOf(machine: SimulatedMachine): string
  /** Kubernetes and discovery name: the hostname it goes by now. */
  nameOf(machine: SimulatedMachine): string
  /** Told by a machine when its name or version changed. */
  announce(machine: SimulatedMachine, name: string): void
  /** Told by a machine when its etcd process starts or ends. */
  etcdProcess(hostname: string, running: boolean): void
  /** Told by a machine when its API server answers or no longer does. */
  apiServer(hostname: string, answering: boolean): void
  /** Some API server answers and etcd has its quorum. */
  kubernetesAnswers(): boolean
  etcdQuorum(): boolean
  /** The lock that a legacy upgrade of a control plane holds while it checks etcd; false while another has it. */
  takeUpgradeMutex(hostname: string): boolean
  /** @param how `lease`: the holder went down and its lease runs out a minute later */
  releaseUpgradeMutex(hostname: string, how: 'now' | 'lease'): void
  raiseAlarm(hostname: string): void
  clearAlarms(): void
  memberIdOf(hostname: string): string
  /** Its member has no vote yet. */
  isLearner(hostname: string): boolean
  /** Somebody took its member out of etcd. */
  isRemoved(hostname: string): boolean
  /** `members`: a name or version changed; `etcd`: members, leader or API servers came or went. */
  onChange(listener: (what: 'members' | 'etcd') => void): () => void
}

export type Stage =
  | 'unknown'
  | 'booting'
  | 'installing'
  | 'maintenance'
  | 'running'
  | 'rebooting'
  | 'shutting down'
  | 'resetting'
  | 'upgrading'

/** How far an installation by UnattendedInstallConfig has come. */
export type InstallPhase = 'pending' | 'installing' | 'installed' | 'waiting-for-reboot' | 'failed'

export interface Wipe {
  readonly graceful: boolean
  /** The whole disk, or partitions of it by label. */
  readonly system: 'disk' | ReadonlySet<string>
}

/** What is true of the machine at the moment; all but `plug` starts anew with each boot. */
export interface Life {
  /** Aborted when the power goes; absent while off. */
  power: AbortController | undefined
  /** The cable: aborted by `powerOff`, which also ends a restart under way. */
  plug: AbortController
  /** Between power-down and the next kernel: a restart is under way. */
  returning: boolean
  /** The cable of the first network port is out. */
  linkDown: boolean
  /** The first power-on happens in the past, and the rest of the cluster counts as there already. */
  firstBoot: boolean
  entry: BootEntry
  bootId: string
  /** Milliseconds. */
  bootTime: number
  /** What the listeners of `power` were last told. */
  toldUp: boolean
  stage: Stage
  ready: boolean
  timeSynced: boolean
  networkReady: boolean
  volumesMounted: boolean
  podsReady: boolean
  /** Static pods that start again with another image or other arguments while the others go on. */
  rolling: Set<string>
  /** What the kubelet that runs was started from; empty before the first. */
  kubeletImage: string
  nodeReady: boolean
  /** By the node itself, which takes it back when it is ready again. */
  cordoned: boolean
  /** What others wrote of its Node; it outlives the power, being kept in etcd. */
  others: NodeObject
  /** The config the node runs with. */
  active: ConfigFile | undefined
  /** A `TRY` that has not been confirmed. */
  trial: { readonly before: ConfigFile; readonly abort: AbortController } | undefined
  applying: boolean
  /** Text of a config that takes the machine off the network: the trouble `apply-kills-network`. */
  fatalConfig: string | undefined
  /** Waits for a config: `accept` ends the wait. */
  maintenance: (MaintenanceMode & { accept(config: ConfigFile): void }) | undefined
  /** Set by a REBOOT apply: later ones are refused. */
  rebootPending: boolean
  installing: boolean
  /** How far the document of 1.14 that installs a blank machine has come. */
  installPhase: InstallPhase | undefined
  /** How often LVM was scanned since the boot, and what the last scan found. */
  scans: number
  scanned: string
  /** Devices that were erased under their mounts, up to 1.11: what was on them is gone with the next boot. */
  erased: Set<string>
  /** What a reset under way is to wipe. */
  wipe: Wipe | undefined
  /** Images that somebody removed from containerd though they are in use. */
  removedImages: Set<string>
  /** What a legacy upgrade is to write. */
  upgradeImage: BootImage | undefined
  /** Why the machine may not come back, or comes back otherwise. */
  restart: 'kexec' | 'firmware'
  /** What started the kernel that runs. */
  startedBy: 'kexec' | 'firmware'
}

/** Ways round that would otherwise make modules import each other in a circle; set by create-machine.ts. */
export interface MachineHooks {
  /** Something that readiness depends on changed. */
  review: () => void
  /** Power goes and, unless `off`, comes back. */
  restart: (how: 'kexec' | 'firmware' | 'off') => void
  /** Recomputes whether the API can be reached and tells the listeners of `power`. */
  reach: () => void
  /** The API stops and starts again: it has other certificates from now on. */
  reconnect: () => void
  /** Turns to the cluster that the config is of; a member stays where it is. */
  findHome: () => void
  /** Booted from its own disk with a config: part of the cluster from now on. */
  joinCluster: () => void
  /** Something of LVM or an array came or went: its resources have to be told anew. */
  storageChanged: () => void
  /** The Kubernetes node has to be told anew: cordoned or not. */
  nodeChanged: () => void
  load: () => LoadSnapshot
  /** The machine as others know it. */
  self: () => SimulatedMachine
}

/** The cluster a machine belongs to, or will once it is installed. */
export interface Home {
  readonly cluster: ClusterWorld
  readonly secrets: ClusterSecrets
}

/** A machine that tells where it belongs, which its config may change. */
export type HousedMachine = SimulatedMachine & { readonly home: Home }

export interface MachineCore {
  readonly spec: MachineSpec
  readonly clock: MachineClock
  readonly random: SimulatedRandom
  readonly store: ResourceStore
  readonly cluster: ClusterWorld
  readonly secrets: ClusterSecrets
  /** Folder of the facts-only schemas, `v1.13.json` …; without it unknown keys pass. */
  readonly schemaDir: string | undefined
  readonly hardware: Hardware
  readonly disk: BootDisk
  readonly events: EventLog
  readonly kernel: KernelLog
  readonly logs: ServiceLogs
  readonly services: ServiceBoard
  readonly sequences: SequenceRunner
  readonly troubles: Set<string>
  /** Images pulled, by reference; emptied with the in-memory store at power-off only where said. */
  readonly pulled: Map<string, { readonly digest: string; readonly size: number; readonly at: number }>
  readonly life: Life
  readonly hooks: MachineHooks
}

/** The power of the current boot; aborted already when there is none. */
export function powerOf(core: Pick<MachineCore, 'life'>): AbortSignal {
  return core.life.power?.signal ?? AbortSignal.abort(new Error('no power'))
}

/** `v1.13.9`: what runs now, which the boot loader chose. */
export function talosOf(core: Pick<MachineCore, 'life'>): string {
  return core.life.entry.talos
}

export function hostnameOf(core: Pick<MachineCore, 'life' | 'spec'>): string {
  return core.life.active?.facts.hostname ?? core.spec.hostname
}

/** `/dev/nvme0n1` …: what an install disk may be. */
export function diskPaths({ hardware }: Pick<MachineCore, 'hardware'>): readonly string[] {
  const { systemDisk, dataDisk, extraDisks } = hardware
  return [systemDisk, dataDisk, ...extraDisks].map(({ name }) => `/dev/${name}`)
}

/** Its config has the authority of this cluster; with another one it belongs to a cluster that is not here. */
export function isAuthorityOurs({ life, secrets }: Pick<MachineCore, 'life' | 'secrets'>): boolean {
  return (life.active?.facts.authority?.crt ?? secrets.os.crt).trim() === secrets.os.crt.trim()
}

/** One of the cluster's; a machine with another cluster's config, or none yet, is alone. */
export function isMember({ cluster, hooks }: Pick<MachineCore, 'cluster' | 'hooks'>): boolean {
  return cluster.machines().includes(hooks.self())
}
