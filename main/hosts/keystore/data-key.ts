import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { TalosFailure } from '../../domain/talos-failure.ts'

/** Sealed bytes: `ICHOR`, format 1, 12 bytes nonce, 16 bytes tag, ciphertext. AES-256-GCM; the head is authenticated too. */
const HEAD = Buffer.from([...Buffer.from('ICHOR'), 1])
const NONCE = 12
const TAG = 16

export function createDataKey(): Buffer {
  return randomBytes(32)
}

export function sealWith(key: Uint8Array, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(HEAD)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([HEAD, nonce, cipher.getAuthTag(), sealed])
}

/** Throws `store-damaged` when the bytes are not what `sealWith` gave for this key. */
export function unsealWith(key: Uint8Array, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const body = HEAD.length + NONCE + TAG
  if (bytes.length < body || !bytes.subarray(0, HEAD.length).equals(HEAD)) throw damaged()
  const nonce = bytes.subarray(HEAD.length, HEAD.length + NONCE)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAAD(HEAD)
  decipher.setAuthTag(bytes.subarray(HEAD.length + NONCE, body))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(body)), decipher.final()])
  } catch {
    throw damaged()
  }
}

export function damaged(cause?: unknown): TalosFailure {
  return new TalosFailure(
    'store-damaged',
    'A sealed file of Ichor was changed or belongs to another key store, so it cannot be opened.',
    { cause },
  )
}
