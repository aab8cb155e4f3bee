import { beforeAll, describe, expect, test } from 'vitest'
import {
  base64,
  contextFields,
  createThrowawayAuthority,
  talosconfigBytes,
  type ClientMaterial,
  type TalosconfigFields,
  type ThrowawayAuthority,
} from '../../../tests/fakes/talosconfig-material.ts'
import { certificateReader } from '../../talos/read-certificate.ts'
import { isFailure } from '../talos-failure.ts'
import { parseTalosconfig } from './parse-talosconfig.ts'

const DAY = 86_400_000

let authority: ThrowawayAuthority
let admin: ClientMaterial
let other: ClientMaterial
beforeAll(async () => {
  authority = await createThrowawayAuthority()
  admin = await authority.issue({ organisations: ['os:admin'] })
  other = await authority.issue({ organisations: ['os:reader'] })
})

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (bytes: Uint8Array, now = Date.now()) => parseTalosconfig(bytes, certificateReader, now)

function failureOf(bytes: Uint8Array): unknown {
  try {
    parse(bytes)
  } catch (error) {
    return error
  }
  throw new Error('nothing was refused')
}

/** The entry of `casa` beside a sound context, which must always stay whole. */
function casa(fields: TalosconfigFields, now = Date.now()) {
  const sound = contextFields(admin)
  const parsed = parse(talosconfigBytes({ casa: fields, sound }, 'sound'), now)
  expect(parsed.entries.find(({ name }) => name === 'sound')?.context).toBeDefined()
  const entry = parsed.entries.find(({ name }) => name === 'casa')
  if (entry === undefined) throw new Error('casa is not in the result')
  return entry
}

describe('a sound talosconfig', () => {
  test('gives each context with its role, its dates and the hash of its CA', () => {
    const parsed = parse(talosconfigBytes({ casa: contextFields(admin) }))
    expect(parsed.currentContext).toBe('casa')
    expect(parsed.entries).toHaveLength(1)
    const context = parsed.entries[0]?.context
    expect(context).toMatchObject({
      name: 'casa',
      endpoints: ['10.0.20.11'],
      nodes: ['10.0.20.11', '10.0.20.21'],
      certificate: { roles: ['os:admin'] },
    })
    expect(context?.certificate.authority).toMatch(/^SHA256:[A-Za-z0-9+/]{43}=$/)
    expect(Date.parse(context?.certificate.notAfter ?? '')).toBeGreaterThan(Date.now())
  })

  test('keeps several roles', async () => {
    const both = await authority.issue({ organisations: ['os:etcd:backup', 'os:reader'] })
    expect(casa(contextFields(both)).context?.certificate.roles).toEqual(['os:etcd:backup', 'os:reader'])
  })

  test('keeps every CA while the OS CA is being rotated', async () => {
    const next = await createThrowawayAuthority()
    const entry = casa(contextFields(admin, { ca: base64(`${admin.ca}\n${next.ca}`) }))
    expect(entry.context?.authorities).toHaveLength(2)
  })

  test('takes the deprecated target as one more endpoint, as talosctl does', () => {
    expect(casa(contextFields(admin, { target: '10.0.20.99' })).endpoints).toEqual([
      '10.0.20.11',
      '10.0.20.99',
    ])
  })

  test('may have no nodes and no current context', () => {
    const parsed = parse(talosconfigBytes({ casa: contextFields(admin, { nodes: undefined }) }, ''))
    expect(parsed.currentContext).toBeUndefined()
    expect(parsed.entries[0]?.nodes).toEqual([])
    expect(parsed.entries[0]?.context).toBeDefined()
  })

  test('may begin with a byte order mark and have base64 in several lines', () => {
    const wrapped = base64(admin.crt).replace(/(.{64})/g, '$1\n')
    const bytes = talosconfigBytes({ casa: contextFields(admin, { crt: wrapped }) })
    expect(parse(Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes])).entries[0]?.context).toBeDefined()
  })

  test('does not show a key however it is printed', () => {
    const parsed = parse(talosconfigBytes({ casa: contextFields(admin) }))
    expect(JSON.stringify(parsed)).not.toContain('PRIVATE KEY')
    expect(JSON.stringify(parsed)).toContain('[secret]')
  })
})

