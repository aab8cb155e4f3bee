import { describe, expect, test } from 'vitest'
import { readMergeRules } from '../../../../tests/fixtures/merge-rules.ts'
import { TalosFailure } from '../../talos-failure.ts'
import { applyPatch, type PatchContext } from './apply-patch.ts'

const context: PatchContext = { rules: readMergeRules('v1.14.0'), knows: (_, path) => path.at(-1) !== 'nope' }

const CONFIG = `version: v1alpha1 # the schema
machine:
    type: worker # the role
    certSANs: [] # none yet
    # Kubelet.
    kubelet:
        image: ghcr.io/siderolabs/kubelet:v1.36.3 # image
        extraConfig:
            maxPods: 200
    network:
        hostname: bronce-3
        interfaces:
            - interface: eth0
              vlans:
                - vlanId: 20
                  mtu: 1500
            # the second card
            - deviceSelector:
                hardwareAddr: "aa:bb"
              addresses: [10.0.0.1/24]
    nodeLabels: {rack: a}
    sysctls:
        vm.swappiness: "10" # keep me
    kernel:
        modules:
            - name: nvme_tcp
            - name: uio
cluster:
    network:
        podSubnets:
            - 10.244.0.0/16 # pods
    apiServer:
        certSANs:
            - 10.0.0.9
        admissionControl:
            - name: PodSecurity
              configuration:
                exemptions:
                    namespaces:
                        - kube-system
        auditPolicy:
            kind: Policy
            rules:
                - level: Metadata
---
# The link to the switch.
apiVersion: v1alpha1
kind: LinkConfig
name: enp3s0
addresses:
    - address: 10.0.20.13/24
    - address: 10.0.20.14/24
routes:
    - gateway: 10.0.20.1
---
apiVersion: v1alpha1
kind: NetworkRuleConfig
name: web
portSelector:
  ports: [80, 443]
  protocol: tcp
ingress:
  - subnet: 192.168.0.0/16
`

/** Lines that come (`+`) and go (`-`), in the order of the text. */
function changes(patch: string, config = CONFIG): readonly string[] {
  const before = config.split('\n')
  const after = applyPatch(config, patch, context).text.split('\n')
  const left = [...before]
  const result: string[] = []
  for (const line of after) {
    const at = left.indexOf(line)
    if (at < 0) result.push(`+${line}`)
    else
      result.push(
        ...left
          .splice(0, at + 1)
          .slice(0, -1)
          .map((gone) => `-${gone}`),
      )
  }
  return [...result, ...left.map((gone) => `-${gone}`)]
}

