import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Secret } from '../../domain/secret.ts'
import { isFailure, TalosFailure } from '../../domain/talos-failure.ts'
import { createDataKey, damaged, sealWith, unsealWith } from './data-key.ts'

/** 2^17 takes about 0.4 s and 128 MB, as OWASP advises for scrypt; 2^15 is the least that is accepted. */
export const SCRYPT_COST = 2 ** 17
const LEAST_COST = 2 ** 15
const MOST_COST = 2 ** 20
const BLOCK = 8

/**
 * `keystore.json`: the data key, sealed with a key made from the passphrase. `check` is the SHA-256 over the other
 * fields, which tells a damaged file from a wrong passphrase and tells a guesser nothing.
 */
const PassphraseFile = z.object({
  version: z.literal(1),
  kind: z.literal('passphrase'),
  kdf: z.literal('scrypt'),
  cost: z
    .number()
    .int()
    .min(LEAST_COST)
    .max(MOST_COST)
    .refine((cost) => Number.isInteger(Math.log2(cost))),
  salt: z.base64().length(44),
  wrapped: z.base64().max(512),
  check: z.base64().length(44),
})
type PassphraseFile = z.infer<typeof PassphraseFile>

export interface Wrapped {
  readonly dataKey: Buffer
  /** Text of the file to write. */
  readonly text: string
}

export async function wrapWithPassphrase(passphrase: Secret, cost = SCRYPT_COST): Promise<Wrapped> {
  const salt = randomBytes(32)
  const dataKey = createDataKey()
  const wrapping = await derive(passphrase, salt, cost)
  const file = {
    version: 1,
    kind: 'passphrase',
    kdf: 'scrypt',
    cost,
    salt: salt.toString('base64'),
    wrapped: sealWith(wrapping, dataKey).toString('base64'),
  } as const
  wrapping.fill(0)
  return { dataKey, text: `${JSON.stringify({ ...file, check: checkOf(file) }, undefined, 2)}\n` }
}

/** Throws `passphrase-wrong`, or `store-damaged` when the file is not what was written. */
export async function unwrapWithPassphrase(text: string, passphrase: Secret): Promise<Buffer> {
  const file = parse(text)
  const wrapping = await derive(passphrase, Buffer.from(file.salt, 'base64'), file.cost)
  try {
    return unsealWith(wrapping, Buffer.from(file.wrapped, 'base64'))
  } catch (error) {
    if (!isFailure(error)) throw error
    throw new TalosFailure('passphrase-wrong', 'That is not the passphrase of this key store.')
  } finally {
    wrapping.fill(0)
  }
}

function parse(text: string): PassphraseFile {
  let file: PassphraseFile
  try {
    file = PassphraseFile.parse(JSON.parse(text))
  } catch (error) {
    throw damaged(error)
  }
  const { check, ...rest } = file
  if (!timingSafeEqual(Buffer.from(check), Buffer.from(checkOf(rest)))) throw damaged()
  return file
}

function checkOf({ version, kind, kdf, cost, salt, wrapped }: Omit<PassphraseFile, 'check'>): string {
  return createHash('sha256').update([version, kind, kdf, cost, salt, wrapped].join('\n')).digest('base64')
}

function derive(passphrase: Secret, salt: Buffer, cost: number): Promise<Buffer> {
  // The same passphrase typed on two keyboards may come as different code points; NFKC makes them one.
  const text = passphrase.reveal().normalize('NFKC')
  return new Promise((resolve, reject) => {
    scrypt(text, salt, 32, { N: cost, r: BLOCK, p: 1, maxmem: 256 * cost * BLOCK }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