describe('a file that is no talosconfig', () => {
  test.each([
    ['nothing', '', 'talosconfig-empty'],
    ['only blanks', ' \n\t\n', 'talosconfig-empty'],
    ['only comments', '# a talosconfig\n', 'talosconfig-empty'],
    ['a list', '- a\n- b\n', 'talosconfig-no-contexts'],
    ['a sentence', 'hello', 'talosconfig-no-contexts'],
    ['no contexts', 'context: casa\n', 'talosconfig-no-contexts'],
    ['an empty map of contexts', 'context: ""\ncontexts: {}\n', 'talosconfig-no-contexts'],
    ['a kubeconfig', 'apiVersion: v1\nkind: Config\ncontexts:\n  - name: a\n', 'talosconfig-no-contexts'],
    ['a MachineConfig', 'version: v1alpha1\nmachine:\n  type: worker\n', 'talosconfig-no-contexts'],
  ])('%s', (_, text, code) => {
    expect(failureOf(bytesOf(text))).toMatchObject({ code })
  })

  test('a kubeconfig and a MachineConfig are called by their names', () => {
    expect(String(failureOf(bytesOf('kind: Config\ncontexts: []\n')))).toContain('kubeconfig')
    expect(String(failureOf(bytesOf('machine: {}\n')))).toContain('MachineConfig')
  })

  test('5 MB and one byte', () => {
    const failure = failureOf(new Uint8Array(5 * 1024 * 1024 + 1).fill(0x61))
    expect(failure).toMatchObject({ code: 'talosconfig-too-large' })
  })

  test('a picture, a UTF-16 file and broken UTF-8', () => {
    for (const bytes of [
      [0x89, 0x50, 0x4e, 0x47, 0, 0, 0],
      [0xff, 0xfe, 0x63, 0x00],
      [0x63, 0xc3, 0x28],
    ]) {
      expect(failureOf(Uint8Array.from(bytes))).toMatchObject({ code: 'talosconfig-not-text' })
    }
  })

  test('YAML with a tab is refused at its line and column', () => {
    const failure = failureOf(bytesOf('context: casa\ncontexts:\n\tcasa: {}\n'))
    expect(failure).toMatchObject({ code: 'talosconfig-not-yaml', at: { line: 3, column: 1 } })
    expect(String(failure)).toContain('line 3')
  })

  test('two contexts of one name are refused at the second', () => {
    const failure = failureOf(bytesOf('contexts:\n  casa: {}\n  casa: {}\n'))
    expect(failure).toMatchObject({ code: 'talosconfig-not-yaml', at: { line: 3, column: 3 } })
  })

  test('aliases made to explode are refused', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef'].map((pair) => pair.split(''))) {
      lines.push(
        `${to ?? ''}: &${to ?? ''} [${Array<string>(10)
          .fill(`*${from ?? ''}`)
          .join(',')}]`,
      )
    }
    expect(failureOf(bytesOf(lines.join('\n')))).toMatchObject({ code: 'talosconfig-not-yaml' })
  })

  test('a current context that is not there is told with those that are', () => {
    const failure = failureOf(talosconfigBytes({ casa: contextFields(admin) }, 'oficina'))
    expect(failure).toMatchObject({ code: 'talosconfig-unknown-context', at: { line: 1, column: 10 } })
    expect(String(failure)).toContain('oficina')
    expect(String(failure)).toContain('casa')
    expect(failureOf(talosconfigBytes({ casa: contextFields(admin) }, 'constructor'))).toMatchObject({
      code: 'talosconfig-unknown-context',
    })
  })
})

