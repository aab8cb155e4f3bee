import 'reflect-metadata'
import { createPrivateKey, generateKeyPair, KeyObject, randomBytes, webcrypto } from 'node:crypto'
import { promisify } from 'node:util'
import * as x509 from '@peculiar/x509'
import { stringify } from 'yaml'
import type { ClusterSecrets, KeyPairPem } from '../secrets-api.ts'

const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

type KeyType = 'ed25519' | 'p256'
type SigningKeys = Awaited<ReturnType<typeof generateKeys>>

interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/**
 * Everything `talosctl gen secrets` makes, fresh on each call: OS CA Ed25519 with O=talos, etcd, Kubernetes and
 * aggregator CAs ECDSA P-256, an RSA service-account key; labels and lifetimes of behaviour.md §1.4–1.5.
 * @param options.serviceAccountBits 4096 as Talos has it; making one takes up to two seconds
 */
export async function createClusterSecrets(
  options: { readonly serviceAccountBits?: number } = {},
): Promise<ClusterSecrets> {
  const [os, etcd, kubernetes, aggregator, serviceAccountKey] = await Promise.all([
    createAuthority('ed25519', [{ O: ['talos'] }]),
    createAuthority('p256', [{ O: ['etcd'] }]),
    createAuthority('p256', [{ O: ['kubernetes'] }]),
    createAuthority('p256', [{ CN: ['front-proxy'] }]),
    createServiceAccountKey(options.serviceAccountBits ?? 4096),
  ])
  return {
    os,
    etcd,
    kubernetes,
    aggregator,
    serviceAccountKey,
    clusterId: randomBytes(32).toString('base64url') + '=',
    clusterSecret: randomBytes(32).toString('base64'),
    bootstrapToken: createToken(),
    trustdToken: createToken(),
    secretboxSecret: randomBytes(32).toString('base64'),
  }
}

/** An Ed25519 CA of its own with O=talos, ten years: a second one makes foreign certificates in tests. */
export async function createOsAuthority(): Promise<KeyPairPem> {
  return createAuthority('ed25519', [{ O: ['talos'] }])
}

/** The authority of a machine in maintenance, which has no name at all. */
export async function createNamelessAuthority(): Promise<KeyPairPem> {
  return createAuthority('ed25519', [])
}

/**
 * apid's certificate: 24 h, CN = first name, SANs = addresses (IP) and names (DNS).
 * @param subject.organizations of a node's apid unless told otherwise
 * @param subject.notAfter for a certificate that nobody renewed
 */
export async function issueServer(
  os: KeyPairPem,
  subject: {
    readonly addresses: readonly string[]
    readonly names: readonly string[]
    readonly organizations?: readonly string[]
    readonly notAfter?: Date
  },
): Promise<KeyPairPem> {
  const end = subject.notAfter?.getTime() ?? Date.now() + 24 * HOUR
  const organizations = subject.organizations ?? ['os:impersonator']
  return issue(os, 'ed25519', {
    subject: [
      ...(organizations.length > 0 ? [{ O: [...organizations] }] : []),
      { CN: [subject.names[0] ?? subject.addresses[0] ?? 'talos'] },
    ],
    validity: { notBefore: new Date(end - 25 * HOUR), notAfter: new Date(end) },
    usages: [SERVER_AUTH],
    names: [
      ...subject.addresses.map((value) => ({ type: 'ip', value }) as const),
      ...subject.names.map((value) => ({ type: 'dns', value }) as const),
    ],
  })
}

/**
 * A client certificate as `talosctl config new` and GenerateClientConfiguration make it: subject O = roles, sorted, no
 * CN, EKU exactly clientAuth (behaviour.md §1.5). One year from an hour ago unless told otherwise.
 * @param options.usages other extended key usages, for the certificates a node must refuse
 */
export async function issueClient(
  os: KeyPairPem,
  options: {
    readonly roles: readonly string[]
    readonly notBefore?: Date
    readonly notAfter?: Date
    readonly usages?: readonly ('clientAuth' | 'serverAuth')[]
  },
): Promise<KeyPairPem> {
  const now = Date.now()
  const usages = options.usages ?? ['clientAuth']
  return issue(os, 'ed25519', {
    subject: [{ O: [...options.roles].sort() }],
    validity: {
      notBefore: options.notBefore ?? new Date(now - HOUR),
      notAfter: options.notAfter ?? new Date(now + YEAR),
    },
    usages: usages.map((usage) => (usage === 'clientAuth' ? CLIENT_AUTH : SERVER_AUTH)),
    names: [],
  })
}

/** The admin certificate inside a kubeconfig: O=system:masters, CN=admin, one year, keys of the Kubernetes CA's type. */
export async function issueKubernetesAdmin(kubernetes: KeyPairPem): Promise<KeyPairPem> {
  const now = Date.now()
  return issue(kubernetes, 'p256', {
    subject: [{ O: ['system:masters'] }, { CN: ['admin'] }],
    validity: { notBefore: new Date(now - HOUR), notAfter: new Date(now + YEAR) },
    usages: [CLIENT_AUTH],
    names: [],
  })
}

