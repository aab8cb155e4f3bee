import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { keyFacts } from './key-hover.ts'
import type { JsonSchema } from './schema-keys.ts'

// Monaco needs a document; what is said over a key does not.
vi.mock('./monaco.ts', () => ({ monaco: {} }))

const schema = JSON.parse(readFileSync('resources/config-schema/v1.14.json', 'utf8')) as JsonSchema
const TEXT = `version: v1alpha1
machine:
    type: worker # controlplane or worker
    kubelet:
        image: ghcr.io/siderolabs/kubelet:v1.37.0
---
apiVersion: v1alpha1
kind: LinkConfig
name: enp3s0
mtu: 9000
routes:
    - gateway: 10.0.20.1
`

describe('over a key of a MachineConfig', () => {
  test('stands its type and its place', () => {
    expect(keyFacts(schema, TEXT, { line: 10, column: 2 })).toEqual({
      field: { document: 'LinkConfig', name: 'enp3s0', path: ['mtu'] },
      key: 'mtu',
      from: 1,
      to: 4,
      place: 'LinkConfig enp3s0: mtu',
      type: 'integer',
    })
    expect(keyFacts(schema, TEXT, { line: 12, column: 8 })?.place).toBe(
      'LinkConfig enp3s0: routes[0].gateway',
    )
  })

  test('stand the values it may have', () => {
    expect(keyFacts(schema, TEXT, { line: 3, column: 6 })).toMatchObject({
      place: 'v1alpha1: machine.type',
      values: ['controlplane', 'worker'],
    })
  })

  test('stands nothing beside the key, in a comment, or where the schema is silent', () => {
    expect(keyFacts(schema, TEXT, { line: 3, column: 25 })).toBeUndefined()
    expect(keyFacts(schema, TEXT.replace('mtu', 'mut'), { line: 10, column: 2 })).toBeUndefined()
    expect(
      keyFacts(schema, TEXT.replace('LinkConfig', 'NoSuchKind'), { line: 10, column: 2 }),
    ).toBeUndefined()
  })
})
