import type { Secret } from '../secret.ts'

/** What a certificate says of itself. Times in milliseconds since 1970. */
export interface CertificateReading {
  /** Every `O` of the subject, which Talos reads as roles. */
  readonly organisations: readonly string[]
  readonly notBefore: number
  readonly notAfter: number
  /** `SHA256:` and the base64 hash of the DER public key (SubjectPublicKeyInfo). */
  readonly publicKeyHash: string
}

/** Reads X.509. The rules have no parser of their own; `main/talos/read-certificate.ts` answers with Node's. */
export interface CertificateReader {
  /** Every `CERTIFICATE` block of a PEM text, in order; `undefined` when there is none or one cannot be read. */
  readCertificates(pem: string): readonly CertificateReading[] | undefined
  /** Whether the private key belongs to the first certificate of the PEM text. */
  compareKey(certificatePem: string, keyPem: Secret): 'matches' | 'differs' | 'unreadable'
}