/** A kube-apiserver's certificate as Talos issues it: O=kube-master, CN=kube-apiserver, one year, the names of its service. */
export async function issueKubernetesServer(
  kubernetes: KeyPairPem,
  subject: { readonly addresses: readonly string[]; readonly names: readonly string[] },
): Promise<KeyPairPem> {
  const now = Date.now()
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc']
  const names = [...subject.names, ...service, 'kubernetes.default.svc.cluster.local']
  return issue(kubernetes, 'p256', {
    subject: [{ O: ['kube-master'] }, { CN: ['kube-apiserver'] }],
    validity: { notBefore: new Date(now - HOUR), notAfter: new Date(now + YEAR) },
    usages: [SERVER_AUTH],
    names: [
      ...[...subject.addresses, '10.96.0.1'].map((value) => ({ type: 'ip', value }) as const),
      ...names.map((value) => ({ type: 'dns', value }) as const),
    ],
  })
}

/** A talosconfig with one context, YAML; `ca`, `crt`, `key` are PEM and are written in base64 (behaviour.md §1.1). */
export function writeTalosconfig(config: {
  readonly context: string
  readonly endpoints: readonly string[]
  readonly nodes: readonly string[]
  readonly ca: string
  readonly crt: string
  readonly key: string
}): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64')
  const context = {
    endpoints: config.endpoints,
    ...(config.nodes.length > 0 ? { nodes: config.nodes } : {}),
    ca: base64(config.ca),
    crt: base64(config.crt),
    key: base64(config.key),
  }
  return stringify(
    { context: config.context, contexts: { [config.context]: context } },
    { indent: 4, lineWidth: 0 },
  )
}

/** Talos labels its PKCS#8 keys `ED25519 PRIVATE KEY`, which OpenSSL and BoringSSL refuse (behaviour.md §1.4). */
export function relabelForTls(key: string): string {
  return key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY')
}

async function createAuthority(type: KeyType, subject: x509.JsonName): Promise<KeyPairPem> {
  const keys = await generateKeys(type)
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    signingAlgorithm: signingAlgorithm(type),
    serialNumber: createSerialNumber(),
    notBefore: new Date(now - HOUR),
    notAfter: new Date(now + 10 * YEAR),
    extensions: [
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      new x509.BasicConstraintsExtension(true, undefined, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { crt: certificatePem(certificate), key: keyPem(keys, type) }
}

async function issue(
  authority: KeyPairPem,
  type: KeyType,
  leaf: {
    readonly subject: x509.JsonName
    readonly validity: Validity
    readonly usages: readonly string[]
    readonly names: readonly { readonly type: 'ip' | 'dns'; readonly value: string }[]
  },
): Promise<KeyPairPem> {
  const [keys, { signingKey, issuer, keyIdentifier }] = await Promise.all([
    generateKeys(type),
    signerOf(authority, type),
  ])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: leaf.subject,
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: signingAlgorithm(type),
    serialNumber: createSerialNumber(),
    ...leaf.validity,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([...leaf.usages]),
      new x509.BasicConstraintsExtension(false, undefined, true),
      keyIdentifier,
      ...(leaf.names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...leaf.names])] : []),
    ],
  })
  return { crt: certificatePem(certificate), key: keyPem(keys, type) }
}

interface Signer {
  readonly signingKey: webcrypto.CryptoKey
  readonly issuer: x509.X509Certificate
  readonly keyIdentifier: x509.AuthorityKeyIdentifierExtension
}

const signers = new WeakMap<KeyPairPem, Promise<Signer>>()

/** An authority is read once: hundreds of nodes get their certificates from the same one. */
function signerOf(authority: KeyPairPem, type: KeyType): Promise<Signer> {
  const known = signers.get(authority)
  if (known) return known
  const made = readSigner(authority, type)
  signers.set(authority, made)
  return made
}

async function readSigner(authority: KeyPairPem, type: KeyType): Promise<Signer> {
  const issuer = new x509.X509Certificate(authority.crt)
  const signingKey = await importSigningKey(authority.key, type)
  // An authority says itself what it is called: newer Go makes that of SHA-256, and OpenSSL goes by it.
  const named = issuer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId
  const keyIdentifier =
    named === undefined
      ? await x509.AuthorityKeyIdentifierExtension.create(issuer)
      : new x509.AuthorityKeyIdentifierExtension(named)
  return { signingKey, issuer, keyIdentifier }
}

async function generateKeys(type: KeyType) {
  const algorithm = type === 'ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  if (!('privateKey' in keys)) throw new Error(`${algorithm.name} gave no key pair`)
  return keys
}

async function importSigningKey(pem: string, type: KeyType): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(relabelForTls(pem)).export({ type: 'pkcs8', format: 'der' })
  const algorithm = type === 'ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' }
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

function signingAlgorithm(type: KeyType) {
  return type === 'ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' }
}

function keyPem(keys: SigningKeys, type: KeyType): string {
  const key = KeyObject.from(keys.privateKey)
  if (type === 'p256') return key.export({ type: 'sec1', format: 'pem' }).toString()
  return key
    .export({ type: 'pkcs8', format: 'pem' })
    .toString()
    .replaceAll('PRIVATE KEY', 'ED25519 PRIVATE KEY')
}

function certificatePem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

/** Positive and 128 bits, as Go's crypto library for Talos makes them. */
function createSerialNumber(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

async function createServiceAccountKey(modulusLength: number): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength })
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

/** kubeadm's token shape: six characters, a dot, sixteen. */
function createToken(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  const text = [...randomBytes(22)].map((byte) => letters[byte % letters.length]).join('')
  return `${text.slice(0, 6)}.${text.slice(6)}`
}
