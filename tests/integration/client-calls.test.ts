import type * as grpc from '@grpc/grpc-js'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import type { ThrowawayAuthority } from '../../main/talos/throwaway-pki.ts'
import {
  createThrowawayAuthority,
  fakeContext,
  protosDir,
  startFakeNode,
  type FakeNodeHandlers,
} from '../fakes/talos-node.ts'

let authority: ThrowawayAuthority
const ends: (() => void)[] = []
beforeAll(async () => {
  authority = await createThrowawayAuthority()
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const never = new AbortController().signal

async function portTo(handlers: FakeNodeHandlers) {
  const node = await startFakeNode(authority, handlers)
  const port = createTalosPort({ context: await fakeContext(authority, [node.endpoint]), protosDir })
  ends.push(() => {
    port.close()
    node.kill()
  })
  return { node, port }
}

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
  const seen: grpc.Metadata[] = []
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
