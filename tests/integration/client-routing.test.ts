import { status, type Metadata } from '@grpc/grpc-js'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { MAINTENANCE_COMMON_NAME } from '../../main/talos/secure-context.ts'
import type { ThrowawayAuthority } from '../../main/talos/throwaway-pki.ts'
import { createManualClock } from '../fakes/manual-clock.ts'
import {
  createThrowawayAuthority,
  fakeContext,
  protosDir,
  startFakeNode,
  type FakeNode,
  type FakeNodeHandlers,
} from '../fakes/talos-node.ts'

const DAY = 86_400_000

let authority: ThrowawayAuthority
const ends: (() => void)[] = []
beforeAll(async () => {
  authority = await createThrowawayAuthority()
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const never = new AbortController().signal

/** Answers `Version` with the name of who answered and keeps the metadata of each call. */
function answering(name: string, seen: Metadata[] = []): FakeNodeHandlers {
  return {
    machine: {
      Version: (call, callback) => {
        seen.push(call.metadata)
        callback(null, { messages: [{ version: { tag: name } }] })
      },
    },
  }
}

function refusing(code: status, details: string): FakeNodeHandlers {
  return {
    machine: {
      Version: (_, callback) => {
        callback({ code, details })
      },
    },
  }
}

async function start(host: string, handlers: FakeNodeHandlers): Promise<FakeNode> {
  const node = await startFakeNode(authority, handlers, { host })
  ends.push(() => {
    node.kill()
  })
  return node
}

async function open(
  endpoints: readonly string[],
  options: { readonly clock?: ReturnType<typeof createManualClock>; readonly port?: number } = {},
) {
  const port = createTalosPort({
    context: await fakeContext(authority, endpoints),
    protosDir,
    connectTimeoutMs: 2_000,
    ...options,
  })
  ends.push(() => {
    port.close()
  })
  return port
}

test('a node that does not answer itself is reached through an endpoint, named by one "node" and never "nodes"', async () => {
  const seen: Metadata[] = []
  const endpoint = await start('127.0.0.2', answering('forwarded', seen))
  const port = await open([endpoint.endpoint], { port: endpoint.port })
  expect((await port.version('127.0.0.9', never)).tag).toBe('forwarded')
  expect(seen[0]?.get('node')).toEqual(['127.0.0.9'])
  expect(seen[0]?.get('nodes')).toEqual([])
  expect(port.route('127.0.0.9')).toBe(endpoint.endpoint)
})

test('a name that only the endpoint can resolve is reached through it', async () => {
  const seen: Metadata[] = []
  const endpoint = await start('127.0.0.2', answering('forwarded', seen))
  const port = await open([endpoint.endpoint])
  await port.version('cp1.invalid', never)
  expect(seen[0]?.get('node')).toEqual(['cp1.invalid'])
})

test('an endpoint that is off is passed over', async () => {
  const gone = await start('127.0.0.2', answering('gone'))
  const endpoint = await start('127.0.0.3', answering('forwarded'))
  gone.kill()
  const port = await open([gone.endpoint, endpoint.endpoint], { port: endpoint.port })
  expect((await port.version('127.0.0.9', never)).tag).toBe('forwarded')
  expect(port.route('127.0.0.9')).toBe(endpoint.endpoint)
})

test('a worker as endpoint is passed over for a control plane', async () => {
  const worker = await start('127.0.0.2', refusing(status.PERMISSION_DENIED, 'no request forwarding'))
  const endpoint = await start('127.0.0.3', answering('forwarded'))
  const port = await open([worker.endpoint, endpoint.endpoint], { port: endpoint.port })
  expect((await port.version('127.0.0.9', never)).tag).toBe('forwarded')
})

test('a worker as the only endpoint is named as the reason', async () => {
  const worker = await start('127.0.0.2', refusing(status.PERMISSION_DENIED, 'no request forwarding'))
  const port = await open([worker.endpoint], { port: worker.port })
  // The second time the endpoint is not asked any more, and the reason is still the same.
  for (const time of ['first', 'second']) {
    const failure = await port.version('127.0.0.9', never).catch((error: unknown) => error)
    expect([time, failure]).toMatchObject([time, { code: 'worker-as-endpoint', node: '127.0.0.9' }])
    expect(String(failure)).toContain(worker.endpoint)
  }
})

test('a node that is off behind an endpoint that is on is told as unreachable', async () => {
  const endpoint = await start(
    '127.0.0.2',
    refusing(status.UNAVAILABLE, 'connection error: desc = "transport: error while dialing"'),
  )
  const port = await open([endpoint.endpoint], { port: endpoint.port })
  await expect(port.version('127.0.0.9', never)).rejects.toMatchObject({ code: 'unreachable' })
})

test('nothing that answers at all is told as unreachable, with the reason of the node itself', async () => {
  const gone = await start('127.0.0.2', answering('gone'))
  gone.kill()
  const port = await open([gone.endpoint])
  const failure = await port.version('127.0.0.2', never).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'unreachable', retryable: true })
  expect(String(failure)).toContain('nothing listens on the port')
})

