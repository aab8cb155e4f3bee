import { z } from 'zod'
import { method } from './define.ts'
import { ContextName, Instant, NodeAddress, NodeRef, Nothing } from './names.ts'
import { NodeRole } from './nodes.ts'
import { WireError } from './wire-error.ts'

/** A draft as typed; every call of this area works on the text that stands in the editor, never on the node. */
export const DraftText = z.string().max(8_000_000)
const PatchText = z.string().max(1_000_000)

/** Where a saved patch belongs: one node, all nodes of a role, or the whole cluster. */
export const PatchScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('node'), node: NodeAddress }),
  z.object({ kind: z.literal('role'), role: NodeRole.extract(['controlplane', 'worker']) }),
  z.object({ kind: z.literal('cluster') }),
])
export type PatchScope = z.infer<typeof PatchScope>

/**
 * A patch kept by name. Secrets in it are placeholders such as `«secret:patch.3f/machine.token»`, which any node's
 * draft may carry: main puts the value in when the draft is reviewed.
 */
export const SavedPatch = z.object({
  id: z.string(),
  name: z.string(),
  scope: PatchScope,
  text: z.string(),
  secrets: z.number().int(),
  savedAt: Instant,
})
export type SavedPatch = z.infer<typeof SavedPatch>

/** A document as people call it: `v1alpha1`, `LinkConfig enp3s0`. */
const DocumentLabel = z.string()

/** What a patch made of a draft. `text` is the new draft; nothing is sent to a node. */
export const PatchedDraft = z.object({
  text: z.string(),
  changed: z.array(DocumentLabel),
  added: z.array(DocumentLabel),
  removed: z.array(DocumentLabel),
  /** Documents with anchors, which had to be written out to be changed. */
  rewritten: z.array(DocumentLabel),
})
export type PatchedDraft = z.infer<typeof PatchedDraft>

/** A value of the draft that a saved patch set. `path` as the editor writes it: `routes[0].gateway`. */
export const PatchOrigin = z.object({ document: DocumentLabel, path: z.string(), patch: z.string() })
export type PatchOrigin = z.infer<typeof PatchOrigin>

/** What a saved patch would make of one node's configuration: of the staged one where one waits for a reboot. */
export const NodePatch = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('draft'), node: NodeAddress, text: z.string(), unchanged: z.boolean() }),
  z.object({ kind: z.literal('failed'), node: NodeAddress, error: WireError }),
])
export type NodePatch = z.infer<typeof NodePatch>

export const patchesContract = {
  'patches.list': method(z.object({ context: ContextName }), z.object({ patches: z.array(SavedPatch) })),
  /** `id` of one that exists replaces it. */
  'patches.save': method(
    z.object({
      context: ContextName,
      id: z.string().max(64).optional(),
      name: z.string().trim().min(1).max(80),
      scope: PatchScope,
      text: PatchText,
    }),
    SavedPatch,
  ),
  'patches.forget': method(z.object({ context: ContextName, id: z.string().max(64) }), Nothing),
  /** Merges a patch, typed or saved, into a draft of the node. */
  'patches.merge': method(NodeRef.extend({ text: DraftText, patch: PatchText }), PatchedDraft),
  'patches.origins': method(NodeRef.extend({ text: DraftText }), z.object({ origins: z.array(PatchOrigin) })),
  /** For an apply to several nodes: what the patch makes of each one's configuration. */
  'patches.for-nodes': method(
    z.object({ context: ContextName, id: z.string().max(64), nodes: z.array(NodeAddress).max(200) }),
    z.object({ nodes: z.array(NodePatch) }),
  ),
} as const
