import { createHash, X509Certificate } from 'node:crypto'
import type { KeyPairPem } from '../secrets-api.ts'
import { createNamelessAuthority, issueServer } from '../wire/pki.ts'

const NAME = 'maintenance-service.talos.dev'

/**
 * What a machine without a config shows: a leaf of an authority that nobody knows, both new at each boot
 * (behaviour.md §9.1).
 */
export async function issueMaintenance(place: {
  readonly address: string
  readonly hostname: string
}): Promise<{ readonly pair: KeyPairPem; readonly fingerprint: string }> {
  const authority = await createNamelessAuthority()
  const pair = await issueServer(authority, {
    addresses: [place.address],
    names: [NAME, place.hostname],
    organizations: [],
  })
  const { publicKey } = new X509Certificate(pair.crt)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return { pair, fingerprint: createHash('sha256').update(der).digest('base64') }
}
