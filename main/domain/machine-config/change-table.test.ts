import type { ChangeTable } from '#contract/machine-configs.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { changeTable, diffConfigs } from './change-table.ts'
import { knowConfig } from './review.ts'

function compare(before: string, after: string): ChangeTable {
  const base = knowConfig(before, configFacts)
  const draft = knowConfig(after, configFacts, base.vault)
  return changeTable(diffConfigs(base, draft), base, draft, () => ({ effect: { kind: 'live' }, risks: [] }))
}

/** `v1alpha1 machine.kubelet | image | a → b` */
function rows(table: ChangeTable): readonly string[] {
  return table.groups.flatMap((group) =>
    group.rows.map((row) => {
      const cell = (value: typeof row.before): string => {
        if (value.kind === 'value') return value.text
        if (value.kind === 'moved') return `at ${value.position}`
        return value.kind
      }
      const head = [group.kind, group.name, group.section]
        .filter((word) => word !== undefined && word !== '')
        .join(' ')
      return `${head} | ${row.path} | ${cell(row.before)} → ${cell(row.after)}`
    }),
  )
}

const { text: generated } = generateMachineConfig()

describe('the change table', () => {
  test('one row per leaf, grouped by document and section', () => {
    const after = generated
      .replace('kubelet:v1.36.3', 'kubelet:v1.36.4')
      .replace('rotate-server-certificates: "true"', 'rotate-server-certificates: "false"')
      .replace('disk: /dev/sda', 'disk: /dev/sdb')
      .replace('name: enp4s0\nmtu: 1500', 'name: enp4s0\nmtu: 9000')
    const table = compare(generated, after)
    expect(rows(table)).toEqual([
      'v1alpha1 machine.kubelet | image | ghcr.io/siderolabs/kubelet:v1.36.3 → ghcr.io/siderolabs/kubelet:v1.36.4',
      'v1alpha1 machine.kubelet | extraArgs.rotate-server-certificates | "true" → "false"',
      'v1alpha1 machine | install.disk | /dev/sda → /dev/sdb',
      'LinkConfig enp4s0 | mtu | 1500 → 9000',
    ])
    expect(table).toMatchObject({ linesAdded: 4, linesRemoved: 4, counts: { all: 4, live: 4 } })
  })

  test('interfaces, vlans and admission plugins are matched by their key, wherever they stand', () => {
    const before = `machine:
  network:
    interfaces:
      - interface: a
        mtu: 1
        vlans: [{vlanId: 5, mtu: 1}, {vlanId: 6, mtu: 1}]
      - deviceSelector: {busPath: "0*", driver: x}
        mtu: 1
cluster:
  apiServer:
    admissionControl: [{name: PodSecurity, configuration: {a: 1}}]
`
    const after = `machine:
  network:
    interfaces:
      - deviceSelector: {driver: x, busPath: "0*"}
        mtu: 2
      - interface: a
        mtu: 1
        vlans: [{vlanId: 6, mtu: 2}, {vlanId: 5, mtu: 1}]
cluster:
  apiServer:
    admissionControl: [{name: Other, configuration: {}}, {name: PodSecurity, configuration: {a: 2}}]
`
    expect(rows(compare(before, after))).toEqual([
      'v1alpha1 machine.network | interfaces[busPath=0*,driver=x].mtu | 1 → 2',
      'v1alpha1 machine.network | interfaces[a].vlans[6].mtu | 1 → 2',
      'v1alpha1 cluster.apiServer | admissionControl[Other].name | absent → Other',
      'v1alpha1 cluster.apiServer | admissionControl[Other].configuration | absent → {}',
      'v1alpha1 cluster.apiServer | admissionControl[PodSecurity].configuration.a | 1 → 2',
    ])
  })

  test('files of an extension service and peers of WireGuard are matched by their key in their documents', () => {
    const doc = (kind: string, rest: string): string =>
      `apiVersion: v1alpha1\nkind: ${kind}\nname: x\n${rest}`
    const files = (a: string, b: string): string =>
      doc(
        'ExtensionServiceConfig',
        `configFiles: [{mountPath: /a, content: "${a}"}, {mountPath: /b, content: "${b}"}]\n`,
      )
    const added = files('1', '2').replace('[', '[{mountPath: /0, content: "0"}, ')
    expect(rows(compare(files('1', '2'), added))).toEqual([
      'ExtensionServiceConfig x | configFiles[/0].mountPath | absent → /0',
      'ExtensionServiceConfig x | configFiles[/0].content | absent → "0"',
    ])
    expect(rows(compare(files('1', '2'), files('1', '3')))).toEqual([
      'ExtensionServiceConfig x | configFiles[/b].content | "2" → "3"',
    ])
    const peers = (...list: string[]): string => doc('WireguardConfig', `peers: [${list.join(', ')}]\n`)
    const peer = (key: string, alive: string): string =>
      `{publicKey: ${key}, persistentKeepaliveInterval: ${alive}}`
    expect(
      rows(compare(peers(peer('k1', '1s'), peer('k2', '1s')), peers(peer('k2', '2s'), peer('k1', '1s')))),
    ).toEqual(['WireguardConfig x | peers[k2].persistentKeepaliveInterval | 1s → 2s'])
  })

  test('elements of other lists are matched by value; one that went elsewhere has moved', () => {
    const list = (...items: string[]): string => `machine:\n  certSANs: [${items.join(', ')}]\n`
    expect(rows(compare(list('a', 'b', 'c'), list('b', 'c', 'a')))).toEqual([
      'v1alpha1 machine | certSANs[2] | at 0 → at 2',
    ])
    expect(rows(compare(list('a', 'b', 'c'), list('a', 'x', 'c')))).toEqual([
      'v1alpha1 machine | certSANs[1] | b → x',
    ])
    expect(rows(compare(list('a', 'c'), list('a', 'b', 'c')))).toEqual([
      'v1alpha1 machine | certSANs[1] | absent → b',
    ])
    expect(rows(compare(list('a', 'b', 'c'), list('a', 'c')))).toEqual([
      'v1alpha1 machine | certSANs[1] | b → absent',
    ])
  })

  test('documents are matched by kind and name: order means nothing, removal and addition are told', () => {
    const doc = (kind: string, rest: string): string => `---\napiVersion: v1alpha1\nkind: ${kind}\n${rest}`
    const before = `machine:\n  type: worker\n${doc('LinkConfig', 'name: a\nmtu: 1\n')}${doc('WatchdogTimerConfig', 'device: /dev/watchdog0\n')}`
    const after = `${doc('SysctlConfig', 'params:\n  vm.nr_hugepages: "1024"\n')}${doc('LinkConfig', 'name: a\nmtu: 1\n')}---\nmachine:\n  type: worker\n`
    const table = compare(before, after)
    expect(table.groups.map((group) => [group.kind, group.change, group.afterAt?.line])).toEqual([
      ['SysctlConfig', 'added', 2],
      ['WatchdogTimerConfig', 'removed', undefined],
    ])
    expect(rows(table)).toContain('SysctlConfig | params["vm.nr_hugepages"] | absent → "1024"')
    expect(rows(table)).toContain('WatchdogTimerConfig | device | /dev/watchdog0 → absent')
  })

  test('quotes and comments change nothing, except where quotes make another type', () => {
    expect(rows(compare('machine:\n  type: worker\n', 'machine:\n  type: "worker" # mine\n'))).toEqual([
      'v1alpha1 | # | type: worker → type: "worker" # mine',
    ])
    expect(rows(compare('machine:\n  a: true\n', 'machine:\n  a: "true"\n'))).toEqual([
      'v1alpha1 machine | a | true → "true"',
    ])
    expect(rows(compare('machine:\n  type: worker\n', 'machine:\n  type: worker\n\n\n'))).toEqual([])
  })

  test('an empty list that gets an element is not told as removed', () => {
    expect(rows(compare('machine:\n  certSANs: []\n', 'machine:\n  certSANs: [casa.lan]\n'))).toEqual([
      'v1alpha1 machine | certSANs[0] | absent → casa.lan',
    ])
    expect(rows(compare('machine:\n  sysctls: {}\n', 'machine:\n  sysctls: {a: "1"}\n'))).toEqual([
      'v1alpha1 machine | sysctls.a | absent → "1"',
    ])
  })

  test('a block that becomes a value is told leaf by leaf', () => {
    expect(rows(compare('machine:\n  a: {b: 1, c: []}\n', 'machine:\n  a: 1\n'))).toEqual([
      'v1alpha1 machine.a | b | 1 → absent',
      'v1alpha1 machine.a | c | [] → absent',
      'v1alpha1 machine | a | absent → 1',
    ])
  })

  test('rows stand at their lines in the texts that are shown', () => {
    const row = compare(generated, generated.replace('mtu: 1500\n        vlans', 'mtu: 9000\n        vlans'))
      .groups[0]!.rows[0]!
    const line = knowConfig(generated, configFacts)
      .config.text.split('\n')
      .findIndex((text) => text.includes('mtu: 1500'))
    expect(row).toMatchObject({
      beforeAt: { line: line + 1, column: 9 },
      afterAt: { line: line + 1, column: 9 },
    })
  })
})

