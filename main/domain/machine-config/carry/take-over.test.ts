import { describe, expect, test } from 'vitest'
import { generateMachineConfig } from '../../../../tests/fixtures/machine-configs.ts'
import { diffConfigs } from '../change-table.ts'
import { LEGACY, parseConfig } from '../parse-config.ts'
import type { Step } from '../diff-trees.ts'
import { spotsOf, type Spot } from './spots.ts'
import { takeOver } from './take-over.ts'

const side = (text: string) => ({ config: parseConfig(text), vault: new Map() })
const legacy = { kind: LEGACY }
const at = (...path: Step[]): Spot => ({ identity: legacy, path, kind: 'value' })

/** Puts everything that differs between the two texts from the second into the first. */
function become(target: string, source: string) {
  const spots = spotsOf(side(target), side(source))
  const steps = spots.map((spot) => ({ kind: 'take' as const, spot }))
  const result = takeOver(target, parseConfig(source), steps)
  return {
    ...result,
    left: diffConfigs(side(result.text), side(source)).flatMap((change) => change.leaves),
  }
}

const BASE = `version: v1alpha1
# The machine.
machine:
  type: worker # kept
  sysctls:
    vm.a: "1"
    # about b
    vm.b: "2"
  nodeLabels: {}
  certSANs: [a.lan, b.lan]
  kernel:
    modules:
      - name: one
      - name: two
        parameters: [x]
  network:
    interfaces:
      - interface: eth0
        mtu: 1500
      - interface: eth1
        dhcp: true
cluster:
  id: x
---
apiVersion: v1alpha1
kind: DummyLinkConfig
name: dummy0
`

describe('a value of one text is written into another', () => {
  const edits: readonly (readonly [string, (text: string) => string])[] = [
    ['a scalar', (t) => t.replace('vm.a: "1"', "vm.a: '9'")],
    ['a new key among others', (t) => t.replace('    # about b\n', '    vm.new: "3"\n    # about b\n')],
    ['a key that goes', (t) => t.replace('    vm.a: "1"\n', '')],
    [
      'the first content of an empty mapping',
      (t) => t.replace('nodeLabels: {}', 'nodeLabels:\n    shelf: "2"'),
    ],
    ['the last key of a mapping', (t) => t.replace('cluster:\n  id: x', 'cluster: {}')],
    [
      'a branch that did not exist',
      (t) => t.replace('cluster:\n', 'cluster:\n  etcd:\n    extraArgs:\n      a: b\n'),
    ],
    [
      'a block text',
      (t) => t.replace('cluster:\n', 'cluster:\n  contents: |\n    one\n      two\n\n    three\n'),
    ],
    [
      'an element of a keyed list',
      (t) =>
        t.replace(
          '        dhcp: true\n',
          '        dhcp: true\n      - interface: eth2\n        vlans:\n          - vlanId: 7\n',
        ),
    ],
    [
      'an element of a keyed list that goes',
      (t) => t.replace('      - interface: eth0\n        mtu: 1500\n', ''),
    ],
    ['a field of an element', (t) => t.replace('mtu: 1500', 'mtu: 9000')],
    ['a field added to an element', (t) => t.replace('mtu: 1500', 'mtu: 1500\n        dhcp: false')],
    ['a list without keys', (t) => t.replace('      - name: one\n', '      - name: zero\n')],
    ['a list in brackets', (t) => t.replace('[a.lan, b.lan]', '[a.lan, c.lan]')],
    ['a document more', (t) => `${t}---\napiVersion: v1alpha1\nkind: LinkConfig\nname: eth0\nmtu: 1\n`],
    ['a document less', (t) => t.slice(0, t.indexOf('---\n'))],
  ]
  test.each(edits)('%s', (_what, edit) => {
    const source = edit(BASE)
    expect(source).not.toBe(BASE)
    const { text, missed, left } = become(BASE, source)
    expect(missed).toEqual([])
    expect(left).toEqual([])
    expect(text).toContain('type: worker # kept')
    const { text: back, left: leftBack } = become(source, BASE)
    expect(leftBack).toEqual([])
    expect(diffConfigs(side(back), side(BASE)).flatMap((change) => change.leaves)).toEqual([])
  })

  test('and everything else stays letter by letter', () => {
    const { text } = become(BASE, BASE.replace('vm.b: "2"', 'vm.b: "3"'))
    expect(text).toBe(BASE.replace('vm.b: "2"', 'vm.b: "3"'))
  })

  test('into a text with another indentation', () => {
    const target = 'machine:\n    sysctls:\n        a: "1"\ncluster: {}\n'
    const { text, missed } = takeOver(
      target,
      parseConfig(
        'machine:\n  sysctls:\n    b: "2"\n  kubelet:\n    extraMounts:\n      - source: /a\n        options: [x]\n',
      ),
      [
        { kind: 'take', spot: at('machine', 'sysctls', 'b') },
        { kind: 'take', spot: at('machine', 'kubelet') },
      ],
    )
    expect(missed).toEqual([])
    expect(text).toBe(
      'machine:\n    sysctls:\n        a: "1"\n        b: "2"\n    kubelet:\n      extraMounts:\n        - source: /a\n          options: [x]\ncluster: {}\n',
    )
  })

  test('an alias is left alone and told', () => {
    const target = 'machine:\n  a: &x\n    k: "1"\n  b: *x\ncluster: {}\n'
    const { text, missed } = takeOver(target, parseConfig('machine:\n  b:\n    k: "2"\n'), [
      { kind: 'take', spot: at('machine', 'b', 'k') },
    ])
    expect(text).toBe(target)
    expect(missed).toHaveLength(1)
  })

  test('elements of a list join and leave, others stay', () => {
    const target = 'machine:\n  certSANs:\n    - a # first\n    - mine\n    - b\n'
    const source = parseConfig('machine:\n  certSANs: [a, theirs]\n')
    const { text } = takeOver(target, source, [
      { kind: 'items', spot: { ...at('machine', 'certSANs'), kind: 'list' }, add: [1], drop: [2] },
    ])
    expect(text).toBe('machine:\n  certSANs:\n    - a # first\n    - mine\n    - theirs\n')
  })
})

test('any change of a generated configuration can be taken over whole', () => {
  const before = generateMachineConfig({ secret: (n) => `secret-${n}` }).text
  const lines = before.split('\n')
  for (let cut = 0; cut < lines.length; cut++) {
    const line = lines[cut] ?? ''
    const match = /^( +)([\w.-]+): ("?)([^\s"|>{[&*#]+)\3(?= *$)/.exec(line)
    if (match === null) continue
    const after = [
      ...lines.slice(0, cut),
      line.replace(/: .*$/, ': "changed"'),
      ...lines.slice(cut + 1),
    ].join('\n')
    expect(become(before, after).left, line).toEqual([])
    expect(become(before, after).missed, line).toEqual([])
  }
})
