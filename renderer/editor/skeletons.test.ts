import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import type { JsonSchema } from './schema-keys.ts'
import { documentPlace, skeletonOf } from './skeletons.ts'

// Monaco needs a document; what is inserted does not.
vi.mock('./monaco.ts', () => ({ monaco: {} }))

const schema = JSON.parse(readFileSync('resources/config-schema/v1.14.json', 'utf8')) as JsonSchema

describe('a document to begin with', () => {
  test('has what Talos asks for, the name first', () => {
    expect(skeletonOf(schema, 'VLANConfig')).toBe(
      'apiVersion: v1alpha1\nkind: VLANConfig\nname: ${1}\nparent: ${2}\nvlanID: ${3}\n$0',
    )
    expect(skeletonOf(schema, 'UserVolumeConfig')).toContain('name: ${1}')
    expect(skeletonOf(schema, 'HostnameConfig')).not.toContain('name:')
  })

  test('offers the values a key takes, and a dash in a list', () => {
    const bond = skeletonOf(schema, 'BondConfig')
    expect(bond).toContain('bondMode: ${2|')
    expect(bond).toContain('links:\n    - ${3}')
  })
})

describe('a document may begin', () => {
  const lines = 'version: v1alpha1\nmachine:\n    type: worker\n\n---\n\n'.split('\n')

  test('after its marker', () => {
    expect(documentPlace(lines, 6)).toBe('here')
    expect(documentPlace(['Li'], 1)).toBe('here')
  })

  test('at the end of another one, with a marker', () => {
    expect(documentPlace(lines, 4)).toBe('below-marker')
  })

  test('nowhere inside one', () => {
    expect(documentPlace(lines, 2)).toBeUndefined()
    expect(documentPlace(['kind: A', '', 'name: b'], 2)).toBeUndefined()
    expect(documentPlace(lines, 3)).toBeUndefined()
  })
})