describe('secrets in the change table', () => {
  test('a changed secret is told to differ and nothing else', () => {
    const after = generated.replace(/^( {2}token: ).*$/m, '$1brandnewtoken123456')
    const table = compare(generated, after)
    expect(rows(table)).toContain('v1alpha1 machine | token | secret → secret')
    expect(JSON.stringify(table)).not.toContain('brandnewtoken')
  })

  test('a secret copied to a field that is none stays hidden', () => {
    const token = /^ {2}token: (\S+)/m.exec(generated)![1]!
    const table = compare(generated, generated.replace('disk: /dev/sda', `disk: ${token}`))
    expect(rows(table)).toEqual(['v1alpha1 machine | install.disk | /dev/sda → secret'])
  })

  test('no secret of either side is in the table, whatever line is changed', () => {
    const one = generateMachineConfig({ documents: true })
    const other = generateMachineConfig({ documents: true })
    const lines = one.text.split('\n')
    const others = other.text.split('\n')
    fc.assert(
      fc.property(fc.subarray([...lines.keys()]), (kept) => {
        const chosen = new Set(kept)
        const text = lines
          .map((line, index) => (chosen.has(index) ? line : (others[index] ?? line)))
          .join('\n')
        const table = JSON.stringify(compare(one.text, text))
        for (const secret of [...one.secrets, ...other.secrets].flatMap((value) =>
          value.trim().split('\n'),
        )) {
          if (!secret.startsWith('-----')) expect(table).not.toContain(secret)
        }
      }),
      { numRuns: 40 },
    )
  }, 20_000)
})

describe('lines that come and go', () => {
  test('comments and blank lines do not count', () => {
    const table = compare(
      'machine:\n  type: worker\n  debug: a\n',
      '# hi\nmachine:\n\n  type: worker # x\n  debug: b\n  more: c\n',
    )
    expect(table).toMatchObject({ linesAdded: 2, linesRemoved: 1 })
  })
})
