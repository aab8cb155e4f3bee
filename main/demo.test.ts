import { expect, test } from 'vitest'
import { DemoScenarioName } from '#contract/demo.ts'
import { createDemo } from './demo.ts'
import type { DemoCluster } from './demo-cluster.ts'
import type { ContextBook } from './domain/contexts/context-book.ts'
import { SCENARIOS } from './simulator/data/scenarios.ts'
import type { ScenarioState } from './simulator/scenarios.ts'

/** A cluster that only keeps what it was told. */
function fakeCluster(): DemoCluster {
  const on = new Map<string, readonly string[]>()
  const all = (): readonly ScenarioState[] =>
    SCENARIOS.map((facts) => ({ ...facts, active: on.get(facts.name) ?? [], fits: ['estante-1'] }))
  return {
    talosconfig: 'context: casa',
    factoryUrl: 'http://127.0.0.1:1',
    scenarios: async () => all(),
    async cause(name, node = 'estante-1') {
      if (node === 'nadie') throw new Error('the cluster has no nadie, only estante-1')
      on.set(name, [node])
      return all()
    },
    async settle(name) {
      on.delete(name)
      return all()
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

function demoWith(cluster: DemoCluster) {
  const book = { contexts: () => [], addDemo: () => 'casa', removeDemo: () => undefined }
  const launcher = { prepare: () => undefined, launch: async () => cluster }
  return createDemo({ book: book as unknown as ContextBook, launcher })
}

test('every trouble the simulator knows has its name at the border, and none is left over', () => {
  expect([...DemoScenarioName.options].sort()).toEqual(SCENARIOS.map(({ name }) => name).sort())
})

test('trouble is caused and settled on the demo cluster that runs', async () => {
  const demo = demoWith(fakeCluster())
  await demo.start()
  const after = await demo.cause('node-off', 'estante-1')
  expect(after.find(({ name }) => name === 'node-off')).toEqual({
    name: 'node-off',
    scope: 'node',
    fits: ['estante-1'],
    on: ['estante-1'],
  })
  const settled = await demo.settle('node-off', undefined)
  expect(settled.flatMap(({ on }) => on)).toEqual([])
})

test('what the simulator refuses is told in its words, and without a demo cluster nothing can be caused', async () => {
  const demo = demoWith(fakeCluster())
  await expect(demo.scenarios()).rejects.toMatchObject({ code: 'context-not-found' })
  await demo.start()
  await expect(demo.cause('node-off', 'nadie')).rejects.toMatchObject({
    code: 'refused',
    message: 'the cluster has no nadie, only estante-1',
  })
  await demo.stop()
  await expect(demo.cause('node-off', undefined)).rejects.toMatchObject({ code: 'context-not-found' })
})
