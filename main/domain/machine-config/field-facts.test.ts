import { describe, expect, test } from 'vitest'
import { createConfigResources } from '../../store/config-resources.ts'
import { fieldFacts } from './field-facts.ts'
import { createLineSchemas } from './line-schema.ts'
import type { JsonSchema } from './schema-port.ts'

const resources = createConfigResources('resources')
const read = createLineSchemas(resources)

async function ask(
  talosVersion: string,
  document: string,
  path: readonly (string | number)[],
  name?: string,
) {
  const lines: (readonly [string, JsonSchema])[] = []
  for (const version of await resources.versions()) lines.push([version, (await read(version))!])
  const line = `v${/^v(\d+\.\d+)/.exec(talosVersion)?.[1] ?? ''}`
  return fieldFacts(
    { document, name, path },
    { facts: await resources.facts(), tables: await resources.fieldTables(), lines, line, talosVersion },
  )
}

describe('what is told of a key', () => {
  test('a key as old as our oldest line may be older', async () => {
    expect(await ask('v1.12.3', 'v1alpha1', ['machine', 'kubelet', 'image'])).toMatchObject({
      since: '1.9',
      sinceOrOlder: true,
      effect: { kind: 'restarts', service: 'kubelet' },
      docs: 'https://docs.siderolabs.com/talos/v1.12/reference/configuration/v1alpha1/config',
    })
  })

  test('a document that came later says with which line, and has its own page', async () => {
    const facts = await ask('v1.13.2', 'LinkConfig', ['mtu'], 'enp3s0')
    expect(facts).toMatchObject({ since: '1.12', sinceOrOlder: false, default: '1500', network: true })
    expect(facts.docs).toBe(
      'https://docs.siderolabs.com/talos/v1.13/reference/configuration/network/linkconfig',
    )
  })

  test('a key inside a list is found below the list', async () => {
    expect(await ask('v1.14.0', 'LinkConfig', ['routes', 0, 'gateway'], 'enp3s0')).toMatchObject({
      since: '1.12',
    })
  })

  test('the effect is that of the node’s version', async () => {
    const sysctl = ['machine', 'sysctls', 'vm.swappiness']
    const install = ['machine', 'install', 'disk']
    expect((await ask('v1.9.5', 'v1alpha1', install)).effect).toEqual({ kind: 'none', why: 'install-only' })
    expect((await ask('v1.13.0', 'v1alpha1', sysctl)).effect).toEqual({ kind: 'live' })
    const env = ['machine', 'env', 'http_proxy']
    const before = (await ask('v1.13.0', 'v1alpha1', env)).effect
    const after = (await ask('v1.14.0', 'v1alpha1', env)).effect
    expect([before?.kind, after?.kind]).toEqual(['reboot', 'at-reboot'])
  })

  test('what left the schema says since when', async () => {
    const path = ['machine', 'kubelet', 'image']
    expect((await ask('v1.14.0', 'v1alpha1', path)).deprecatedSince).toBe('1.14')
    expect((await ask('v1.13.0', 'v1alpha1', path)).deprecatedSince).toBeUndefined()
    expect((await ask('v1.12.0', 'v1alpha1', ['machine', 'network', 'hostname'])).deprecatedSince).toBe(
      '1.12',
    )
  })

  test('where the cost depends on the key below, none is claimed', async () => {
    expect((await ask('v1.12.0', 'v1alpha1', ['cluster'])).effect).toBeUndefined()
  })

  test('a kind of no schema has its line from the registry; a kind nobody knows has nothing', async () => {
    expect((await ask('v1.13.0', 'ImageVerificationConfig', ['rules'])).since).toBe('1.13')
    expect(await ask('v1.13.0', 'NoSuchConfig', ['x'])).toEqual({
      sinceOrOlder: false,
      effect: { kind: 'rejected' },
      network: false,
    })
  })
})

test('every default stands at a key that some line has', async () => {
  const { defaults } = await resources.fieldTables()
  const known = new Set<string>()
  for (const version of await resources.versions()) {
    const definitions = (await read(version))!['$defs'] as Record<string, { properties?: object }>
    for (const [name, { properties = {} }] of Object.entries(definitions)) {
      for (const key of Object.keys(properties)) known.add(`${name}/${key}`)
    }
  }
  const stated = Object.entries(defaults).flatMap(([name, keys]) =>
    Object.keys(keys).map((key) => `${name}/${key}`),
  )
  expect(stated.filter((key) => !known.has(key))).toEqual([])
})
