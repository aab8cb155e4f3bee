import { join } from 'node:path'
import { expect, test } from 'vitest'
import { simulatedMachines } from '../../../../tests/fakes/simulated-machines.ts'
import { Code, SimulatedStatus } from '../../machine-api.ts'
import { parseConfig } from './parse.ts'
import { validateConfig } from './validate.ts'

const schemaDir = join(import.meta.dirname, '../../../../resources/config-schema')

const LEGACY = `version: v1alpha1
machine:
    type: worker
    token: a.b
    ca:
        crt: YQ==
        key: ""
cluster:
    controlPlane:
        endpoint: https://10.5.0.2:6443
`

function refusal(text: string, talos = 'v1.13.9'): string {
  try {
    parseConfig(text, { talos, schemaDir })
  } catch (error) {
    if (error instanceof SimulatedStatus && error.code === Code.INVALID_ARGUMENT) return error.message
    throw error
  }
  return 'accepted'
}

function invalid(text: string, talos = 'v1.13.9'): string | undefined {
  return validateConfig(parseConfig(text, { talos, schemaDir }), {
    talos,
    disks: [
      { spec: { dev_path: '/dev/nvme0n1', size: 500_107_862_016, transport: 'nvme' }, isSystemDisk: true },
    ],
  })
}

test.each(['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0'])(
  'a node of %s takes the configs generated for it, and finds nothing to say against them',
  (talos) => {
    for (const role of ['controlplane', 'worker'] as const) {
      const { machine } = simulatedMachines([{ talos, role }])
      const text = machine.readFile('/system/state/config.yaml').toString()
      expect(refusal(text, talos)).toBe('accepted')
      expect(invalid(text, talos)).toBeUndefined()
      expect(text.includes('kind: UserVolumeConfig')).toBe(role === 'worker' && talos !== 'v1.9.6')
      expect(text.includes('kind: HostnameConfig')).toBe(/1\.1[234]/.test(talos))
    }
  },
)

test('an unknown key is refused with the offending tree and the line of its document', () => {
  expect(
    refusal(LEGACY.replace('    token: a.b', '    token: a.b\n    tokn: a.b\n    kubelet:\n        imge: x')),
  ).toBe(
    'error decoding document /v1alpha1/ (line 1): unknown keys found during decoding:\nmachine:\n    tokn: a.b\n    kubelet:\n        imge: x\n',
  )
  const document = '---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostnme: kitchen\n'
  expect(refusal(LEGACY + document)).toBe(
    'error decoding document HostnameConfig/v1alpha1/ (line 12): unknown keys found during decoding:\nhostnme: kitchen\n',
  )
})

test('legacy keys that a newer schema no longer lists are still decoded', () => {
  const text = LEGACY.replace(
    '    token: a.b',
    '    token: a.b\n    network:\n        hostname: kitchen\n        interfaces:\n            - interface: eth0\n              vlans: []\n    install:\n        disk: /dev/sda\n        bootloader: true',
  )
  for (const talos of ['v1.9.6', 'v1.12.11', 'v1.14.0']) expect(refusal(text, talos)).toBe('accepted')
})

test('a value of another type is told with its line', () => {
  expect(
    refusal(
      LEGACY.replace(
        '    token: a.b',
        '    token: a.b\n    kubelet:\n        disableManifestsDirectory: maybe',
      ),
    ),
  ).toBe(
    'error decoding document /v1alpha1/ (line 1): yaml: unmarshal errors:\n  line 6: cannot unmarshal !!str `maybe` into bool',
  )
  expect(refusal(LEGACY.replace('    token: a.b', '    token: a.b\n    certSANs: none'))).toContain(
    'line 5: cannot unmarshal !!str `none` into []string',
  )
})

test('a kind that the version does not know is not registered', () => {
  const document = '---\napiVersion: v1alpha1\nkind: KubeSpanConfig\nenabled: true\n'
  expect(refusal(LEGACY + document, 'v1.12.11')).toBe(
    'error decoding document KubeSpanConfig/v1alpha1/ (line 12): "KubeSpanConfig" "v1alpha1": not registered',
  )
  expect(refusal(LEGACY + document, 'v1.13.9')).toBe('accepted')
})

test('documents without kind or apiVersion, and doubles, are refused', () => {
  expect(refusal('apiVersion: v1alpha1\nname: x\n')).toBe('missing kind')
  expect(refusal('kind: HostnameConfig\nhostname: x\n')).toBe('missing apiVersion')
  const document = '---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostname: x\n'
  expect(refusal(LEGACY + document + document)).toBe(
    'duplicate document HostnameConfig/v1alpha1/ is not allowed (line 16)',
  )
})

test('broken YAML is refused in the words of Go with the line', () => {
  expect(refusal('machine:\n\ttype: worker\n')).toMatch(
    /^yaml: line 2: found character that cannot start any token/,
  )
  expect(refusal('machine:\n    type: worker\n    type: worker\n')).toBe(
    'yaml: unmarshal errors:\n  line 3: mapping key "type" already defined at line 2',
  )
})

test('validation errors come as a multi-error, those of the legacy document nested', () => {
  const text = LEGACY.replace('type: worker', 'type: workr')
  expect(refusal(text)).toBe('accepted')
  expect(invalid(text)).toBe(
    '1 error occurred:\n\t* v1alpha1.Config: 1 error occurred:\n\t* unknown machine type "workr"\n\n\n\n',
  )
})

test('image tags have to fit the Talos version from 1.11 on', () => {
  const text = LEGACY.replace(
    '    token: a.b',
    '    token: a.b\n    kubelet:\n        image: ghcr.io/siderolabs/kubelet:v1.40.0',
  )
  expect(invalid(text, 'v1.13.9')).toContain(
    'kubelet image is not valid: version of Kubernetes 1.40.0 is too new to be used with Talos 1.13.9',
  )
  expect(invalid(text, 'v1.10.9')).toBeUndefined()
})

test('1.14 refuses a document beside the legacy field it replaces', () => {
  const text = LEGACY.replace(
    '    token: a.b',
    '    token: a.b\n    kubelet:\n        image: ghcr.io/siderolabs/kubelet:v1.36.0',
  )
  const document =
    '---\napiVersion: v1alpha1\nkind: KubeletConfig\nimage: ghcr.io/siderolabs/kubelet:v1.36.0\n'
  expect(invalid(text + document, 'v1.14.0')).toContain('machine.kubelet')
  expect(invalid(LEGACY + document, 'v1.14.0')).toBeUndefined()
})

test('two links of one name but different kinds shut each other out', () => {
  const documents = ['LinkConfig', 'BondConfig'].map(
    (kind) =>
      `---\napiVersion: v1alpha1\nkind: ${kind}\nname: bond0\n${kind === 'BondConfig' ? 'bondMode: 802.3ad\nlinks: [eth0]\n' : ''}`,
  )
  expect(invalid(LEGACY + documents.join(''))).toContain('conflicts with')
})
