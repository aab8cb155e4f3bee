import { z } from 'zod'
import { method } from './define.ts'
import { NodeRef } from './names.ts'

export const ChangeExportFormat = z.enum(['markdown', 'patch', 'json'])
export type ChangeExportFormat = z.infer<typeof ChangeExportFormat>

/** A change table as text to be pasted or kept. Secrets are named, never written. */
export const ChangeExport = z.object({
  text: z.string(),
  /** Proposed name of a file: `bronce-3-changes.md`. */
  file: z.string(),
  /**
   * Paths that the text could not express. Only a patch has them: a secret, or something a strategic merge patch has
   * no words for (behaviour.md §4.5).
   */
  missing: z.array(z.object({ path: z.string(), why: z.enum(['secret', 'list', 'empty-value', 'type']) })),
})
export type ChangeExport = z.infer<typeof ChangeExport>

export const configExportsContract = {
  /** The table of a review that is still kept; `plan-stale` when it is not. */
  'machine-configs.export-changes': method(
    NodeRef.extend({ reviewId: z.string(), format: ChangeExportFormat }),
    ChangeExport,
  ),
} as const
