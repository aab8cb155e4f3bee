import { X509Certificate } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net'
import { createServer, type Server as TlsServer, TLSSocket } from 'node:tls'
import { type Server, ServerCredentials } from '@grpc/grpc-js'
import type { KeyPairPem } from './secrets-api.ts'
import { type CertificateAlert, createAlertSender } from './tls-alert.ts'

/**
 * Electron's BoringSSL neither offers nor accepts Ed25519 unless told so, on either side (behaviour.md §1.4). Names as
 * BoringSSL knows them; one it does not know fails the whole list.
 */
const SIGALGS = [
  'ed25519',
  'ecdsa_secp256r1_sha256',
  'rsa_pss_rsae_sha256',
  'rsa_pkcs1_sha256',
  'ecdsa_secp384r1_sha384',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
].join(':')

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

type ConnectionInjector = ReturnType<Server['createConnectionInjector']>

export interface SecureListener {
  readonly address: string
  readonly port: number
  /** Later handshakes use this pair; live connections stay, as when apid renews its certificate at half-life. */
  renew(pair: KeyPairPem): void
  /** Refuses from now on and drops every connection at once, as a machine without power does. */
  close(): Promise<void>
}

/**
 * Serves what `server` makes over mutual TLS (≥1.2, ALPN h2): the client's certificate must chain to `ca`, be valid now, and name
 * clientAuth as its only extended use, else the connection ends with the TLS alert that apid sends.
 * TLS is terminated here and not in grpc-js, whose server credentials carry no `sigalgs`, check no key usage and cannot
 * drop connections without a goodbye.
 * Server, pair and TLS context are made with the first connection: two hundred nodes that nobody asks yet need none.
 * @param options.address IPv4; `port` 0 takes a free one
 * @throws the system's error when the address cannot be bound
 */
export async function listenSecurely(
  server: () => Server,
  options: {
    readonly address: string
    readonly port: number
    /** `undefined`: callers are not asked for a certificate. */
    readonly ca: string | undefined
    readonly pair: () => Promise<KeyPairPem>
    readonly exactKeyUsage: boolean
  },
): Promise<SecureListener> {
  const context = (pair: KeyPairPem) => ({
    ca: options.ca,
    cert: pair.crt,
    key: pair.key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY'),
    sigalgs: SIGALGS,
    minVersion: 'TLSv1.2' as const,
  })
  const sockets = new Set<Socket>()
  let renewed: KeyPairPem | undefined
  let injector: ConnectionInjector | undefined
  let made: Promise<TlsServer> | undefined
  let tls: TlsServer | undefined
  async function makeTls(): Promise<TlsServer> {
    const pair = renewed ?? (await options.pair())
    const into = server().createConnectionInjector(ServerCredentials.createInsecure())
    injector = into
    tls = acceptTls(renewed ?? pair, into)
    return tls
  }
  function acceptTls(pair: KeyPairPem, into: ConnectionInjector): TlsServer {
    const tls = createServer({
      ...context(pair),
      requestCert: options.ca !== undefined,
      // Looked at below: Node would cut the connection without a word.
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    })
    const alerts = createAlertSender(tls)
    tls.on('secureConnection', (socket) => {
      // A connection that is cut mid-frame errors here first; grpc-js hears of it as a cancelled stream.
      socket.on('error', () => undefined)
      const objection = options.ca === undefined ? undefined : objectionTo(socket, options.exactKeyUsage)
      if (objection) alerts.refuse(socket, objection)
      else into.injectConnection(socket)
    })
    return tls
  }
  const listener = createTcpServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // One that hangs up before its TLS is ready is nobody's error.
    socket.on('error', () => undefined)
    made ??= makeTls()
    made.then(
      (tls) => {
        if (!socket.destroyed) tls.emit('connection', socket)
      },
      () => {
        made = undefined
        socket.destroy()
      },
    )
  })
  await listening(listener, options)
  return {
    address: options.address,
    port: (listener.address() as AddressInfo).port,
    renew(pair) {
      renewed = pair
      tls?.setSecureContext(context(pair))
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        for (const socket of sockets) socket.destroy()
        injector?.destroy()
      }),
  }
}

/** Who a client certificate says its bearer is; `trusted` when it chains to the CA and is valid now. */
export interface HttpsPeer {
  readonly trusted: boolean
  /** CN. */
  readonly user: string
  /** O, each of them. */
  readonly groups: readonly string[]
}

/**
 * Serves HTTPS/1.1 where a client certificate is welcome and not demanded, as a kube-apiserver does: who comes without
 * one is anonymous, and `handle` decides what that means.
 * @throws the system's error when the address cannot be bound
 */
export async function listenForHttps(
  handle: (request: IncomingMessage, response: ServerResponse, peer: HttpsPeer | undefined) => void,
  options: {
    readonly address: string
    readonly port: number
    readonly ca: string
    readonly pair: KeyPairPem
  },
): Promise<Pick<SecureListener, 'close'>> {
  const answer: RequestListener = (request, response) => handle(request, response, peerOf(request.socket))
  const server = createHttpsServer(
    {
      ca: options.ca,
      cert: options.pair.crt,
      key: options.pair.key,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    },
    answer,
  )
  const sockets = keepSockets(server)
  await listening(server, options)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function peerOf(socket: Socket): HttpsPeer | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const { raw, subject } = socket.getPeerCertificate()
  // Without a certificate Node gives an empty object.
  if ((raw as Buffer | undefined) === undefined) return undefined
  const { O: groups, CN: user } = subject as Readonly<Record<string, string | string[] | undefined>>
  return {
    trusted: socket.authorized,
    user: [user ?? ''].flat()[0] ?? '',
    groups: [groups ?? []].flat(),
  }
}

function keepSockets(server: TlsServer): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return sockets
}

function listening(
  server: TcpServer,
  place: { readonly address: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: place.address, port: place.port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** What a Go server would say against the client's certificate; nothing when it is let in (behaviour.md §1.5). */
function objectionTo(socket: TLSSocket, exactKeyUsage: boolean): CertificateAlert | undefined {
  const raw = socket.getPeerCertificate().raw as Buffer | undefined
  if (raw === undefined) return 'certificate required'
  if (socket.authorized) return exactKeyUsage && !isForClientsOnly(socket) ? 'bad certificate' : undefined
  // An error in the types, a code in fact.
  const reason = String(socket.authorizationError)
  if (reason.includes('CERT_HAS_EXPIRED') || reason.includes('CERT_NOT_YET_VALID'))
    return 'certificate expired'
  return reason.includes('ISSUER') || reason.includes('SIGNED') || reason.includes('VERIFY_LEAF')
    ? 'unknown ca'
    : 'bad certificate'
}

function isForClientsOnly(socket: TLSSocket): boolean {
  const { raw } = socket.getPeerCertificate()
  const usages = new X509Certificate(raw).keyUsage as readonly string[] | undefined
  return usages?.length === 1 && usages[0] === CLIENT_AUTH
}
