import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { exportChanges } from './export-changes.ts'
import { patchOf } from './export-patch.ts'
import { readMergeRules } from '../../../tests/fixtures/merge-rules.ts'
import { bareFacts } from './node-facts.ts'
import { knowConfig, readDraft, reviewDraft } from './review.ts'

const rules = readMergeRules('v1.13.9')
const { text: generated, secrets } = generateMachineConfig()

function reviewed(before: string, edit: (shown: string) => string) {
  const base = knowConfig(before, configFacts)
  const draft = readDraft(edit(base.config.text), base, configFacts)
  const node = bareFacts('v1.13.9')
  const { table } = reviewDraft({ base, draft, facts: configFacts, node, tryPending: false })
  return {
    hostname: 'bronce-3',
    talosVersion: 'v1.13.9',
    computedAt: '2026-11-28T08:00:00Z',
    table,
    base,
    draft,
    rules,
  }
}
/** The patch between two texts of the legacy document, and what it leaves out. */
function patch(before: string, after: string) {
  const base = knowConfig(`version: v1alpha1\n${before}`, configFacts)
  const draft = knowConfig(`version: v1alpha1\n${after}`, configFacts, base.vault)
  return patchOf(base, draft, rules)
}
function machine(...lines: readonly string[]): string {
  return `machine:\n${lines.map((line) => `  ${line}\n`).join('')}`
}

describe('the change table as a file', () => {
  const changes = reviewed(generated, (shown) =>
    shown
      .replace('mtu: 1500\n        vlans', 'mtu: 9000\n        vlans')
      .replace('net.ipv4.ip_forward: "1"', 'net.ipv4.ip_forward: "0|1"')
      .replace('«secret:machine.token»', 'pasted-token-0123456789')
      .replace(/---\napiVersion: v1alpha1\nkind: LinkConfig[\s\S]*$/, ''),
  )

  test('Markdown: one row per field, with effect and note; bars in values do not break the table', () => {
    const { text, file } = exportChanges(changes, 'markdown')
    expect(file).toBe('bronce-3-changes.md')
    const rows = text.split('\n').filter((line) => line.startsWith('| '))
    expect(rows).toContain(
      '| v1alpha1 | `machine.network.interfaces[enp3s0].mtu` | `1500` | `9000` | live | touches-connection (unknown), touches-network |',
    )
    expect(rows).toContain(
      '| v1alpha1 | `machine.sysctls["net.ipv4.ip_forward"]` | `"1"` | `"0\\|1"` | live |  |',
    )
    expect(rows).toContain(
      '| v1alpha1 | `machine.token` | (secret, changed) | (secret, changed) | reboots the node | cluster-identity (decide), secret-changed |',
    )
    expect(rows.filter((row) => row.startsWith('| LinkConfig enp4s0'))).toHaveLength(4)
    for (const row of rows) expect(row.replaceAll(String.raw`\|`, '').split('|')).toHaveLength(8)
  })

  test('JSON: what it says can be read by a program', () => {
    const { text, file } = exportChanges(changes, 'json')
    expect(file).toBe('bronce-3-changes.json')
    const value = JSON.parse(text) as { node: string; changes: { path: string }[] }
    expect(value).toMatchObject({ node: 'bronce-3', counts: { all: changes.table.counts.all } })
    expect(value.changes).toHaveLength(changes.table.counts.all)
    expect(value.changes.find(({ path }) => path === 'machine.token')).toMatchObject({
      document: { kind: 'v1alpha1' },
      before: { secret: true, changed: true },
      effect: { kind: 'reboot' },
    })
  })

  test('a patch says at its head what it leaves out, and deletes documents by name', () => {
    const { text, file, missing } = exportChanges(changes, 'patch')
    expect(file).toBe('bronce-3-patch.yaml')
    expect(missing).toEqual([{ path: 'machine.token', why: 'secret' }])
    expect(text).toContain('# Not in this patch:\n#   machine.token: a secret, which no export holds\n')
    expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual([
      {
        machine: {
          network: { interfaces: [{ interface: 'enp3s0', mtu: 9000 }] },
          sysctls: { 'net.ipv4.ip_forward': '0|1' },
        },
      },
      { apiVersion: 'v1alpha1', kind: 'LinkConfig', name: 'enp4s0', $patch: 'delete' },
    ])
  })

  test.each(['markdown', 'patch', 'json'] as const)('no secret is in the %s, old or new', (format) => {
    const { text } = exportChanges(changes, format)
    for (const secret of [...secrets.flatMap((one) => one.trim().split('\n')), 'pasted-token-0123456789']) {
      if (!secret.startsWith('-----')) expect(text).not.toContain(secret)
    }
    expect(text).not.toContain('«secret')
  })
})

