import { expect, test } from 'vitest'
import { createConfigResources } from '../../store/config-resources.ts'
import { minorOf } from './config-facts.ts'
import { legacyFields } from './legacy-fields.ts'
import { readLineSchema } from './line-schema.ts'
import { migrationBlocks } from './migration/migrate.ts'
import { parseConfig } from './parse-config.ts'
import { createSchemaWalk } from './schema-walk.ts'

const TEXT = `version: v1alpha1
machine:
    type: worker
    network:
        hostname: cobre
        nameservers: [10.0.0.1]
    sysctls:
        vm.swappiness: "10"
    kubelet:
        image: ghcr.io/siderolabs/kubelet:v1.34.1
        disableManifestsDirectory: true
cluster:
    controlPlane:
        endpoint: https://10.0.0.2:6443
---
apiVersion: v1alpha1
kind: DummyLinkConfig
name: dummy0
`

async function notes(version: string, text = TEXT) {
  const schema = (await readLineSchema(createConfigResources('resources'), version))!
  const blocks = migrationBlocks({ draft: text, minor: minorOf(version) ?? 0, role: 'worker' })
  return legacyFields(parseConfig(text), createSchemaWalk(schema), blocks)
}

test('no line before 1.12 calls any of it old', async () => {
  expect(await notes('v1.9')).toEqual([])
  expect(await notes('v1.11')).toEqual([])
})

test('1.12 and 1.13 name the network keys, each with the document it goes to', async () => {
  for (const line of ['v1.12', 'v1.13']) {
    const found = await notes(line)
    expect(found.map(({ path }) => path)).toEqual(['machine.network.hostname', 'machine.network.nameservers'])
    expect(found[0]).toMatchObject({
      severity: 'hint',
      code: 'legacy-field',
      from: { line: 5, column: 9 },
      to: { line: 5, column: 17 },
      move: { block: 'hostname', documents: ['HostnameConfig'] },
    })
    expect(found[1]?.move?.documents).toEqual(['ResolverConfig'])
  }
})

test('1.14 names the kubelet and the sysctls too', async () => {
  const found = await notes('v1.14')
  expect(found.find(({ path }) => path === 'machine.kubelet')?.move?.documents).toContain('KubeletConfig')
  expect(found.find(({ path }) => path === 'machine.sysctls')?.move?.documents).toEqual(['SysctlConfig'])
  expect(found.every(({ severity }) => severity === 'hint')).toBe(true)
})

test('a key that cannot be moved is told without a move', async () => {
  // The document is there already: the migration would make a twin.
  const text = `${TEXT}---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostname: cobre\n`
  const found = await notes('v1.12', text)
  const hostname = found.find(({ path }) => path?.startsWith('machine.network') === true)
  expect(hostname).toBeDefined()
  expect(found.some(({ move }) => move?.block === 'hostname')).toBe(false)
})
