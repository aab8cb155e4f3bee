import { z } from 'zod'
import { method, stream } from './define.ts'
import { ContextName, Instant, Nothing } from './names.ts'
import { WireError } from './wire-error.ts'

export const TalosRole = z.string() // os:admin, os:operator, os:reader, os:etcd:backup, or one Talos adds later

/** What can be told of a client certificate without its key. */
export const CertificateFacts = z.object({
  roles: z.array(TalosRole),
  notBefore: Instant,
  notAfter: Instant,
  /** `SHA256:` and the base64 hash of the CA's public key; equal for two contexts of one cluster. */
  authority: z.string(),
})
export type CertificateFacts = z.infer<typeof CertificateFacts>

export const Context = z.object({
  name: ContextName,
  endpoints: z.array(z.string()),
  nodes: z.array(z.string()),
  certificate: CertificateFacts,
  current: z.boolean(),
  demo: z.boolean(),
  /** Which of the four spine colours marks this cluster. */
  spine: z.enum(['bronze', 'slate', 'moss', 'plum']),
})
export type Context = z.infer<typeof Context>

export const ContextsItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('context'), context: Context }),
  z.object({ kind: z.literal('gone'), name: ContextName }),
])
export type ContextsItem = z.infer<typeof ContextsItem>

/** Where the text of a talosconfig comes from. Bytes cross as base64 because a dropped file may be anything. */
export const TalosconfigSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bytes'), name: z.string().max(255), base64: z.string().max(12_000_000) }),
  z.object({ kind: z.literal('pasted'), text: z.string().max(8_000_000) }),
  /** `$TALOSCONFIG`, `$TALOS_HOME/config`, then `~/.talos/config`, as talosctl looks. */
  z.object({ kind: z.literal('default') }),
  /** Native file dialog; Electron host only. */
  z.object({ kind: z.literal('dialog') }),
])
export type TalosconfigSource = z.infer<typeof TalosconfigSource>

/** One context of the file, beside what is already here. */
export const PreviewedContext = z.object({
  /** Name in the file. */
  name: z.string(),
  /** Name it would get here; differs from `name` when that is taken (`casa-1`). */
  becomes: z.string(),
  endpoints: z.array(z.string()),
  nodes: z.array(z.string()),
  certificate: CertificateFacts.optional(),
  daysLeft: z.number().optional(),
  /** What is here under that name already. */
  existing: z
    .object({ certificate: CertificateFacts, endpoints: z.array(z.string()), sameAuthority: z.boolean() })
    .optional(),
  /** Why this one cannot be imported, or what to take care of. `certificate-expired` blocks; `worker-as-endpoint` never shows here. */
  blockedBy: WireError.optional(),
  cautions: z.array(
    z.enum(['expires-soon', 'expired', 'not-yet-valid', 'role-low', 'no-nodes', 'shared-address']),
  ),
})
export type PreviewedContext = z.infer<typeof PreviewedContext>

export const TalosconfigPreview = z.object({
  previewId: z.string(),
  /** File name or path as the person knows it. */
  source: z.string(),
  sizeBytes: z.number(),
  currentContext: z.string().optional(),
  contexts: z.array(PreviewedContext),
  talosctl: z.string(),
})
export type TalosconfigPreview = z.infer<typeof TalosconfigPreview>

export const ImportChoice = z.object({
  name: z.string(),
  /** `add`: beside what is here, renamed on collision. `renew`: replace the key of the context of that name. */
  action: z.enum(['add', 'renew', 'leave']),
})

export const contextsContract = {
  'contexts.watch': stream(Nothing, ContextsItem),
  'contexts.select': method(z.object({ context: ContextName }), Nothing),
  'contexts.forget': method(z.object({ context: ContextName }), Nothing),
  /** Reads and checks; writes nothing. `undefined` value in `preview` means the dialog was closed. */
  'talosconfigs.preview': method(
    z.object({ source: TalosconfigSource }),
    z.object({ preview: TalosconfigPreview.optional() }),
  ),
  'talosconfigs.import': method(
    z.object({ previewId: z.string(), choices: z.array(ImportChoice).max(200) }),
    z.object({ imported: z.array(ContextName), current: ContextName.optional() }),
  ),
  /** Starts the simulated cluster in this process and makes its context current. */
  'demo.start': method(Nothing, z.object({ context: ContextName })),
  'demo.stop': method(Nothing, Nothing),
} as const
