import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { readMergeRules } from '../../../tests/fixtures/merge-rules.ts'
import { diffConfigs } from './change-table.ts'
import { patchOf } from './export-patch.ts'
import { isSet } from './find-tree.ts'
import { parseConfig } from './parse-config.ts'
import { applyPatch } from './patches/apply-patch.ts'
import { restoreText } from './placeholders.ts'
import { knowConfig } from './review.ts'

vi.setConfig({ testTimeout: 60_000 })

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,6}$/)
const text = fc.oneof(
  word,
  fc.constantFrom('true', '1', 'a: b', '# no', '-', "it's", 'ñ', 'a\nb\n', 'x\n\ny'),
)
const scalar = fc.oneof(text, fc.boolean(), fc.nat(3))
const pairs = fc.dictionary(word, text, { maxKeys: 3 })
const link = fc.record(
  {
    interface: fc.constantFrom('enp1s0', 'enp2s0', 'bond0'),
    mtu: fc.constantFrom(1500, 9000),
    addresses: fc.uniqueArray(fc.constantFrom('10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24'), { maxLength: 3 }),
    vlans: fc.uniqueArray(fc.record({ vlanId: fc.nat(3), mtu: fc.constantFrom(1500, 9000) }), {
      selector: (vlan) => vlan.vlanId,
      maxLength: 3,
    }),
  },
  { requiredKeys: ['interface'] },
)

/** The legacy document in all the shapes that merge differently: maps, scalars, lists appended, replaced and keyed. */
const legacy = fc.record(
  {
    version: fc.constant('v1alpha1'),
    debug: fc.boolean(),
    machine: fc.record(
      {
        type: fc.constantFrom('worker', 'controlplane'),
        token: fc.constantFrom('aaaaaa.0123456789abcdef', 'bbbbbb.fedcba9876543210'),
        certSANs: fc.array(word, { maxLength: 4 }),
        sysctls: pairs,
        nodeLabels: pairs,
        kernel: fc.record({
          modules: fc.uniqueArray(fc.record({ name: word }), { selector: (one) => one.name, maxLength: 4 }),
        }),
        kubelet: fc.record(
          { image: word, extraArgs: pairs, extraConfig: fc.dictionary(word, scalar, { maxKeys: 3 }) },
          { requiredKeys: [] },
        ),
        network: fc.record(
          {
            hostname: word,
            interfaces: fc.uniqueArray(link, { selector: (one) => one.interface, maxLength: 3 }),
          },
          { requiredKeys: [] },
        ),
        features: fc.record({ kubePrism: fc.record({ enabled: fc.boolean(), port: fc.nat(2) }) }),
      },
      { requiredKeys: ['type'] },
    ),
    cluster: fc.record(
      {
        clusterName: text,
        network: fc.record({ podSubnets: fc.uniqueArray(word, { maxLength: 3 }) }),
        apiServer: fc.record({
          admissionControl: fc.uniqueArray(
            fc.record({ name: fc.constantFrom('A', 'B', 'C'), configuration: pairs }),
            {
              selector: (one) => one.name,
              maxLength: 3,
            },
          ),
        }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['version', 'machine'] },
)
const typed = fc.uniqueArray(
  fc.oneof(
    fc.record({
      apiVersion: fc.constant('v1alpha1'),
      kind: fc.constant('LinkConfig'),
      name: fc.constantFrom('enp1s0', 'enp2s0'),
      mtu: fc.constantFrom(1500, 9000),
      addresses: fc.array(fc.record({ address: word }), { maxLength: 2 }),
    }),
    fc.record({
      apiVersion: fc.constant('v1alpha1'),
      kind: fc.constant('NetworkRuleConfig'),
      name: fc.constantFrom('web', 'ssh'),
      portSelector: fc.record({
        ports: fc.uniqueArray(fc.nat(4), { maxLength: 3 }),
        protocol: fc.constant('tcp'),
      }),
      ingress: fc.uniqueArray(fc.record({ subnet: word }), { selector: (one) => one.subnet, maxLength: 3 }),
    }),
    fc.record({
      apiVersion: fc.constant('v1alpha1'),
      kind: fc.constant('RegistryAuthConfig'),
      name: fc.constant('ghcr.io'),
      username: word,
      password: fc.constantFrom('hunter2-hunter2', 'correct-horse-battery'),
    }),
  ),
  { selector: (one) => `${one.kind} ${one.name}`, maxLength: 4 },
)
const written = (main: object, documents: readonly object[]): string =>
  [main, ...documents].map((one) => stringify(one, { aliasDuplicateObjects: false })).join('---\n')
/** Half of them differ in documents only: two that differ everywhere seldom have a patch without a gap. */
const pair = fc.oneof(
  fc
    .tuple(legacy, typed, legacy, typed)
    .map(([main, documents, other, others]) => [written(main, documents), written(other, others)] as const),
  fc
    .tuple(legacy, typed, typed)
    .map(([main, documents, others]) => [written(main, documents), written(main, others)] as const),
)

for (const version of ['v1.11.6', 'v1.14.0']) {
  test(`the exported patch, applied to before, gives after, but for what it says it leaves out: Talos ${version}`, () => {
    const rules = readMergeRules(version)
    let complete = 0
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const before = knowConfig(one, configFacts)
        const after = knowConfig(other, configFacts, before.vault)
        const { text, missing } = patchOf(before, after, rules)
        for (const secret of ['0123456789abcdef', 'fedcba9876543210', 'hunter2', 'correct-horse']) {
          expect(text).not.toContain(secret)
        }
        expect(text).not.toContain('«')
        const patched =
          text === ''
            ? before.config.text
            : applyPatch(before.config.text, text, { rules, knows: () => true }).text
        const restored = restoreText(patched, before.vault).text
        const left = diffConfigs(
          { config: parseConfig(restored), vault: new Map() },
          { config: parseConfig(other), vault: new Map() },
        )
          .flatMap((change) => change.leaves)
          .filter((leaf) => isSet(leaf.before?.tree) || isSet(leaf.after?.tree))
        if (missing.length === 0) {
          complete++
          expect(left).toEqual([])
        } else expect(left.length).toBeGreaterThan(0)
      }),
      { numRuns: 150 },
    )
    // The test would prove nothing if every patch had a gap.
    expect(complete).toBeGreaterThan(0)
  })
}

