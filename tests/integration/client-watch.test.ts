import { afterEach, beforeAll, expect, test } from 'vitest'
import type { WatchEvent } from '../../main/domain/nodes/talos-port.ts'
import type { Event } from '../../main/talos/generated/cosi/resource/Event.ts'
import type { Resource } from '../../main/talos/generated/cosi/resource/Resource.ts'
import type { WatchRequest__Output } from '../../main/talos/generated/cosi/resource/WatchRequest.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import type { ThrowawayAuthority } from '../../main/talos/throwaway-pki.ts'
import { createManualClock, settle } from '../fakes/manual-clock.ts'
import { createThrowawayAuthority, fakeContext, protosDir, startFakeNode } from '../fakes/talos-node.ts'

const SERVICES = { namespace: 'runtime', type: 'Services.v1alpha1.talos.dev' } as const
const PERMISSION_DENIED = 7

let authority: ThrowawayAuthority
const ends: (() => void)[] = []
beforeAll(async () => {
  authority = await createThrowawayAuthority()
})
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

function resource(id: string, yamlSpec: string, version = '1'): Resource {
  return { metadata: { ...SERVICES, id, version, phase: 'running' }, spec: { yamlSpec } }
}

const tombstone: Resource = {
  metadata: { ...SERVICES, id: '', version: 'undefined', phase: 'running' },
  spec: {},
}

interface ServerSide {
  readonly request: WatchRequest__Output
  send(...events: Event[]): void
  end(): void
  fail(code: number, details: string): void
  readonly cancelled: Promise<void>
}

/** A node whose watches are played by hand, one `ServerSide` for each that arrives. */
async function watchedNode() {
  const arrivals: ServerSide[] = []
  const waiting: ((side: ServerSide) => void)[] = []
  const versions = { answer: true }
  const node = await startFakeNode(authority, {
    machine: {
      Version: (_, callback) => {
        if (versions.answer) callback(null, { messages: [{ version: { tag: 'v1.14.0' } }] })
      },
    },
    state: {
      Watch: (call) => {
        const side: ServerSide = {
          request: call.request,
          send: (...event) => call.write({ event }),
          end: () => call.end(),
          fail: (code, details) => call.emit('error', { code, details }),
          cancelled: new Promise((resolve) => call.on('cancelled', resolve)),
        }
        const next = waiting.shift()
        if (next === undefined) arrivals.push(side)
        else next(side)
      },
    },
  })
  const clock = createManualClock(Date.now())
  const port = createTalosPort({ context: await fakeContext(authority, [node.endpoint]), protosDir, clock })
  ends.push(() => {
    port.close()
    node.kill()
  })
  const nextWatch = (): Promise<ServerSide> => {
    const side = arrivals.shift()
    return side === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(side)
  }
  return { node, port, clock, nextWatch, versions }
}

async function take(events: AsyncIterator<WatchEvent>, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = []
  while (taken.length < count) {
    const step = await events.next()
    if (step.done === true) break
    taken.push(step.value)
  }
  return taken
}

function told(event: WatchEvent | undefined): string {
  if (event === undefined) return 'nothing'
  if (event.kind === 'present' || event.kind === 'changed') return `${event.kind} ${event.resource.id}`
  return event.kind === 'gone' ? `gone ${event.id}` : event.kind
}

