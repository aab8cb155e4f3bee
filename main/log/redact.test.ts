import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Secret } from '../domain/secret.ts'
import { redact, redactText } from './redact.ts'

const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const talosPem = pem.replaceAll('PRIVATE KEY', 'ED25519 PRIVATE KEY')
const body = pem.split('\n')[1]!

test('no private key is logged, in whatever form it comes', () => {
  const forms = [
    pem,
    talosPem,
    { text: talosPem },
    { key: Buffer.from(pem).toString('base64') },
    { message: `key: ${Buffer.from(pem).toString('base64')}` },
    new Error(`cannot read ${talosPem}`),
    new Error('outer', { cause: new Error(pem) }),
    [{ deep: { deeper: pem } }],
    talosPem.slice(0, talosPem.indexOf('-----END')),
  ]
  for (const form of forms) {
    const logged = JSON.stringify(redact(form))
    expect(logged).not.toContain(body)
    expect(logged).not.toContain(Buffer.from(pem).toString('base64').slice(0, 60))
  }
})

test("a MachineConfig's tokens and secrets are taken out of a text, their names stay", () => {
  const secretbox = randomBytes(32).toString('base64')
  const text = `machine:\n  token: 9jdfix.rmbtt8elg9xcrnzm\ncluster:\n  secret: ${secretbox}\n  secretboxEncryptionSecret: ${secretbox}\n  name: casa`
  const logged = redactText(text)
  expect(logged).toContain('token: [secret]')
  expect(logged).toContain('name: casa')
  expect(logged).not.toContain('rmbtt8elg9xcrnzm')
  expect(logged).not.toContain(secretbox)
})

test('a bootstrap token and 32 bytes of base64 are taken out of the middle of a sentence', () => {
  const bytes = randomBytes(32).toString('base64')
  const logged = redactText(`joined with abcdef.0123456789abcdef using ${bytes}.`)
  expect(logged).toBe('joined with [token] using [base64].')
})

test('a launch token is taken out of its link', () => {
  const token = randomBytes(32).toString('base64url')
  expect(redactText(`http://127.0.0.1:4711/#token=${token}`)).toBe('http://127.0.0.1:4711/#token=[secret]')
})

test('what helps to understand stays: schematic ids, image digests, addresses, fingerprints', () => {
  const facts = {
    schematic: '376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba',
    image:
      'factory.talos.dev/installer/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba:v1.13.9',
    node: '10.5.0.2',
    authority: `SHA256:${randomBytes(32).toString('base64')}`,
    tookMs: 12,
    locked: false,
  }
  expect(redact(facts)).toEqual(facts)
})

test('fields with a secret name lose their value at any depth', () => {
  const logged = redact({
    context: { name: 'casa', crt: 'LS0t', key: 'LS0t', ca: 'LS0t' },
    bootstrapToken: 'x',
    passphrase: new Secret('correct horse'),
    headers: { cookie: 'ichor-1=abc' },
  })
  expect(logged).toEqual({
    context: { name: 'casa', crt: '[secret]', key: '[secret]', ca: '[secret]' },
    bootstrapToken: '[secret]',
    passphrase: '[secret]',
    headers: { cookie: '[secret]' },
  })
})

test('a value that contains itself, bytes and functions can be logged', () => {
  const loop: Record<string, unknown> = { bytes: Buffer.from('key'), run: () => 1 }
  loop['self'] = loop
  const logged = JSON.stringify(redact(loop))
  expect(logged).toContain('[3 bytes]')
  expect(logged).toContain('[deeper]')
})
