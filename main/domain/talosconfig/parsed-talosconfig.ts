import type { CertificateFacts } from '#contract/contexts.ts'
import type { Secret } from '../secret.ts'
import type { TalosFailure } from '../talos-failure.ts'

/** One context that can be called with. PEM texts are as they stood in the file, labels included. */
export interface ParsedContext {
  readonly name: string
  /** As written; `parseEndpoint` reads each. Never empty. */
  readonly endpoints: readonly string[]
  readonly nodes: readonly string[]
  /** One PEM block, or several while the OS CA is being rotated. */
  readonly ca: string
  readonly crt: string
  readonly key: Secret
  /** Goes into the `context` metadata of each call (behaviour.md §2.1). */
  readonly cluster?: string
  /** Talos 1.14's `proxy-url`; kept for writing back. */
  readonly proxyUrl?: string
  readonly certificate: CertificateFacts
  /** Public-key hashes of all CAs in `ca`; `certificate.authority` is the first. */
  readonly authorities: readonly string[]
}

/**
 * A context of the file, readable or not. `context` is there whenever it could be read: an expired one has both
 * `context` and `failure`, a broken one only `failure`.
 */
export interface TalosconfigEntry {
  readonly name: string
  readonly endpoints: readonly string[]
  readonly nodes: readonly string[]
  readonly context?: ParsedContext
  readonly failure?: TalosFailure
}

export interface ParsedTalosconfig {
  readonly currentContext?: string
  /** In the order of the file. */
  readonly entries: readonly TalosconfigEntry[]
  readonly sizeBytes: number
}
