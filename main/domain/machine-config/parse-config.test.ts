import { describe, expect, test } from 'vitest'
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
