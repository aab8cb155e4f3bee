import { z } from 'zod'
import { method } from './define.ts'
import { Instant, NodeRef, RunId } from './names.ts'

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
  ]),
  /** Kubernetes minors that run on it: `1.33`, `1.37`. */
  kubernetesMin: z.string(),
  kubernetesMax: z.string(),
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
    'kernel-arguments',
    'boot-entry',
    'image',
    'mechanism',
  ]),
  before: z.string().optional(),
  after: z.string().optional(),
  note: z.enum(['lost', 'unchanged', 'changes', 'unknown']),
})
export type PlanRow = z.infer<typeof PlanRow>

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
  ]),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  /** What was read, in the machine's words. */
  evidence: z.string(),
})
export type PreflightCheck = z.infer<typeof PreflightCheck>

export const UpgradePlan = z.object({
  planId: z.string(),
  kind: z.enum(['upgrade', 'rollback']),
  node: z.string(),
  hostname: z.string(),
  from: z.string(),
  to: z.string(),
  image: z.string().optional(),
  mechanism: z.enum(['lifecycle', 'legacy', 'rollback']),
  rows: z.array(PlanRow),
  kept: z.array(
    z.object({
      part: z.string(),
      what: z.enum(['ephemeral', 'state', 'etcd-data', 'user-volume', 'other-slot', 'config', 'meta']),
    }),
  ),
  preflight: z.array(PreflightCheck),
  steps: z.array(z.string()),
  estimateSeconds: z.number().optional(),
  computedAt: Instant,
  /** 30 minutes after `computedAt`; sooner when one of its inputs moves. */
  validUntil: Instant,
  talosctl: z.string(),
})
export type UpgradePlan = z.infer<typeof UpgradePlan>

export const upgradesContract = {
  'upgrades.targets': method(
    NodeRef,
    z.object({
      current: z.string(),
      kubernetes: z.string().optional(),
      targets: z.array(UpgradeTarget),
      source: z.enum(['built-in', 'factory']),
    }),
  ),
  /** Reads the node and computes; sends nothing that changes anything. */
  'upgrades.plan': method(NodeRef.extend({ version: z.string().max(64) }), UpgradePlan),
  'upgrades.plan-rollback': method(NodeRef, UpgradePlan),
  /** Refused when the plan is stale, blocked, or another run holds the cluster. */
  'upgrades.start': method(z.object({ planId: z.string() }), z.object({ runId: RunId })),
} as const
