import { X509Certificate } from 'node:crypto'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { type Server, ServerCredentials } from '@grpc/grpc-js'
import type { KeyPairPem } from './machine-api.ts'

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

export interface SecureListener {
  readonly address: string
  readonly port: number
  /** Later handshakes use this pair; live connections stay, as when apid renews its certificate at half-life. */
  renew(pair: KeyPairPem): void
  /** Refuses from now on and drops every connection at once, as a machine without power does. */
  close(): Promise<void>
}

/**
 * Serves `server` over mutual TLS (≥1.2, ALPN h2): the client's certificate must chain to `ca`, be valid now, and name
 * clientAuth as its only extended use, else the connection is dropped right after the handshake, as apid does.
 * TLS is terminated here and not in grpc-js, whose server credentials carry no `sigalgs`, check no key usage and cannot
 * drop connections without a goodbye.
 * @param options.address IPv4; `port` 0 takes a free one
 * @throws the system's error when the address cannot be bound
 */
export async function listenSecurely(
  server: Server,
  options: {
    readonly address: string
    readonly port: number
    readonly ca: string
    readonly pair: KeyPairPem
    readonly exactKeyUsage: boolean
  },
): Promise<SecureListener> {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  const sockets = new Set<Socket>()
  const context = (pair: KeyPairPem) => ({
    ca: options.ca,
    cert: pair.crt,
    key: pair.key.replaceAll('ED25519 PRIVATE KEY', 'PRIVATE KEY'),
    sigalgs: SIGALGS,
    minVersion: 'TLSv1.2' as const,
  })
  const tls = createServer({
    ...context(options.pair),
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ['h2'],
  })
  tls.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  tls.on('secureConnection', (socket) => {
    // A connection that is cut mid-frame errors here first; grpc-js hears of it as a cancelled stream.
    socket.on('error', () => undefined)
    if (options.exactKeyUsage && !isForClientsOnly(socket)) socket.destroy()
    else injector.injectConnection(socket)
  })
  await new Promise<void>((resolve, reject) => {
    tls.once('error', reject)
    tls.listen({ host: options.address, port: options.port }, () => {
      tls.off('error', reject)
      resolve()
    })
  })
  return {
    address: options.address,
    port: (tls.address() as AddressInfo).port,
    renew: (pair) => tls.setSecureContext(context(pair)),
    close: () =>
      new Promise((resolve) => {
        tls.close(() => resolve())
        for (const socket of sockets) socket.destroy()
        injector.destroy()
      }),
  }
}

function isForClientsOnly(socket: TLSSocket): boolean {
  const { raw } = socket.getPeerCertificate()
  const usages = new X509Certificate(raw).keyUsage as readonly string[] | undefined
  return usages?.length === 1 && usages[0] === CLIENT_AUTH
}
