import { issueMaintenance } from '../maintenance/certificate.ts'
import type { KeyPairPem } from '../secrets-api.ts'
import type { Node } from './call.ts'
import { issueServer } from './pki.ts'

/** What a node shows to callers and asks of them. */
export interface NodeCertificates {
  /** Callers need a certificate of this authority; in maintenance nobody is asked for one. */
  readonly ca: string | undefined
  /** Made when it is first asked for. */
  pair(): Promise<KeyPairPem>
}

export interface CertificateIssuer {
  /**
   * By the state of the machine now: of the cluster's authority or that of its config, out of date while that trouble
   * lasts, self-signed in maintenance. `undefined` for a worker whose authority has no control plane here to sign.
   */
  current(): Promise<NodeCertificates | undefined>
  /** Makes a new one next time, as at half-life. */
  forget(): void
}

/** Keeps what it made while it fits. */
export function createCertificateIssuer(node: Node): CertificateIssuer {
  const { machine } = node
  const { address, hostname } = machine.spec
  let kept: { readonly ca: string; readonly expired: boolean; readonly pair: Promise<KeyPairPem> } | undefined

  function issueFor(authority: KeyPairPem): Promise<KeyPairPem> {
    const expired = machine.certificateExpired ?? false
    if (kept?.ca !== authority.crt || kept.expired !== expired) {
      const pair = issueServer(authority, {
        addresses: [address],
        names: [hostname],
        ...(expired ? { notAfter: new Date(Date.now() - 3_600_000) } : {}),
      })
      kept = { pair, ca: authority.crt, expired }
    }
    return kept.pair
  }

  return {
    async current() {
      const { maintenance } = machine
      if (maintenance) {
        const { pair, fingerprint } = await issueMaintenance({ address, hostname })
        maintenance.certificateIssued(fingerprint)
        return { pair: () => Promise.resolve(pair), ca: undefined }
      }
      const authority = authorityOf(node)
      return authority && { ca: authority.crt, pair: () => issueFor(authority) }
    },
    forget() {
      kept = undefined
    },
  }
}

/** A worker's config has no key: a control plane of the same authority signs for it, as trustd does. */
function authorityOf({ machine, cluster, secrets }: Node): KeyPairPem | undefined {
  const named = machine.authority
  const isOurs = named === undefined || named.crt.trim() === secrets.os.crt.trim()
  // A cluster known from its workers only has nobody yet who could sign.
  if (isOurs && secrets.os.key !== '') return secrets.os
  if (named === undefined) return undefined
  if (named.key !== '') return named
  return cluster
    .machines()
    .map(({ authority }) => authority)
    .find((other) => other?.crt === named.crt && other.key !== '')
}
