import { X509Certificate, createHash, createPrivateKey } from 'node:crypto'
import type { CertificateReader, CertificateReading } from '../domain/talosconfig/certificate-reader.ts'
import { toStandardLabel } from '../domain/talosconfig/pem-label.ts'

/** Reads certificates with Node's own X.509 parser; works the same on OpenSSL and BoringSSL (ELECTRON.md §3.4). */
export const certificateReader: CertificateReader = {
  readCertificates(pem) {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
    if (blocks === null) return undefined
    try {
      return blocks.map((block) => readCertificate(new X509Certificate(block)))
    } catch {
      return undefined
    }
  },
  compareKey(certificatePem, keyPem) {
    try {
      const key = createPrivateKey(toStandardLabel(keyPem.reveal()))
      return new X509Certificate(certificatePem).checkPrivateKey(key) ? 'matches' : 'differs'
    } catch {
      return 'unreadable'
    }
  },
}

/** `SHA256:` and the base64 hash of the public key in DER, the form in which Talos prints fingerprints (behaviour.md §9.1). */
function hashPublicKey(certificate: X509Certificate): string {
  const der = certificate.publicKey.export({ type: 'spki', format: 'der' })
  return `SHA256:${createHash('sha256').update(der).digest('base64')}`
}

function readCertificate(certificate: X509Certificate): CertificateReading {
  return {
    organisations: subjectValues(certificate, 'O'),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    publicKeyHash: hashPublicKey(certificate),
  }
}

/** Values of one attribute of the subject, in order. Node writes the subject one attribute per line. */
function subjectValues(certificate: X509Certificate, attribute: string): string[] {
  // A leaf may have no subject at all, and then Node gives undefined in spite of its types.
  const subject = certificate.subject as string | undefined
  return (subject ?? '')
    .split('\n')
    .filter((line) => line.startsWith(`${attribute}=`))
    .map((line) => line.slice(attribute.length + 1))
}
