import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { readDryRun } from './dry-run.ts'
import { applyCommands, chooseModes } from './modes.ts'
import { schemaVersionFor } from './node-reading.ts'
import { placeOfRefusal } from './apply-refusal.ts'
import { knowConfig, problemsOf, readDraft, reviewDraft } from './review.ts'
import { bareFacts, type NodeFacts } from './node-facts.ts'
import { known } from '../upgrades/known.ts'

const { text } = generateMachineConfig()
const node: NodeFacts = {
  ...bareFacts('v1.13.9'),
  connectionAddress: '10.0.20.13',
  connectionLink: known('enp3s0'),
  otherSlotVersion: 'v1.12.11',
}

function review(edit: (text: string) => string, facts: Partial<NodeFacts> = {}) {
  const base = knowConfig(text, configFacts)
  const draft = readDraft(edit(base.config.text), base, configFacts)
  return reviewDraft({ base, draft, facts: configFacts, node: { ...node, ...facts }, tryPending: false })
}

/** `code level` of every risk, each once. */
function risks(edit: (text: string) => string, facts: Partial<NodeFacts> = {}): readonly string[] {
  const rows = review(edit, facts).table.groups.flatMap((group) => group.rows)
  return [...new Set(rows.flatMap((row) => row.risks.map(({ code, level }) => `${code} ${level}`)))]
}
const swap = (from: string | RegExp, to: string) => (shown: string) => {
  const changed = shown.replace(from, to)
  if (changed === shown) throw new Error(`nothing to change: ${String(from)}`)
  return changed
}
const add = (document: string) => (shown: string) => `${shown}---\napiVersion: v1alpha1\n${document}\n`

describe('risks', () => {
  test.each([
    [
      'the link of this connection',
      swap('mtu: 1500\n        vlans', 'mtu: 9000\n        vlans'),
      ['touches-connection decide'],
    ],
    [
      'the address of this connection',
      swap('- 10.0.20.13/24', '- 10.0.20.99/24'),
      ['touches-connection decide'],
    ],
    ['another link', swap('name: enp4s0\nmtu: 1500', 'name: enp4s0\nmtu: 9000'), ['touches-network note']],
    ['the host name', swap('hostname: bronce-3', 'hostname: bronce-4'), ['renames-node decide']],
    ['the cluster id', swap('clusterName: casa', 'clusterName: house'), ['cluster-identity decide']],
    [
      'the trustd token',
      swap('«secret:machine.token»', 'otherothertoken'),
      ['cluster-identity decide', 'secret-changed note'],
    ],
    [
      'machine.type',
      swap('type: controlplane', 'type: worker'),
      ['machine-type decide', 'even-control-planes unknown'],
    ],
    ['certSANs', swap('certSANs:\n    - 10.0.20.13', 'certSANs:\n    - casa.lan'), ['cert-sans note']],
    [
      'a document that goes',
      swap(/---\napiVersion: v1alpha1\nkind: LinkConfig[\s\S]*$/, ''),
      ['removes-document decide', 'touches-network note'],
    ],
    [
      'a Kubernetes image outside the matrix',
      swap('kubelet:v1.36.3', 'kubelet:v1.38.0'),
      ['kubernetes-version decide'],
    ],
    ['etcd', swap('  etcd:\n', '  etcd:\n    extraArgs: {a: b}\n'), ['etcd note']],
    [
      'a document the other slot does not know',
      add('kind: KubeSpanConfig\nenabled: true'),
      ['touches-network note', 'newer-than-other-slot decide'],
    ],
    [
      'old and new host name',
      add('kind: HostnameConfig\nhostname: x'),
      ['renames-node decide', 'hostname-twice decide'],
    ],
    [
      'a registry password',
      swap('«secret:RegistryAuthConfig/registry.casa.lan.password»', 'other'),
      ['secret-changed note'],
    ],
    ['a sysctl', swap('ip_forward: "1"', 'ip_forward: "0"'), []],
  ])('%s', (_, edit, expected) => {
    expect(risks(edit)).toEqual(expected)
  })

  test('1.14 refuses its documents beside their legacy fields, from either side', () => {
    const both = add('kind: KubeletConfig\nimage: ghcr.io/siderolabs/kubelet:v1.36.3')
    expect(risks(both, { talosVersion: 'v1.14.0' })).toContain('mixed-with-legacy decide')
    const rows = review(both, { talosVersion: 'v1.14.0' }).table.groups.flatMap((group) => group.rows)
    expect(rows.every((row) => row.effect.kind === 'rejected')).toBe(true)
  })

  test('on 1.14 a SysctlConfig wins over the legacy field, so both may stand', () => {
    expect(
      risks(add('kind: SysctlConfig\nparams: {a.b: "1"}'), {
        talosVersion: 'v1.14.0',
        otherSlotVersion: 'v1.14.0',
      }),
    ).toEqual([])
  })

  test('each risk to decide is one tick per document', () => {
    const { toAccept } = review((shown) =>
      swap('hostname: bronce-3', 'hostname: bronce-4')(swap('type: controlplane', 'type: worker')(shown)),
    )
    expect(toAccept.map(({ risk, subject }) => [risk, subject])).toEqual([
      ['machine-type', 'v1alpha1'],
      ['renames-node', 'v1alpha1'],
    ])
    expect(new Set(toAccept.map(({ id }) => id)).size).toBe(2)
  })
})

