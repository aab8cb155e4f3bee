/**
 * The one place where the client's TLS is set up (docs/adr/0003). Talos' OS CA and every leaf are Ed25519, and
 * Electron's BoringSSL accepts that only when `sigalgs` names it; under Node's OpenSSL everything works without, so
 * a context made anywhere else passes every test and reaches no node from the product.
 */
import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import * as tls from 'node:tls'
import * as grpc from '@grpc/grpc-js'
import type { Secret } from '../domain/secret.ts'
import type { Endpoint } from '../domain/talosconfig/endpoint.ts'
import { toStandardLabel } from '../domain/talosconfig/pem-label.ts'

/** Lower-case names only, and none that BoringSSL does not know (`ed448`): one such fails the whole list. */
export const TALOS_SIGALGS =
  'ed25519:ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ecdsa_secp384r1_sha384:' +
  'rsa_pss_rsae_sha384:rsa_pkcs1_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha512'

/** What BoringSSL verifies when nobody says otherwise: no Ed25519. Used to prove that it matters. */
export const BORINGSSL_DEFAULT_SIGALGS =
  'ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ecdsa_secp384r1_sha384:' +
  'rsa_pss_rsae_sha384:rsa_pkcs1_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha512'

/** Leaf CN of a node that waits for its configuration (behaviour.md §9.1). */
export const MAINTENANCE_COMMON_NAME = 'maintenance-service.talos.dev'

export type SecureContext = tls.SecureContext

/** PEM texts with Talos' own labels. */
export interface ClientMaterial {
  readonly ca: string
  readonly crt: string
  readonly key: Secret
}

/** `list` replaces the algorithms, `'runtime-default'` leaves them out; for proofs only. */
export type Sigalgs = { readonly list: string } | 'talos' | 'runtime-default'

/** Throws what `tls.createSecureContext` throws: the material was checked when it was parsed. */
export function createClientContext(material: ClientMaterial, sigalgs: Sigalgs = 'talos'): tls.SecureContext {
  return tls.createSecureContext(contextOptions(material, sigalgs))
}

/**
 * Credentials for one target. The certificate is checked against the host as we know it, not as gRPC parsed it
 * from its target string, so that IPv6 in any spelling matches the node's IP SANs.
 */
export function createChannelCredentials(
  context: tls.SecureContext,
  host: string,
): { readonly credentials: grpc.ChannelCredentials; readonly options: grpc.ChannelOptions } {
  return {
    credentials: grpc.credentials.createFromSecureContext(context, {
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
    }),
    options: serverNameOptions(host),
  }
}

/** Server side with the same algorithms: what a simulated or self-test node needs inside Electron. Asks for a client certificate. */
export function createServerCredentials(
  material: ClientMaterial,
  sigalgs: Sigalgs = 'talos',
): grpc.ServerCredentials {
  return new ContextServerCredentials(contextOptions(material, sigalgs))
}

/** grpc-js' own server credentials cannot carry `sigalgs`. */
class ContextServerCredentials extends grpc.ServerCredentials {
  constructor(options: tls.SecureContextOptions) {
    super({ requestCert: true, rejectUnauthorized: true }, options)
  }

  override _equals(other: grpc.ServerCredentials): boolean {
    return this === other
  }
}

function contextOptions(material: ClientMaterial, sigalgs: Sigalgs): tls.SecureContextOptions {
  const list = sigalgs === 'talos' ? TALOS_SIGALGS : sigalgs === 'runtime-default' ? undefined : sigalgs.list
  return {
    ca: material.ca,
    cert: material.crt,
    key: toStandardLabel(material.key.reveal()),
    minVersion: 'TLSv1.2',
    ...(list === undefined ? {} : { sigalgs: list }),
  }
}

/** An IP must not stand in SNI (RFC 6066), and Node warns on stderr when it does; apid does not look at the name. */
function serverNameOptions(host: string): grpc.ChannelOptions {
  return isIP(host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'talos-node.invalid' }
}

