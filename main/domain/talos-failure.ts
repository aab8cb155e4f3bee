import type { ErrorCode, Remedy, TextPosition, WireError } from '#contract/wire-error.ts'

interface CodeFacts {
  readonly remedy?: Remedy
  readonly retryable: boolean
}

/** From what went wrong to what to do next. Exhaustive: a new code does not compile without a row. */
const FACTS: Readonly<Record<ErrorCode, CodeFacts>> = {
  'malformed-call': { retryable: false, remedy: 'open-log' },
  'untrusted-caller': { retryable: false, remedy: 'open-log' },
  cancelled: { retryable: true },
  internal: { retryable: false, remedy: 'open-log' },
  locked: { retryable: true, remedy: 'unlock' },
  'session-taken': { retryable: true, remedy: 'close-other-window' },
  'talosconfig-empty': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-too-large': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-not-text': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-not-yaml': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-no-contexts': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-unknown-context': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-bad-base64': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-bad-certificate': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-key-mismatch': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-no-endpoints': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-unsupported-auth': { retryable: false, remedy: 'import-talosconfig' },
  'talosconfig-unreadable': { retryable: true, remedy: 'import-talosconfig' },
  'certificate-expired': { retryable: false, remedy: 'renew-certificate' },
  'certificate-not-yet-valid': { retryable: true, remedy: 'check-clock' },
  'context-not-found': { retryable: false, remedy: 'import-talosconfig' },
  unreachable: { retryable: true, remedy: 'check-network' },
  'wrong-ca': { retryable: false, remedy: 'import-talosconfig' },
  'certificate-refused': { retryable: false, remedy: 'import-talosconfig' },
  'tls-algorithms': { retryable: false, remedy: 'open-log' },
  'wrong-host-name': { retryable: false, remedy: 'use-node-addresses' },
  'worker-as-endpoint': { retryable: false, remedy: 'use-control-plane-endpoint' },
  'maintenance-mode': { retryable: true, remedy: 'configure-node' },
  'agent-mode': { retryable: true, remedy: 'boot-talos' },
  timeout: { retryable: true, remedy: 'retry' },
  'role-too-low': { retryable: false, remedy: 'ask-for-admin' },
  'unsupported-by-version': { retryable: false, remedy: 'upgrade-talos' },
  'control-plane-only': { retryable: false, remedy: 'use-control-plane-endpoint' },
  'not-found': { retryable: false, remedy: 'reload' },
  refused: { retryable: false, remedy: 'read-node' },
  conflict: { retryable: true, remedy: 'wait' },
  'too-large': { retryable: false, remedy: 'open-log' },
  'node-error': { retryable: true, remedy: 'open-log' },
  interrupted: { retryable: false, remedy: 'read-node' },
  'kubernetes-unreachable': { retryable: true, remedy: 'check-network' },
  'kubernetes-untrusted': { retryable: false, remedy: 'check-network' },
  'kubernetes-refused': { retryable: true, remedy: 'open-log' },
  'config-syntax': { retryable: false, remedy: 'fix-draft' },
  'config-placeholder-unresolved': { retryable: false, remedy: 'fix-draft' },
  'config-missing-v1alpha1': { retryable: false, remedy: 'fix-draft' },
  'config-refused': { retryable: false, remedy: 'fix-draft' },
  'config-other-cluster': { retryable: false, remedy: 'fix-draft' },
  'config-moved': { retryable: true, remedy: 'reload' },
  'config-unchanged': { retryable: false, remedy: 'fix-draft' },
  'config-try-pending': { retryable: true, remedy: 'wait' },
  'patch-unreadable': { retryable: false, remedy: 'fix-draft' },
  'patch-refused': { retryable: false, remedy: 'fix-draft' },
  'preset-incomplete': { retryable: false, remedy: 'fix-draft' },
  'migration-impossible': { retryable: false, remedy: 'read-node' },
  'config-not-text': { retryable: false },
  'config-foreign': { retryable: false },
  'plan-stale': { retryable: true, remedy: 'recompute-plan' },
  'plan-blocked': { retryable: false, remedy: 'recompute-plan' },
  'run-active': { retryable: true, remedy: 'wait' },
  'run-not-found': { retryable: false, remedy: 'reload' },
  'rollback-impossible': { retryable: false, remedy: 'read-node' },
  'reset-refused': { retryable: false, remedy: 'recompute-plan' },
  'not-typed': { retryable: true },
  'target-illegal': { retryable: false, remedy: 'recompute-plan' },
  'image-missing': { retryable: true, remedy: 'recompute-plan' },
  'factory-unreachable': { retryable: true, remedy: 'retry' },
  'factory-refused': { retryable: false, remedy: 'check-factory' },
  'factory-answer': { retryable: true, remedy: 'check-factory' },
  'passphrase-wrong': { retryable: true, remedy: 'unlock' },
  'store-damaged': { retryable: false, remedy: 'import-talosconfig' },
  'disk-write-failed': { retryable: true, remedy: 'retry' },
}

interface Where {
  readonly node?: string | undefined
  readonly at?: TextPosition | undefined
  readonly cause?: unknown
}

/**
 * Something went wrong that the person can understand and act on. Anything else that is thrown is a bug:
 * it is logged whole and shown bare (`internal`).
 */
export class TalosFailure extends Error {
  override readonly name = 'TalosFailure'
  readonly code: ErrorCode
  readonly node: string | undefined
  readonly at: TextPosition | undefined

  constructor(code: ErrorCode, message: string, where: Where = {}) {
    super(message, where.cause === undefined ? undefined : { cause: where.cause })
    this.code = code
    this.node = where.node
    this.at = where.at
  }

  get retryable(): boolean {
    return FACTS[this.code].retryable
  }
}

/** The failure as it crosses the border. A bug crosses without its text, which may hold anything. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof TalosFailure)) {
    return {
      code: 'internal',
      message: 'Ichor failed here. The log has the details.',
      retryable: false,
      remedy: 'open-log',
    }
  }
  const facts = FACTS[error.code]
  return {
    code: error.code,
    message: error.message,
    retryable: facts.retryable,
    ...(facts.remedy === undefined ? {} : { remedy: facts.remedy }),
    ...(error.node === undefined ? {} : { node: error.node }),
    ...(error.at === undefined ? {} : { at: error.at }),
  }
}

/** True when `error` is a failure with one of these codes. */
export function isFailure(error: unknown, ...codes: readonly ErrorCode[]): error is TalosFailure {
  return error instanceof TalosFailure && (codes.length === 0 || codes.includes(error.code))
}
