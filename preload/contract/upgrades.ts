import { z } from 'zod'
import { method } from './define.ts'
import { ExtensionChange, FactoryWord, ImageChoice, SchematicView, TypedVersion } from './images.ts'
import { ContextName, Instant, NodeAddress, NodeRef, RunId } from './names.ts'
import { NodeRole } from './nodes.ts'

/** One version on the list. Illegal ones stay, with the reason. */
export const UpgradeTarget = z.object({
  /** `v1.14.0` */
  version: z.string(),
  legal: z.boolean(),
  reason: z.enum([
    'recommended',
    'latest-patch',
    'allowed',
    'superseded',
    'same-version',
    'downgrade-allowed',
    'skips-a-minor',
    'host-too-old',
    'host-too-new',
    'kubernetes-too-new',
    'kubernetes-too-old',
    'pre-release',
    'unknown-line',
    'not-published',
  ]),
  preRelease: z.boolean(),
  /** Stops from the node's version to this one, this one included: minor by minor, the latest patch of each. */
  path: z.array(z.string()),
  /** Kubernetes minors that run on it: `1.33`, `1.37`; absent for a line nobody here knows. */
  kubernetesMin: z.string().optional(),
  kubernetesMax: z.string().optional(),
  /** Release notes. */
  notes: z.string(),
})
export type UpgradeTarget = z.infer<typeof UpgradeTarget>

/** A fact before and after; `after` absent where it cannot be known before the reboot. */
export const PlanRow = z.object({
  fact: z.enum([
    'talos',
    'kernel',
    'containerd',
    'etcd',
    'kubernetes-support',
    'kubernetes',
    'schematic',
    'extensions',
    'extension',
    'kernel-arguments',
    'boot-loader',
    'boot-entry',
    'secure-boot',
    'overlay',
    'image',
    'mechanism',
    'restart',
    'pods',
  ]),
  /** Which one, where a fact has several rows: the extension's name. */
  part: z.string().optional(),
  before: z.string().optional(),
  after: z.string().optional(),
  /** Why a side is absent, where it is known: the role may not read it, or kexec started the node and names no slot. */
  why: z.enum(['role-too-low', 'no-slot']).optional(),
  /** Goes with a word in `after` that is about a time: how long is waited before the person is asked. */
  seconds: z.number().optional(),
  note: z.enum(['lost', 'unchanged', 'changes', 'unknown', 'added', 'removed']),
})
export type PlanRow = z.infer<typeof PlanRow>

/** Why a check came out as it did, where one sentence does not fit every reason; the renderer has one for each. */
export const CheckReason = z.enum([
  'etcd-two-members',
  'etcd-one-member',
  'image-missing',
  'image-not-registered',
  'image-building',
  'image-unpublished',
  'image-unasked',
  'image-other-architecture',
  'choice-content-unknown',
  'choice-content-unproven',
  'choice-unknown-fields',
  'choice-secret-unresolved',
  'choice-typed-differs',
  'choice-not-a-reference',
  'own-image-replaced',
  'own-image-kept',
  'extension-missing',
  'extension-lost',
  'extension-renamed',
  'extension-unasked',
  'grub-ignores-schematic',
  'grub-loses-arguments',
  'grub-drops-arguments',
  'path-through-patch',
  'path-skips',
  'path-pre-release',
  'path-downgrade',
  'path-setback',
  'path-again',
  'config-unreadable',
  'memory-below-minimum',
  'sequence-locked',
  'pods-nowhere-to-go',
  'pods-not-drained',
  'pods-unmanaged',
  'pods-held-and-unmanaged',
  'other-slot-empty',
  'other-slot-refused',
  'other-slot-untold',
])
export type CheckReason = z.infer<typeof CheckReason>

export const PreflightCheck = z.object({
  id: z.enum([
    'role-admin',
    'certificate-outlives-run',
    'version-path',
    'image',
    'etcd-quorum',
    'no-other-run',
    'config-not-staged',
    'time-in-sync',
    'node-ready',
    'kernel-arguments-kept',
    'schematic-kept',
    'kubernetes-supported',
    'other-control-planes-ready',
    'kubernetes-api',
    'pods-can-move',
    'storage-settled',
    'extensions-published',
    'own-image',
    'disk-space',
    'boot-space',
    'memory',
    'no-other-sequence',
    'diagnostics',
    'config-readable',
    'other-slot',
  ]),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  /** What was read, in the machine's words. */
  evidence: z.string(),
  because: CheckReason.optional(),
  /** Where it was read and what stood there, one line each; shown when asked for. */
  readings: z.array(z.object({ source: z.string(), found: z.string() })).optional(),
  /** The person has to say yes to this one by its id before the run may start. Never on `pass` or `block`. */
  accept: z.boolean().optional(),
})
export type PreflightCheck = z.infer<typeof PreflightCheck>