/** What was seen on a raw TLS connection; nothing of it is trusted. */
export type PeerSighting =
  /** TCP never came up, or what answers speaks no TLS. `reason`: the system's code, such as ECONNREFUSED. */
  | { readonly kind: 'no-connection'; readonly reason: string }
  | { readonly kind: 'no-tls'; readonly reason: string }
  /** The two sides have no algorithm in common. */
  | { readonly kind: 'no-common-algorithm'; readonly reason: string }
  /** The peer's certificate does not pass; `problem` is OpenSSL's code for it. */
  | { readonly kind: 'not-trusted'; readonly problem: string; readonly leaf: LeafFacts }
  /** We trust the peer, and it closed on us: our certificate did not pass there. */
  | { readonly kind: 'refused-us'; readonly reason: string; readonly leaf: LeafFacts }
  /** Trust both ways: the peer sent its first frame. */
  | { readonly kind: 'answers'; readonly leaf: LeafFacts }

interface LeafFacts {
  readonly commonName: string | undefined
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * Connects once, looks and hangs up. gRPC tells only that a connection failed; with TLS 1.3 a refused client
 * certificate shows even later, after the handshake, so this waits for the peer's first HTTP/2 frame
 * (behaviour.md §1.5).
 */
export function probePeer(
  endpoint: Endpoint,
  context: tls.SecureContext,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<PeerSighting> {
  return new Promise((resolve, reject) => {
    let leaf: LeafFacts | undefined
    let connected = false
    const socket = tls.connect({
      host: endpoint.host,
      port: endpoint.port,
      secureContext: context,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      servername: isIP(endpoint.host) === 0 ? endpoint.host : '',
      // Asked only when the chain is good; its answer ends up in `authorizationError`.
      checkServerIdentity: (_, certificate) => tls.checkServerIdentity(endpoint.host, certificate),
    })
    const timer = setTimeout(() => {
      done({ kind: 'no-connection', reason: connected ? 'no answer to TLS' : 'ETIMEDOUT' })
    }, timeoutMs)
    const onAbort = () => {
      done(undefined)
    }
    const done = (sighting: PeerSighting | undefined) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
      socket.on('error', () => undefined)
      socket.destroy()
      if (sighting === undefined) reject(new Error('The probe was cancelled.'))
      else resolve(sighting)
    }
    if (signal?.aborted === true) {
      done(undefined)
      return
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('connect', () => (connected = true))
    socket.once('secureConnect', () => {
      const peer = socket.getPeerX509Certificate()
      leaf = peer === undefined ? unknownLeaf : leafFacts(peer)
      const problem = trustProblem(socket)
      if (problem !== undefined) done({ kind: 'not-trusted', problem, leaf })
    })
    socket.once('data', () => {
      if (leaf !== undefined) done({ kind: 'answers', leaf })
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code ?? error.message
      if (leaf !== undefined) done({ kind: 'refused-us', reason, leaf })
      else if (!connected) done({ kind: 'no-connection', reason })
      else done({ kind: isAlgorithmMismatch(error) ? 'no-common-algorithm' : 'no-tls', reason })
    })
    socket.once('close', () => {
      if (leaf !== undefined) done({ kind: 'refused-us', reason: 'closed', leaf })
      else
        done(connected ? { kind: 'no-tls', reason: 'closed' } : { kind: 'no-connection', reason: 'closed' })
    })
  })
}

const unknownLeaf: LeafFacts = { commonName: undefined, notBefore: 0, notAfter: 0 }

/** Node types it as Error; it is the verification's code, or null. */
function trustProblem(socket: tls.TLSSocket): string | undefined {
  const problem: unknown = socket.authorizationError
  if (typeof problem === 'string') return problem
  return problem instanceof Error ? ((problem as NodeJS.ErrnoException).code ?? problem.message) : undefined
}

function leafFacts(peer: X509Certificate): LeafFacts {
  // Node gives no subject at all for a leaf that has none, in spite of its types.
  const subject = (peer.subject as string | undefined) ?? ''
  return {
    commonName: /^CN=(.*)$/m.exec(subject)?.[1],
    notBefore: Date.parse(peer.validFrom),
    notAfter: Date.parse(peer.validTo),
  }
}

/** Alert 40, and what either library says when it gives up by itself. */
function isAlgorithmMismatch(error: NodeJS.ErrnoException): boolean {
  return /HANDSHAKE_FAILURE|SIGNATURE_ALGORITHM|NO_SHARED_CIPHER|NO_COMMON|WRONG_SIGNATURE_TYPE/i.test(
    `${error.code ?? ''} ${error.message.replace(/ /g, '_')}`,
  )
}