function failure(patch: string, config = CONFIG): string {
  try {
    applyPatch(config, patch, context)
  } catch (error) {
    if (error instanceof TalosFailure) return `${error.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('a strategic merge', () => {
  test('replaces a scalar and keeps the comment beside it', () => {
    expect(changes('machine: {sysctls: {vm.swappiness: "1"}}')).toEqual([
      '+        vm.swappiness: "1" # keep me',
      '-        vm.swappiness: "10" # keep me',
    ])
  })

  test('erases nothing with an empty text, but gives a new label one', () => {
    expect(changes('machine: {network: {hostname: ""}, type: ""}')).toEqual([])
    expect(changes('machine: {nodeLabels: {rack: "", disk: ""}}')).toEqual([
      '+    nodeLabels: {rack: a, disk: ""}',
      '-    nodeLabels: {rack: a}',
    ])
  })

  test('takes 0 for a value where the field is a text, and for nothing where it is a plain number', () => {
    expect(changes('machine: {sysctls: {vm.swappiness: 0}}')[0]).toBe('+        vm.swappiness: 0 # keep me')
    const zero = 'machine: {network: {interfaces: [{interface: eth0, vlans: [{vlanId: 20, mtu: 0}]}]}}'
    expect(changes(zero)).toEqual([])
    expect(changes('machine: {kubelet: {extraConfig: {maxPods: 0}}}')).toEqual([])
  })

  test('appends to lists, and replaces those that Talos replaces', () => {
    expect(changes('cluster: {apiServer: {certSANs: [nas.lan]}}')).toEqual(['+            - nas.lan'])
    expect(changes('cluster: {network: {podSubnets: [10.1.0.0/16]}}')).toEqual([
      '+        podSubnets: [10.1.0.0/16]',
      '-        podSubnets:',
      '-            - 10.244.0.0/16 # pods',
    ])
    const audit = changes('cluster: {apiServer: {auditPolicy: {kind: Policy}}}')
    expect(audit).toEqual(['-            rules:', '-                - level: Metadata'])
    const rule = 'apiVersion: v1alpha1\nkind: NetworkRuleConfig\nname: web\nportSelector: {ports: [22]}\n'
    expect(changes(rule)).toEqual(['+  ports: [22]', '-  ports: [80, 443]'])
  })

  test('turns an empty list into a block and leaves its comment where it was', () => {
    expect(changes('machine: {certSANs: [bronce.lan]}')).toEqual([
      '+    certSANs: # none yet',
      '+        - bronce.lan',
      '-    certSANs: [] # none yet',
    ])
  })

  test('finds interfaces by name or selector, VLANs by id, admission plugins by name', () => {
    const patch = `machine:
  network:
    interfaces:
      - interface: eth0
        vlans:
          - vlanId: 20
            mtu: 1400
          - vlanId: 30
      - deviceSelector: {hardwareAddr: "aa:bb"}
        mtu: 9000
cluster:
  apiServer:
    admissionControl:
      - name: PodSecurity
        configuration: {exemptions: {namespaces: [longhorn-system]}}
`
    expect(changes(patch)).toEqual([
      '+                  mtu: 1400',
      '+                - vlanId: 30',
      '-                  mtu: 1500',
      '+              mtu: 9000',
      '+                        - longhorn-system',
    ])
  })

  test('matches documents by kind and name and appends the others as they were typed', () => {
    const patch = `apiVersion: v1alpha1
kind: LinkConfig
name: enp3s0
mtu: 9000
---
# storage
apiVersion: v1alpha1
kind: VLANConfig
name: enp3s0.20 # the name
vlanID: 20
`
    const { text, changed, added } = applyPatch(CONFIG, patch, context)
    expect(
      text.endsWith(
        `\n---\n# storage\napiVersion: v1alpha1\nkind: VLANConfig\nname: enp3s0.20 # the name\nvlanID: 20\n`,
      ),
    ).toBe(true)
    expect(text).toContain('    - gateway: 10.0.20.1\nmtu: 9000\n---\n')
    expect([changed, added].map((list) => list.map(({ kind }) => kind))).toEqual([
      ['LinkConfig'],
      ['VLANConfig'],
    ])
  })

  test('keeps what a half-given certificate pair does not name', () => {
    const config = 'machine:\n  ca:\n    crt: QQ==\n    key: Qg==\n'
    expect(changes('machine: {ca: {crt: Qw==}}', config)).toEqual(['+    crt: Qw==', '-    crt: QQ=='])
  })

  test('writes what stood behind an anchor where it is meant, and says so', () => {
    const config = 'machine:\n  sysctls: &all\n    a: "1"\n  sysfs: *all\n'
    const { text, rewritten } = applyPatch(config, 'machine: {sysctls: {a: "2"}}', context)
    expect(text).toBe('machine:\n  sysctls:\n    a: "2"\n  sysfs:\n    a: "1"\n')
    expect(rewritten).toHaveLength(1)
  })

  test('keeps the line ends of a file from Windows', () => {
    const { text } = applyPatch(CONFIG.replaceAll('\n', '\r\n'), 'machine: {sysctls: {a.b: "1"}}', context)
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    expect(text).toContain('# keep me\r\n        a.b: "1"\r\n')
  })
})

