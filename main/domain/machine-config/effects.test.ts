import { readFileSync } from 'node:fs'
import type { Effect } from '#contract/machine-configs.ts'
import { describe, expect, test } from 'vitest'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { diffConfigs } from './change-table.ts'
import { createEffects } from './effects.ts'
import { knowConfig } from './review.ts'

/** The effect of giving `path` of the legacy document another value on that Talos line. */
function effectOf(path: string, version: string): Effect {
  const keys = path.split('.')
  const text = (value: string): string =>
    keys
      .map((key, depth) => `${'  '.repeat(depth)}${key}:${depth === keys.length - 1 ? ` ${value}` : ''}`)
      .join('\n')
  return effectBetween(`${text('a')}\nversion: v1alpha1\n`, `${text('b')}\nversion: v1alpha1\n`, version)
}

function effectBetween(before: string, after: string, version: string): Effect {
  const base = knowConfig(before, configFacts)
  const draft = knowConfig(after, configFacts, base.vault)
  const change = diffConfigs(base, draft)[0]!
  return createEffects(configFacts, version)(change, change.leaves[0]).effect
}

const early = ['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9']
const late = ['v1.14.0-rc.1', 'v1.14.2', 'v1.15.0-alpha.0']

const live = { kind: 'live' } as const
const reboot = { kind: 'reboot' } as const
const atReboot = { kind: 'at-reboot' } as const
const unknown = { kind: 'unknown' } as const
const restarts = (service: string) => ({ kind: 'restarts', service }) as const
const none = (why: 'install-only' | 'inert') => ({ kind: 'none', why }) as const

/** Every path that behaviour.md §4.2 names, with what it costs up to 1.13 and from 1.14 on. */
const PATHS: readonly (readonly [path: string, early: Effect, late?: Effect])[] = [
  // "Immediate list": applied without a reboot on every line.
  ['debug', live],
  ['cluster.discovery.enabled', live],
  ['cluster.inlineManifests', live],
  ['cluster.apiServer.image', restarts('kube-apiserver')],
  ['cluster.controllerManager.image', restarts('kube-controller-manager')],
  ['cluster.scheduler.image', restarts('kube-scheduler')],
  ['cluster.proxy.image', restarts('kube-proxy')],
  ['cluster.coreDNS.image', restarts('coredns')],
  ['cluster.network.dnsDomain', restarts('kube-apiserver')],
  ['machine.ca.crt', live],
  ['machine.acceptedCAs', live],
  ['machine.time.disabled', live],
  ['machine.certSANs', live],
  ['machine.install.disk', none('install-only')],
  ['machine.install.image', none('install-only')],
  ['machine.network.mtu', live],
  ['machine.network.hostname', live],
  ['machine.sysfs.a', live],
  ['machine.sysctls.b', live],
  ['machine.logging.destinations', live],
  ['machine.controlPlane.scheduler', live],
  ['machine.kubelet.image', restarts('kubelet')],
  ['machine.kernel.modules', live, atReboot],
  ['machine.registries.mirrors', live],
  ['machine.pods', live],
  ['machine.seccompProfiles', live],
  ['machine.nodeAnnotations.a', live],
  ['machine.nodeLabels.a', live],
  ['machine.nodeTaints.a', live],
  ['machine.features.kubernetesTalosAPIAccess.enabled', live],
  ['machine.features.kubePrism.port', live],
  ['machine.features.hostDNS.enabled', live],
  ['machine.features.imageCache.localEnabled', live],
  ['machine.features.nodeAddressSortAlgorithm', live],
  // "Needs reboot" up to 1.13. From 1.14 on nobody tells, but for what its documentation lists.
  ['machine.type', reboot, unknown],
  ['machine.token', reboot, unknown],
  ['machine.disks', reboot, unknown],
  ['machine.files', reboot, unknown],
  ['machine.env.A', reboot, atReboot],
  ['machine.systemDiskEncryption.state', reboot, atReboot],
  ['machine.udev.rules', reboot, unknown],
  ['machine.baseRuntimeSpecOverrides.a', reboot, unknown],
  ['machine.features.diskQuotaSupport', reboot, unknown],
  ['machine.features.stableHostname', reboot, unknown],
  // etcd is never restarted implicitly, whatever the line.
  ['cluster.etcd.extraArgs.a', atReboot],
  ['cluster.etcd.image', atReboot],
]

describe.each([
  ...early.map((version) => [version, 'early'] as const),
  ...late.map((version) => [version, 'late'] as const),
])('what a change costs on Talos %s', (version, when) => {
  const expected = PATHS.map(
    ([path, upTo13, from14 = upTo13]) => [path, when === 'early' ? upTo13 : from14] as const,
  )
  test.each(expected)('%s', (path, effect) => {
    expect(effectOf(path, version)).toEqual(effect)
  })
})

