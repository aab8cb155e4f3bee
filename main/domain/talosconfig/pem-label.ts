/**
 * Talos labels its Ed25519 keys `ED25519 PRIVATE KEY` around an ordinary PKCS#8 body. OpenSSL and BoringSSL know no
 * such label, and Go's Talos tools know no other (behaviour.md §1.4). Inside the app a key is `PRIVATE KEY`; in a
 * talosconfig it is what it was.
 */
export function toStandardLabel(pem: string): string {
  return pem.replace(/-----(BEGIN|END) ED25519 PRIVATE KEY-----/g, '-----$1 PRIVATE KEY-----')
}

/** PKCS#8 of an Ed25519 key: version 0 and the algorithm 1.3.101.112, as the first bytes of the DER body. */
const ED25519_PKCS8_PREFIX = 'MC4CAQAwBQYDK2Vw'

/** The label Talos' own tools look for. A PKCS#8 key of another algorithm keeps its label. */
export function toTalosLabel(pem: string): string {
  return pem.replace(
    /-----BEGIN PRIVATE KEY-----(\s+)([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/g,
    (whole, gap: string, body: string) =>
      body.startsWith(ED25519_PKCS8_PREFIX)
        ? `-----BEGIN ED25519 PRIVATE KEY-----${gap}${body}-----END ED25519 PRIVATE KEY-----`
        : whole,
  )
}