describe('$patch: delete', () => {
  test('removes a document, a key with the comment above it, or an element of a list', () => {
    const link = 'apiVersion: v1alpha1\nkind: LinkConfig\nname: enp3s0\n'
    expect(applyPatch(CONFIG, `${link}$patch: delete\n`, context).text).not.toContain('LinkConfig')
    expect(changes('machine: {kubelet: {$patch: delete}}')).toEqual([
      '-    # Kubelet.',
      '-    kubelet:',
      '-        image: ghcr.io/siderolabs/kubelet:v1.36.3 # image',
      '-        extraConfig:',
      '-            maxPods: 200',
    ])
    expect(changes(`${link}addresses: [{address: 10.0.20.14/24, $patch: delete}]`)).toEqual([
      '-    - address: 10.0.20.14/24',
    ])
    expect(changes('machine: {kernel: {modules: [{name: uio, $patch: delete}, {name: zfs}]}}')).toEqual([
      '+            - name: zfs',
      '-            - name: uio',
    ])
  })

  test('passes over a document that is not there', () => {
    expect(changes('apiVersion: v1alpha1\nkind: VLANConfig\nname: x\n$patch: delete')).toEqual([])
  })

  test('fails in Talos’ words', () => {
    const element = '[{interface: eth9, $patch: delete}]'
    expect(failure(`machine: {network: {interfaces: ${element}}}`)).toBe(
      "patch-refused: patch delete: path 'machine.network.interfaces.[0]' in document '/v1alpha1': failed to delete path 'machine.network.interfaces.[0]': lookup failed",
    )
    expect(failure('machine: {sysctls: {gone: {$patch: delete}}}')).toMatch(
      /'machine\.sysctls\.gone': lookup failed$/,
    )
    expect(failure('machine: {time: {servers: {$patch: delete}}}')).toMatch(/lookup failed$/)
    expect(failure('apiVersion: v1alpha1\nkind: LinkConfig\nname: enp3s0\nnope: {$patch: delete}')).toBe(
      "patch-refused: named patch delete: document v1alpha1/LinkConfig: failed to delete path 'nope': lookup failed",
    )
    expect(failure('$patch: delete')).toBe(
      'patch-unreadable: error processing patch delete statements at line 1: missing apiVersion in document for which $patch: delete is used',
    )
    expect(failure('machine: {network: {interfaces: [{interface: eth0, mtu: {$patch: delete}}]}}')).toBe(
      "patch-unreadable: error processing patch delete statements at line 1: cannot delete an inner key in 'machine.network.interfaces.[0].mtu'",
    )
    expect(failure('machine: {network: {interfaces: [{vlans: [{vlanId: 20, $patch: delete}]}]}}')).toMatch(
      /searching for complex paths in slices is not supported$/,
    )
    expect(failure('kind: LinkConfig\nname: x\nmtu: {$patch: delete}')).toMatch(
      /kind and apiVersion must be both set for path mtu$/,
    )
  })

  test('deletes a field that Talos knows though nothing is written there', () => {
    expect(changes('machine: {files: {$patch: delete}}')).toEqual([])
  })
})

describe('what is no strategic merge', () => {
  const single = CONFIG.slice(0, CONFIG.indexOf('---'))

  test('a JSON patch changes a configuration of one document, in YAML or JSON', () => {
    expect(changes('- {op: replace, path: /machine/type, value: controlplane}', single)).toEqual([
      '+    type: controlplane # the role',
      '-    type: worker # the role',
    ])
    expect(changes('[{"op": "add", "path": "/machine/nodeLabels/a~1b", "value": "c"}]', single)[0]).toBe(
      '+    nodeLabels: {rack: a, a/b: "c"}',
    )
    expect(changes('- {op: remove, path: /machine/kernel/modules/0}', single)).toEqual([
      '-            - name: nvme_tcp',
    ])
    expect(failure('- {op: remove, path: /machine/nope}', single)).toBe(
      'patch-refused: remove operation does not apply: doc is missing path: /machine/nope',
    )
    expect(failure('- {op: test, path: /machine/type, value: x}', single)).toMatch(/testing value .* failed/)
  })

  test('a JSON patch is refused for a configuration of several documents', () => {
    expect(failure('- {op: remove, path: /machine/kubelet}')).toBe(
      'patch-refused: JSON6902 patches are not supported for multi-document machine configuration',
    )
  })

  test.each([
    ['nothing at all', '# only a comment', /^patch-unreadable: The patch is empty/],
    ['broken YAML', 'machine: {', /^patch-unreadable: The patch is not valid YAML at line 1/],
    ['a sentence', 'hello', /expected a YAML document at line 1/],
    ['a document without kind', 'apiVersion: v1alpha1\nname: x', /missing kind/],
    ['a document without apiVersion', 'kind: LinkConfig\nname: x', /missing apiVersion/],
    [
      'a list where a map stands',
      'machine: {sysctls: [1]}',
      /^patch-refused: v1alpha1, machine\.sysctls: merge type mismatch/,
    ],
  ])('%s is refused', (_, patch, words) => {
    expect(failure(patch)).toMatch(words)
  })
})
