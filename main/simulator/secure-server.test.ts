import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { Server } from '@grpc/grpc-js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KeyPairPem } from './secrets-api.ts'
import { listenSecurely, type SecureListener } from './secure-server.ts'
import { createOsAuthority, issueClient, issueServer, relabelForTls } from './wire/pki.ts'

let os: KeyPairPem
let client: KeyPairPem
let listener: SecureListener
let server: Server
const sockets: TLSSocket[] = []

beforeEach(async () => {
  os = await createOsAuthority()
  client = await issueClient(os, { roles: ['os:admin'] })
  server = new Server()
  listener = await listenSecurely(() => server, {
    address: '127.0.0.1',
    port: 0,
    ca: os.crt,
    pair: () => issueServer(os, { addresses: ['127.0.0.1'], names: ['cp-1'] }),
    exactKeyUsage: true,
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await listener.close()
  server.forceShutdown()
})

async function shake(options: object = {}): Promise<TLSSocket> {
  const socket = connect({
    host: '127.0.0.1',
    port: listener.port,
    ca: os.crt,
    cert: client.crt,
    key: relabelForTls(client.key),
    ALPNProtocols: ['h2'],
    ...options,
  })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

const serialOf = (socket: TLSSocket): string =>
  new X509Certificate(socket.getPeerCertificate().raw).serialNumber

test('a renewed certificate is shown to who connects next, and who is connected stays so', async () => {
  const early = await shake()
  const before = serialOf(early)
  listener.renew(await issueServer(os, { addresses: ['127.0.0.1'], names: ['cp-1'] }))
  const late = await shake()
  expect(serialOf(late)).not.toBe(before)
  expect(early.destroyed).toBe(false)
})

test('the handshake is TLS 1.3 and h2, 1.2 is still taken, 1.1 is not', async () => {
  const socket = await shake()
  expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.3', 'h2'])
  const older = await shake({ maxVersion: 'TLSv1.2' })
  expect(older.getProtocol()).toBe('TLSv1.2')
  await expect(shake({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })).rejects.toThrow()
})

test('closing drops a connection that was never used, at once', async () => {
  const socket = await shake()
  socket.on('error', () => undefined)
  const gone = once(socket, 'close')
  socket.resume()
  await listener.close()
  await gone
})

test('a port that is taken is an error and no silence', async () => {
  await expect(
    listenSecurely(() => server, {
      address: '127.0.0.1',
      port: listener.port,
      ca: os.crt,
      pair: () => Promise.resolve(client),
      exactKeyUsage: true,
    }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

const DAY = 24 * 3_600_000

/** What a client whose certificate is refused is told: the reason OpenSSL gives for the alert. */
async function alertFor(options: object): Promise<unknown> {
  const socket = await shake(options)
  socket.resume()
  // A client that has written already: what it wrote must not turn the alert into a reset.
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  return error.code
}

test.each(['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'])(
  'a certificate that is not let in is refused with the alert of its fault, under %s',
  async (ciphers) => {
    const refused = async (pair: KeyPairPem | undefined): Promise<unknown> =>
      alertFor({ ciphers, cert: pair?.crt, key: pair && relabelForTls(pair.key) })
    const past = { notBefore: new Date(Date.now() - 2 * DAY), notAfter: new Date(Date.now() - DAY) }
    expect(await refused(await issueClient(os, { roles: ['os:admin'], ...past }))).toBe(
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
    )
    const stranger = await createOsAuthority()
    expect(await refused(await issueClient(stranger, { roles: ['os:admin'] }))).toBe(
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    )
    const both = await issueClient(os, { roles: ['os:admin'], usages: ['clientAuth', 'serverAuth'] })
    expect(await refused(both)).toBe('ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE')
    expect(await refused(undefined)).toBe('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED')
  },
)

test('with TLS 1.2 the connection just ends', async () => {
  const refused = shake({ maxVersion: 'TLSv1.2', cert: undefined, key: undefined })
  await expect(refused).rejects.toMatchObject({ code: 'ECONNRESET' })
})
