import { status, type Metadata } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { createCaller } from '../../main/talos/call.ts'
import { loadProtos } from '../../main/talos/load-protos.ts'
import { createRouter } from '../../main/talos/route-node.ts'
import { createClientContext } from '../../main/talos/secure-context.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { never, withOneNode } from '../fakes/one-node.ts'
import {
  createThrowawayAuthority,
  fakeContext,
  protosDir,
  startFakeNode,
  type FakeNodeHandlers,
} from '../fakes/talos-node.ts'

const portTo = withOneNode()
const protos = loadProtos(protosDir)

const versionHandler: FakeNodeHandlers['machine'] = {
  Version: (_, callback) => {
    callback(null, {
      messages: [{ version: { tag: 'v1.13.9', arch: 'amd64' }, platform: { name: 'metal' } }],
    })
  },
}

test('the version of a node comes over mTLS with Ed25519 certificates and a Talos key label', async () => {
  const { node, port } = await portTo({ machine: versionHandler })
  expect(await port.version(node.host, never)).toEqual({ tag: 'v1.13.9', platform: 'metal', arch: 'amd64' })
  expect(port.route(node.host)).toBe('direct')
})

test('every call says that it is for Talos and names no node when it goes direct', async () => {
  const seen: Metadata[] = []
  const { node, port } = await portTo({
    machine: {
      Version: (call, callback) => {
        seen.push(call.metadata)
        callback(null, { messages: [{ version: { tag: 'v1.14.0' } }] })
      },
    },
  })
  await port.version(node.host, never)
  expect(seen[0]?.get('runtime')).toEqual(['Talos'])
  expect(seen[0]?.get('node')).toEqual([])
  expect(seen[0]?.get('nodes')).toEqual([])
})

test('a cancelled call is cancelled on the wire', async () => {
  let onArrival: () => void = () => undefined
  const arrived = new Promise<void>((resolve) => (onArrival = resolve))
  let onCancelled: () => void = () => undefined
  const cancelled = new Promise<void>((resolve) => (onCancelled = resolve))
  const { node, port } = await portTo({
    machine: {
      Version: (call) => {
        call.on('cancelled', onCancelled)
        onArrival()
      },
    },
  })
  const controller = new AbortController()
  const call = port.version(node.host, controller.signal)
  await arrived
  controller.abort()
  await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  await cancelled
})

test('a call that the node never answers ends at its deadline and is cancelled on the wire', async () => {
  let onCancelled: () => void = () => undefined
  const cancelled = new Promise<void>((resolve) => (onCancelled = resolve))
  const authority = await createThrowawayAuthority()
  const node = await startFakeNode(authority, {
    machine: {
      Version: (call) => {
        call.on('cancelled', onCancelled)
      },
    },
  })
  const context = await fakeContext(authority, [node.endpoint])
  const router = createRouter({ context, secure: createClientContext(context), clock: systemClock })
  const caller = createCaller({ router, clock: systemClock, roles: [], ping: protos.machine.Version })
  const options = { signal: never, deadlineMs: 60 }
  await expect(caller.unary(node.host, protos.machine.Version, {}, options)).rejects.toMatchObject({
    code: 'timeout',
  })
  await cancelled
  caller.close()
  router.close()
  node.kill()
})

test('a refusal that no version of Talos has a code for keeps the words of the node', async () => {
  const { node, port } = await portTo({
    machine: {
      Version: (_, callback) => {
        callback({ code: status.UNKNOWN, details: 'something odd' })
      },
    },
  })
  await expect(port.version(node.host, never)).rejects.toMatchObject({ code: 'node-error' })
  await expect(port.version(node.host, never)).rejects.toThrow('something odd')
})

test('messages up to 32 MiB come through, and a larger one is told as too large', async () => {
  const text = (size: number) => Buffer.alloc(size, 'a')
  const size = { bytes: 20 * 1024 * 1024 }
  const { node, port } = await portTo({
    state: {
      Get: (call, callback) => {
        const protoSpec = protos.machineConfigSpec.serialize({ yamlMarshalled: text(size.bytes) })
        callback(null, { resource: { metadata: { ...call.request, version: '7' }, spec: { protoSpec } } })
      },
    },
  })
  const read = await port.readMachineConfig(node.host, 'active', never)
  expect(read?.text).toHaveLength(size.bytes)
  expect(read?.version).toBe('7')
  size.bytes = 33 * 1024 * 1024
  await expect(port.readMachineConfig(node.host, 'active', never)).rejects.toMatchObject({
    code: 'too-large',
  })
})
