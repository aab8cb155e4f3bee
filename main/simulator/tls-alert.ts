import { createCipheriv, createHmac } from 'node:crypto'
import type { Socket } from 'node:net'

/** What a Go server says of a client certificate it does not take, by number (RFC 8446 §6). */
export type CertificateAlert =
  'bad certificate' | 'certificate expired' | 'unknown ca' | 'certificate required'

const NUMBERS: Readonly<Record<CertificateAlert, number>> = {
  'bad certificate': 42,
  'certificate expired': 45,
  'unknown ca': 48,
  'certificate required': 116,
}

const CIPHERS: Readonly<
  Record<string, { readonly hash: string; readonly name: Cipher; readonly keyLength: number }>
> = {
  TLS_AES_128_GCM_SHA256: { hash: 'sha256', name: 'aes-128-gcm', keyLength: 16 },
  TLS_AES_256_GCM_SHA384: { hash: 'sha384', name: 'aes-256-gcm', keyLength: 32 },
  TLS_CHACHA20_POLY1305_SHA256: { hash: 'sha256', name: 'chacha20-poly1305', keyLength: 32 },
}
type Cipher = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'

/** What is used of a TLS connection and of the server it came to; `secure-server.ts` makes both. */
type EncryptedSocket = Pick<Socket, 'remoteAddress' | 'remotePort' | 'destroy' | 'resume'> & {
  getCipher(): { readonly standardName: string }
  getProtocol(): string | null
}

interface EncryptingServer {
  on(event: 'connection', listener: (socket: Socket) => void): unknown
  on(event: 'keylog', listener: (line: Buffer, socket: EncryptedSocket) => void): unknown
}

/** Milliseconds a refused client has to read the alert and hang up. */
const PATIENCE = 1000

/**
 * Refuses clients with a TLS alert, as a Go server does. Node checks a certificate only when the handshake is over and
 * has no way to send one, so the record is made here from the secret of the connection. Under Electron, where this
 * is not proven, and before TLS 1.3 the connection just ends.
 */
export interface AlertSender {
  refuse(socket: EncryptedSocket, alert: CertificateAlert): void
}

export function createAlertSender(server: EncryptingServer): AlertSender {
  const secrets = new WeakMap<EncryptedSocket, Buffer>()
  const raw = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const place = placeOf(socket)
    raw.set(place, socket)
    socket.once('close', () => raw.delete(place))
  })
  server.on('keylog', (line: Buffer, socket: EncryptedSocket) => {
    const [label, , secret] = line.toString().trim().split(' ')
    if (label === 'SERVER_TRAFFIC_SECRET_0' && secret !== undefined)
      secrets.set(socket, Buffer.from(secret, 'hex'))
  })
  return {
    refuse(socket, alert) {
      const secret = secrets.get(socket)
      const under = raw.get(placeOf(socket))
      const cipher = CIPHERS[socket.getCipher().standardName]
      if (!secret || !under || !cipher || socket.getProtocol() !== 'TLSv1.3' || isElectron()) {
        socket.destroy()
        return
      }
      // What the client has sent already is read and dropped: closing over it would reset the connection.
      socket.resume()
      under.end(alertRecord(secret, cipher, NUMBERS[alert]))
      setTimeout(() => socket.destroy(), PATIENCE).unref()
    },
  }
}

function isElectron(): boolean {
  return 'electron' in process.versions
}

function placeOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress}:${remotePort}`
}

/** The first record under the connection's key: the session tickets are not on their way yet, so its number is 0. */
function alertRecord(
  secret: Buffer,
  { hash, name, keyLength }: NonNullable<(typeof CIPHERS)[string]>,
  alert: number,
): Buffer {
  const key = expand(secret, hash, 'key', keyLength)
  const nonce = expand(secret, hash, 'iv', 12)
  const fatal = Buffer.from([2, alert, 21])
  const header = Buffer.from([23, 3, 3, 0, fatal.length + 16])
  // Node's types know each cipher's own overload only.
  const cipher = createCipheriv(name as 'aes-256-gcm', key, nonce, { authTagLength: 16 })
  cipher.setAAD(header)
  const body = Buffer.concat([cipher.update(fatal), cipher.final()])
  return Buffer.concat([header, body, cipher.getAuthTag()])
}

/** HKDF-Expand-Label of RFC 8446 §7.1 with an empty context, for no more than one block. */
function expand(secret: Buffer, hash: string, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`)
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])])
  return createHmac(hash, secret).update(info).digest().subarray(0, length)
}
