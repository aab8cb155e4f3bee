import { beforeAll, expect, test } from 'vitest'
import { runningMachines } from '../../../../tests/fakes/simulated-machines.ts'
import type { SimulatedMachine } from '../../machine-api.ts'
import { parseConfig } from './parse.ts'
import { validateConfig } from './validate.ts'

const SCHEMAS = new URL('../../../../resources/config-schema', import.meta.url).pathname
const DISKS = [
  { spec: { dev_path: '/dev/nvme0n1', size: 500_107_862_016, transport: 'nvme' }, isSystemDisk: true },
]

const configOf = (machine: SimulatedMachine): string =>
  machine.readFile('/system/state/config.yaml').toString()

let controlPlane = ''
let worker = ''
beforeAll(async () => {
  const { machines } = await runningMachines([
    { talos: 'v1.14.0', contract: '1.14' },
    { talos: 'v1.14.0', contract: '1.14', role: 'worker' },
  ])
  ;[controlPlane = '', worker = ''] = machines.map(configOf)
})

const verdict = (text: string, talos = 'v1.14.0'): string | undefined =>
  validateConfig(parseConfig(text, { talos, schemaDir: SCHEMAS }), { talos, disks: DISKS })

const kinds = (text: string): readonly string[] =>
  parseConfig(text, { talos: 'v1.14.0', schemaDir: SCHEMAS }).documents.map(({ kind }) => kind)

test('the contract of 1.14 keeps Kubernetes, discovery and the installation in documents, which 1.14 takes', () => {
  const text = controlPlane
  expect(kinds(text)).toEqual([
    '',
    'DiscoveryServiceConfig',
    'DiscoveryIdentityConfig',
    'UnattendedInstallConfig',
    'SysctlConfig',
    'VolumeConfig',
    'FilesystemTrimConfig',
    'SecurityProfileConfig',
    'KubeClusterConfig',
    'KubeNodeConfig',
    'KubeletConfig',
    'KubeNetworkConfig',
    'KubeAPIServerCAConfig',
    'KubePrismConfig',
    'KubeAggregatorCAConfig',
    'KubeAdmissionControlConfig',
    'KubeAuditPolicyConfig',
    'KubeAuthorizerConfig',
    'KubeAuthorizerConfig',
    'KubeEtcdEncryptionConfig',
    'KubeServiceAccountConfig',
    'KubeAPIServerConfig',
    'KubeControllerManagerConfig',
    'KubeSchedulerConfig',
    'KubeProxyConfig',
    'KubeFlannelCNIConfig',
    'KubeCoreDNSConfig',
    'HostnameConfig',
    'LinkConfig',
    'ResolverConfig',
    'RegistryAuthConfig',
  ])
  expect(verdict(text)).toBeUndefined()
})

test('a worker of that contract trusts the Kubernetes CA and has none of the control plane’s secrets', () => {
  const text = worker
  expect(kinds(text)).not.toContain('KubeAPIServerConfig')
  expect(text).toContain('kind: KubeAPIServerCAConfig\nacceptedCAs:\n')
  expect(text).not.toContain('service account key')
  expect(verdict(text)).toBeUndefined()
})

test('a node of that contract says the same of itself as one of the contract before', async () => {
  const facts = await Promise.all(
    (['1.13', '1.14'] as const).map(async (contract) => {
      const { machine } = await runningMachines([{ talos: 'v1.14.0', contract }])
      const { facts: read } = parseConfig(configOf(machine), { talos: 'v1.14.0', schemaDir: SCHEMAS })
      return read
    }),
  )
  const [before, after] = facts
  for (const key of [
    'clusterName',
    'endpoint',
    'hostname',
    'kubeletImage',
    'apiServer',
    'controllerManager',
    'scheduler',
    'proxy',
    'coreDns',
    'podSubnets',
    'serviceSubnets',
    'dnsDomain',
    'sysctls',
    'discovery',
    'installImage',
  ] as const)
    expect(after?.[key], key).toEqual(before?.[key])
})

test('an older node knows none of these documents', () => {
  const text = controlPlane
  expect(() => parseConfig(text, { talos: 'v1.13.9', schemaDir: SCHEMAS })).toThrow(
    /^error decoding document DiscoveryServiceConfig\/v1alpha1\/default \(line \d+\): "DiscoveryServiceConfig" "v1alpha1": not registered$/,
  )
})

test.each([
  [
    'machine:\n',
    'machine:\n    kubelet: {}\n',
    'KubeletConfig/: kubelet config is already set in v1alpha1 config (.machine.kubelet)',
  ],
  [
    'cluster:\n',
    'cluster:\n    clusterName: casa\n',
    'KubeClusterConfig/: cluster name is already set in the v1alpha1 config (.cluster.clusterName). Please remove it and use only the new KubeClusterConfig document to avoid conflicts',
  ],
  [
    'cluster:\n',
    'cluster:\n    discovery:\n        enabled: true\n',
    'DiscoveryServiceConfig/default: discovery service is already configured in .cluster.discovery of the v1alpha1 config',
  ],
  [
    'machine:\n',
    'machine:\n    install:\n        disk: /dev/nvme0n1\n',
    'UnattendedInstallConfig/: UnattendedInstallConfig config is incompatible with v1alpha1 config (.machine.install)',
  ],
  [
    'kubelet:v1.37.0-rc.0',
    'kubelet:v1.29.1',
    'KubeletConfig/: kubelet image is not valid: version of Kubernetes 1.29.1 is too old to be used with Talos 1.14.0',
  ],
  [
    'disk.dev_path == "/dev/nvme0n1"',
    'disk.size > 100 * GB',
    "UnattendedInstallConfig/: provisioning.volumeSelector.match: ERROR: <input>:1:17: found no matching overload for '_*_' applied to '(int, uint)'\n | disk.size > 100 * GB\n | ................^",
  ],
])('what stands twice or does not fit is refused: %s → %s', (from, to, line) => {
  const text = controlPlane.replace(from, to)
  expect(verdict(text)).toBe(`1 error occurred:\n\t* ${line}\n\n`)
})
