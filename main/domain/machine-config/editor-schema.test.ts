import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generateMachineConfig } from '../../../tests/fixtures/machine-configs.ts'
import { configFacts } from '../../../tests/fixtures/config-facts.ts'
import { createConfigResources } from '../../store/config-resources.ts'
import { isInLines } from './config-facts.ts'
import { editorSchema } from './editor-schema.ts'
import type { JsonSchema } from './schema-port.ts'

const resources = createConfigResources('resources')

async function schemaOf(version: string): Promise<Record<string, unknown>> {
  const earlier = new Map<string, JsonSchema>()
  for (const line of await resources.versions()) earlier.set(line, (await resources.schema(line))!)
  const kinds = configFacts.kinds
    .filter((kind) => isInLines(version, kind.since, undefined))
    .map(({ kind }) => kind)
  const accepted = await resources.accepted()
  return editorSchema({ version, schema: (await resources.schema(version))!, earlier, accepted, kinds })
}

function validator(schema: Record<string, unknown>) {
  return new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema)
}

const versions = ['v1.9', 'v1.10', 'v1.11', 'v1.12', 'v1.13', 'v1.14', 'v1.15-dev']

describe.each(versions)('the schema of %s', (version) => {
  let validate: ReturnType<typeof validator>
  beforeAll(async () => {
    validate = validator(await schemaOf(version)) // throws on a reference to nothing
  })

  test('takes the legacy fields that the node takes', () => {
    const legacy: unknown = parse(generateMachineConfig().text.split('\n---\n')[0] ?? '')
    validate(legacy)
    expect(validate.errors ?? []).toEqual([])
  })

  test('tells a wrong key at its place, by the branch of its kind alone', () => {
    validate({ apiVersion: 'v1alpha1', kind: 'EventSinkConfig', endpiont: 'x' })
    const told = (validate.errors ?? []).filter((error) => error.keyword === 'additionalProperties')
    expect(told.map((error) => error.params['additionalProperty'] as string)).toEqual(['endpiont'])
    validate({ version: 'v1alpha1', machine: { typo: 1 } })
    expect((validate.errors ?? []).map((error) => error.instancePath)).toContain('/machine')
  })

  test('knows the kinds of its line and no other', () => {
    expect(validate({ apiVersion: 'v1alpha1', kind: 'NoSuchConfig' })).toBe(false)
    const link = { apiVersion: 'v1alpha1', kind: 'LinkConfig', name: 'eth0' }
    expect(validate(link)).toBe(isInLines(version, '1.12', undefined))
  })
})

test('fields that left the schema are described by the last line that had them and marked', async () => {
  const schema = await schemaOf('v1.14')
  const definitions = schema['$defs'] as Record<
    string,
    { properties: Record<string, Record<string, unknown>> }
  >
  expect(definitions['v1alpha1.MachineConfig']?.properties['kubelet']).toMatchObject({
    $ref: '#/$defs/v1alpha1.KubeletConfig',
    deprecated: true,
  })
  expect(definitions['v1alpha1.MachineConfig']?.properties['type']).not.toHaveProperty('deprecated')
})

test('kinds that upstream’s schema misnames go by their own name', async () => {
  const validate = validator(await schemaOf('v1.14'))
  expect(validate({ apiVersion: 'v1alpha1', kind: 'UnattendedInstallConfig' })).toBe(true)
  expect(validate({ apiVersion: 'v1alpha1', kind: 'ImageVerificationConfig', anything: 1 })).toBe(true)
})