/** What a run would do to one node. */
export const NodePlan = z.object({
  node: z.string(),
  hostname: z.string(),
  role: NodeRole,
  /** Leads etcd at the moment of the plan. */
  leader: z.boolean(),
  from: z.string(),
  to: z.string(),
  image: z.string().optional(),
  /** What was chosen for this node besides the version. */
  choice: ImageChoice.optional(),
  schematic: z.object({ before: SchematicView.optional(), after: SchematicView.optional() }).optional(),
  extensions: z.array(ExtensionChange).optional(),
  mechanism: z.enum(['lifecycle', 'legacy', 'rollback']),
  rows: z.array(PlanRow),
  kept: z.array(
    z.object({
      part: z.string(),
      what: z.enum(['ephemeral', 'state', 'etcd-data', 'user-volume', 'other-slot', 'config', 'meta']),
    }),
  ),
  preflight: z.array(PreflightCheck),
  /** Names of the stops on this node, in order. */
  steps: z.array(z.string()),
  /** Median of what proven runs of this kind took on this node. */
  estimateSeconds: z.number().optional(),
  talosctl: z.string(),
})
export type NodePlan = z.infer<typeof NodePlan>

/** How the run goes; what is left out has its default. */
export const PlanOptions = z.object({
  /** Which kind of node goes first. Control planes go one by one in either case, the leader last among them. */
  order: z.enum(['workers-first', 'control-planes-first']).default('control-planes-first'),
  /** Restart of the first node through the firmware, not kexec: proves a cold boot before the rest depends on it. */
  coldBoot: z.boolean().default(false),
  /** `false`: pods stop with their node, nothing is evicted before. */
  drain: z.boolean().default(true),
  /** After this many seconds of waiting for pods the run asks the person. */
  drainSeconds: z.number().int().min(30).max(3600).default(300),
  /** A node stays proven for this long before the next one starts. */
  settleSeconds: z.number().int().min(0).max(3600).default(30),
})
export type PlanOptions = z.infer<typeof PlanOptions>

export const UpgradePlan = z.object({
  planId: z.string(),
  kind: z.enum(['upgrade', 'rollback']),
  /** In the order in which they go. */
  nodes: z.array(NodePlan).min(1),
  options: PlanOptions,
  /** Checks of the whole cluster; those of a node are with the node. */
  preflight: z.array(PreflightCheck),
  /** Names of the stops before the first node, in order: `preflight`, `snapshot`, `pull`. */
  steps: z.array(z.string()),
  /** Sum of the nodes', when each has one. */
  estimateSeconds: z.number().optional(),
  computedAt: Instant,
  /** 30 minutes after `computedAt`; sooner when one of its inputs moves. */
  validUntil: Instant,
  /** One line per node. */
  talosctl: z.string(),
})
export type UpgradePlan = z.infer<typeof UpgradePlan>

export const upgradesContract = {
  'upgrades.targets': method(
    /** `typed`: a version that may be on no list. `fresh`: ask the factory even if it answered a moment ago. */
    NodeRef.extend({ typed: TypedVersion.optional(), fresh: z.boolean().optional() }),
    z.object({
      current: z.string(),
      kubernetes: z.string().optional(),
      targets: z.array(UpgradeTarget),
      /** What was typed, judged; absent when it is no version at all. */
      typed: UpgradeTarget.optional(),
      /** Which Kubernetes runs on which Talos, oldest line first. */
      matrix: z.array(
        z.object({
          line: z.string(),
          latest: z.string().optional(),
          kubernetesMin: z.string(),
          kubernetesMax: z.string(),
        }),
      ),
      source: z.enum(['built-in', 'factory']),
      factory: FactoryWord,
    }),
  ),
  /** Reads the node and computes; sends nothing that changes anything. */
  'upgrades.plan': method(
    z.object({
      context: ContextName,
      nodes: z.array(NodeAddress).min(1).max(200),
      version: z.string().max(64),
      /** Other images than the nodes' own; a node that is not named keeps what it has. */
      choices: z
        .array(z.object({ node: NodeAddress, choice: ImageChoice }))
        .max(200)
        .optional(),
      options: PlanOptions.partial().optional(),
    }),
    UpgradePlan,
  ),
  'upgrades.plan-rollback': method(
    NodeRef.extend({ options: PlanOptions.partial().optional() }),
    UpgradePlan,
  ),
  /** Refused when the plan is stale, blocked, wants a yes that is not in `accepted`, or another run holds the cluster. */
  'upgrades.start': method(
    z.object({ planId: z.string(), accepted: z.array(PreflightCheck.shape.id).optional() }),
    z.object({ runId: RunId }),
  ),
  /** The plan as a text to keep: no secrets are in it. */
  'upgrades.export-plan': method(
    z.object({ planId: z.string(), format: z.enum(['markdown', 'json']) }),
    z.object({ fileName: z.string(), text: z.string() }),
  ),
} as const