test('a value of another type, where any type may stand, is told as what a patch cannot say', () => {
  const rules = readMergeRules('v1.14.0')
  const config = (value: string): string =>
    `version: v1alpha1\nmachine:\n  type: worker\n  kubelet:\n    extraConfig:\n      x: ${value}\n`
  const why = (from: string, to: string): readonly unknown[] => {
    const before = knowConfig(config(from), configFacts)
    return patchOf(before, knowConfig(config(to), configFacts, before.vault), rules).missing
  }
  const path = 'machine.kubelet.extraConfig.x'
  expect(why('1', 'true')).toEqual([{ path, why: 'type' }])
  expect(why('"true"', '7')).toEqual([{ path, why: 'type' }])
  expect(why('7', '0')).toEqual([{ path, why: 'empty-value' }])
  expect(why('7', '8')).toEqual([])
})

test('of a real configuration, any change of one value or key is a patch without gaps', () => {
  const rules = readMergeRules('v1.13.9')
  const before = knowConfig(generateMachineConfig().text, configFacts)
  const edits: readonly (readonly [string | RegExp, string])[] = [
    ['debug: false', 'debug: true'],
    ['mtu: 1500\n        vlans', 'mtu: 9000\n        vlans'],
    ['hostname: bronce-3', 'hostname: bronce-4'],
    [/ {2}sysctls:\n.*\n/, ''],
    ['      - name: uio_pci_generic\n', '      - name: uio_pci_generic\n      - name: vfio_pci\n'],
    ['      - name: nvme_tcp\n', ''],
    ['- 10.244.0.0/16', '- 10.245.0.0/16'],
    [/---\napiVersion: v1alpha1\nkind: VolumeConfig[\s\S]*?(?=---)/, ''],
  ]
  for (const [from, to] of edits) {
    const typed = before.config.text.replace(from, to)
    expect(typed).not.toBe(before.config.text)
    const after = knowConfig(restoreText(typed, before.vault).text, configFacts, before.vault)
    const { text, missing } = patchOf(before, after, rules)
    expect(missing, text).toEqual([])
    const patched = applyPatch(before.config.text, text, { rules, knows: () => true }).text
    expect(
      diffConfigs({ config: parseConfig(patched), vault: before.vault }, after).flatMap(
        ({ leaves }) => leaves,
      ),
    ).toEqual([])
  }
})
