import { X509Certificate, createPrivateKey } from 'node:crypto'
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
