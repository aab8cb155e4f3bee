import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { known, unknown } from '../upgrades/known.ts'
import { TalosFailure } from '../talos-failure.ts'
import { bareFacts, type DiskFacts, type LinkFacts, type NodeFacts } from './node-facts.ts'
import { knowConfig, readDraft, reviewDraft } from './review.ts'

const GB = 1_000_000_000
function disk(name: string, spec: Record<string, unknown>, system = false): DiskFacts {
  return { name, system, spec: { dev_path: `/dev/${name}`, transport: 'sata', ...spec } }
}
const disks = known([
  disk(
    'nvme0n1',
    { size: 500 * GB, transport: 'nvme', model: 'Samsung SSD 980', symlinks: ['/dev/disk/by-id/nvme-980'] },
    true,
  ),
  disk('sda', { size: 4000 * GB, rotational: true, model: 'WDC WD40', serial: 'WX1' }),
  disk('sdb', { size: 4000 * GB, rotational: true, model: 'WDC WD40', serial: 'WX2' }),
  disk('sr0', { size: 1 * GB, cdrom: true, readonly: true }),
])
function link(name: string, index: number, rest: Partial<LinkFacts> = {}): LinkFacts {
  return { name, index, otherNames: [], parentIndex: 0, masterIndex: 0, physical: true, spec: {}, ...rest }
}
const links = known([
  link('enp3s0', 2, {
    masterIndex: 5,
    otherNames: ['lan'],
    spec: {
      type: 'ether',
      hardwareAddr: 'aa:bb:cc:00:11:22',
      permanentAddr: 'aa:bb:cc:00:11:22',
      driver: 'igc',
    },
  }),
  link('enp4s0', 3, { spec: { type: 'ether', permanentAddr: 'aa:bb:cc:00:11:33', driver: 'igc' } }),
  link('bond0', 5, { physical: false }),
  link('bond0.20', 6, { physical: false, parentIndex: 5 }),
])
const facts: NodeFacts = {
  ...bareFacts('v1.13.9'),
  connectionAddress: '10.0.20.13',
  connectionLink: known('bond0.20'),
  otherSlotVersion: 'v1.12.11',
  disks,
  links,
  controlPlanes: known(3),
}

