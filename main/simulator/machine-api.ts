/**
 * The seam inside the simulated cluster: `wire/` speaks gRPC and knows certificates, roles and routing;
 * `machine/` is the computer that lives behind it. The wire calls these and turns what they throw
 * (`SimulatedStatus`) into gRPC statuses. Times are the simulated clock's.
 */
import type { EventEmitter } from 'node:events'
import type { ClusterSecrets, KeyPairPem } from './secrets-api.ts'

/** gRPC status codes by number, so that the machine needs no gRPC. */
export const Code = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const

/** A refusal as a node words it. Texts: behaviour.md §2.4, §4.4, §5, §7. */
export class SimulatedStatus extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Time with a speed: `speed` 20 makes a two-minute reboot take six seconds. Timers die with the machine's power where asked. */
export interface SimulatedClock {
  /** Milliseconds since 1970. With a speed it still is what a watch on the wall says: only work goes faster. */
  now(): number
  /** What takes a machine that long is done: sooner by `speed`. Rejects with `signal.reason`. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** That long on the wall, whatever the speed: a try of two minutes lets a person think for two minutes. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
  readonly speed: number
}

/** Seeded; the same seed gives the same cluster, ids and loads. */
export interface SimulatedRandom {
  /** 0 ≤ x < 1 */
  next(): number
  integer(belowThis: number): number
  bytes(count: number): Buffer
  uuid(): string
}

export interface StoredResource {
  readonly namespace: string
  readonly type: string
  readonly id: string
  readonly version: number
  readonly phase: 'running' | 'tearingDown'
  readonly owner: string
  readonly created: number
  readonly updated: number
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** What `yaml_spec` holds, ready to send. */
  readonly yamlSpec: string
  /** What it was put with; the wire makes `proto_spec` of it. */
  readonly spec: unknown
  /** What `proto_spec` holds where it was given; empty where it is made of `spec`. */
  readonly protoSpec: Buffer
}

export type StoreEvent =
  | { readonly kind: 'created'; readonly resource: StoredResource }
  | { readonly kind: 'updated'; readonly resource: StoredResource; readonly old: StoredResource }
  | { readonly kind: 'destroyed'; readonly resource: StoredResource }

/** The COSI state of one machine; emptied at power-off, so versions start again after a reboot. Implemented in wire/resource-store.ts. */
export interface ResourceStore {
  /** Creates or updates; an equal spec is not an update. `spec` is written as YAML unless it is a string marked raw. */
  put(
    key: { readonly namespace: string; readonly type: string; readonly id: string },
    spec: unknown,
    options?: {
      readonly owner?: string
      readonly labels?: Record<string, string>
      readonly annotations?: Record<string, string>
      readonly rawYaml?: string
      readonly protoSpec?: Buffer
    },
  ): StoredResource
  remove(key: { readonly namespace: string; readonly type: string; readonly id: string }): void
  get(key: {
    readonly namespace: string
    readonly type: string
    readonly id: string
  }): StoredResource | undefined
  /** Ordered by id. */
  list(namespace: string, type: string): readonly StoredResource[]
  /** Of every kind, in no order. */
  all(): readonly StoredResource[]
  /** Calls back synchronously after each change; returns the unsubscriber. */
  subscribe(listener: (event: StoreEvent) => void): () => void
  clear(): void
  /**
   * Writes a kind when somebody first looks at it, with the time of now; at once where somebody has. Listeners that do
   * not look hear of it no sooner.
   */
  defer(namespace: string, type: string, write: () => void): void
  /** Writes what was deferred of a kind. */
  settle(namespace: string, type: string): void
}

export interface MachineSpec {
  readonly hostname: string
  /** IPv4 on which it listens, port 50000 unless `port` says otherwise. */
  readonly address: string
  readonly port: number
  /** Where a control plane's kube-apiserver listens; 6443 unless told otherwise. */
  readonly kubernetesPort?: number
  readonly role: 'controlplane' | 'worker'
  /** `v1.13.9` */
  readonly talos: string
  /** Which generator its first config is by: that of 1.14 puts Kubernetes into documents. `1.13` unless told otherwise. */
  readonly contract?: '1.13' | '1.14'
  /** Kubernetes of its first config, `1.34.1`; what its Talos brings along unless told otherwise. */
  readonly kubernetes?: string
  readonly bootLoader: 'grub' | 'systemd-boot'
  /** Its firmware starts signed files only; `false` unless told otherwise. */
  readonly secureBoot?: boolean
  readonly extensions: readonly string[]
  readonly kernelArguments: readonly string[]
  readonly diskBytes: number
  /** Blank SATA disks beside the one or two it has anyway, `sdb` and on; none unless told otherwise. */
  readonly extraDisks?: number
  readonly memoryBytes: number
  readonly cores: number
}

export interface ServiceSnapshot {
  readonly id: string
  readonly state: string
  /** Of its last start; 0 before the first. */
  readonly pid: number
  readonly health: {
    readonly unknown: boolean
    readonly healthy: boolean
    readonly lastMessage: string
    readonly lastChange: number
  }
  readonly events: readonly { readonly message: string; readonly state: string; readonly at: number }[]
}

/** A frame of the event stream, ready to be packed: `type` is the message name in package machine. */
export interface MachineEvent {
  readonly id: string
  readonly actorId: string
  readonly type:
    | 'SequenceEvent'
    | 'PhaseEvent'
    | 'TaskEvent'
    | 'ServiceStateEvent'
    | 'MachineStatusEvent'
    | 'ConfigLoadErrorEvent'
    | 'ConfigValidationErrorEvent'
    | 'AddressEvent'
    | 'RestartEvent'
  /** Fields as proto-loader takes them (camelCase, enums by name). */
  readonly payload: Readonly<Record<string, unknown>>
}

export interface ApplyRequest {
  readonly data: Buffer
  readonly mode: 'REBOOT' | 'AUTO' | 'NO_REBOOT' | 'STAGED' | 'TRY'
  readonly dryRun: boolean
  /** Milliseconds; 60 000 when the caller gave none. */
  readonly tryTimeout: number
}

export interface ApplyReply {
  readonly warnings: readonly string[]
  readonly mode: ApplyRequest['mode']
  readonly modeDetails: string
}

export interface ResetRequest {
  readonly graceful: boolean
  readonly reboot: boolean
  readonly mode: 'ALL' | 'SYSTEM_DISK' | 'USER_DISKS'
  /** Of the system disk, by label; all of it where there are none. */
  readonly partitions: readonly { readonly label: string; readonly wipe: boolean }[]
  /** `/dev/sda` */
  readonly userDisks: readonly string[]
}

export interface LayerProgress {
  readonly layerId: string
  readonly status: 'DOWNLOADING' | 'DOWNLOAD_COMPLETE' | 'EXTRACTING' | 'EXTRACT_COMPLETE' | 'ALREADY_EXISTS'
  readonly offset: number
  readonly total: number
  readonly elapsed: number
}

export type InstallerOutput = { readonly message: string } | { readonly exitCode: number }

/** Figures of the moment, moving like a living machine's (behaviour.md §8.5). */
export interface LoadSnapshot {
  /** Unix seconds. */
  readonly bootTime: number
  /** Seconds since boot per kind, all cores together. */
  readonly cpu: {
    readonly user: number
    readonly nice: number
    readonly system: number
    readonly idle: number
    readonly iowait: number
    readonly irq: number
    readonly softIrq: number
    readonly steal: number
  }
  readonly load: readonly [number, number, number]
  /** kB, as /proc/meminfo. */
  readonly memory: {
    readonly total: number
    readonly free: number
    readonly available: number
    readonly buffers: number
    readonly cached: number
  }
  /** Bytes. */
  readonly mounts: readonly {
    readonly filesystem: string
    readonly size: number
    readonly available: number
    readonly mountedOn: string
  }[]
}

/**
 * One computer. `power` events: `up` when its API may be listened for, `down` when the port must refuse and every
 * connection drop at once. All methods may throw `SimulatedStatus`.
 */
export interface SimulatedMachine {
  readonly spec: MachineSpec
  readonly clock: SimulatedClock
  readonly resources: ResourceStore
  readonly power: EventEmitter<{ up: []; down: [] }>
  readonly isUp: boolean
  /** While it is down: nothing at its address says so, as without power; otherwise its kernel refuses the port. */
  readonly isSilent?: boolean
  /** Running version, which an upgrade changes: `v1.14.0`. */
  readonly talosVersion: string
  readonly bootId: string
  /** While it waits for a config, its API asks for no client certificate (behaviour.md §9.1). */
  readonly maintenance?: MaintenanceMode | undefined
  /** The OS CA in its config; the cluster's own where it says nothing. A worker's has an empty key. */
  readonly authority?: KeyPairPem | undefined
  /** What its config holds of its cluster's secrets; absent before it has one. */
  readonly configSecrets?: ClusterSecrets | undefined
  /** What the kubelet that runs was started from: it changes later than the config does. Empty before the first. */
  readonly kubeletImage?: string
  /** What is wrong with it on purpose, by name. */
  readonly troubles?: ReadonlySet<string>
  /** Milliseconds by which its clock is ahead of the time servers: the trouble `clock-skew`. */
  readonly clockSkew?: number
  /** Its API shows a certificate that ran out: the trouble `expired-certificate`. */
  readonly certificateExpired?: boolean
  /** Milliseconds (simulated) to wait before answering any call: the trouble `slow-node`. Absent or 0 when well. */
  readonly responseDelay?: number

