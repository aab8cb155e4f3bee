import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { toStandardLabel, toTalosLabel } from './pem-label.ts'

const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

test('a key is refused under Talos’ label and read under the common one', () => {
  const talos = toTalosLabel(ed25519)
  expect(talos).toContain('-----BEGIN ED25519 PRIVATE KEY-----')
  expect(talos).toContain('-----END ED25519 PRIVATE KEY-----')
  expect(() => createPrivateKey(talos)).toThrow()
  expect(createPrivateKey(toStandardLabel(talos)).asymmetricKeyType).toBe('ed25519')
})

test('the label goes there and back without another change', () => {
  expect(toStandardLabel(toTalosLabel(ed25519))).toBe(ed25519)
  expect(toTalosLabel(toTalosLabel(ed25519))).toBe(toTalosLabel(ed25519))
})

test('a key of another algorithm keeps its label', () => {
  expect(toTalosLabel(ecdsa)).toBe(ecdsa)
  expect(toStandardLabel(ecdsa)).toBe(ecdsa)
})
