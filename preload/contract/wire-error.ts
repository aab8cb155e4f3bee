import { z } from 'zod'

/**
 * Every way in which something can fail for the person at the window. The set is closed: the texts of
 * `renderer/app/i18n` have a sentence for each, and `main/domain/talos-failure.ts` a remedy.
 */
export const ErrorCode = z.enum([
  // the border
  'malformed-call', // the renderer sent something the contract does not know
  'untrusted-caller',
  'cancelled',
  'internal', // a bug of ours; the log has it whole
  'locked', // the key store wants its passphrase
  'session-taken', // another window of the browser host is open
  // talosconfig
  'talosconfig-empty',
  'talosconfig-too-large',
  'talosconfig-not-text',
  'talosconfig-not-yaml',
  'talosconfig-no-contexts',
  'talosconfig-unknown-context',
  'talosconfig-bad-base64',
  'talosconfig-bad-certificate',
  'talosconfig-key-mismatch',
  'talosconfig-no-endpoints',
  'talosconfig-unsupported-auth',
  'talosconfig-unreadable',
  'certificate-expired',
  'certificate-not-yet-valid',
  'context-not-found',
  // reaching a node
  'unreachable',
  'wrong-ca',
  'certificate-refused',
  'tls-algorithms',
  'wrong-host-name',
  'worker-as-endpoint',
  'maintenance-mode',
  'agent-mode', // booted as another tool's agent: it takes no configuration
  'timeout',
  // what a node answers
  'role-too-low',
  'unsupported-by-version', // the API or resource does not exist on that Talos version
  'control-plane-only',
  'not-found',
  'refused', // FAILED_PRECONDITION, INVALID_ARGUMENT: the node's own words are in the message
  'conflict', // something moved under us: plan stale, sequence locked, another apply running
  'too-large',
  'node-error', // INTERNAL, UNKNOWN and the rest: the node's own words are in the message
  'interrupted', // the connection went in the middle of something that may have happened
  // Kubernetes
  'kubernetes-unreachable',
  'kubernetes-untrusted', // whoever answers there shows another certificate
  'kubernetes-refused', // the API server's own words are in the message
  // machine config
  'config-syntax',
  'config-placeholder-unresolved',
  'config-missing-v1alpha1',
  'config-refused',
  'config-other-cluster', // its certificates or its id are those of another cluster
  'config-moved', // the node's config is not the one the draft was based on
  'config-unchanged',
  'config-try-pending',
  // patches, presets and migrations
  'patch-unreadable', // no patch at all: syntax, or a `$patch: delete` where none may stand
  'patch-refused', // a patch that does not fit this configuration: the words are Talos' where it has some
  'preset-incomplete', // a value of a preset's form is missing or wrong
  'migration-impossible', // the way back, or a block that has no document on this version
  'config-not-text', // a file of bytes that are no UTF-8
  'config-foreign', // YAML, but nothing in it is a Talos configuration
  // upgrades
  'plan-stale',
  'plan-blocked',
  'run-active', // one run per cluster
  'run-not-found',
  'rollback-impossible',
  'reset-refused', // what was asked to be wiped cannot be; nothing began
  'not-typed', // the host name or the words that a plan asks for
  'target-illegal',
  'image-missing', // no registry has the installer image of the plan
  // the Image Factory
  'factory-unreachable', // no answer, or none in time
  'factory-refused', // it says no: its own words are in the message
  'factory-answer', // what it says cannot be right: no JSON, far too much, another id
  // this computer
  'passphrase-wrong',
  'store-damaged',
  'disk-write-failed',
])
export type ErrorCode = z.infer<typeof ErrorCode>

/** What the person can do next; the renderer turns each into a sentence or a button. */
export const Remedy = z.enum([
  'retry',
  'wait',
  'import-talosconfig',
  'renew-certificate',
  'use-control-plane-endpoint',
  'use-node-addresses',
  'ask-for-admin',
  'check-network',
  'check-clock',
  'configure-node',
  'boot-talos',
  'upgrade-talos',
  'fix-draft',
  'reload',
  'recompute-plan',
  'unlock',
  'open-log',
  'read-node',
  'close-other-window',
  'check-factory',
])
export type Remedy = z.infer<typeof Remedy>

/** A place in a text, 1-based, as editors count. */
export const TextPosition = z.object({
  line: z.number().int().positive(),
  column: z.number().int().positive(),
})
export type TextPosition = z.infer<typeof TextPosition>

/** A failure as data: what (`code`, `message`), where (`node`, `at`), what next (`remedy`). Never a stack, never a secret. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  node: z.string().optional(),
  at: TextPosition.optional(),
  remedy: Remedy.optional(),
  retryable: z.boolean(),
})
export type WireError = z.infer<typeof WireError>

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError }
