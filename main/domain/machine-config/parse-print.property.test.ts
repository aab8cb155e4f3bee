import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { simulatedConfigs } from '../../../tests/fakes/generated-configs.ts'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { TalosFailure } from '../talos-failure.ts'
import { diffConfigs } from './change-table.ts'
import { bareFacts } from './node-facts.ts'
import { keyOf, parseConfig } from './parse-config.ts'
import { restoreText } from './placeholders.ts'
import { knowConfig, problemsOf, readDraft, reviewDraft } from './review.ts'

vi.setConfig({ testTimeout: 120_000 })

const CONFIGS: readonly string[] = [
  generateMachineConfig().text,
  generateMachineConfig({ documents: true }).text,
  ...simulatedConfigs().map(({ text }) => text),
  // Anchors, merge keys, flow style, comments everywhere, an end marker.
  `# head
version: v1alpha1 # which
machine: &machine
  type: worker   # two blanks before
  certSANs: [ 'a' , "b" ]

  sysctls: &s { net.a: "1", net.b: '2' }
  more:
    <<: *s
    list:
    - level
    -   with: blanks
cluster:
  id: "x"   

---
# of the document
apiVersion: v1alpha1
kind: LinkConfig
name: eth0
...
`,
]
const base = knowConfig(generateMachineConfig().text, configFacts)

/** A text put together again from what was parsed: the documents and what stands between them. */
function print(text: string): string {
  const { documents } = parseConfig(text)
  let printed = ''
  let done = 0
  for (const document of documents) {
    printed += text.slice(done, document.offset) + document.text
    done = document.offset + document.text.length
    // Looking into it must change nothing.
    document.errors(new Set())
  }
  return printed + text.slice(done)
}

/** What people and programs do to a text. */
const mutation = fc.oneof(
  fc.constant((text: string) => text.replaceAll('\n', '\r\n')),
  fc.constant((text: string) => `\uFEFF${text}`),
  fc.constant((text: string) => text.trimEnd()),
  fc.nat().map((at) => (text: string) => cut(text, at, '')),
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom(
        '\t',
        '  ',
        '\n',
        '"',
        "'",
        '[',
        '}',
        '#',
        ': ',
        '- ',
        '&a ',
        '*a',
        '---\n',
        '...\n',
        '%YAML 1.1\n',
        '\u0000',
        '\uD800',
        '\uFFFD',
        '«secret:machine.token»',
        '|\n',
        'é\u00A0',
        '<<: *s\n',
        '!!binary ',
        '? ',
      ),
    )
    .map(
      ([at, insert]) =>
        (text: string) =>
          cut(text, at, insert, 0),
    ),
  fc.nat().map((at) => (text: string) => {
    const lines = text.split('\n')
    lines.splice(at % lines.length, 0, lines[(at * 7) % lines.length] ?? '')
    return lines.join('\n')
  }),
  fc.nat().map((at) => (text: string) => {
    const lines = text.split('\n')
    lines.splice(at % lines.length, 1)
    return lines.join('\n')
  }),
)
function cut(text: string, at: number, insert: string, length = 3): string {
  const from = at % (text.length + 1)
  return text.slice(0, from) + insert + text.slice(from + length)
}
const mutated = fc
  .tuple(fc.constantFrom(...CONFIGS), fc.array(mutation, { maxLength: 4 }))
  .map(([text, mutations]) => mutations.reduce((now, mutate) => mutate(now), text))

test('parsing and printing gives the same text, whatever was done to it', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      expect(print(text)).toBe(text)
    }),
    { numRuns: 100 },
  )
})

test('whatever is typed is judged, never a crash: a problem at a place in the text, or a finished review', () => {
  fc.assert(
    fc.property(mutated, (typed) => {
      const lines = typed.split('\n').length
      const problems = problemsOf(typed, base, configFacts, 'v1.13.9')
      for (const { from, to } of problems) {
        expect(from.line).toBeLessThanOrEqual(lines)
        expect(to.line).toBeGreaterThanOrEqual(from.line)
      }
      try {
        const draft = readDraft(typed, base, configFacts)
        reviewDraft({ base, draft, facts: configFacts, node: bareFacts('v1.13.9'), tryPending: false })
      } catch (error) {
        expect(error).toBeInstanceOf(TalosFailure)
        expect(error).toMatchObject({
          code: expect.stringMatching(
            /^config-(?:syntax|placeholder-unresolved|missing-v1alpha1)$/,
          ) as string,
          at: { line: expect.any(Number) as number },
        })
      }
    }),
    { numRuns: 30 },
  )
})

test('what the editor shows, sent back unchanged, is the very text of the node', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...CONFIGS),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (text, end, mark) => {
        const real = `${mark ? '\uFEFF' : ''}${text.replaceAll('\n', end)}`
        const known = knowConfig(real, configFacts)
        expect(restoreText(known.config.text, known.vault)).toEqual({ text: real, unresolved: [] })
        expect(readDraft(known.config.text, known, configFacts).real).toBe(real)
        expect(diffConfigs(known, known)).toEqual([])
      },
    ),
    { numRuns: 80 },
  )
})

test('an edit of one value changes its own characters in what is sent, and nothing else', () => {
  for (const text of CONFIGS) {
    const known = knowConfig(text, configFacts)
    const typed = known.config.text.replace(/type: (worker|controlplane)/, 'type: edited')
    const { real } = readDraft(typed, known, configFacts)
    expect(real).toBe(text.replace(/type: (worker|controlplane)/, 'type: edited'))
  }
})