describe.each(late)('what waits for a reboot on Talos %s', (version) => {
  const list = (...names: string[]): string =>
    `machine:\n  kernel:\n    modules: [${names.map((name) => `{name: ${name}}`).join(', ')}]\n`
  const documents = (body: string): string => `version: v1alpha1\n---\napiVersion: v1alpha1\n${body}\n`

  const cases: readonly (readonly [name: string, before: string, after: string, effect: Effect])[] = [
    ['a module that goes', list('a', 'b'), list('a'), atReboot],
    ['a module that comes', list('a'), list('a', 'b'), live],
    [
      'parameters of a module',
      documents('kind: KernelModuleConfig\nname: a\nparameters: [x=1]'),
      documents('kind: KernelModuleConfig\nname: a\nparameters: [x=2]'),
      atReboot,
    ],
    [
      'a module document that goes',
      documents('kind: KernelModuleConfig\nname: a'),
      'version: v1alpha1\n',
      atReboot,
    ],
    [
      'variables of services that run',
      documents('kind: EnvironmentConfig\nvariables: {A: b}'),
      documents('kind: EnvironmentConfig\nvariables: {A: c}'),
      atReboot,
    ],
    ...['VolumeConfig', 'UserVolumeConfig', 'RawVolumeConfig', 'SwapVolumeConfig'].map(
      (kind) =>
        [
          `encryption keys of a ${kind}`,
          documents(`kind: ${kind}\nname: x\nencryption: {keys: [{slot: 0, nodeID: {}}]}`),
          documents(`kind: ${kind}\nname: x\nencryption: {keys: [{slot: 1, nodeID: {}}]}`),
          atReboot,
        ] as const,
    ),
    [
      'the installation of a node that is installed',
      documents('kind: UnattendedInstallConfig\nreboot: true'),
      documents('kind: UnattendedInstallConfig\nreboot: false'),
      none('install-only'),
    ],
  ]
  test.each(cases)('%s', (_, before, after, effect) => {
    expect(effectBetween(before, after, version)).toEqual(effect)
  })
})

describe('the table is whole', () => {
  /** Fields of the legacy document, two levels below `machine` and `features`, by schema of the line. */
  function fieldsOf(line: string): readonly string[] {
    const schema = JSON.parse(readFileSync(`resources/config-schema/${line}.json`, 'utf8')) as {
      $defs: Record<string, { properties?: Record<string, unknown> } | undefined>
    }
    const keys = (name: string): readonly string[] =>
      Object.keys(schema.$defs[`v1alpha1.${name}`]?.properties ?? {})
    return [
      ...keys('MachineConfig')
        .filter((key) => key !== 'features')
        .map((key) => `machine.${key}`),
      ...keys('FeaturesConfig').map((key) => `machine.features.${key}`),
      ...keys('ClusterConfig').map((key) => `cluster.${key}`),
    ]
  }

  test.each(['v1.9', 'v1.10', 'v1.11', 'v1.12', 'v1.13', 'v1.14'])(
    'every field of %s has a row of its own or above it',
    (line) => {
      const fields = fieldsOf(line)
      // The schema of 1.14 has left out what its documents took over.
      expect(fields.length).toBeGreaterThan(10)
      const rows = configFacts.effects.filter((row) => row.document === 'v1alpha1' && row.path !== '')
      const without = fields.filter(
        (field) =>
          !rows.some(
            ({ path }) => field === path || field.startsWith(`${path}.`) || path.startsWith(`${field}.`),
          ),
      )
      expect(without).toEqual([])
    },
  )
})

describe('fields without effect', () => {
  test.each([
    ['machine.features.rbac', 'v1.11.6', 'reboot'],
    ['machine.features.rbac', 'v1.12.0', 'none'],
    ['machine.features.apidCheckExtKeyUsage', 'v1.13.9', 'none'],
    ['cluster.apiServer.disablePodSecurityPolicy', 'v1.11.6', 'restarts'],
    ['cluster.apiServer.disablePodSecurityPolicy', 'v1.12.0', 'none'],
    ['machine.install.extensions', 'v1.10.0', 'none'],
  ])('%s on %s: %s', (path, version, kind) => {
    expect(effectOf(path, version).kind).toBe(kind)
  })
})

describe('typed documents', () => {
  const doc = (kind: string, rest: string): string =>
    `version: v1alpha1\n---\napiVersion: v1alpha1\nkind: ${kind}\nname: x\n${rest}\n`

  test.each([
    ['LinkConfig', 'mtu: 1', 'mtu: 2', 'v1.13.9', { kind: 'live' }],
    ['LinkConfig', 'mtu: 1', 'mtu: 2', 'v1.11.6', { kind: 'rejected' }],
    ['NoSuchConfig', 'a: 1', 'a: 2', 'v1.14.0', { kind: 'rejected' }],
    ['KubeletConfig', 'image: a', 'image: b', 'v1.14.0', { kind: 'restarts', service: 'kubelet' }],
    [
      'ExtensionServiceConfig',
      'environment: [a]',
      'environment: [b]',
      'v1.9.6',
      { kind: 'restarts', service: 'ext-x' },
    ],
    [
      'UserVolumeConfig',
      'provisioning: {maxSize: 1GB}',
      'provisioning: {maxSize: 2GB}',
      'v1.13.9',
      { kind: 'at-reboot' },
    ],
    ['EnvironmentConfig', 'variables: {A: b}', 'variables: {A: c}', 'v1.13.9', { kind: 'at-reboot' }],
  ])('%s %s → %s on %s', (kind, before, after, version, effect) => {
    expect(effectBetween(doc(kind, before), doc(kind, after), version)).toEqual(effect)
  })
})

describe('the tables themselves', () => {
  test('every row says where it was read', () => {
    for (const row of configFacts.effects) expect(row.source, `${row.document} ${row.path}`).not.toBe('')
  })

  test('rows speak of kinds that exist', () => {
    const kinds = new Set(['*', 'v1alpha1', ...configFacts.kinds.map((kind) => kind.kind)])
    const unknown = [...configFacts.effects, ...configFacts.secrets].filter((row) => !kinds.has(row.document))
    expect(unknown).toEqual([])
  })
})
