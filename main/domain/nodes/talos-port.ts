import type { Secret } from '../secret.ts'

/**
 * What the rules need of a Talos node, named by need. `main/talos/` answers over gRPC; tests answer from memory.
 *
 * Every call takes the node's address and a signal; a cancelled signal reaches the wire. Every failure is a
 * `TalosFailure`. Streams end when the node ends them and throw when it fails; reconnecting is the caller's
 * business except in `watch`, which reconnects by itself with a fresh snapshot.
 */

/** `v1.13.9` and what goes with it. Source: `Version` (behaviour.md §2.4). */
export interface NodeVersion {
  readonly tag: string
  readonly platform: string
  readonly arch: string
}

export interface ResourceKey {
  readonly namespace: string
  /** Full type: `MachineStatuses.runtime.talos.dev`. */
  readonly type: string
  /** Absent: all of the type. */
  readonly id?: string
}

/** One COSI resource. `spec` is the parsed `yaml_spec`, keys as in resources.json. Source: behaviour.md §3.1. */
export interface Resource {
  readonly namespace: string
  readonly type: string
  readonly id: string
  readonly version: string
  readonly phase: 'running' | 'tearingDown'
  /** ISO 8601; when the node made and last touched it. */
  readonly created?: string
  readonly updated?: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: unknown
}

/**
 * Snapshot, then live. After `lost` everything told before is stale until the next `ready`; the resources that
 * follow are a new snapshot, and what is not in it is gone.
 */
export type WatchEvent =
  | { readonly kind: 'present'; readonly resource: Resource }
  | { readonly kind: 'ready' }
  | { readonly kind: 'changed'; readonly resource: Resource }
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'lost'; readonly error: unknown }

export interface ServiceInfo {
  readonly id: string
  readonly state: string
  readonly health: {
    readonly unknown: boolean
    readonly healthy: boolean
    readonly message: string
    readonly lastChange?: string
  }
  readonly events: readonly { readonly message: string; readonly state: string; readonly at?: string }[]
}

/** Counters since boot; rates are differences of two reads. CPU in seconds, memory and disk in bytes. */
export interface Counters {
  readonly cpuBusy: number
  readonly cpuTotal: number
  readonly memoryTotal: number
  readonly memoryAvailable: number
  /** Filesystem mounted on /var. */
  readonly ephemeral?: { readonly size: number; readonly available: number }
  /** Unix seconds. */
  readonly bootTime: number
}

export interface TalosEvent {
  readonly id: string
  readonly actorId: string
  readonly payload:
    | {
        readonly kind: 'sequence'
        readonly sequence: string
        readonly action: 'noop' | 'start' | 'stop'
        readonly error?: { readonly code: 'fatal' | 'locked' | 'canceled'; readonly message: string }
      }
    | { readonly kind: 'phase'; readonly phase: string; readonly action: 'start' | 'stop' }
    | { readonly kind: 'task'; readonly task: string; readonly action: 'start' | 'stop' }
    | { readonly kind: 'service'; readonly service: string; readonly state: string; readonly message: string }
    | {
        readonly kind: 'machine-status'
        readonly stage: string
        readonly ready: boolean
        readonly unmet: readonly { readonly name: string; readonly reason: string }[]
      }
    /** Sent right before the kernel goes; `how` absent where the node says another number (behaviour.md §5.6). */
    | { readonly kind: 'restart'; readonly how?: 'kexec' | 'firmware' | 'off' }
    | { readonly kind: 'config-error'; readonly message: string }
    | { readonly kind: 'other'; readonly type: string }
}

export type WireApplyMode = 'reboot' | 'auto' | 'no-reboot' | 'staged' | 'try'

export interface ApplyAnswer {
  readonly warnings: readonly string[]
  readonly mode: WireApplyMode
  /** The node's text: what it did, and after `Config diff:` the diff (behaviour.md §4.3). May hold secrets. */
  readonly details: string
}

export interface PullProgress {
  readonly layerId: string
  readonly status: 'downloading' | 'downloaded' | 'extracting' | 'extracted' | 'exists'
  readonly offset: number
  readonly total: number
}

/** Lines are whole, whatever chunks the node sends; `exit` is the last item. */
export type InstallerEvent =
  { readonly kind: 'line'; readonly text: string } | { readonly kind: 'exit'; readonly code: number }

export interface EtcdMember {
  /** 16 hex digits. */
  readonly id: string
  readonly hostname: string
  readonly learner: boolean
  readonly started: boolean
}

export interface EtcdStatus {
  readonly memberId: string
  readonly leaderId: string
  readonly dbSize: number
  readonly errors: readonly string[]
  readonly learner: boolean
}

/** Boot entries by the names of their files: `Talos-v1.13.9.efi`. */
export interface BootMenu {
  /** As they were at the last start through the firmware: kexec passes the menu by. */
  readonly entries: readonly string[]
  /** The one that starts next; what an installation or a rollback writes. */
  readonly next?: string
}

