import { z } from 'zod'
import { method, stream } from './define.ts'
import { ContextName, Instant, NodeAddress, NodeRef, RunId, TalosctlCommand } from './names.ts'
import { WireError } from './wire-error.ts'

export const Stage = z.enum([
  'unknown',
  'booting',
  'installing',
  'maintenance',
  'running',
  'rebooting',
  'shutting down',
  'resetting',
  'upgrading',
])
export type Stage = z.infer<typeof Stage>

export const NodeRole = z.enum(['controlplane', 'worker', 'init', 'unknown'])
export type NodeRole = z.infer<typeof NodeRole>

/** How the app reaches a node right now. Unknown stays unknown: nothing below may be shown as current while `silent`. */
export const Reach = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connecting') }),
  z.object({
    kind: z.literal('answering'),
    /** `direct`, or the endpoint that forwards. */
    via: z.string(),
    latencyMs: z.number().optional(),
  }),
  z.object({ kind: z.literal('silent'), since: Instant, error: WireError }),
])
export type Reach = z.infer<typeof Reach>

export const StageReport = z.object({
  name: Stage,
  /** Means something only in `booting` and `running` (behaviour.md §3.5). */
  ready: z.boolean(),
  unmet: z.array(z.object({ name: z.string(), reason: z.string() })),
})
export type StageReport = z.infer<typeof StageReport>

export const Schematic = z.object({
  /** 64 hex digits; absent on a node booted from plain images. */
  id: z.string().optional(),
  extensions: z.array(z.object({ name: z.string(), version: z.string() })),
})
export type Schematic = z.infer<typeof Schematic>

/** Used and total in bytes. */
export const Usage = z.object({ used: z.number(), total: z.number() })

/** One row of the fleet. Fields that were never read are absent; `lastReadAt` says how old the rest is. */
export const NodeSummary = z.object({
  context: ContextName,
  address: NodeAddress,
  hostname: z.string().optional(),
  role: NodeRole,
  reach: Reach,
  lastReadAt: Instant.optional(),
  stage: StageReport.optional(),
  /** `v1.13.9` */
  talosVersion: z.string().optional(),
  /** `v1.36.3` */
  kubernetesVersion: z.string().optional(),
  schematic: Schematic.optional(),
  cpuPercent: z.number().optional(),
  memory: Usage.optional(),
  /** EPHEMERAL */
  disk: Usage.optional(),
  bootedAt: Instant.optional(),
  /** Kernel start to running and ready, in seconds, where the node's own kernel log still shows it. */
  bootTookSeconds: z.number().optional(),
  /** The config on disk is not the one that runs. */
  configStaged: z.boolean().optional(),
  etcd: z.object({ leader: z.boolean() }).optional(),
  /** Its etcd was asked and said nothing; without this and without `etcd` nobody asked yet. */
  etcdSilent: z.literal(true).optional(),
  diagnostics: z.array(z.object({ id: z.string(), message: z.string() })),
})
export type NodeSummary = z.infer<typeof NodeSummary>

export const NodesItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('node'), node: NodeSummary }),
  z.object({ kind: z.literal('gone'), address: NodeAddress }),
])
export type NodesItem = z.infer<typeof NodesItem>

/** Condition of the machine status: all that apply to the role, met ones included. */
export const Condition = z.object({ name: z.string(), met: z.boolean(), reason: z.string() })

export const BootSlot = z.object({
  /** `A`, `B` for GRUB, the UKI's file name for systemd-boot. */
  label: z.string(),
  running: z.boolean(),
  /** Absent where the node does not tell (GRUB's other slot, before anything was installed by this app). */
  talosVersion: z.string().optional(),
  schematicId: z.string().optional(),
  writtenAt: Instant.optional(),
})
export type BootSlot = z.infer<typeof BootSlot>