test('a node of another cluster is not asked again through an endpoint', async () => {
  const other = await createThrowawayAuthority()
  const stranger = await startFakeNode(other, answering('stranger'), { host: '127.0.0.2' })
  ends.push(() => {
    stranger.kill()
  })
  const endpoint = await start('127.0.0.3', answering('forwarded'))
  const port = await open([endpoint.endpoint])
  await expect(port.version(stranger.endpoint, never)).rejects.toMatchObject({ code: 'wrong-ca' })
})

test('a machine without a configuration is told by its maintenance certificate', async () => {
  const own = await createThrowawayAuthority()
  const node = await startFakeNode(own, answering('blank'), {
    material: await own.issue({ commonName: MAINTENANCE_COMMON_NAME, addresses: ['127.0.0.1'] }),
  })
  ends.push(() => {
    node.kill()
  })
  const port = await open([node.endpoint])
  await expect(port.version(node.host, never)).rejects.toMatchObject({ code: 'maintenance-mode' })
})

test('an endpoint that waits for a configuration itself says nothing of the node behind it', async () => {
  const own = await createThrowawayAuthority()
  const wiped = await startFakeNode(own, answering('wiped'), {
    host: '127.0.0.3',
    material: await own.issue({ commonName: MAINTENANCE_COMMON_NAME, addresses: ['127.0.0.3'] }),
  })
  ends.push(() => {
    wiped.kill()
  })
  const off = await start('127.0.0.2', answering('off'))
  off.kill()
  const port = await open([wiped.endpoint])
  await expect(port.version(off.endpoint, never)).rejects.toMatchObject({ code: 'unreachable' })
})

test('an address that the certificate does not name goes through an endpoint, else it is told', async () => {
  const balancer = await startFakeNode(authority, answering('direct'), {
    host: '127.0.0.2',
    addresses: ['10.0.20.11'],
  })
  ends.push(() => {
    balancer.kill()
  })
  const endpoint = await start('127.0.0.3', answering('forwarded'))
  const alone = await open([balancer.endpoint])
  await expect(alone.version(balancer.host, never)).rejects.toMatchObject({ code: 'wrong-host-name' })
  const port = await open([endpoint.endpoint])
  expect((await port.version(balancer.endpoint, never)).tag).toBe('forwarded')
})

test('an expired certificate is told by its own date, not as a lost connection', async () => {
  const node = await start('127.0.0.1', answering('cp1'))
  const now = Date.now()
  const context = await fakeContext(authority, [node.endpoint], {
    notBefore: now - 2 * DAY,
    notAfter: now - DAY,
  })
  const port = createTalosPort({ context, protosDir })
  ends.push(() => {
    port.close()
  })
  await expect(port.version(node.host, never)).rejects.toMatchObject({ code: 'certificate-expired' })
})

test('a certificate that the node refuses though its time has come is told as refused', async () => {
  const node = await start('127.0.0.1', answering('cp1'))
  const stranger = await fakeContext(await createThrowawayAuthority(), [node.endpoint])
  const context = { ...stranger, ca: authority.ca }
  const port = createTalosPort({ context, protosDir })
  ends.push(() => {
    port.close()
  })
  await expect(port.version(node.host, never)).rejects.toMatchObject({ code: 'certificate-refused' })
})

test('a node that comes back is reached directly again after a while', async () => {
  const clock = createManualClock(Date.now())
  const endpoint = await start('127.0.0.2', answering('forwarded'))
  const port = await open([endpoint.endpoint], { clock, port: endpoint.port })
  expect((await port.version('127.0.0.9', never)).tag).toBe('forwarded')

  const node = await startFakeNode(authority, answering('direct'), { host: '127.0.0.9', port: endpoint.port })
  ends.push(() => {
    node.kill()
  })
  // Calls in between must not put the next attempt off for ever.
  for (let seconds = 0; seconds < 60; seconds += 10) {
    expect((await port.version('127.0.0.9', never)).tag).toBe('forwarded')
    await clock.advance(10_000)
  }
  await expect
    .poll(async () => (await port.version('127.0.0.9', never)).tag, { timeout: 5_000, interval: 10 })
    .toBe('direct')
  expect(port.route('127.0.0.9')).toBe('direct')
})

test('a connection that broke since the last call is made anew for a reading call', async () => {
  const first = await start('127.0.0.1', answering('before'))
  const port = await open([first.endpoint])
  await port.version(first.host, never)
  first.kill()
  const second = await startFakeNode(authority, answering('after'), { host: first.host, port: first.port })
  ends.push(() => {
    second.kill()
  })
  expect((await port.version(first.host, never)).tag).toBe('after')
})

test('calls after closing are cancelled, and so is what was under way', async () => {
  let arrived: () => void = () => undefined
  const arrival = new Promise<void>((resolve) => (arrived = resolve))
  const node = await start('127.0.0.1', {
    machine: {
      Version: () => {
        arrived()
      },
    },
  })
  const port = await open([node.endpoint])
  const call = port.version(node.host, never)
  await arrival
  port.close()
  await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  await expect(port.version(node.host, never)).rejects.toMatchObject({ code: 'cancelled' })
})
