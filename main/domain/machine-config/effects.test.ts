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

/** behaviour.md §4.2, the immediate list up to 1.13. */
const immediate = [
  'debug',
  'cluster.discovery.enabled',
  'cluster.inlineManifests',
  ...'ca.crt acceptedCAs time.disabled certSANs install.disk network.mtu sysfs.a sysctls.b logging.destinations controlPlane.scheduler kubelet.image kernel.modules registries.mirrors pods seccompProfiles nodeAnnotations.a nodeLabels.a nodeTaints.a'
    .split(' ')
    .map((path) => `machine.${path}`),
  ...'kubernetesTalosAPIAccess.enabled kubePrism.port hostDNS.enabled imageCache.localEnabled nodeAddressSortAlgorithm'
    .split(' ')
    .map((path) => `machine.features.${path}`),
]

/** behaviour.md §4.2, needs a reboot up to 1.13. */
const rebooting = [
  ...'type token disks files env.A systemDiskEncryption.state udev.rules baseRuntimeSpecOverrides.a features.diskQuotaSupport features.stableHostname'
    .split(' ')
    .map((path) => `machine.${path}`),
]

describe.each(early)('what a change costs on Talos %s', (version) => {
  test.each(immediate)('%s needs no reboot', (path) => {
    expect(['live', 'restarts', 'none']).toContain(effectOf(path, version).kind)
  })

  test.each(rebooting)('%s needs a reboot', (path) => {
    expect(effectOf(path, version)).toEqual({ kind: 'reboot' })
  })

  test('install sections have no effect on an installed node', () => {
    expect(effectOf('machine.install.image', version)).toEqual({ kind: 'none', why: 'install-only' })
  })

  test('etcd is never restarted implicitly', () => {
    expect(effectOf('cluster.etcd.extraArgs.a', version)).toEqual({ kind: 'at-reboot' })
  })
})

describe.each(['v1.14.0-rc.1', 'v1.14.2', 'v1.15.0-alpha.0'])(
  'what a change costs on Talos %s',
  (version) => {
    test.each([...immediate, ...rebooting])('%s never makes the node reboot', (path) => {
      expect(effectOf(path, version).kind).not.toBe('reboot')
    })

    test.each(['machine.env.A', 'machine.systemDiskEncryption.state', 'cluster.etcd.extraArgs.a'])(
      '%s waits for a reboot',
      (path) => {
        expect(effectOf(path, version)).toEqual({ kind: 'at-reboot' })
      },
    )

    test.each(['machine.token', 'machine.files', 'machine.udev.rules'])(
      '%s is not told by anyone',
      (path) => {
        expect(effectOf(path, version)).toEqual({ kind: 'unknown' })
      },
    )

    test('a kernel module that goes stays loaded, one that comes is loaded', () => {
      const list = (...names: string[]): string =>
        `machine:\n  kernel:\n    modules: [${names.map((name) => `{name: ${name}}`).join(', ')}]\n`
      expect(effectBetween(list('a', 'b'), list('a'), version)).toEqual({ kind: 'at-reboot' })
      expect(effectBetween(list('a'), list('a', 'b'), version)).toEqual({ kind: 'live' })
    })
  },
)

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