  services(): readonly ServiceSnapshot[]
  serviceAction(id: string, action: 'start' | 'stop' | 'restart'): string
  /** SIGTERM to the container of a service, whose runner starts another one. */
  killService(id: string): void
  load(): LoadSnapshot

  /** Ring of 1000, oldest first. */
  eventHistory(): readonly MachineEvent[]
  onEvent(listener: (event: MachineEvent) => void): () => void
  /** Whole frames as Dmesg sends them, newline included. */
  kernelLog(): readonly string[]
  onKernelLine(listener: (frame: string) => void): () => void
  logIds(): readonly string[]
  /** Lines without newline; throws for an unknown id. */
  serviceLog(id: string): readonly string[]
  onServiceLine(id: string, listener: (line: string) => void): () => void
  /** procfs and the like for `Read`; throws NOT_FOUND. */
  readFile(path: string): Buffer
  /** The paths `readFile` has something for. */
  filePaths(): readonly string[]

  apply(request: ApplyRequest): Promise<ApplyReply>
  reboot(mode: 'DEFAULT' | 'POWERCYCLE' | 'FORCE'): { readonly actorId: string }
  rollback(): void
  shutdown(force: boolean): { readonly actorId: string }
  reset(request: ResetRequest): { readonly actorId: string }
  /** Erases what is on a block device, which must be free of volumes; `sda1`, without /dev. */
  wipeDevice(request: { readonly device: string; readonly dropPartition: boolean }): void
  /** `lvremove`, `vgremove`, `pvremove` and the stop of an array; absent in machines without disks. */
  readonly storage?: StorageRemoval
  /** Its etcd member leaves, stops and forgets. */
  leaveEtcd(): Promise<void>
  /** A META value, or none to delete it. */
  writeMeta(key: number, value: string | undefined): void
  /** @param signal of the call: who hangs up before the image is there and checked has begun nothing */
  upgradeLegacy(
    request: {
      readonly image: string
      readonly stage: boolean
      readonly force: boolean
      readonly preserve: boolean
      readonly rebootMode: 'DEFAULT' | 'POWERCYCLE'
    },
    signal?: AbortSignal,
  ): Promise<{ readonly actorId: string }>
  /** Yields progress and ends with the digest-pinned name. */
  pullImage(reference: string, signal: AbortSignal): AsyncGenerator<LayerProgress, string>
  installImage(reference: string, signal: AbortSignal): AsyncGenerator<InstallerOutput>
  /** False when containerd has none of that name. */
  removeImage(reference: string): boolean
  /** Puts an image of that name there, as if it had been pulled. */
  keepImage(image: { readonly name: string; readonly digest: string; readonly size: number }): void
  images(): readonly {
    readonly name: string
    readonly digest: string
    readonly size: number
    readonly createdAt: number
  }[]

  /** Somebody wrote this machine's Node: its NodeStatus follows. Absent in machines without Kubernetes. */
  followNode?(node: NodeObject): void
  /** Troubles by name; unknown names throw. */
  cause(trouble: string): void
  settle(trouble: string): void
  /** First power-on, fast: resolves when it is running and ready. */
  powerOn(): Promise<void>
  /** Pulls the plug: timers die, `down` fires. */
  powerOff(): void
}

/** Each takes away, or throws NOT_FOUND or FAILED_PRECONDITION as 1.14 words them. What the config still asks for comes back. */
export interface StorageRemoval {
  logicalVolume(group: string, name: string): void
  volumeGroup(name: string): void
  /** `/dev/sda` */
  physicalVolume(device: string): void
  /** `/dev/md0` or one of its other names. */
  array(device: string): void
}

export interface MaintenanceMode {
  /** Told by the wire when it has made the certificate of this boot: base64 of the SHA-256 of the leaf's public key. */
  certificateIssued(fingerprint: string): void
}

/** What anybody may write of a Kubernetes Node, as the API server has it. */
export interface NodeObject {
  readonly unschedulable: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}
