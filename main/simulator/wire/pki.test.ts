import 'reflect-metadata'
import { createPrivateKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { ClusterSecrets } from '../secrets-api.ts'
import { createClusterSecrets, issueClient, issueServer, relabelForTls, writeTalosconfig } from './pki.ts'

let secrets: ClusterSecrets
beforeAll(async () => {
  secrets = await createClusterSecrets({ serviceAccountBits: 2048 })
})

test('the OS CA is Ed25519 of O=talos and its key carries the label that OpenSSL refuses', () => {
  const ca = new X509Certificate(secrets.os.crt)
  expect(ca.ca).toBe(true)
  expect(ca.subject).toBe('O=talos')
  expect(ca.publicKey.asymmetricKeyType).toBe('ed25519')
  expect(secrets.os.key).toMatch(/^-----BEGIN ED25519 PRIVATE KEY-----\n/)
  expect(() => createPrivateKey(secrets.os.key)).toThrow()
  expect(ca.checkPrivateKey(createPrivateKey(relabelForTls(secrets.os.key)))).toBe(true)
})

test('etcd and Kubernetes CAs are ECDSA with SEC1 keys, the service account key is RSA in PKCS#1', () => {
  for (const pair of [secrets.etcd, secrets.kubernetes, secrets.aggregator]) {
    expect(pair.key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/)
    expect(new X509Certificate(pair.crt).checkPrivateKey(createPrivateKey(pair.key))).toBe(true)
  }
  expect(secrets.serviceAccountKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
})

test('a client certificate names its roles in O, has no other use than clientAuth and is signed by the OS CA', async () => {
  const { crt, key } = await issueClient(secrets.os, { roles: ['os:reader', 'os:etcd:backup'] })
  const leaf = new X509Certificate(crt)
  expect(leaf.subject.split(' + ')).toEqual(['O=os:etcd:backup', 'O=os:reader'])
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  expect(leaf.verify(new X509Certificate(secrets.os.crt).publicKey)).toBe(true)
  expect(leaf.checkPrivateKey(createPrivateKey(relabelForTls(key)))).toBe(true)
  expect(Date.parse(leaf.validFrom)).toBeLessThan(Date.now() - 3_500_000)
})

test('a node certificate lives a day and answers to its addresses and names', async () => {
  const { crt } = await issueServer(secrets.os, { addresses: ['127.0.5.2'], names: ['bronce-1'] })
  const leaf = new X509Certificate(crt)
  expect(leaf.checkIP('127.0.5.2')).toBe('127.0.5.2')
  expect(leaf.checkHost('bronce-1')).toBe('bronce-1')
  expect(leaf.checkIP('127.0.5.3')).toBeUndefined()
  expect(Date.parse(leaf.validTo) - Date.now()).toBeLessThanOrEqual(24 * 3_600_000)
})

test('a leaf is found by the name its authority gives itself, whatever that was made of', async () => {
  const algorithm = { name: 'Ed25519' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  if (!('privateKey' in keys)) throw new Error('no key pair')
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ['talos'] }],
    keys,
    signingAlgorithm: algorithm,
    serialNumber: '01',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      // As `talosctl gen config` built with a newer Go writes it: no SHA-1 of the key.
      new x509.SubjectKeyIdentifierExtension('8f5effcfab2fb4e85b983aafc50d58de4c1daecb'),
    ],
  })
  const authority = {
    crt: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  const { crt } = await issueServer(authority, { addresses: ['127.0.5.2'], names: ['cp'] })
  expect(new X509Certificate(crt).checkIssued(new X509Certificate(authority.crt))).toBe(true)
})

test('a talosconfig holds its PEM texts in base64', () => {
  const text = writeTalosconfig({
    context: 'casa',
    endpoints: ['127.0.5.2'],
    nodes: [],
    ca: 'A\n',
    crt: 'B\n',
    key: 'C\n',
  })
  expect(parse(text)).toEqual({
    context: 'casa',
    contexts: { casa: { endpoints: ['127.0.5.2'], ca: 'QQo=', crt: 'Qgo=', key: 'Qwo=' } },
  })
})
