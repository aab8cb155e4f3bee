import { z } from 'zod'
import { method } from './define.ts'
import { Effect } from './machine-configs.ts'
import { NodeRef } from './names.ts'

/** A key of a document, by what leads to it: names of keys, and places in lists, 0-based. */
const FieldPath = z.array(z.union([z.string().max(500), z.number().int().nonnegative()])).max(40)

/** What is known of one key, for the node's Talos version. What is absent is not known. */
export const FieldFacts = z.object({
  /** First Talos line that has it, of those we know: `1.12`. */
  since: z.string().optional(),
  /** True when `since` is the oldest line we know: it may be older. */
  sinceOrOlder: z.boolean(),
  /** First line whose schema has left it out although the node still takes it. */
  deprecatedSince: z.string().optional(),
  /** What Talos takes where the key is not set. */
  default: z.string().optional(),
  /** What a change of its value costs; absent where that depends on the key below it. */
  effect: Effect.optional(),
  /** A change of it can cut the node off. */
  network: z.boolean(),
  /** Page of its document in the official reference. */
  docs: z.url().optional(),
})
export type FieldFacts = z.infer<typeof FieldFacts>

export const configFieldsContract = {
  /** `document`: the kind, `v1alpha1` for the legacy document. Asked when a person rests on a key. */
  'machine-configs.field': method(
    NodeRef.extend({ document: z.string().max(200), name: z.string().max(500).optional(), path: FieldPath }),
    FieldFacts,
  ),
} as const
