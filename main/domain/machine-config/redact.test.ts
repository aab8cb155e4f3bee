import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { parseConfig } from './parse-config.ts'
import { nameOf, restoreText } from './placeholders.ts'
import { redactConfig, redactText, valuesOf } from './redact.ts'

function redact(text: string) {
  return redactConfig(parseConfig(text), configFacts.secrets)
}

const quotes: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => `"${value}"`,
  (value) => `'${value}'`,
  (value) => `!!str ${value}`,
  (value) => `&a${value.length} ${value}`,
]
const secretText = fc.stringMatching(/^[A-Za-z0-9+/]{16,60}={0,2}$/)

describe('placeholders for secrets', () => {
  test('a placeholder names document and path; comments, order and quotes stay', () => {
    const text = `machine:
  token: "abc123.0123456789abcdef" # shared
---
apiVersion: v1alpha1
kind: RegistryAuthConfig
name: registry.casa.lan
password: hunter22
`
    const { text: redacted, secrets } = redact(text)
    expect(redacted).toBe(`machine:
  token: "«secret:machine.token»" # shared
---
apiVersion: v1alpha1
kind: RegistryAuthConfig
name: registry.casa.lan
password: «secret:RegistryAuthConfig/registry.casa.lan.password»
`)
    expect(secrets).toBe(2)
  })

  test('a secret over several lines becomes one word and comes back as it was', () => {
    const text = `apiVersion: v1alpha1
kind: RegistryTLSConfig
name: r
clientIdentity:
  key: |
    -----BEGIN X-----
    MC4CAQAwBQYDK2VwBCIEIH
    -----END X-----

  cert: c
`
    const { text: redacted, vault } = redact(text)
    expect(redacted).toContain('  key: «secret:RegistryTLSConfig/r.clientIdentity.key»\n\n  cert: c')
    expect(restoreText(redacted, vault).text).toBe(text)
  })

  test('only the join token of a SideroLink address is hidden', () => {
    const { text } = redact(
      'apiVersion: v1alpha1\nkind: SideroLinkConfig\napiUrl: https://a.b/?jointoken=s3cr3t&x=1\n',
    )
    expect(text).toContain('apiUrl: https://a.b/?jointoken=«secret:SideroLinkConfig.apiUrl.jointoken»&x=1')
  })

  test('copies of a secret and secrets left in comments are hidden as well', () => {
    const token = 'abcdef.0123456789abcdef'
    const text = `machine:
  token: ${token}
  env:
    COPY: x-${token}
  # token: oldone.secret
cluster:
  aggregatorCA: {} # was ${token}
`
    const { text: redacted, vault } = redact(text)
    expect(redacted).not.toContain(token)
    expect(redacted).not.toContain('oldone')
    expect(restoreText(redacted, vault).text).toBe(text)
  })

  test('a secret behind an alias is hidden where it is written', () => {
    const text = 'x: &t abcdefabcdefabcdef\nmachine:\n  token: *t\n'
    const { text: redacted, vault } = redact(text)
    expect(redacted).not.toContain('abcdefabcdefabcdef')
    expect(restoreText(redacted, vault).text).toBe(text)
  })

  test('a text that looks like a placeholder but is none comes back as it was', () => {
    const text = 'machine:\n  token: a\n  env: {A: "«secret:machine.token»"}\n'
    const { text: redacted, vault } = redact(text)
    expect(restoreText(redacted, vault).text).toBe(text)
  })

  test('restoring what was redacted gives the same text, however the secrets are written', () => {
    fc.assert(
      fc.property(
        fc.array(secretText, { minLength: 24, maxLength: 24 }),
        fc.nat(quotes.length - 1),
        (values, style) => {
          const { text } = generateMachineConfig({
            secret: (index) => values[index % values.length]!,
            quote: quotes[style]!,
            documents: true,
          })
          const { text: redacted, vault } = redact(text)
          expect(restoreText(redacted, vault)).toEqual({ text, unresolved: [] })
        },
      ),
      { numRuns: 60 },
    )
  })

  test('restoring gives the same text for scalars with any characters and any line end', () => {
    const odd = fc.string({
      unit: fc.constantFrom('a', '"', "'", ' ', ':', '#', '\\', 'é', '»', '«', '{', ',', '\n'),
    })
    fc.assert(
      fc.property(odd, fc.constantFrom('\n', '\r\n'), fc.boolean(), (value, end, inFlow) => {
        const written = JSON.stringify(value)
        const lines = inFlow
          ? [`machine: {token: ${written}, ca: {key: ${written}}}`, 'cluster: {}', '']
          : ['machine:', `  token: ${written} # c`, '  ca:', `    key: ${written}`, '']
        const text = lines.join(end)
        const { text: redacted, vault } = redact(text)
        expect(restoreText(redacted, vault)).toEqual({ text, unresolved: [] })
      }),
      { numRuns: 300 },
    )
  })

  test('no secret of a generated configuration is left in the redacted text', () => {
    for (const documents of [true, false]) {
      const { text, secrets } = generateMachineConfig({ documents })
      const redacted = redact(`${text}# ${secrets.at(1) ?? ''}\n`).text
      for (const secret of secrets.flatMap((value) => value.split('\n')).filter((line) => line.length > 8)) {
        if (!secret.startsWith('-----')) expect(redacted).not.toContain(secret)
      }
    }
  })

  test('the name of a named document cannot break the YAML around the placeholder', () => {
    const text = 'apiVersion: v1alpha1\nkind: RegistryAuthConfig\nname: "a: b #c»"\npassword: pw12345678901\n'
    const { text: redacted, vault } = redact(text)
    expect(parseConfig(redacted).documents[0]?.errors(new Set())).toEqual([])
    expect(restoreText(redacted, vault).text).toBe(text)
  })
})

