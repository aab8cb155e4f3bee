import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createThrowawayAuthority, type ClientMaterial } from '../../../tests/fakes/talosconfig-material.ts'
import { certificateReader } from '../../talos/read-certificate.ts'
import { parseTalosconfig } from './parse-talosconfig.ts'
import type { ParsedContext } from './parsed-talosconfig.ts'
import { toStandardLabel } from './pem-label.ts'
import { serialiseTalosconfig } from './serialise-talosconfig.ts'
import { Secret } from '../secret.ts'

let materials: readonly ClientMaterial[]
beforeAll(async () => {
  const one = await createThrowawayAuthority()
  const two = await createThrowawayAuthority()
  materials = [
    await one.issue({ organisations: ['os:admin'] }),
    await one.issue({ organisations: ['os:operator', 'os:reader'] }),
    await two.issue({ organisations: ['os:admin'] }),
  ]
})

function contextFrom(name: string, material: ClientMaterial, rest: Partial<ParsedContext>): ParsedContext {
  const [ca] = certificateReader.readCertificates(material.ca) ?? []
  const [leaf] = certificateReader.readCertificates(material.crt) ?? []
  if (ca === undefined || leaf === undefined) throw new Error('the test made no certificate')
  return {
    name,
    endpoints: ['10.0.20.11'],
    nodes: [],
    ca: material.ca,
    crt: material.crt,
    key: material.key,
    certificate: {
      roles: [...leaf.organisations],
      notBefore: new Date(leaf.notBefore).toISOString(),
      notAfter: new Date(leaf.notAfter).toISOString(),
      authority: ca.publicKeyHash,
    },
    authorities: [ca.publicKeyHash],
    ...rest,
  }
}

const withoutKey = ({ key, ...rest }: ParsedContext) => ({ ...rest, keyText: key.reveal() })

test('what is written is read again whole, for any names and addresses', () => {
  const name = fc
    .string({ minLength: 1, maxLength: 40, unit: 'binary' })
    .filter((text) => text !== '__proto__')
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6().map((ip) => `[${ip}]:50000`),
    fc.domain(),
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65535 })).map(([ip, port]) => `${ip}:${port}`),
  )
  const context = fc.record({
    name,
    material: fc.nat(2),
    endpoints: fc.array(address, { minLength: 1, maxLength: 4 }),
    nodes: fc.array(address, { maxLength: 4 }),
    cluster: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    proxyUrl: fc.option(fc.webUrl(), { nil: undefined }),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(context, { minLength: 1, maxLength: 4, selector: (it) => it.name }),
      (made) => {
        const contexts = made.map(({ name: of, material, endpoints, nodes, cluster, proxyUrl }) =>
          contextFrom(of, materials[material]!, {
            endpoints,
            nodes,
            ...(cluster === undefined ? {} : { cluster }),
            ...(proxyUrl === undefined ? {} : { proxyUrl }),
          }),
        )
        const current = contexts[0]?.name
        const bytes = new TextEncoder().encode(serialiseTalosconfig(contexts, current))
        const parsed = parseTalosconfig(bytes, certificateReader, Date.now())
        expect(parsed.currentContext).toBe(current)
        const again = new Map(parsed.entries.map((entry) => [entry.name, entry.context]))
        expect(again.size).toBe(contexts.length)
        for (const before of contexts) {
          const after = again.get(before.name)
          if (after === undefined) throw new Error('a context is gone')
          expect(withoutKey(after)).toEqual(withoutKey(before))
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('a key is written under the label that Talos’ own tools look for', () => {
  const material = materials[0]!
  const relabelled = contextFrom('casa', material, {
    key: new Secret(toStandardLabel(material.key.reveal())),
  })
  const written = parse(serialiseTalosconfig([relabelled], 'casa')) as {
    contexts: { casa: { key: string } }
  }
  expect(Buffer.from(written.contexts.casa.key, 'base64').toString('utf8')).toContain(
    '-----BEGIN ED25519 PRIVATE KEY-----',
  )
})
