import { createServer } from 'node:net'
import { join } from 'node:path'
import * as grpc from '@grpc/grpc-js'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openChannel } from './channel.ts'
import { loadProtos } from './load-protos.ts'
import {
  BORINGSSL_DEFAULT_SIGALGS,
  MAINTENANCE_COMMON_NAME,
  TALOS_SIGALGS,
  createClientContext,
  createServerCredentials,
  probePeer,
  type ClientMaterial,
  type Sigalgs,
} from './secure-context.ts'
import { createThrowawayAuthority, type ThrowawayAuthority } from './throwaway-pki.ts'

const protosDir = join(import.meta.dirname, '..', '..', 'protos')
const forced: Sigalgs = { list: BORINGSSL_DEFAULT_SIGALGS }
const DAY = 86_400_000

let authority: ThrowawayAuthority
let nodeLeaf: ClientMaterial
let adminLeaf: ClientMaterial
const ends: (() => void)[] = []
beforeAll(async () => {
  authority = await createThrowawayAuthority()
  nodeLeaf = await authority.issue({ commonName: 'cp1', addresses: ['127.0.0.1'] })
  adminLeaf = await authority.issue({ organisations: ['os:admin'] })
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function serve(material: ClientMaterial, sigalgs: Sigalgs = 'talos'): Promise<number> {
  const server = new grpc.Server()
  server.addService(loadProtos(protosDir).machine, {
    Version: (_: unknown, callback: grpc.sendUnaryData<unknown>) => {
      callback(null, { messages: [{ version: { tag: 'v1.14.0' } }] })
    },
  })
  ends.push(() => {
    server.forceShutdown()
  })
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', createServerCredentials(material, sigalgs), (error, port) => {
      if (error === null) resolve(port)
      else reject(error)
    })
  })
}

async function connects(port: number, sigalgs: Sigalgs): Promise<string> {
  const channel = openChannel({ host: '127.0.0.1', port }, createClientContext(adminLeaf, sigalgs))
  ends.push(() => {
    channel.close()
  })
  return channel.connect(3_000)
}

async function probe(port: number, material: ClientMaterial = adminLeaf, sigalgs: Sigalgs = 'talos') {
  return probePeer({ host: '127.0.0.1', port }, createClientContext(material, sigalgs), 3_000)
}

describe('with the verify list that BoringSSL has by default, as in Electron', () => {
  test('our client list without Ed25519 reaches no Talos node, and ours reaches it', async () => {
    const port = await serve(nodeLeaf)
    expect(await connects(port, forced)).toBe('failed')
    expect(await connects(port, 'talos')).toBe('ready')
  })

  test('a node inside Electron accepts no Talos client without our list, and accepts it with', async () => {
    expect(await connects(await serve(nodeLeaf, forced), 'talos')).toBe('failed')
    expect(await connects(await serve(nodeLeaf, 'talos'), 'talos')).toBe('ready')
  })

  test('both sides on the default list fail', async () => {
    expect(await connects(await serve(nodeLeaf, forced), forced)).toBe('failed')
  })

  test('the failure is told as a matter of algorithms', async () => {
    const port = await serve(nodeLeaf)
    expect(await probe(port, adminLeaf, forced)).toMatchObject({ kind: 'no-common-algorithm' })
  })
})

test('the list has names that BoringSSL knows and nothing else', () => {
  expect(TALOS_SIGALGS.split(':')[0]).toBe('ed25519')
  for (const name of TALOS_SIGALGS.split(':')) {
    expect(name).toMatch(/^(ed25519|ecdsa_secp\d+r1_sha\d+|rsa_pss_rsae_sha\d+|rsa_pkcs1_sha\d+)$/)
  }
})

describe('a look at what answers', () => {
  test('sees a node that trusts us and that we trust', async () => {
    expect(await probe(await serve(nodeLeaf))).toMatchObject({ kind: 'answers', leaf: { commonName: 'cp1' } })
  })

  test('tells a node of another cluster', async () => {
    const other = await createThrowawayAuthority()
    const port = await serve(await other.issue({ commonName: 'cp1', addresses: ['127.0.0.1'] }))
    expect(await probe(port)).toMatchObject({ kind: 'not-trusted', leaf: { commonName: 'cp1' } })
  })

  test('tells a node that waits for its configuration by the name on its leaf', async () => {
    const own = await createThrowawayAuthority()
    const port = await serve(
      await own.issue({ commonName: MAINTENANCE_COMMON_NAME, addresses: ['127.0.0.1'] }),
    )
    expect(await probe(port)).toMatchObject({
      kind: 'not-trusted',
      leaf: { commonName: MAINTENANCE_COMMON_NAME },
    })
  })

  test('tells an address that the certificate does not name', async () => {
    const port = await serve(await authority.issue({ commonName: 'cp1', addresses: ['10.0.20.11'] }))
    expect(await probe(port)).toMatchObject({
      kind: 'not-trusted',
      problem: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('tells a node whose certificate has run out', async () => {
    const now = Date.now()
    const port = await serve(
      await authority.issue({
        addresses: ['127.0.0.1'],
        notBefore: now - 2 * DAY,
        notAfter: now - DAY,
      }),
    )
    expect(await probe(port)).toMatchObject({ kind: 'not-trusted', problem: 'CERT_HAS_EXPIRED' })
  })

  test('sees that a node refuses our certificate, which comes only after the handshake', async () => {
    const now = Date.now()
    const expired = await authority.issue({
      organisations: ['os:admin'],
      notBefore: now - 2 * DAY,
      notAfter: now - DAY,
    })
    expect(await probe(await serve(nodeLeaf), expired)).toMatchObject({ kind: 'refused-us' })
  })

  test('tells a closed port, and a port that speaks no TLS', async () => {
    const port = await listenPlain('talks')
    expect(await probe(port)).toMatchObject({ kind: 'no-tls' })
    const closed = await serve(nodeLeaf)
    ends.splice(0).forEach((end) => {
      end()
    })
    expect(await probe(closed)).toEqual({ kind: 'no-connection', reason: 'ECONNREFUSED' })
  })

  test('ends when it is cancelled', async () => {
    const silent = await listenPlain('silent')
    const controller = new AbortController()
    const look = probePeer(
      { host: '127.0.0.1', port: silent },
      createClientContext(adminLeaf),
      60_000,
      controller.signal,
    )
    controller.abort()
    await expect(look).rejects.toThrow('cancelled')
  })
})

function listenPlain(mode: 'talks' | 'silent'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    if (mode === 'talks') socket.end('HTTP/1.0 400 Bad Request\r\n\r\n')
  })
  ends.push(() => {
    server.close()
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