describe('what a strategic merge patch can say', () => {
  test.each([
    ['a value', machine('type: a'), machine('type: b'), { machine: { type: 'b' } }],
    [
      'a key that goes',
      machine('type: a', 'x: b'),
      machine('type: a'),
      { machine: { x: { $patch: 'delete' } } },
    ],
    [
      'a value that becomes empty',
      machine('x: b'),
      machine('x: ""'),
      { machine: { x: { $patch: 'delete' } } },
    ],
    ['elements at the end', machine('l: [a]'), machine('l: [a, b]'), { machine: { l: ['b'] } }],
    [
      'an element known by its first key',
      machine('l: [{name: a, x: 1}, {name: b}]'),
      machine('l: [{name: b}, {name: c}]'),
      { machine: { l: [{ name: 'a', $patch: 'delete' }, { name: 'c' }] } },
    ],
    [
      'a list that goes',
      machine('l: [a]', 't: x'),
      machine('l: []', 't: x'),
      { machine: { l: { $patch: 'delete' } } },
    ],
    ['a flag', machine('x: true'), machine('x: false'), { machine: { x: false } }],
    ['a text that looks like a number', machine('x: 1'), machine('x: "1"'), { machine: { x: '1' } }],
  ])('%s', (_, before, after, expected) => {
    const { text, missing } = patch(before, after)
    expect(missing).toEqual([])
    expect(parse(text)).toEqual(expected)
  })

  test('keyed lists merge by their key, replaced lists stand whole', () => {
    const before = `machine:
  network:
    interfaces:
      - interface: a
        vlans: [{vlanId: 5, mtu: 1}, {vlanId: 6, mtu: 1}]
      - interface: gone
cluster:
  network: {podSubnets: [10.1.0.0/16, 10.2.0.0/16]}
`
    const after = before
      .replace('vlanId: 5, mtu: 1', 'vlanId: 5, mtu: 2')
      .replace('      - interface: gone\n', '      - interface: new\n')
      .replace('10.1.0.0/16, ', '')
    expect(parse(patch(before, after).text)).toEqual({
      machine: {
        network: {
          interfaces: [
            { interface: 'a', vlans: [{ vlanId: 5, mtu: 2 }] },
            { interface: 'gone', $patch: 'delete' },
            { interface: 'new' },
          ],
        },
      },
      cluster: { network: { podSubnets: ['10.2.0.0/16'] } },
    })
  })

  test.each([
    [
      'an element that goes from the middle',
      machine('l: [a, b]'),
      machine('l: [b]'),
      [{ path: 'machine.l', why: 'list' }],
    ],
    ['an element that changes', machine('l: [a]'), machine('l: [b]'), [{ path: 'machine.l', why: 'list' }]],
    ['elements that move', machine('l: [a, b]'), machine('l: [b, a]'), [{ path: 'machine.l', why: 'list' }]],
    [
      'a number that becomes zero',
      machine('features: {kubePrism: {port: 5}}'),
      machine('features: {kubePrism: {port: 0}}'),
      [{ path: 'machine.features.kubePrism.port', why: 'empty-value' }],
    ],
  ])('%s is left out and told', (_, before, after, missing) => {
    const found = patch(before, after)
    expect(found).toEqual({ text: '', missing })
  })

  test('texts of several lines, odd keys and quotes come through', () => {
    const after = `machine:
  files:
    - content: |
        #!/bin/sh
        echo "a: b"

        exit 0
      path: /var/x
    - content: "trailing \\n\\n"
  sysctls: {"a b": "yes", "true": 'it''s', 0.5: x}
`
    const { text, missing } = patch(
      'machine: {type: worker}\n',
      after.replace('machine:', 'machine:\n  type: worker'),
    )
    expect(missing).toEqual([])
    expect(parse(text)).toEqual(parse(after))
    expect(text).toContain('content: |\n')
  })
})
