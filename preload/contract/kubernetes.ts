import { z } from 'zod'
import { method } from './define.ts'
import { ContextName, Instant, RunId } from './names.ts'
import { NodeRole } from './nodes.ts'

/** What Talos runs of Kubernetes, in the order in which an upgrade takes them. */
export const KubernetesComponent = z.enum([
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
])
export type KubernetesComponent = z.infer<typeof KubernetesComponent>

/** One Kubernetes version. Illegal ones stay, with the reason. */
export const KubernetesTarget = z.object({
  /** `v1.37.0` */
  version: z.string(),
  legal: z.boolean(),
  reason: z.enum([
    'next-minor',
    'patch',
    'same-version',
    'superseded',
    'skips-a-minor',
    'downgrade',
    'talos-too-old',
    'talos-too-new',
    'not-known',
  ]),
  /** Nodes whose Talos cannot run it, with their version: `bronce-1 v1.12.11`. */
  nodes: z.array(z.string()),
})
export type KubernetesTarget = z.infer<typeof KubernetesTarget>

/** One component of one node: its image before and after. */
export const ImageRow = z.object({
  node: z.string(),
  hostname: z.string(),
  component: KubernetesComponent,
  /** Absent where it could not be read. */
  before: z.string().optional(),
  after: z.string(),
  /**
   * `there-already`: an earlier run brought it; `written`: it stands in the configuration and does not run yet; `off`:
   * the cluster does not run this component.
   */
  note: z.enum(['changes', 'written', 'there-already', 'off', 'unknown']),
})
export type ImageRow = z.infer<typeof ImageRow>

export const KubernetesCheck = z.object({
  id: z.enum([
    'role-admin',
    'certificate-outlives-run',
    'version-path',
    'talos-supports',
    'nodes-answer',
    'nodes-ready',
    'control-planes-ready',
    'etcd-quorum',
    'config-not-staged',
    'no-other-run',
    'removed-flags',
    'removed-feature-gates',
    'removed-admission-plugins',
    'removed-api-resources',
  ]),
  outcome: z.enum(['pass', 'warn', 'block', 'unknown']),
  /** What was read, in the machine's words. */
  evidence: z.string(),
})
export type KubernetesCheck = z.infer<typeof KubernetesCheck>

export const KubernetesOptions = z.object({
  /** Fetch every image before the first component changes. */
  prePull: z.boolean().default(true),
  /** Off: only the control plane moves; kubelets stay, as they may for a while. */
  kubelets: z.boolean().default(true),
})
export type KubernetesOptions = z.infer<typeof KubernetesOptions>

export const KubernetesPlan = z.object({
  planId: z.string(),
  from: z.string(),
  to: z.string(),
  options: KubernetesOptions,
  nodes: z.array(
    z.object({ node: z.string(), hostname: z.string(), role: NodeRole, talos: z.string().optional() }),
  ),
  images: z.array(ImageRow),
  preflight: z.array(KubernetesCheck),
  computedAt: Instant,
  /** 30 minutes after `computedAt`; sooner when one of its inputs moves. */
  validUntil: Instant,
  talosctl: z.string(),
})
export type KubernetesPlan = z.infer<typeof KubernetesPlan>

/** One object that a control plane renders, beside what the cluster has. */
export const ManifestRow = z.object({
  /** `Deployment kube-system/coredns` */
  object: z.string(),
  change: z.enum(['created', 'changed', 'unchanged', 'unknown']),
  /** Unified diff of what would change; never of a Secret. */
  diff: z.string().optional(),
  /** Why it could not be asked. */
  reason: z.string().optional(),
})
export type ManifestRow = z.infer<typeof ManifestRow>

export const ManifestPlan = z.object({
  planId: z.string(),
  /** Control plane whose manifests were read. */
  node: z.string(),
  hostname: z.string(),
  objects: z.array(ManifestRow),
  computedAt: Instant,
  validUntil: Instant,
  talosctl: z.string(),
})
export type ManifestPlan = z.infer<typeof ManifestPlan>

export const kubernetesContract = {
  'kubernetes.targets': method(
    z.object({ context: ContextName }),
    z.object({
      /** Lowest version among the components; the next minor is counted from it. */
      current: z.string(),
      targets: z.array(KubernetesTarget),
      /** Where only kube-proxy is at `current`: what the API servers run. It moves with the manifests, not with an upgrade. */
      proxyBehind: z.string().optional(),
    }),
  ),
  /** Reads the cluster and computes; sends nothing that changes anything. */
  'kubernetes.plan': method(
    z.object({
      context: ContextName,
      version: z.string().max(64),
      options: KubernetesOptions.partial().optional(),
    }),
    KubernetesPlan,
  ),
  /** What syncing the bootstrap manifests would change; asks the API server to work it out without doing it. */
  'kubernetes.plan-manifests': method(z.object({ context: ContextName }), ManifestPlan),
  /** Refused when the plan is stale, blocked, or another run holds the cluster. */
  'kubernetes.start': method(z.object({ planId: z.string() }), z.object({ runId: RunId })),
} as const