describe('modes', () => {
  const question = { talosVersion: 'v1.13.9', needsReboot: false, touchesNetwork: false, tryPending: false }
  const shown = (q: Partial<typeof question>): readonly string[] => {
    const { modes, preselected } = chooseModes({ ...question, ...q })
    return [preselected, ...modes.map((mode) => `${mode.mode} ${mode.offered ? 'yes' : 'no'} ${mode.reason}`)]
  }

  test.each([
    [
      {},
      [
        'no-reboot',
        'try yes reverts-unless-kept',
        'auto yes applied-at-once',
        'no-reboot yes fits',
        'staged yes stored-for-next-reboot',
        'reboot yes reboots-the-node',
      ],
    ],
    [
      { touchesNetwork: true },
      [
        'try',
        'try yes fits-network',
        'auto yes applied-at-once',
        'no-reboot yes applied-at-once',
        'staged yes stored-for-next-reboot',
        'reboot yes reboots-the-node',
      ],
    ],
    [
      { needsReboot: true, touchesNetwork: true },
      [
        'staged',
        'try no refused-needs-reboot',
        'auto yes auto-reboots',
        'no-reboot no refused-needs-reboot',
        'staged yes stored-for-next-reboot',
        'reboot yes reboots-the-node',
      ],
    ],
    [
      { talosVersion: 'v1.14.0' },
      [
        'auto',
        'try yes reverts-unless-kept',
        'auto yes auto-never-reboots',
        'no-reboot yes applied-at-once',
        'staged yes stored-for-next-reboot',
        'reboot no refused-since-1-14',
      ],
    ],
    [
      { tryPending: true },
      [
        'no-reboot',
        'try no try-pending',
        'auto no try-pending',
        'no-reboot no try-pending',
        'staged no try-pending',
        'reboot no try-pending',
      ],
    ],
  ])('%j', (change, expected) => {
    expect(shown(change)).toEqual(expected)
  })

  test('the commands can be pasted, whatever the names', () => {
    const commands = applyCommands({ context: "ana's casa", node: 'fd00::1', hostname: '', trySeconds: 90 })
    expect(commands.try).toBe(
      String.raw`talosctl --context 'ana'\''s casa' -n fd00::1 apply-config -f fd00::1.yaml --mode=try --timeout=90s`,
    )
  })
})

describe('problems', () => {
  const problems = (typed: string, version = 'v1.13.9'): readonly string[] =>
    problemsOf(typed, knowConfig(text, configFacts), configFacts, version).map(
      (problem) => `${problem.severity} ${problem.code} ${problem.from.line}`,
    )
  const legacy = 'version: v1alpha1\nmachine:\n  type: worker\n'

  test.each([
    ['nothing', '', ['error empty 1']],
    ['only comments', '# a\n---\n', ['error empty 1']],
    ['no v1alpha1 document', 'apiVersion: v1alpha1\nkind: OOMConfig\n', ['error missing-v1alpha1 1']],
    [
      'two of the same',
      `${legacy}---\napiVersion: v1alpha1\nkind: LinkConfig\nname: a\n---\napiVersion: v1alpha1\nkind: LinkConfig\nname: a\n`,
      ['error duplicate-document 9'],
    ],
    [
      'two of the same kind by other names',
      `${legacy}---\napiVersion: v1alpha1\nkind: LinkConfig\nname: a\n---\napiVersion: v1alpha1\nkind: LinkConfig\nname: b\n`,
      [],
    ],
    ['two v1alpha1 documents', `${legacy}---\nmachine: {}\n`, ['error duplicate-document 5']],
    ['a list', `${legacy}---\n- a\n`, ['error not-a-mapping 5']],
    ['plain words', `hello there\n`, ['error not-a-mapping 1', 'error missing-v1alpha1 1']],
    ['a document without kind', `${legacy}---\napiVersion: v1alpha1\nname: x\n`, ['error missing-kind 5']],
    ['a document without apiVersion', `${legacy}---\nkind: OOMConfig\n`, ['error missing-api-version 5']],
    ['a placeholder of nothing', `${legacy}  token: «secret:nope»\n`, ['error placeholder-unresolved 4']],
    ['a key twice', `${legacy}  type: worker\n`, ['error duplicate-key 4']],
    ['tabs', `${legacy}\tca: {}\n`, ['error tab-indent 4']],
    ['CRLF and a byte order mark', `\uFEFF${legacy.replaceAll('\n', '\r\n')}`, []],
    ['JSON', '{"version": "v1alpha1", "machine": {"type": "worker"}}', []],
  ])('%s', (_, typed, expected) => {
    expect(problems(typed)).toEqual(expected)
  })

  test('a kind of a newer Talos', () => {
    const typed = `${legacy}---\napiVersion: v1alpha1\nkind: SysctlConfig\nparams: {}\n`
    expect(problems(typed)).toEqual(['error kind-too-new 6'])
    expect(problems(typed, 'v1.14.0')).toEqual([])
  })

  test('a kind that nobody knows is only a warning where Talos is newer than our tables', () => {
    const typed = `${legacy}---\napiVersion: v1alpha1\nkind: BrandNewThing\n`
    expect(problems(typed)).toEqual(['error unknown-kind 6'])
    expect(problems(typed, 'v1.16.0')).toEqual(['warning unknown-kind 6'])
  })

  test('no message quotes the text, however broken', () => {
    const secret = 'hunter2hunter2'
    for (const typed of [
      `machine:\n  token: "${secret}\n`,
      `machine: token: ${secret}\n`,
      `machine:\n  ${secret}\n  a: b\n`,
      `kind: ${secret}\n`,
    ]) {
      const told = problemsOf(typed, knowConfig(text, configFacts), configFacts, 'v1.13.9')
      expect(told.length).toBeGreaterThan(0)
      expect(told.map((problem) => problem.message).join()).not.toContain(secret)
    }
  })
})