/** The overview of one node. Absent: the node has not told, or cannot on its version. */
export const NodeDetail = z.object({
  node: NodeSummary,
  uuid: z.string().optional(),
  machine: z.string().optional(),
  serial: z.string().optional(),
  processor: z.string().optional(),
  cores: z.number().optional(),
  memoryBytes: z.number().optional(),
  systemDisk: z.object({ device: z.string(), size: z.string(), model: z.string() }).optional(),
  platform: z.string().optional(),
  arch: z.string().optional(),
  secureBoot: z.boolean().optional(),
  bootId: z.string().optional(),
  kernel: z.string().optional(),
  kernelCmdline: z.string().optional(),
  bootLoader: z.enum(['grub', 'systemd-boot']).optional(),
  slots: z.array(BootSlot),
  conditions: z.array(Condition),
  addresses: z.array(z.string()),
  /** Node name in Kubernetes; may differ from the host name. */
  nodename: z.string().optional(),
  kubernetesReady: z.boolean().optional(),
  /** Samples of the last five minutes, oldest first; `undefined` where nothing was heard. */
  samples: z.array(
    z.object({
      at: Instant,
      cpuPercent: z.number().optional(),
      memoryUsed: z.number().optional(),
      diskUsed: z.number().optional(),
    }),
  ),
})
export type NodeDetail = z.infer<typeof NodeDetail>

export const ServiceHealth = z.enum(['healthy', 'unhealthy', 'unknown'])
export const ServiceRow = z.object({
  id: z.string(),
  /** Initialized, Preparing, Waiting, Running, Stopping, Finished, Failed, Skipped, Starting. */
  state: z.string(),
  health: ServiceHealth,
  message: z.string(),
  since: Instant.optional(),
  /** What Talos lets a client do with it (behaviour.md §7.4); empty for most. */
  allowed: z.array(z.enum(['start', 'stop', 'restart'])),
  events: z.array(z.object({ at: Instant.optional(), state: z.string(), message: z.string() })),
})
export type ServiceRow = z.infer<typeof ServiceRow>

/** Replaces the whole list; a node has about a dozen. */
export const ServicesItem = z.object({
  services: z.array(ServiceRow),
  readAt: Instant,
  stale: WireError.optional(),
})
export type ServicesItem = z.infer<typeof ServicesItem>

export const LogSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('kernel') }),
  z.object({ kind: z.literal('service'), id: z.string().max(253) }),
])
export type LogSource = z.infer<typeof LogSource>

export const LogLine = z.object({
  /** As the node wrote it; before time sync it may be 1970. */
  time: z.string().optional(),
  facility: z.string().optional(),
  priority: z.string().optional(),
  text: z.string(),
})
export type LogLine = z.infer<typeof LogLine>

/** Lines in order. `dropped` counts lines left out just before these because the window could not keep up. */
export const LogBatch = z.object({ lines: z.array(LogLine), dropped: z.number().int().nonnegative() })
export type LogBatch = z.infer<typeof LogBatch>

export const nodesContract = {
  /** Every node of the context, live. Counters (CPU, memory, disk) are read only while this is open. */
  'nodes.watch': stream(z.object({ context: ContextName }), NodesItem),
  /** The whole detail again whenever any of it changes, at most four times a second. */
  'nodes.watch-detail': stream(NodeRef, NodeDetail),
  'services.watch': stream(NodeRef, ServicesItem),
  'services.act': method(
    NodeRef.extend({ service: z.string().max(253), action: z.enum(['start', 'stop', 'restart']) }),
    z.object({ runId: RunId }),
  ),
  'logs.sources': method(NodeRef, z.object({ services: z.array(z.string()) })),
  /** The newest `tailLines` first as the snapshot, then what follows. Ends when the node goes; the renderer asks again. */
  'logs.follow': stream(
    NodeRef.extend({ source: LogSource, tailLines: z.number().int().min(0).max(100_000) }),
    LogBatch,
  ),
  /** The command lines that would show or do the same. */
  'nodes.talosctl': method(
    NodeRef,
    z.object({ commands: z.array(z.object({ what: z.string(), command: TalosctlCommand })) }),
  ),
} as const
