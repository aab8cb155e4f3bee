import { join } from 'node:path'
import type { SafeStorage } from 'electron'
import { z } from 'zod'
import type { KeystorePort } from '../../domain/host-port.ts'
import type { LogPort } from '../../domain/log-port.ts'
import { readTextIfThere, writeFileAtomic } from '../../store/atomic-file.ts'
import { openChosenKeystore } from '../keystore/chosen-keystore.ts'
import { createDataKey, sealWith, unsealWith } from '../keystore/data-key.ts'

type AsyncSafeStorage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

/** `os-keystore.json`: the data key, sealed by the system. */
const OsFile = z.object({ version: z.literal(1), kind: z.literal('os'), wrapped: z.base64().max(8192) })

interface Around {
  readonly dataDir: string
  readonly platform: string
  readonly safeStorage: AsyncSafeStorage
  readonly log: LogPort
}

/**
 * Keys sealed by the system's key store where it protects them, else by the person's choice (passphrase or memory).
 * Call after `ready`. On Linux "available" proves nothing: without a keyring Chromium seals with a key that is the
 * same on every computer, and marks what it sealed with `v10`.
 */
export async function openKeystore(around: Around): Promise<KeystorePort> {
  const { dataDir, log } = around
  // Chosen once, kept: what a passphrase sealed, the system's store cannot open.
  if ((await readTextIfThere(join(dataDir, 'keystore.json'))) !== undefined)
    return openChosenKeystore(dataDir)
  const opened = await openOsKey(around)
  if (typeof opened === 'string') {
    log.warn('keystore.no-os-store', { reason: opened })
    return openChosenKeystore(dataDir, { note: opened })
  }
  return {
    state: () => ({ kind: 'os' }),
    onChange: () => () => undefined,
    seal: {
      persistent: true,
      seal: async (plain) => sealWith(opened, plain),
      unseal: async (sealed) => unsealWith(opened, sealed),
    },
  }
}

/** The data key, or why there is none that is safe. */
async function openOsKey({ dataDir, platform, safeStorage, log }: Around): Promise<Buffer | string> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return 'The system has no key store.'
  if (platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') {
    return 'No keyring is running (GNOME Keyring or KWallet), so the system cannot protect a key.'
  }
  const path = join(dataDir, 'os-keystore.json')
  const text = await readTextIfThere(path)
  if (text !== undefined) {
    try {
      const { wrapped } = OsFile.parse(JSON.parse(text))
      const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(Buffer.from(wrapped, 'base64'))
      const dataKey = Buffer.from(result, 'base64')
      if (dataKey.length !== 32) return 'The key that the system kept for Ichor is damaged.'
      if (shouldReEncrypt) await writeKey(path, safeStorage, platform, dataKey)
      return dataKey
    } catch (error) {
      log.error('keystore.os-key-unreadable', error)
      return 'The system’s key store does not open the key it kept for Ichor.'
    }
  }
  const dataKey = createDataKey()
  return (await writeKey(path, safeStorage, platform, dataKey))
    ? dataKey
    : 'The system would seal with a key that every computer has.'
}

/** False, and nothing written, when the system's seal is no seal. */
async function writeKey(
  path: string,
  safeStorage: AsyncSafeStorage,
  platform: string,
  dataKey: Buffer,
): Promise<boolean> {
  const wrapped = await safeStorage.encryptStringAsync(dataKey.toString('base64'))
  if (platform === 'linux' && wrapped.subarray(0, 3).toString('latin1') === 'v10') return false
  await writeFileAtomic(
    path,
    `${JSON.stringify({ version: 1, kind: 'os', wrapped: wrapped.toString('base64') })}\n`,
  )
  return true
}