export interface ReadingPort {
  version(node: string, signal: AbortSignal): Promise<NodeVersion>
  /** `undefined` when the resource does not exist; `unsupported-by-version` when its type does not. */
  get(node: string, key: Required<ResourceKey>, signal: AbortSignal): Promise<Resource | undefined>
  list(node: string, key: ResourceKey, signal: AbortSignal): Promise<readonly Resource[]>
  watch(node: string, key: ResourceKey, signal: AbortSignal): AsyncIterable<WatchEvent>
  services(node: string, signal: AbortSignal): Promise<readonly ServiceInfo[]>
  counters(node: string, signal: AbortSignal): Promise<Counters>
  /** 36 characters; through COSI on 1.14, else `/proc/sys/kernel/random/boot_id`, which needs admin. */
  bootId(node: string, signal: AbortSignal): Promise<string>
  /**
   * What the kernel was started with, secrets and all; `undefined` when the node has not told it yet. Through COSI since
   * 1.11, else `/proc/cmdline`, which needs admin.
   */
  kernelCmdline(node: string, signal: AbortSignal): Promise<string | undefined>
  /** systemd-boot's own account of its entries; needs admin. `undefined` where there is none, as with GRUB. */
  bootMenu(node: string, signal: AbortSignal): Promise<BootMenu | undefined>
  /** One kernel message each, without the newline. */
  kernelLog(
    node: string,
    options: { readonly follow: boolean; readonly tail: boolean },
    signal: AbortSignal,
  ): AsyncIterable<string>
  serviceLog(
    node: string,
    options: { readonly id: string; readonly follow: boolean; readonly tailLines: number },
    signal: AbortSignal,
  ): AsyncIterable<string>
  logSources(node: string, signal: AbortSignal): Promise<readonly string[]>
  events(
    node: string,
    options: { readonly tailEvents: number; readonly actorId?: string },
    signal: AbortSignal,
  ): AsyncIterable<TalosEvent>
  /** How the last call to the node went: `direct` or the endpoint that forwarded. */
  route(node: string): string
}

export interface ConfigPort {
  /** The raw text as the node keeps it, with its secrets. `persistent` answers `undefined` before 1.10. */
  readMachineConfig(
    node: string,
    id: 'active' | 'persistent',
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly version: string } | undefined>
  applyConfiguration(
    node: string,
    request: {
      readonly text: string
      readonly mode: WireApplyMode
      readonly dryRun: boolean
      readonly trySeconds?: number
    },
    signal: AbortSignal,
  ): Promise<ApplyAnswer>
  /** `Version` over a connection made for this call alone; tells whether a new connection still works. */
  probeFresh(node: string, signal: AbortSignal): Promise<{ readonly latencyMs: number }>
}

/** `Reset` as it goes over the wire. No partitions: the system disk whole. Source: behaviour.md §7.1. */
export interface WireReset {
  readonly graceful: boolean
  readonly reboot: boolean
  readonly mode: 'all' | 'system-disk' | 'user-disks'
  readonly partitions: readonly string[]
  readonly userDisks: readonly string[]
}

export interface LifecyclePort {
  serviceAction(
    node: string,
    id: string,
    action: 'start' | 'stop' | 'restart',
    signal: AbortSignal,
  ): Promise<string>
  reboot(
    node: string,
    mode: 'default' | 'powercycle' | 'force',
    signal: AbortSignal,
  ): Promise<{ readonly actorId: string }>
  /** `force`: without draining first. */
  shutdown(node: string, force: boolean, signal: AbortSignal): Promise<{ readonly actorId: string }>
  /** What is to be wiped is checked before it answers; the rest shows in events (behaviour.md §7.1). */
  reset(node: string, request: WireReset, signal: AbortSignal): Promise<{ readonly actorId: string }>
  rollback(node: string, signal: AbortSignal): Promise<void>
  pullImage(node: string, image: string, signal: AbortSignal): AsyncIterable<PullProgress>
  /** Fetches an image for later: `cri` for pods, `system` for what Talos runs itself. `unsupported-by-version` where no call does it. */
  prePullImage(node: string, image: string, into: 'cri' | 'system', signal: AbortSignal): Promise<void>
  /** `LifecycleService.Upgrade` (1.13+). Cancelling it aborts the installer: only do so before it began. */
  install(node: string, image: string, signal: AbortSignal): AsyncIterable<InstallerEvent>
  /** `MachineService.Upgrade`; answers after the image was pulled and checked. */
  upgradeLegacy(
    node: string,
    request: { readonly image: string; readonly stage: boolean; readonly powerCycle?: boolean },
    signal: AbortSignal,
  ): Promise<{ readonly actorId: string }>
}

export interface EtcdPort {
  etcdMembers(node: string, signal: AbortSignal): Promise<readonly EtcdMember[]>
  etcdStatus(node: string, signal: AbortSignal): Promise<EtcdStatus>
  /** A leader hands over; `undefined` from one that does not lead. Resolves with the new leader's member id. */
  etcdForfeitLeadership(node: string, signal: AbortSignal): Promise<string | undefined>
  etcdAlarms(
    node: string,
    signal: AbortSignal,
  ): Promise<readonly { readonly memberId: string; readonly alarm: string }[]>
  /** Raw chunks of the database file. */
  etcdSnapshot(node: string, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Takes another member out, by its id in 16 hex digits. `not-found` when there is none. */
  etcdRemoveMember(node: string, memberId: string, signal: AbortSignal): Promise<void>
}

export interface KubeconfigPort {
  /** Text of an admin kubeconfig with a new one-year certificate; `control-plane-only` on a worker. */
  kubeconfig(node: string, signal: AbortSignal): Promise<Secret>
}

/** One cluster's nodes, through one context's key. */
export interface TalosPort extends ReadingPort, ConfigPort, LifecyclePort, EtcdPort, KubeconfigPort {}
