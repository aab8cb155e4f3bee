import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import type { Tree } from './config-tree.ts'
import { parseConfig, labelOf } from './parse-config.ts'

/** Plain data of a tree, for comparing. */
function plain(tree: Tree | undefined): unknown {
  if (tree === undefined) return undefined
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map((item) => plain(item.value()))
  return Object.fromEntries([...tree.entries.values()].map((entry) => [entry.key, plain(entry.value())]))
}

function labels(text: string): readonly string[] {
  return parseConfig(text).documents.map((document) => labelOf(document.identity()))
}

describe('documents of a configuration', () => {
  test('the document without kind is v1alpha1, the others go by kind and name', () => {
    expect(labels('machine: {}\n---\napiVersion: v1alpha1\nkind: LinkConfig\nname: eth0\n')).toEqual([
      'v1alpha1',
      'LinkConfig eth0',
    ])
  })

  test('a comment, a marker or a byte order mark in front makes no document', () => {
    expect(
      labels(
        '\uFEFF# mine\n---\n# still nothing\n---\r\nversion: v1alpha1\r\nmachine:\r\n  type: worker\r\n',
      ),
    ).toEqual(['v1alpha1'])
  })

  test('three dashes inside a block text do not cut a document', () => {
    const text =
      'machine:\n  files:\n    - content: |\n        --- not a marker\n        a: b\ncluster:\n  id: x\n'
    const { documents } = parseConfig(text)
    expect(documents).toHaveLength(1)
    expect(plain(documents[0]?.root())).toEqual({
      machine: { files: [{ content: '--- not a marker\na: b\n' }] },
      cluster: { id: 'x' },
    })
  })

  test('directives and end markers are left to the parser', () => {
    const text = '%YAML 1.2\n---\nversion: v1alpha1\n...\n---\napiVersion: v1alpha1\nkind: OOMConfig\n'
    expect(labels(text)).toEqual(['v1alpha1', 'OOMConfig'])
  })

  test('lists level with their key, anchors, merge keys and flow style mean what YAML says', () => {
    const text = `machine: &m
  certSANs:
  - a
  - b
cluster: {id: x, "quoted key": [1, 2]}
extra:
  <<: *m
  own: 1
`
    expect(plain(parseConfig(text).documents[0]?.root())).toEqual({
      machine: { certSANs: ['a', 'b'] },
      cluster: { id: 'x', 'quoted key': ['1', '2'] },
      extra: { certSANs: ['a', 'b'], own: '1' },
    })
  })

  test('aliases that multiply without end are an error, not a crash', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(',')}]`,
    )
    const document = parseConfig(`l0: &l0 [a]\n${levels.join('\n')}\n`).documents[0]!
    expect(document.errors(new Set()).map((error) => error.code)).toEqual(['TOO_LARGE'])
  })
})

describe('places in the text', () => {
  test('every scalar stands where its offsets say, however deep it was cut out', () => {
    const { text } = generateMachineConfig({ documents: true })
    const config = parseConfig(text)
    let seen = 0
    function walk(tree: Tree | undefined): void {
      if (tree?.kind === 'map')
        for (const entry of tree.entries.values()) {
          expect(text.slice(entry.keyStart, entry.keyStart + entry.key.length)).toBe(entry.key)
          walk(entry.value())
        }
      if (tree?.kind === 'list') tree.items.forEach((item) => walk(item.value()))
      if (tree?.kind === 'scalar' && tree.style === 'plain') {
        seen++
        expect(text.slice(tree.start, tree.end)).toBe(tree.value)
      }
    }
    for (const document of config.documents) walk(document.root())
    expect(seen).toBeGreaterThan(50)
  })

  test('lines and columns count from one, with CRLF too', () => {
    const config = parseConfig('a: 1\r\nbc: 2\r\n')
    expect(config.positionAt(6)).toEqual({ line: 2, column: 1 })
    expect(config.positionAt(10)).toEqual({ line: 2, column: 5 })
    expect(config.positionAt(0)).toEqual({ line: 1, column: 1 })
  })
})

describe('broken text', () => {
  test.each([
    ['a quote that is never closed', 'machine:\n  token: "abc\ncluster:\n  id: x\n', 'MISSING_CHAR'],
    ['a bracket that spans keys', 'machine: [a,\ncluster: b\n', 'BAD_INDENT'],
    ['the same key twice', 'machine:\n  type: a\n  type: b\n', 'DUPLICATE_KEY'],
    ['the same top key twice', 'machine:\n  type: a\nmachine:\n  type: b\n', 'DUPLICATE_KEY'],
    ['a tab as indentation', 'machine:\n\ttype: a\n', 'TAB_AS_INDENT'],
    ['an alias without anchor', 'machine:\n  type: *nope\n', 'BAD_ALIAS'],
  ])('%s is found', (_, text, code) => {
    const errors = parseConfig(text).documents.flatMap((document) => document.errors(new Set()))
    expect(errors.map((error) => error.code)).toContain(code)
    expect(() => parseConfig(text).documents[0]?.identity()).not.toThrow(RangeError)
  })

  test('looking into a broken part throws config-syntax with its line, and no text', () => {
    const document = parseConfig('version: v1alpha1\nmachine:\n  token: "hunter2hunter2\ncluster:\n  id: x\n')
      .documents[0]!
    const root = document.root()
    const look = (): unknown =>
      root?.kind === 'map' ? plain(root.entries.get('machine')?.value()) : undefined
    expect(look).toThrow(expect.objectContaining({ code: 'config-syntax' }))
    expect(look).not.toThrow(/hunter2/)
  })
})

describe('cutting by lines', () => {
  const word = fc.constantFrom('a', 'b-c', 'd.e/f', 'key', 'x y', '#h', '- z', 'name', '---', '...', 'k: v')
  const text = fc.oneof(
    word,
    fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => `${words.join('\n')}\n`),
    fc.constantFrom('', 'true', '12', '"q"', "it's", '*not', '&no', '{}', '|', 'long '.repeat(40)),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.array(tie('value'), { maxLength: 6 }),
      fc.dictionary(word, tie('value'), { maxKeys: 6 }),
    ),
  }))
  const document = fc.dictionary(fc.constantFrom('machine', 'cluster', 'version', 'x y'), value, {
    minKeys: 1,
  })

  test('means the same as parsing the whole, and finds no fault where there is none', () => {
    fc.assert(
      fc.property(document, fc.nat(2), fc.boolean(), (content, padding, level) => {
        // Long enough to be cut further down.
        const padded = {
          ...content,
          long: Array.from({ length: padding * 6 }, (_, n) => ({ name: `n${n}`, of: content })),
        }
        const written = stringify(padded, { indentSeq: level, aliasDuplicateObjects: false })
        const [only] = parseConfig(written).documents
        expect(only?.errors(new Set())).toEqual([])
        expect(plain(only?.root())).toEqual(parse(written, { schema: 'failsafe' }))
      }),
      { numRuns: 60 },
    )
  }, 20_000)

  test('an element of a long list is found, placed and judged like any other', () => {
    const items = Array.from(
      { length: 60 },
      (_, n) => `    - name: m${n}\n      contents: |\n        - not an item\n`,
    )
    const fine = `cluster:\n  inlineManifests:\n    # first\n${items.join('')}`
    const config = parseConfig(fine)
    const root = config.documents[0]!.root()!
    const cluster = root.kind === 'map' ? root.entries.get('cluster')!.value() : root
    const list = cluster.kind === 'map' ? cluster.entries.get('inlineManifests')!.value() : cluster
    if (list.kind !== 'list') throw new Error('no list')
    expect(list.items).toHaveLength(60)
    expect(fine.slice(list.items[7]!.start, list.items[7]!.start + 8)).toBe('name: m7')
    expect(plain(list.items[59]!.value())).toEqual({ name: 'm59', contents: '- not an item\n' })
    const broken = fine.replace('name: m30', 'name: "m30')
    const parsed = parseConfig(broken)
    expect(
      parsed.documents[0]!.errors(new Set(parseConfig(fine).documents[0]!.parts())).length,
    ).toBeGreaterThan(0)
    const last = broken.replace('      contents: |\n        - not an item\n    - name: m31', '')
    expect(() => plain(parseConfig(last).documents[0]!.root())).toThrow(
      expect.objectContaining({ code: 'config-syntax' }),
    )
  })
})
