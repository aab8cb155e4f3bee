import { z } from 'zod'
import { method } from './define.ts'
import { ContextName, Instant, NodeRef, RunId } from './names.ts'
import { BootTiming } from './runs.ts'

export const RebootMode = z.enum(['default', 'powercycle', 'force'])
export type RebootMode = z.infer<typeof RebootMode>

/** A fact before and after. Values are numbers and names as read, or a word that the screens translate (`word.*`). */
export const ActionRow = z.object({
  fact: z.enum([
    'power',
    'restart',
    'talos',
    'config',
    'etcd-members',
    'etcd-leader',
    'kubernetes-api',
    'kubernetes-node',
    'pods',
    'data',
  ]),
  before: z.string().optional(),
  after: z.string().optional(),
  note: z.enum(['unchanged', 'changes', 'lost', 'unknown']),
})
export type ActionRow = z.infer<typeof ActionRow>

export const ActionCheck = z.object({
  id: z.enum([
    'role-admin',
    'no-other-run',
    'node-ready',
    'config-not-staged',
    'mode-supported',
    'etcd-quorum',
    'etcd-leaves',
    'last-control-plane',
    'other-control-planes-ready',
    'etcd-volume',
    'volumes-located',
    'user-disks',
    'boots-afterwards',
    'member-listed',
    'member-gone',
    'pods-stop',
    'pods-drained',
    'pods-erased',
  ]),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  /** What was read, in the machine's words. */
  evidence: z.string(),
  /** Blocks unless the plan's `words` are typed. */
  overridable: z.boolean().optional(),
})
export type ActionCheck = z.infer<typeof ActionCheck>

/** Something on a disk, and what a reset does to it. */
export const WipeItem = z.object({
  id: z.string(),
  kind: z.enum(['disk', 'partition', 'volume']),
  /** `/dev/nvme0n1p4` */
  device: z.string(),
  /** `EPHEMERAL`, a model, the name of a user volume. */
  name: z.string(),
  size: z.string().optional(),
  holds: z.enum(['config', 'ephemeral', 'etcd', 'talos', 'meta', 'user-data', 'whole-disk', 'unknown']),
})
export type WipeItem = z.infer<typeof WipeItem>

/** What to erase. `reconfigure`: STATE and EPHEMERAL, the node stays installed and waits for a configuration. */
export const WipeScope = z.enum(['reconfigure', 'ephemeral', 'system-disk', 'user-disks'])
export type WipeScope = z.infer<typeof WipeScope>

export const ResetChoice = z.object({
  scope: WipeScope,
  /** `/dev/sdb`; as well as the scope, which with `user-disks` is these alone. */
  userDisks: z.array(z.string().max(200)).max(100),
  /** The ETCD volume of its own (1.14), where there is one; EPHEMERAL alone leaves it. */
  etcdVolume: z.boolean(),
  graceful: z.boolean(),
  reboot: z.boolean(),
})
export type ResetChoice = z.infer<typeof ResetChoice>

export const NodeActionPlan = z.object({
  planId: z.string(),
  kind: z.enum(['reboot', 'shutdown', 'reset', 'remove-member', 'uncordon']),
  node: z.string(),
  hostname: z.string(),
  rows: z.array(ActionRow),
  preflight: z.array(ActionCheck),
  steps: z.array(z.string()),
  estimateSeconds: z.number().optional(),
  computedAt: Instant,
  /** 30 minutes after `computedAt`; sooner when one of its inputs moves. */
  validUntil: Instant,
  talosctl: z.string(),
  /** Both columns of a reset; every disk of the node is in one or the other. */
  wipe: z.object({ erased: z.array(WipeItem), kept: z.array(WipeItem) }).optional(),
  /** Disks that a reset may erase besides the system disk. */
  userDisks: z.array(WipeItem).optional(),
  /** The host name has to be typed. */
  typeHostname: z.boolean(),
  /** To be typed as well, in either language, where a check blocks that may be overridden. */
  words: z.object({ en: z.string(), es: z.string() }).optional(),
})
export type NodeActionPlan = z.infer<typeof NodeActionPlan>

/** One boot slot. What no one tells is absent. */
export const BootSlot = z.object({
  /** `A`, `Talos-v1.13.9.efi`; absent for the other UKI file, whose name only a marker or an earlier run tells. */
  label: z.string().optional(),
  running: z.boolean(),
  /** Starts next; absent when nobody tells. */
  next: z.boolean().optional(),
  talos: z.string().optional(),
  schematicId: z.string().optional(),
  extensions: z.array(z.string()).optional(),
  kernelArguments: z.string().optional(),
  installedAt: Instant.optional(),
  /**
   * Of the other slot: whether anything is in it, and what says that it is empty: systemd-boot's own menu, or Talos,
   * which refused to go back since it started. Absent where nobody can tell.
   */
  content: z.enum(['something', 'empty-by-menu', 'empty-by-refusal']).optional(),
  /** Where each was read: `BootedEntry`, `META 0x06`, a run of this app. */
  sources: z.array(z.string()),
})
export type BootSlot = z.infer<typeof BootSlot>

export const NodeSlots = z.object({
  loader: z.enum(['grub', 'systemd-boot']).optional(),
  slots: z.array(BootSlot),
  /** The node will fall back by itself while it has not been ready once (META 0x06). */
  fallbackArmed: z.boolean().optional(),
  readAt: Instant,
})
export type NodeSlots = z.infer<typeof NodeSlots>

export const nodeActionsContract = {
  /** These read the node and compute; nothing that changes anything is sent. */
  'node-actions.plan-reboot': method(NodeRef.extend({ mode: RebootMode }), NodeActionPlan),
  'node-actions.plan-shutdown': method(NodeRef.extend({ force: z.boolean() }), NodeActionPlan),
  'node-actions.plan-reset': method(NodeRef.extend({ choice: ResetChoice }), NodeActionPlan),
  /** Takes a member out of etcd from another control plane, after its machine was wiped or lost. */
  'node-actions.plan-remove-member': method(NodeRef.extend({ memberId: z.string().max(16) }), NodeActionPlan),
  /** Lets Kubernetes put pods on the node again. */
  'node-actions.plan-uncordon': method(NodeRef, NodeActionPlan),
  /** Refused when the plan is stale, blocked, not typed as asked, or another run holds the cluster. */
  'node-actions.start': method(
    z.object({
      planId: z.string(),
      hostname: z.string().max(253).optional(),
      words: z.string().max(500).optional(),
    }),
    z.object({ runId: RunId }),
  ),
  'node-actions.slots': method(NodeRef, NodeSlots),
  /** Boots that runs of this app measured, oldest first, and the one that runs now from its kernel log. */
  'node-actions.boots': method(
    NodeRef,
    z.object({ measured: z.array(BootTiming), current: BootTiming.optional() }),
  ),
  /** Every run of a node as Markdown. */
  'node-actions.export-history': method(
    z.object({ context: ContextName, node: z.string() }),
    z.object({ markdown: z.string() }),
  ),
} as const
