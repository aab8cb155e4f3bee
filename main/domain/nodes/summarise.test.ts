import { describe, expect, test } from 'vitest'
import { ContextName, NodeAddress } from '#contract/names.ts'
import { createResourceCache } from './resource-cache.ts'
import * as types from './resource-types.ts'
import { summarise } from './summarise.ts'
import type { Resource, ResourceKey } from './talos-port.ts'

function resource(key: ResourceKey, id: string, spec: unknown): Resource {
  return {
    namespace: key.namespace,
    type: key.type,
    id,
    version: '1',
    phase: 'running',
    labels: {},
    annotations: {},
    spec,
  }
}

function cacheOf(...told: readonly [ResourceKey, string, unknown][]): ReturnType<typeof createResourceCache> {
  const cache = createResourceCache()
  for (const [key, id, spec] of told) {
    cache.apply(key, { kind: 'present', resource: resource(key, id, spec) })
    cache.apply(key, { kind: 'ready' })
  }
  return cache
}

const context = ContextName.parse('casa')
const address = NodeAddress.parse('10.0.20.11')
const connecting = { reach: { kind: 'connecting' } } as const

describe('a row of the fleet', () => {
  test('is empty where the node has told nothing', () => {
    expect(summarise(context, address, createResourceCache(), connecting)).toEqual({
      context,
      address,
      role: 'unknown',
      reach: { kind: 'connecting' },
      diagnostics: [],
    })
  })

  test('has the stage with the conditions that are not met', () => {
    const cache = cacheOf([
      types.MACHINE_STATUS,
      'machine',
      {
        stage: 'booting',
        status: { ready: false, unmetConditions: [{ name: 'services', reason: 'etcd not healthy' }] },
      },
    ])
    expect(summarise(context, address, cache, connecting).stage).toEqual({
      name: 'booting',
      ready: false,
      unmet: [{ name: 'services', reason: 'etcd not healthy' }],
    })
  })

  test('calls a stage of a newer Talos unknown', () => {
    const cache = cacheOf([
      types.MACHINE_STATUS,
      'machine',
      { stage: 'hibernating', status: { ready: true } },
    ])
    expect(summarise(context, address, cache, connecting).stage?.name).toBe('unknown')
  })

  test('takes the schematic id from the pseudo extension and lists the others', () => {
    const cache = createResourceCache()
    for (const [id, name, version] of [
      ['0', 'iscsi-tools', 'v0.2.0'],
      ['1', 'schematic', '613e1592b2da'],
    ] as const) {
      cache.apply(types.EXTENSION, {
        kind: 'present',
        resource: resource(types.EXTENSION, id, { metadata: { name, version } }),
      })
    }
    cache.apply(types.EXTENSION, { kind: 'ready' })
    expect(summarise(context, address, cache, connecting).schematic).toEqual({
      id: '613e1592b2da',
      extensions: [{ name: 'iscsi-tools', version: 'v0.2.0' }],
    })
  })

  test.each([
    ['ghcr.io/siderolabs/kubelet:v1.36.3', 'v1.36.3'],
    ['ghcr.io/siderolabs/kubelet:v1.36.3-slim', 'v1.36.3'],
    ['registry.lan/kubelet@sha256:00', undefined],
  ])('reads Kubernetes from the kubelet image %s', (image, version) => {
    const cache = cacheOf([types.KUBELET_SPEC, 'kubelet', { image }])
    expect(summarise(context, address, cache, connecting).kubernetesVersion).toBe(version)
  })

  test('has the role, which the node tells as a bare word', () => {
    expect(
      summarise(context, address, cacheOf([types.MACHINE_TYPE, 'machine-type', 'worker']), connecting).role,
    ).toBe('worker')
    expect(
      summarise(context, address, cacheOf([types.MACHINE_TYPE, 'machine-type', 3]), connecting).role,
    ).toBe('unknown')
  })

  test('carries the diagnostics the node reports', () => {
    const cache = cacheOf([types.DIAGNOSTIC, 'kubelet-csr', { message: 'CSR is not approved' }])
    expect(summarise(context, address, cache, connecting).diagnostics).toEqual([
      { id: 'kubelet-csr', message: 'CSR is not approved' },
    ])
  })
})

describe('after a watch was lost', () => {
  const other = types.DIAGNOSTIC

  test('what the node told stays until its new snapshot is whole, then what it no longer tells is gone', () => {
    const cache = cacheOf([other, 'address-overlap', { message: 'x' }])
    cache.apply(other, { kind: 'lost', error: new Error('reboot') })
    cache.apply(other, { kind: 'present', resource: resource(other, 'kubelet-csr', { message: 'y' }) })
    expect(cache.all(other).map(({ id }) => id)).toEqual(['address-overlap'])
    cache.apply(other, { kind: 'ready' })
    expect(cache.all(other).map(({ id }) => id)).toEqual(['kubelet-csr'])
  })

  test('changes and removals after that count at once', () => {
    const cache = cacheOf([other, 'kubelet-csr', { message: 'y' }])
    cache.apply(other, { kind: 'changed', resource: resource(other, 'kubelet-csr', { message: 'z' }) })
    expect(cache.one(other, 'kubelet-csr')?.spec).toEqual({ message: 'z' })
    cache.apply(other, { kind: 'gone', id: 'kubelet-csr' })
    expect(cache.first(other)).toBeUndefined()
  })
})