describe("a node's dry run", () => {
  const ours = { linesAdded: 1, linesRemoved: 0, outcome: 'no-reboot' } as const

  test('sentence and diff are taken apart, marks of the diff do not count', () => {
    const details =
      'Dry run summary:\nApplied configuration without a reboot (skipped in dry-run).\nConfig diff:\n\n--- a\n+++ b\n@@ -1 +1,2 @@\n a: b\n+c: d\n'
    expect(readDryRun({ mode: 'auto', details }, [], ours)).toEqual({
      summary: 'Applied configuration without a reboot (skipped in dry-run).',
      diff: '--- a\n+++ b\n@@ -1 +1,2 @@\n a: b\n+c: d',
      linesAdded: 1,
      linesRemoved: 0,
      mode: 'auto',
      agrees: true,
      expected: 'no-reboot',
      effectAgrees: true,
    })
  })

  test('no changes, or a node in maintenance that has no diff', () => {
    expect(readDryRun({ mode: 'auto', details: 'x\nConfig diff:\n\nNo changes.\n' }, [], ours)).toMatchObject(
      { diff: 'No changes.', agrees: false },
    )
    expect(readDryRun({ mode: 'auto', details: 'Node is in maintenance' }, [], ours)).toMatchObject({
      summary: 'Node is in maintenance',
      diff: '',
    })
  })
})

describe('where a refusal points', () => {
  const known = knowConfig(text, configFacts)
  const shown = known.config.text.split('\n')
  const lineIn = (lines: readonly string[], line: string): number => lines.indexOf(line) + 1
  const volume = lineIn(text.split('\n'), 'kind: VolumeConfig')

  test.each([
    [
      'unknown keys of the v1alpha1 document',
      'error decoding document /v1alpha1/ (line 1): unknown keys found during decoding:\nmachine:\n    kubelet:\n        extraArgs: {}\n',
      lineIn(shown, '    extraArgs:'),
    ],
    [
      'a rule that a document breaks',
      '1 error occurred:\n\t* LinkConfig/enp4s0: mtu is too large\n',
      lineIn(shown, 'kind: LinkConfig') - 1,
    ],
    [
      'a document that stands twice',
      'duplicate document v1alpha1/VolumeConfig/EPHEMERAL is not allowed (line 9)',
      lineIn(shown, 'kind: VolumeConfig') - 1,
    ],
    // A key of three lines is one line in the text that is shown: the node counts in what was sent.
    ['a line of what was sent', `yaml: bad thing (line ${volume})`, lineIn(shown, 'kind: VolumeConfig') - 1],
  ])('%s', (_, message, line) => {
    expect(placeOfRefusal(message, known)?.line).toBe(line)
  })

  test('a refusal without a place has none', () => {
    expect(placeOfRefusal('the node is rebooting', known)).toBeUndefined()
  })
})

test('a line between or before our schemas gets the nearest', () => {
  const versions = ['v1.9', 'v1.14', 'v1.15-dev']
  expect(schemaVersionFor('v1.14.0-rc.1', versions)).toEqual({ schemaVersion: 'v1.14' })
  expect(schemaVersionFor('v1.8.0', versions)).toEqual({ schemaVersion: 'v1.9', schemaNote: 'v1.8.0: v1.9' })
  expect(schemaVersionFor('v1.15.0-alpha.1', versions)).toMatchObject({ schemaVersion: 'v1.15-dev' })
})
