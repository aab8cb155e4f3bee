import type { CertificateFacts } from '#contract/contexts.ts'
import type { ContextName } from '#contract/names.ts'
import type { TalosPort } from './talos-port.ts'

/** One imported context, ready to be called. The key is inside `talos` and nowhere else. */
export interface Cluster {
  readonly name: ContextName
  readonly talos: TalosPort
  readonly endpoints: readonly string[]
  readonly nodes: readonly string[]
  readonly certificate: CertificateFacts
  readonly demo: boolean
  /** The demo's own Image Factory; the only one its nodes are asked about. */
  readonly factoryUrl?: string
}

export interface ClustersPort {
  /** Throws `context-not-found`, or `locked` while the key store is. */
  cluster(context: ContextName): Promise<Cluster>
}