describe('what is wrong with one context leaves the others alone', () => {
  test.each(['ca', 'crt', 'key'])('no %s', (field) => {
    const entry = casa(contextFields(admin, { [field]: undefined }))
    expect(entry.failure).toMatchObject({ code: 'talosconfig-bad-certificate' })
    expect(entry.failure?.message).toContain(`"${field}"`)
  })

  test.each(['ca', 'crt', 'key'])('%s that is not base64, with its place', (field) => {
    const entry = casa(contextFields(admin, { [field]: 'not*base64' }))
    expect(entry.context).toBeUndefined()
    expect(entry.failure).toMatchObject({ code: 'talosconfig-bad-base64' })
    expect(entry.failure?.message).toContain(`"${field}"`)
    expect(entry.failure?.message).toContain('casa')
    expect(entry.failure?.at?.line).toBeGreaterThan(2)
  })

  test('PEM that was not put into base64 is called that', () => {
    expect(casa(contextFields(admin, { crt: admin.crt })).failure?.message).toContain('PEM')
  })

  test.each(['ca', 'crt', 'key'])('%s that is base64 of something else', (field) => {
    const entry = casa(contextFields(admin, { [field]: base64('hello there') }))
    expect(entry.failure).toMatchObject({ code: 'talosconfig-bad-certificate' })
    expect(entry.failure?.message).toContain(`"${field}"`)
  })

  test('a certificate cut off in the middle', () => {
    const cut = `${admin.crt.slice(0, 200)}\n-----END CERTIFICATE-----\n`
    expect(casa(contextFields(admin, { crt: base64(cut) })).failure).toMatchObject({
      code: 'talosconfig-bad-certificate',
    })
  })

  test('a key that belongs to another certificate', () => {
    const entry = casa(contextFields(admin, { key: base64(other.key.reveal()) }))
    expect(entry.failure).toMatchObject({ code: 'talosconfig-key-mismatch' })
  })

  test('no endpoints, or one that is no address', () => {
    const none = casa(contextFields(admin, { endpoints: [] }))
    expect(none.failure).toMatchObject({ code: 'talosconfig-no-endpoints' })
    const wrong = casa(contextFields(admin, { endpoints: ['10.0.20.11', 'http://10.0.20.12'] }))
    expect(wrong.failure).toMatchObject({ code: 'talosconfig-no-endpoints' })
    expect(wrong.failure?.message).toContain('http://10.0.20.12')
  })

  test('an Omni identity or a password instead of a certificate', () => {
    for (const auth of [{ siderov1: { identity: 'ana@example.org' } }, { basic: { username: 'ana' } }]) {
      const entry = casa({ endpoints: ['https://omni.example.org'], auth })
      expect(entry.failure).toMatchObject({ code: 'talosconfig-unsupported-auth' })
    }
  })

  test('an expired certificate is still read, so that the preview can show its date', async () => {
    const now = Date.now()
    const expired = await authority.issue({
      organisations: ['os:admin'],
      notBefore: now - 2 * DAY,
      notAfter: now - DAY,
    })
    const entry = casa(contextFields(expired), now)
    expect(entry.failure).toMatchObject({ code: 'certificate-expired' })
    expect(entry.failure?.message).toContain(new Date(now - DAY).toISOString().slice(0, 10))
    expect(entry.context?.certificate.roles).toEqual(['os:admin'])
  })

  test('a certificate whose time has not come points at the clock', async () => {
    const now = Date.now()
    const early = await authority.issue({
      organisations: ['os:admin'],
      notBefore: now + DAY,
      notAfter: now + 2 * DAY,
    })
    expect(casa(contextFields(early), now).failure).toMatchObject({ code: 'certificate-not-yet-valid' })
  })

  test('a context that is no map', () => {
    const parsed = parse(bytesOf('contexts:\n  casa:\n  rack: [1]\n'))
    expect(parsed.entries.map(({ failure }) => failure?.code)).toEqual([
      'talosconfig-bad-certificate',
      'talosconfig-bad-certificate',
    ])
  })
})

test('no failure repeats what stands in a key or a certificate', async () => {
  const secret = 'c2VjcmV0LWtleS1tYXRlcmlhbA'
  const files = [
    talosconfigBytes({ casa: contextFields(admin, { key: `${secret}*` }) }),
    talosconfigBytes({ casa: contextFields(admin, { key: base64(secret) }) }),
    talosconfigBytes({ casa: contextFields(admin, { key: base64(other.key.reveal()) }) }),
    bytesOf(`contexts:\n  casa:\n    key: ${secret}\n\tcrt: ${secret}\n`),
    bytesOf(`contexts:\n  casa:\n    key: "${secret}\n`),
    bytesOf(`contexts:\n  casa:\n    key: *${secret}\n`),
    bytesOf(`contexts:\n  casa: ${secret}\n    key: ${secret}\n ${secret}`),
  ]
  for (const bytes of files) {
    const failures: unknown[] = []
    try {
      failures.push(...parse(bytes).entries.map(({ failure }) => failure))
    } catch (error) {
      failures.push(error)
    }
    expect(failures.some((failure) => isFailure(failure))).toBe(true)
    for (const failure of failures) {
      expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(secret)
      expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(base64(other.key.reveal()))
    }
  }
})
