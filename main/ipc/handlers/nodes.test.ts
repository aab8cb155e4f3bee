import { expect, test } from 'vitest'
import { createUpgradeScene, controlPlane } from '../../../tests/fakes/upgrade-scene.ts'
import { createRecordingLog } from '../../../tests/fakes/recording-log.ts'
import { createFleets } from '../../domain/nodes/fleets.ts'
import type { FollowedFleet } from '../../domain/nodes/follow-fleet.ts'
import type { StreamEvent } from '../handlers.ts'
import { createNodeHandlers } from './nodes.ts'

function setUp() {
  const { cluster, clock, log, talos, ref } = createUpgradeScene([controlPlane(1), controlPlane(2)])
  const clusters = { cluster: async () => cluster }
  const fleets = createFleets({ clusters, clock, log })
  const handlers = createNodeHandlers({ clusters, fleets, clock, log })
  return { cluster, clock, fleets, handlers, talos, ref: ref('bronce-1') }
}

/** Reads in the background what a stream tells. */
function reading<T>(stream: AsyncIterable<StreamEvent<T>>) {
  const seen = { events: [] as StreamEvent<T>[], over: false }
  void (async () => {
    for await (const event of stream) seen.events.push(event)
    seen.over = true
  })()
  return seen
}

test('what a renewed key ends is not shown on as if it were live: every stream of the fleet ends', async () => {
  const { cluster, clock, fleets, handlers, ref } = setUp()
  const { signal } = new AbortController()
  const seen = [
    reading(handlers['nodes.watch']({ context: cluster.name }, signal)),
    reading(handlers['nodes.watch-detail'](ref, signal)),
    reading(handlers['services.watch'](ref, signal)),
  ]
  await clock.advance(1_000)
  for (const { events } of seen) expect(events.length).toBeGreaterThan(1)
  expect(seen.map(({ over }) => over)).toEqual([false, false, false])
  fleets.drop(cluster.name)
  await clock.advance(1_000)
  expect(seen.map(({ over }) => over)).toEqual([true, true, true])
})

test('a control plane that went silent is not shown as the leader any more', async () => {
  const { cluster, clock, fleets, talos, ref } = setUp()
  const { fleet } = await fleets.use(cluster.name)
  const leader = () => fleet.node(ref.node)?.summary().etcd
  for (let turns = 0; leader() === undefined && turns < 20; turns++) await clock.advance(500)
  expect(leader()).toEqual({ leader: true })
  talos.node('bronce-1').troubles.add('off')
  await clock.advance(6_000)
  expect(fleet.node(ref.node)?.summary().reach.kind).toBe('silent')
  expect(leader()).toBeUndefined()
})

test('a fleet that moves all the time is told four times a second, the newest of each node', async () => {
  const { cluster, clock, fleets } = setUp()
  const { fleet } = await fleets.use(cluster.name)
  // Fifty nodes read one after another move every few milliseconds; here each stirs forty times in a second.
  const stirring = new Set<() => void>()
  const restless: FollowedFleet = {
    ...fleet,
    onChange(listener) {
      const stir = () => fleet.nodes().forEach((node) => listener(node, 'changed'))
      stirring.add(stir)
      return () => stirring.delete(stir)
    },
  }
  const own = createNodeHandlers({
    clusters: { cluster: async () => cluster },
    fleets: { ...fleets, use: async () => ({ fleet: restless, release: () => undefined }) },
    clock,
    log: createRecordingLog(),
  })
  const seen = reading(own['nodes.watch']({ context: cluster.name }, new AbortController().signal))
  await clock.advance(1_000)
  const before = seen.events.length
  for (let time = 0; time < 40; time++) {
    for (const stir of stirring) stir()
    await clock.advance(25)
  }
  const told = seen.events.length - before
  expect(told).toBeGreaterThanOrEqual(fleet.nodes().length * 4)
  expect(told).toBeLessThanOrEqual(fleet.nodes().length * 5)
})