test('a kind is watched from a snapshot on: what is there, ready, then every change', async () => {
  const { node, port, nextWatch } = await watchedNode()
  const events = port.watch(node.host, SERVICES, new AbortController().signal)[Symbol.asyncIterator]()
  const first = events.next()
  const side = await nextWatch()
  expect(side.request).toMatchObject({
    ...SERVICES,
    apiVersion: 1,
    options: { bootstrapContents: true, aggregated: true },
  })
  side.send()
  side.send(
    { eventType: 'CREATED', resource: resource('apid', 'running: true\nhealthy: true') },
    { eventType: 'CREATED', resource: resource('etcd', 'running: false') },
  )
  side.send({ eventType: 'BOOTSTRAPPED', resource: tombstone })
  side.send(
    { eventType: 'UPDATED', resource: resource('etcd', 'running: true', '2'), old: resource('etcd', '') },
    { eventType: 'NOOP', resource: tombstone },
    { eventType: 'CREATED', resource: resource('kubelet', 'running: true') },
    { eventType: 'DESTROYED', resource: resource('apid', '') },
  )
  const all = [(await first).value as WatchEvent, ...(await take(events, 5))]
  expect(all.map(told)).toEqual([
    'present apid',
    'present etcd',
    'ready',
    'changed etcd',
    'changed kubelet',
    'gone apid',
  ])
  expect(all[0]).toMatchObject({ resource: { version: '1', spec: { running: true, healthy: true } } })
  await events.return?.()
  await side.cancelled
})

test('one resource is watched without asking for a bootstrap, and is ready when its state is known', async () => {
  const { node, port, nextWatch } = await watchedNode()
  const key = { ...SERVICES, id: 'etcd' }
  const events = port.watch(node.host, key, new AbortController().signal)[Symbol.asyncIterator]()
  const first = events.next()
  const side = await nextWatch()
  expect(side.request).toMatchObject({ id: 'etcd', options: { bootstrapContents: false } })
  side.send()
  side.send({ eventType: 'CREATED', resource: resource('etcd', 'running: true') })
  side.send({ eventType: 'DESTROYED', resource: resource('etcd', '') })
  const all = [(await first).value as WatchEvent, ...(await take(events, 2))]
  expect(all.map(told)).toEqual(['present etcd', 'ready', 'gone etcd'])
  await events.return?.()
})

test('one resource that does not exist is ready and absent, and may come later', async () => {
  const { node, port, nextWatch } = await watchedNode()
  const key = { ...SERVICES, id: 'etcd' }
  const events = port.watch(node.host, key, new AbortController().signal)[Symbol.asyncIterator]()
  const first = events.next()
  const side = await nextWatch()
  side.send()
  side.send({ eventType: 'DESTROYED', resource: tombstone })
  side.send({ eventType: 'CREATED', resource: resource('etcd', 'running: true') })
  const all = [(await first).value as WatchEvent, ...(await take(events, 1))]
  expect(all.map(told)).toEqual(['ready', 'changed etcd'])
  await events.return?.()
})

test('after an ERRORED event the watch begins anew with a whole snapshot', async () => {
  const { node, port, clock, nextWatch } = await watchedNode()
  const events = port.watch(node.host, SERVICES, new AbortController().signal)[Symbol.asyncIterator]()
  const first = events.next()
  const before = await nextWatch()
  before.send({ eventType: 'CREATED', resource: resource('apid', 'a: 1') })
  before.send({ eventType: 'BOOTSTRAPPED', resource: tombstone })
  before.send({ eventType: 'ERRORED', resource: tombstone, error: 'buffer overrun' })
  const head = [(await first).value as WatchEvent, ...(await take(events, 2))]
  expect(head.map(told)).toEqual(['present apid', 'ready', 'lost'])
  const next = events.next()
  await settle()
  await clock.advance(250)
  const after = await nextWatch()
  after.send({ eventType: 'BOOTSTRAPPED', resource: tombstone })
  expect(told((await next).value as WatchEvent)).toBe('ready')
  await before.cancelled
  await events.return?.()
})

test('a stream that the node ends is lost, and pauses grow to ten seconds while it stays so', async () => {
  const { node, port, clock, nextWatch } = await watchedNode()
  const events = port.watch(node.host, SERVICES, new AbortController().signal)[Symbol.asyncIterator]()
  const pauses: number[] = []
  for (let round = 0; round < 8; round += 1) {
    const lost = events.next()
    const arrival = nextWatch()
    if (round > 0) pauses.push(await advanceUntil(clock, arrival))
    ;(await arrival).end()
    expect(await lost).toMatchObject({ value: { kind: 'lost', error: { code: 'unreachable' } } })
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000])
  await events.return?.()
})