test('placeholders that are moved or copied, within a document and between documents, keep their values', () => {
  const known = knowConfig(generateMachineConfig({ documents: true }).text, configFacts)
  const names = [...known.vault.keys()]
  const indent = fc.constantFrom('', '  ', '      ')
  fc.assert(
    fc.property(fc.constantFrom(...names), indent, fc.constantFrom('', '"', "'"), (name, pad, quote) => {
      const placeholder = `${quote}«secret:${name}»${quote}`
      // A document of its own, where it has never been, at another depth and in other quotes.
      const place = pad === '' ? `url: ${placeholder}\n` : `deep:\n${pad}url: ${placeholder}\n`
      const typed = `${known.config.text}---\napiVersion: v1alpha1\nkind: KmsgLogConfig\nname: x\n${place}`
      const { text, unresolved } = restoreText(typed, known.vault)
      expect(unresolved).toEqual([])
      const copy = parseAllDocuments(text).at(-1)?.toJS() as { url?: string; deep?: { url: string } }
      const value = known.vault.get(name)?.value.trimEnd()
      expect((copy.url ?? copy.deep?.url)?.trimEnd()).toBe(value)
    }),
    { numRuns: 100 },
  )
})

test('a file from before some documents were added never drops them in silence', () => {
  const known = knowConfig(generateMachineConfig({ documents: true }).text, configFacts)
  const documents = known.config.documents.map((document) => document.text)
  fc.assert(
    fc.property(fc.subarray(documents.slice(1)), (left) => {
      const draft = readDraft([documents[0], ...left].join(''), known, configFacts)
      const { toAccept } = reviewDraft({
        base: known,
        draft,
        facts: configFacts,
        node: bareFacts('v1.14.0'),
        tryPending: false,
      })
      const gone = known.config.documents.filter(
        (document) =>
          !draft.config.documents.some((one) => keyOf(one.identity()) === keyOf(document.identity())),
      )
      expect(toAccept.filter(({ risk }) => risk === 'removes-document')).toHaveLength(gone.length)
    }),
    { numRuns: 40 },
  )
})

describe('a paste of very many lines', () => {
  const LINES = 5_000
  const repeat = (count: number, line: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => line(n)).join('\n')
  const head = 'version: v1alpha1\nmachine:\n  type: worker\n'
  const shapes: readonly (readonly [string, string])[] = [
    ['one mapping', `${head}  sysctls:\n${repeat(LINES, (n) => `    net.key${n}: "${n}"`)}\n`],
    ['one list', `${head}  certSANs:\n${repeat(LINES, (n) => `    - host${n}.lan`)}\n`],
    [
      'documents of a kind that nobody knows',
      `${head}${repeat(LINES / 4, (n) => `---\napiVersion: v1alpha1\nkind: LinkConfg${n % 10}\nname: n${n}`)}\n`,
    ],
    ['a block text', `${head}  files:\n    - content: |\n${repeat(LINES, (n) => `        line ${n}`)}\n`],
    ['tabs', `${head}${repeat(LINES, (n) => `\tkey${n}: a`)}\n`],
    ['the same key', `${head}${repeat(LINES, () => '  type: worker')}\n`],
    ['words', repeat(LINES, (n) => `just some words ${n}`)],
    ['open brackets', repeat(LINES, () => '[')],
    ['placeholders of nothing', `${head}  certSANs:\n${repeat(LINES, (n) => `    - «secret:no.${n}»`)}\n`],
  ]

  const hundredThousand = `${head}  files:\n    - content: |\n${repeat(100_000, (n) => `        line ${n}`)}\n`
  test.each([...shapes, ['a hundred thousand lines of text', hundredThousand] as const])(
    '%s: judged in the time of a few bare parses',
    (_, text) => {
      const start = performance.now()
      // The library's own search for doubled keys takes minutes here.
      parseAllDocuments(text, { prettyErrors: false, logLevel: 'silent', uniqueKeys: false })
      const parse = performance.now() - start
      const from = performance.now()
      const problems = problemsOf(text, base, configFacts, 'v1.13.9')
      try {
        const draft = readDraft(text, base, configFacts)
        reviewDraft({ base, draft, facts: configFacts, node: bareFacts('v1.13.9'), tryPending: false })
      } catch (error) {
        expect(error).toBeInstanceOf(TalosFailure)
        expect(problems.length).toBeGreaterThan(0)
      }
      expect(performance.now() - from).toBeLessThan(30 * parse + 1_000)
    },
  )
})

describe('characters that are none', () => {
  const codes = (text: string): readonly string[] =>
    problemsOf(text, base, configFacts, 'v1.13.9').map(
      ({ code, severity, from }) => `${severity} ${code} ${from.line}:${from.column}`,
    )
  const legacy = 'version: v1alpha1\nmachine:\n  type: worker\n'

  test.each([
    ['a control character', `${legacy}  a: "x\u0007y"\n`, ['error control-character 4:8']],
    ['half of a pair', `${legacy}  a: "x\uD83Dy"\n`, ['error not-utf8 4:8']],
    [
      'what a file in another encoding leaves',
      `${legacy}  a: caf\uFFFD\n`,
      ['warning replaced-character 4:9'],
    ],
    ['pairs, accents and a mark in front', `\uFEFF${legacy}  a: "😀 é"\n`, []],
  ])('%s', (_, text, expected) => {
    expect(codes(text)).toEqual(expected)
  })

  test('a byte order mark between two files', () => {
    const text = `${legacy}---\n\uFEFFapiVersion: v1alpha1\nkind: OOMConfig\n`
    expect(codes(text)).toContain('warning byte-order-mark 5:1')
  })

  test('a binary file is told in a few lines', () => {
    expect(codes(`${legacy}# ${'\u0001'.repeat(5_000)}\n`).length).toBeLessThan(30)
  })
})
