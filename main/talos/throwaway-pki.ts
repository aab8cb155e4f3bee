// @peculiar/x509 finds its parts by decorators, which need this before anything else.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { Secret } from '../domain/secret.ts'
import type { ClientMaterial } from './secure-context.ts'

/** Ed25519, as Talos' own (behaviour.md §1.4); lives in memory for one self-test. */
export interface ThrowawayAuthority {
  readonly ca: string
  /** PEM with Talos' labels. Times in milliseconds since 1970; a quarter of an hour around now when absent. */
  issue(leaf: {
    readonly commonName?: string
    readonly organisations?: readonly string[]
    /** IP addresses of a server leaf; a leaf with none is a client's. */
    readonly addresses?: readonly string[]
    readonly notBefore?: number
    readonly notAfter?: number
  }): Promise<ClientMaterial>
}

const ALGORITHM = { name: 'Ed25519' }
const QUARTER_HOUR = 900_000
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

export async function createThrowawayAuthority(): Promise<ThrowawayAuthority> {
  const caKeys = await makeKeys()
  const now = Date.now()
  const ca = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'O=talos',
      keys: caKeys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(now - 10 * QUARTER_HOUR),
      notAfter: new Date(now + 10 * QUARTER_HOUR),
      serialNumber: serialNumber(),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
      ],
    },
    webcrypto,
  )
  return {
    ca: ca.toString('pem'),
    async issue(leaf) {
      const keys = await makeKeys()
      const addresses = leaf.addresses ?? []
      const certificate = await x509.X509CertificateGenerator.create(
        {
          serialNumber: serialNumber(),
          subject: subjectOf(leaf.commonName, leaf.organisations ?? []),
          issuer: ca.subjectName,
          notBefore: new Date(leaf.notBefore ?? now - QUARTER_HOUR),
          notAfter: new Date(leaf.notAfter ?? now + QUARTER_HOUR),
          publicKey: keys.publicKey,
          signingKey: caKeys.privateKey,
          signingAlgorithm: ALGORITHM,
          extensions: [
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            // apid wants exactly clientAuth from a client (behaviour.md §1.5).
            new x509.ExtendedKeyUsageExtension([addresses.length === 0 ? CLIENT_AUTH : SERVER_AUTH]),
            ...(addresses.length === 0
              ? []
              : [
                  new x509.SubjectAlternativeNameExtension(
                    addresses.map((value) => ({ type: 'ip' as const, value })),
                  ),
                ]),
          ],
        },
        webcrypto,
      )
      return { ca: ca.toString('pem'), crt: certificate.toString('pem'), key: await keyPem(keys) }
    },
  }
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

/** Under the label that Talos writes and OpenSSL refuses. */
async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<Secret> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return new Secret(
    `-----BEGIN ED25519 PRIVATE KEY-----\n${der.toString('base64')}\n-----END ED25519 PRIVATE KEY-----\n`,
  )
}

function subjectOf(commonName: string | undefined, organisations: readonly string[]): x509.JsonName {
  return [
    ...organisations.map((organisation) => ({ O: [organisation] })),
    ...(commonName === undefined ? [] : [{ CN: [commonName] }]),
  ]
}

/** Positive and random, as RFC 5280 wants it. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16))
  return `01${Buffer.from(bytes).toString('hex')}`
}
