import { z } from 'zod'
import { method } from './define.ts'
import { NodeRef } from './names.ts'
import { DraftText, PatchedDraft } from './patches.ts'

export const MigrationBlockId = z.enum([
  'hostname',
  'interfaces',
  'hosts',
  'resolvers',
  'host-dns',
  'time',
  'registries',
  'kubespan',
  'environment',
  'sysctls',
  'sysfs',
  'kernel-modules',
  'udev',
  'image-cache',
  'runtime-spec',
  'disk-encryption',
  'install',
  'kubeprism',
  'talos-api-access',
  'static-pods',
  'inline-manifests',
  'external-manifests',
  'core-dns',
  'kube-proxy',
  'node',
  'kubelet',
  'api-server',
  'controller-manager',
  'scheduler',
  'cluster-network',
  'cluster',
  'discovery',
  'discovery-identity',
  'kubernetes-ca',
  'aggregator-ca',
  'service-account',
  'etcd-encryption',
])
export type MigrationBlockId = z.infer<typeof MigrationBlockId>

/** Why a block is not ticked by itself. */
export const MigrationRisk = z.enum([
  'network',
  'identity',
  'secrets',
  'control-plane',
  'kubelet',
  'storage',
  'install',
])
export type MigrationRisk = z.infer<typeof MigrationRisk>

/** Why a block cannot be migrated: the legacy field says something for which no document has a word. */
export const MigrationObstacle = z.enum([
  'device-selector',
  'equinix-vip',
  'ignored-interface',
  'extra-volumes',
  'extra-mounts',
  'manifests-directory',
  'disk-selector',
  'kernel-arguments',
  'kubernetes-registry',
  'custom-cni',
  'no-endpoint',
  'unreadable',
  'document-exists',
])
export type MigrationObstacle = z.infer<typeof MigrationObstacle>

export const MigrationRow = z.object({
  /** `machine.kubelet.image`, of the v1alpha1 document. */
  from: z.string(),
  /** `KubeletConfig`, `LinkConfig enp3s0`; absent where the field is dropped as it says what holds without it. */
  to: z.string().optional(),
})
export type MigrationRow = z.infer<typeof MigrationRow>

export const MigrationBlock = z.object({
  id: MigrationBlockId,
  rows: z.array(MigrationRow),
  risk: MigrationRisk.optional(),
  obstacle: z.object({ code: MigrationObstacle, at: z.string() }).optional(),
  /** Blocks without which this one would leave old and new side by side. */
  needs: z.array(MigrationBlockId),
})
export type MigrationBlock = z.infer<typeof MigrationBlock>

export const migrationsContract = {
  /** What of the draft's v1alpha1 document has a document of its own on the node's version. */
  'migrations.blocks': method(
    NodeRef.extend({ text: DraftText }),
    z.object({ talosVersion: z.string(), blocks: z.array(MigrationBlock) }),
  ),
  /** `to: 'legacy'` is refused with its reason. The draft that comes back is reviewed and tried like any other. */
  'migrations.migrate': method(
    NodeRef.extend({
      text: DraftText,
      blocks: z.array(MigrationBlockId).max(100),
      to: z.enum(['documents', 'legacy']),
    }),
    PatchedDraft.extend({ patch: z.string() }),
  ),
} as const