describe('placeholders that moved', () => {
  const multi =
    'machine:\n  token: plain0123456789\n  ca:\n    key: |\n      line one of it\n      line two of it\n'
  const { vault } = redact(multi)

  test.each([
    ['into single quotes', "cluster:\n  token: '«secret:machine.token»'\n", 'plain0123456789'],
    ['into double quotes', 'cluster:\n  token: "«secret:machine.token»"\n', 'plain0123456789'],
    ['into a flow mapping', 'cluster: {token: «secret:machine.token», id: x}\n', 'plain0123456789'],
    [
      'several lines, elsewhere',
      'cluster:\n      token: «secret:machine.ca.key»\n',
      'line one of it\nline two of it\n',
    ],
    [
      'several lines into quotes',
      "cluster:\n  token: '«secret:machine.ca.key»'\n",
      'line one of it\nline two of it\n',
    ],
  ])('%s: the value is still the value', (_, typed, value) => {
    const { text, unresolved } = restoreText(typed, vault)
    expect(unresolved).toEqual([])
    const root = parseConfig(text).documents[0]!.root()!
    const token = root.kind === 'map' ? root.entries.get('cluster')!.value() : root
    const scalar = token.kind === 'map' ? token.entries.get('token')!.value() : token
    expect(scalar).toMatchObject({ kind: 'scalar', value })
  })

  test('one that stands for nothing is left and listed with its place', () => {
    expect(restoreText('a: «secret:machine.nope»', vault)).toEqual({
      text: 'a: «secret:machine.nope»',
      unresolved: [{ name: 'machine.nope', from: 3, to: 24 }],
    })
  })

  test('only one whole placeholder has a name', () => {
    expect(nameOf('«secret:machine.token»')).toBe('machine.token')
    expect(nameOf('x «secret:machine.token»')).toBeUndefined()
  })
})

describe("secrets in a node's answers", () => {
  test('values, pieces of keys and whatever stands behind a secret key are hidden', () => {
    const { text, secrets } = generateMachineConfig()
    const values = valuesOf(redact(text).vault)
    const diff = text
      .split('\n')
      .map((line) => `+${line}`)
      .join('\n')
    const hidden = redactText(
      `${diff}\n-    token: notknown\n+  password: "x y"\n-  key: ${'A'.repeat(60)}`,
      values,
    )
    for (const secret of secrets.flatMap((value) => value.trim().split('\n'))) {
      if (!secret.startsWith('-----')) expect(hidden).not.toContain(secret)
    }
    expect(hidden).not.toMatch(/notknown|x y|AAAA/)
    expect(hidden).toContain('image: ghcr.io/siderolabs/kubelet:v1.36.3')
  })

  test('a private key is hidden even when nobody knew it', () => {
    const pem = '-----BEGIN ED25519 PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END ED25519 PRIVATE KEY-----'
    expect(redactText(`x ${pem} y`, [])).not.toContain('MC4CAQ')
  })
})