/** Turns the clock in steps of 250 ms until a new watch arrives; milliseconds that took. */
async function advanceUntil(
  clock: ReturnType<typeof createManualClock>,
  arrival: Promise<unknown>,
): Promise<number> {
  const seen = { arrived: false }
  void arrival.then(() => (seen.arrived = true))
  await settle()
  let advanced = 0
  while (!seen.arrived && advanced < 120_000) {
    const sleepersBefore = clock.sleepers
    await clock.advance(250)
    advanced += 250
    // The sleeper woke: the new call is on its way over the loopback.
    if (clock.sleepers < sleepersBefore) await arrival
  }
  return advanced
}

test('a watch that the role does not allow tells why and is tried again only after a minute', async () => {
  const { node, port, clock, nextWatch } = await watchedNode()
  const events = port.watch(node.host, SERVICES, new AbortController().signal)[Symbol.asyncIterator]()
  const lost = events.next()
  ;(await nextWatch()).fail(PERMISSION_DENIED, 'not authorized')
  expect(await lost).toMatchObject({ value: { kind: 'lost', error: { code: 'role-too-low' } } })
  const next = events.next()
  const arrival = nextWatch()
  expect(await advanceUntil(clock, arrival)).toBe(60_000)
  ;(await arrival).send({ eventType: 'BOOTSTRAPPED', resource: tombstone })
  expect(told((await next).value as WatchEvent)).toBe('ready')
  await events.return?.()
})

test('a type that this version does not have is told as that, not as a missing role', async () => {
  const { node, port, nextWatch } = await watchedNode()
  const key = { namespace: 'runtime', type: 'BootIDs.runtime.talos.dev' }
  const events = port.watch(node.host, key, new AbortController().signal)[Symbol.asyncIterator]()
  const lost = events.next()
  ;(await nextWatch()).fail(PERMISSION_DENIED, 'resource type "BootIDs.runtime.talos.dev" is not supported')
  expect(await lost).toMatchObject({ value: { kind: 'lost', error: { code: 'unsupported-by-version' } } })
  await events.return?.()
})

test('a cancelled watch ends on the wire too', async () => {
  const { node, port, nextWatch } = await watchedNode()
  const controller = new AbortController()
  const events = port.watch(node.host, SERVICES, controller.signal)[Symbol.asyncIterator]()
  const next = events.next()
  const side = await nextWatch()
  controller.abort()
  await expect(next).rejects.toMatchObject({ code: 'cancelled' })
  await side.cancelled
})

test('a node that goes silent without hanging up is lost, because it does not tell its version either', async () => {
  const { node, port, clock, nextWatch, versions } = await watchedNode()
  const events = port.watch(node.host, SERVICES, new AbortController().signal)[Symbol.asyncIterator]()
  const first = events.next()
  ;(await nextWatch()).send({ eventType: 'BOOTSTRAPPED', resource: tombstone })
  expect(told((await first).value as WatchEvent)).toBe('ready')
  versions.answer = false
  const lost = events.next()
  await clock.advance(15_000)
  await clock.advance(5_000)
  expect(await lost).toMatchObject({ value: { kind: 'lost', error: { code: 'unreachable' } } })
  await events.return?.()
})

test('a node that is merely quiet stays watched', async () => {
  const { node, port, clock, nextWatch } = await watchedNode()
  const events = port.watch(node.host, SERVICES, new AbortController().signal)[Symbol.asyncIterator]()
  const first = events.next()
  const side = await nextWatch()
  side.send({ eventType: 'BOOTSTRAPPED', resource: tombstone })
  await first
  const next = events.next()
  await clock.advance(15_000)
  await port.version(node.host, new AbortController().signal)
  await clock.advance(15_000)
  side.send({ eventType: 'CREATED', resource: resource('apid', 'a: 1') })
  expect(told((await next).value as WatchEvent)).toBe('changed apid')
  await events.return?.()
})
