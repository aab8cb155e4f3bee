import { inspect } from 'node:util'
import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { never, withOneNode } from '../fakes/one-node.ts'

const portTo = withOneNode()

describe('reading resources', () => {
  test('get tells absence from a missing type from a missing role', async () => {
    const answer = { code: status.NOT_FOUND, details: "resource X(runtime/y@undefined) doesn't exist" }
    const { node, port } = await portTo({
      state: {
        Get: (_, callback) => {
          callback(answer)
        },
      },
    })
    const key = { namespace: 'runtime', type: 'X.runtime.talos.dev', id: 'y' }
    expect(await port.get(node.host, key, never)).toBeUndefined()
    answer.code = status.PERMISSION_DENIED
    answer.details = 'resource type "X.runtime.talos.dev" is not supported'
    await expect(port.get(node.host, key, never)).rejects.toMatchObject({ code: 'unsupported-by-version' })
    answer.details = 'not authorized'
    await expect(port.get(node.host, key, never)).rejects.toMatchObject({ code: 'role-too-low' })
  })

  test('list gives each resource with its parsed spec, labels and times', async () => {
    const { node, port } = await portTo({
      state: {
        List: (call) => {
          const metadata = {
            ...call.request,
            id: 'sda',
            version: '3',
            phase: 'tearingDown',
            labels: { a: 'b' },
          }
          call.write({
            resource: {
              metadata: { ...metadata, created: { seconds: 1_700_000_000, nanos: 500_000_000 } },
              spec: { yamlSpec: 'dev_path: /dev/sda\nsize: 10737418240\nreadonly: false\n' },
            },
          })
          call.end()
        },
      },
    })
    const key = { namespace: 'runtime', type: 'Disks.block.talos.dev' }
    expect(await port.list(node.host, key, never)).toEqual([
      {
        ...key,
        id: 'sda',
        version: '3',
        phase: 'tearingDown',
        created: '2023-11-14T22:13:20.500Z',
        labels: { a: 'b' },
        annotations: {},
        spec: { dev_path: '/dev/sda', size: 10737418240, readonly: false },
      },
    ])
  })

  test('a spec that cannot be read is told without repeating it', async () => {
    const { node, port } = await portTo({
      state: {
        Get: (call, callback) => {
          callback(null, { resource: { metadata: call.request, spec: { yamlSpec: 'a: [hunter2' } } })
        },
      },
    })
    const failure = await port
      .get(node.host, { namespace: 'runtime', type: 'X', id: 'y' }, never)
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'node-error' })
    expect(inspect(failure, { depth: 9 })).not.toContain('hunter2')
  })

  test('the spec of a MachineConfig never comes through get or watch', async () => {
    const { node, port } = await portTo({
      state: {
        Get: (call, callback) => {
          callback(null, { resource: { metadata: call.request, spec: { yamlSpec: 'machine: {}' } } })
        },
      },
    })
    const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
    expect((await port.get(node.host, key, never))?.spec).toBeUndefined()
  })
})