const LEGACY = 'version: v1alpha1\nmachine:\n  type: controlplane\n'
function doc(kind: string, ...lines: readonly string[]): string {
  return `---\napiVersion: v1alpha1\nkind: ${kind}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** Every risk of the change, as `code level about`. */
function risksBetween(before: string, after: string, of: Partial<NodeFacts> = {}): readonly string[] {
  const base = knowConfig(before, configFacts)
  const draft = readDraft(after, base, configFacts)
  const review = reviewDraft({
    base,
    draft,
    facts: configFacts,
    node: { ...facts, ...of },
    tryPending: false,
  })
  const rows = review.table.groups.flatMap((group) => group.rows)
  return [
    ...new Set(
      rows.flatMap((row) =>
        row.risks.map(({ code, level, about, because }) =>
          [code, level, about, because].filter(Boolean).join(' '),
        ),
      ),
    ),
  ]
}
function added(document: string, of: Partial<NodeFacts> = {}): readonly string[] {
  return risksBetween(LEGACY, LEGACY + document, of)
}
const silent = unknown('silent', new TalosFailure('unreachable', 'no answer')) as never

describe('disks that a change asks for', () => {
  const volume = (match: string): readonly string[] =>
    added(
      doc('UserVolumeConfig', 'name: longhorn', 'provisioning:', '  diskSelector:', `    match: ${match}`),
    )

  test.each([
    ['disk.dev_path == "/dev/sda"', []],
    ['disk.transport == "nvme"', []],
    ['system_disk', []],
    // Read-only disks hold no volume: sr0 is none of them.
    ["'!system_disk && !disk.rotational'", ['disk-none decide']],
    ['\'!system_disk && disk.serial == "WX2"\'', []],
    ['disk.size > 5u * TB', ['disk-none decide']],
    ['disk.model == "Kingston"', ['disk-none decide']],
    ['disk.size > 1u * TB', ['disk-many decide sda, sdb']],
    ['disk.rotational && disk.size >= 3u * TiB', ['disk-many decide sda, sdb']],
    ['glob("WDC*", disk.model) && glob("*2", disk.serial)', []],
    [`'"/dev/disk/by-id/nvme-980" in disk.symlinks'`, []],
    // Signed and unsigned do not multiply in CEL: the node refuses it too.
    ['disk.size > 100 * GB', ['selector-invalid decide']],
    ['disk.nosuch == "x"', ['selector-invalid decide']],
    ['disk.size >', ['selector-invalid decide']],
    ['disk.size', ['selector-invalid decide']],
  ])('%s', (match, expected) => {
    expect(volume(match)).toEqual(expected)
  })

  test.each(['VolumeConfig', 'RawVolumeConfig', 'SwapVolumeConfig'])(
    '%s chooses by the same rules',
    (kind) => {
      const text = doc(kind, 'name: x', 'provisioning:', '  diskSelector:', '    match: disk.size < 1u * MB')
      expect(added(text, { otherSlotVersion: 'v1.13.9' })).toEqual(['disk-none decide'])
    },
  )

  test('a disk list that was not read judges unknown, and says why', () => {
    const text = doc('VolumeConfig', 'name: x', 'provisioning:', '  diskSelector:', '    match: system_disk')
    expect(added(text, { disks: silent })).toEqual(['disk-none unknown unreachable'])
  })

  test.each([
    ['disk: /dev/sda', []],
    ['disk: /dev/disk/by-id/nvme-980', []],
    ['disk: /dev/vda', ['disk-none decide']],
    ['diskSelector: {size: ">= 1TB", serial: WX1}', []],
    ['diskSelector: {size: ">= 1TB"}', ['disk-many decide sda, sdb']],
    ['diskSelector: {type: nvme}', []],
    ['diskSelector: {type: hdd, model: "WDC*"}', ['disk-many decide sda, sdb']],
    ['diskSelector: {type: floppy}', ['selector-invalid decide']],
    ['diskSelector: {size: huge}', ['selector-invalid decide']],
    ['diskSelector: {size: "500GB"}', []],
    // The disk list has no such name; Talos asks the kernel.
    ['diskSelector: {name: sda}', ['disk-none unknown']],
    // With a selector the path is not looked at.
    ['disk: /dev/vda\n    diskSelector: {type: nvme}', []],
  ])('install: %s', (install, expected) => {
    expect(risksBetween(LEGACY, `${LEGACY}  install:\n    ${install}\n`)).toEqual(expected)
  })

  test('a legacy data disk has to be there', () => {
    expect(risksBetween(LEGACY, `${LEGACY}  disks:\n    - device: /dev/sdx\n`)).toEqual(['disk-none decide'])
  })

  test('a selector of volumes is judged by its form only', () => {
    const text = (match: string) =>
      doc('ExistingVolumeConfig', 'name: x', 'discovery:', '  volumeSelector:', `    match: ${match}`)
    expect(added(text('volume.name == "xfs"'))).toEqual([])
    expect(added(text('volume.name =='))).toEqual(['selector-invalid decide'])
  })
})

describe('links that a change names', () => {
  const mine = 'touches-connection decide'
  const network = 'touches-network note'

  test.each([
    ['its name', doc('LinkConfig', 'name: enp4s0', 'mtu: 9000'), [network]],
    ['no such name', doc('LinkConfig', 'name: enp9s0', 'mtu: 9000'), [network, 'link-missing decide']],
    ['an alternative name', doc('EthernetConfig', 'name: lan'), [mine]],
    [
      'a link that the draft makes',
      doc('BondConfig', 'name: bond7', 'links: [enp4s0]') + doc('DHCPv4Config', 'name: bond7'),
      [network],
    ],
    [
      'a member that is missing',
      doc('BondConfig', 'name: bond7', 'links: [enp8s0]'),
      [network, 'link-missing decide'],
    ],
    [
      'a parent that is missing',
      doc('VLANConfig', 'name: v', 'vlanID: 7', 'parent: eth9'),
      [network, 'link-missing decide'],
    ],
    [
      'an alias that fits one',
      doc(
        'LinkAliasConfig',
        'name: net0',
        'selector:',
        '  match: mac(link.permanent_addr) == "aa:bb:cc:00:11:33"',
      ),
      [network],
    ],
    [
      'an alias that fits none',
      doc('LinkAliasConfig', 'name: net0', 'selector:', '  match: link.driver == "e1000"'),
      [network, 'link-missing decide'],
    ],
    [
      'an alias that fits two',
      doc('LinkAliasConfig', 'name: net0', 'selector:', '  match: link.driver == "igc"'),
      [network, 'link-many decide enp3s0, enp4s0'],
    ],
    [
      'a virtual address on no link',
      doc('Layer2VIPConfig', 'name: 10.0.20.1', 'link: eth9'),
      [network, 'link-missing decide'],
    ],
  ])('%s', (_, document, expected) => {
    expect(added(document, { otherSlotVersion: 'v1.13.9' })).toEqual(expected)
  })

  const legacy = (lines: string): readonly string[] =>
    risksBetween(LEGACY, `${LEGACY}  network:\n    interfaces:\n${lines}`)
  test.each([
    ['an interface', '      - interface: enp4s0\n        mtu: 9000\n', [network]],
    ['one that is missing', '      - interface: eth7\n        mtu: 9000\n', [network, 'link-missing decide']],
    [
      'one it makes',
      '      - interface: bond9\n        bond: {interfaces: [enp4s0], mode: 802.3ad}\n',
      [network],
    ],
    [
      'a bond of what is missing',
      '      - interface: bond9\n        bond: {interfaces: [eth7]}\n',
      [network, 'link-missing decide'],
    ],
    [
      'a selector',
      '      - deviceSelector: {permanentAddr: "AA:BB:CC:00:11:33"}\n        mtu: 9000\n',
      [network],
    ],
    [
      'a selector of nothing',
      '      - deviceSelector: {driver: e1000*}\n        mtu: 9000\n',
      [network, 'link-missing decide'],
    ],
    [
      'a selector of this connection',
      '      - deviceSelector: {hardwareAddr: "aa:bb:cc:00:11:22"}\n        mtu: 9000\n',
      [mine],
    ],
    [
      'a selector of many',
      '      - deviceSelector: {driver: igc}\n        mtu: 9000\n',
      [mine, 'link-many decide enp3s0, enp4s0'],
    ],
  ])('legacy: %s', (_, lines, expected) => {
    expect(legacy(lines)).toEqual(expected)
  })

  test('links that were not read judge unknown', () => {
    expect(
      added(doc('LinkConfig', 'name: enp9s0', 'mtu: 9000'), { links: silent, otherSlotVersion: 'v1.13.9' }),
    ).toEqual([network, 'link-missing unknown unreachable'])
  })
})

describe('the way by which Ichor reaches the node', () => {
  // bond0.20 lies on bond0, which is made of enp3s0.
  test.each([
    ['its VLAN', doc('VLANConfig', 'name: bond0.20', 'vlanID: 20', 'parent: bond0')],
    ['the bond below it', doc('BondConfig', 'name: bond0', 'links: [enp3s0]')],
    ['the port below that', doc('LinkConfig', 'name: enp3s0', 'mtu: 9000')],
    ['a bridge that takes the port', doc('BridgeConfig', 'name: br0', 'links: [enp3s0]')],
    ['DHCP on it', doc('DHCPv4Config', 'name: bond0.20')],
    ['its address as a virtual one', doc('Layer2VIPConfig', 'name: 10.0.20.13', 'link: enp4s0')],
    [
      'its address on another link',
      doc('LinkConfig', 'name: enp4s0', 'addresses:', '  - address: 10.0.20.13/24'),
    ],
    ['a firewall that closes', doc('NetworkDefaultActionConfig', 'ingress: block')],
    [
      'a rule about its port',
      doc('NetworkRuleConfig', 'name: apid', 'portSelector: {ports: [49999-50001], protocol: tcp}'),
    ],
  ])('%s', (_, document) => {
    expect(added(document, { otherSlotVersion: 'v1.13.9' })).toContain('touches-connection decide')
  })

  test.each([
    ['a firewall that lets through', doc('NetworkDefaultActionConfig', 'ingress: accept')],
    [
      'a rule about another port',
      doc('NetworkRuleConfig', 'name: web', 'portSelector: {ports: [443], protocol: tcp}'),
    ],
    ['name servers', doc('ResolverConfig', 'nameservers:', '  - address: 1.1.1.1')],
  ])('%s does not touch it', (_, document) => {
    expect(added(document, { otherSlotVersion: 'v1.13.9' })).toEqual(['touches-network note'])
  })

  test('a connection over nobody knows which link judges unknown', () => {
    const of = { connectionLink: silent, connectionAddress: 'talos.casa.lan', otherSlotVersion: 'v1.13.9' }
    expect(added(doc('LinkConfig', 'name: enp4s0', 'mtu: 9000'), of)).toEqual([
      'touches-connection unknown unreachable',
      'touches-network note',
    ])
  })
})

describe('the cluster', () => {
  const type = (from: string, to: string, controlPlanes: NodeFacts['controlPlanes']): readonly string[] =>
    risksBetween(LEGACY.replace('controlplane', from), LEGACY.replace('controlplane', to), { controlPlanes })

  test.each([
    ['worker', 'controlplane', known(3), ['even-control-planes decide 4']],
    ['worker', 'controlplane', known(2), []],
    ['controlplane', 'worker', known(3), ['even-control-planes decide 2']],
    ['controlplane', 'worker', known(1), []],
    ['init', 'controlplane', known(3), []],
    ['worker', 'controlplane', silent, ['even-control-planes unknown unreachable']],
  ])('%s to %s', (from, to, count, expected) => {
    expect(type(from, to, count)).toEqual(['machine-type decide', ...expected])
  })

  test.each([
    ['a name and a way to make one', doc('HostnameConfig', 'auto: stable', 'hostname: x'), LEGACY, true],
    ['a name, and none made', doc('HostnameConfig', 'auto: "off"', 'hostname: x'), LEGACY, false],
    [
      'the legacy name besides',
      doc('HostnameConfig', 'auto: stable'),
      `${LEGACY}  network:\n    hostname: y\n`,
      true,
    ],
    [
      'the legacy stable name besides',
      doc('HostnameConfig', 'hostname: x'),
      `${LEGACY}  features:\n    stableHostname: true\n`,
      true,
    ],
  ])('host name: %s', (_, document, legacy, twice) => {
    const found = risksBetween(legacy, legacy + document, { otherSlotVersion: 'v1.13.9' })
    expect(found).toEqual(['renames-node decide', ...(twice ? ['hostname-twice decide'] : [])])
  })

  test('what the other slot holds is unknown for documents of the running line', () => {
    const of: NodeFacts = { ...bareFacts('v1.13.9'), links, disks }
    const draft = LEGACY + doc('EnvironmentConfig', 'variables: {A: b}')
    const base = knowConfig(LEGACY, configFacts)
    const review = reviewDraft({
      base,
      draft: readDraft(draft, base, configFacts),
      facts: configFacts,
      node: of,
      tryPending: false,
    })
    expect(review.table.groups[0]?.rows[0]?.risks).toEqual([
      { code: 'newer-than-other-slot', level: 'unknown' },
    ])
    expect(review.table.counts).toMatchObject({ risk: 0, unknown: 3 })
  })

  test.each([
    ['v1.13.9', 'v1.37.0', 'rejected', true],
    ['v1.13.9', 'v1.31.0', 'restarts', false],
    ['v1.10.9', 'v1.34.0', 'restarts', true],
    // The node's own table is wider by one than the documentation.
    ['v1.14.0', 'v1.32.0', 'restarts', true],
    ['v1.14.0', 'v1.31.0', 'rejected', true],
  ])('Talos %s with Kubernetes %s: %s', (talosVersion, kubernetes, effect, risky) => {
    const text = (tag: string) => `${LEGACY}  kubelet:\n    image: ghcr.io/siderolabs/kubelet:${tag}\n`
    const base = knowConfig(text('v1.33.0'), configFacts)
    const draft = readDraft(text(kubernetes), base, configFacts)
    const node = { ...facts, talosVersion }
    const row = reviewDraft({ base, draft, facts: configFacts, node, tryPending: false }).table.groups[0]!
      .rows[0]!
    expect(row.effect.kind).toBe(effect)
    expect(row.risks.map(({ code }) => code)).toEqual(risky ? ['kubernetes-version'] : [])
  })
})
