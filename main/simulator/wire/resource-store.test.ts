import { expect, test } from 'vitest'
import type { StoreEvent } from '../machine-api.ts'
import { createResourceStore } from './resource-store.ts'

const status = { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' }

function storeWithClock() {
  let now = 1000
  const store = createResourceStore({ now: () => now })
  const events: StoreEvent[] = []
  store.subscribe((event) => events.push(event))
  return { store, events, at: (time: number) => (now = time) }
}

test('a resource that changes keeps its creation time and counts its version up', () => {
  const { store, events, at } = storeWithClock()
  store.put(status, { stage: 'booting', status: { ready: false, unmetConditions: [] } })
  at(2000)
  store.put(status, { stage: 'running', status: { ready: true, unmetConditions: [] } })
  expect(store.get(status)).toMatchObject({ version: 2, created: 1000, updated: 2000 })
  expect(events.map((event) => event.kind)).toEqual(['created', 'updated'])
  expect(events[1]).toMatchObject({ old: { version: 1 } })
})

test('writing the same spec again is no update', () => {
  const { store, events } = storeWithClock()
  store.put(status, { stage: 'running' })
  store.put(status, { stage: 'running' })
  expect(store.get(status)?.version).toBe(1)
  expect(events).toHaveLength(1)
})

test('a label that changes is an update though the spec stays', () => {
  const { store } = storeWithClock()
  store.put(status, { stage: 'running' })
  store.put(status, { stage: 'running' }, { labels: { zone: 'cupboard' } })
  expect(store.get(status)?.version).toBe(2)
})

test('a list is ordered by id and holds one kind of one namespace', () => {
  const { store } = storeWithClock()
  const type = 'Disks.block.talos.dev'
  for (const id of ['sdb', 'nvme0n1', 'sda'])
    store.put({ namespace: 'runtime', type, id }, { dev_path: `/dev/${id}` })
  store.put(status, {})
  expect(store.list('runtime', type).map((resource) => resource.id)).toEqual(['nvme0n1', 'sda', 'sdb'])
})

test('versions start again once the store was emptied by a power-off, which tells nobody', () => {
  const { store, events } = storeWithClock()
  store.put(status, { stage: 'booting' })
  store.put(status, { stage: 'running' })
  store.clear()
  expect(store.put(status, { stage: 'booting' }).version).toBe(1)
  expect(events.map((event) => event.kind)).toEqual(['created', 'updated', 'created'])
})

test('a removed resource is told with what it last was', () => {
  const { store, events } = storeWithClock()
  store.put(status, { stage: 'running' })
  store.remove(status)
  store.remove(status)
  expect(store.get(status)).toBeUndefined()
  expect(events.at(-1)).toMatchObject({ kind: 'destroyed', resource: { version: 1 } })
  expect(events).toHaveLength(2)
})

test('a raw document is handed on as it stands', () => {
  const { store } = storeWithClock()
  const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
  expect(store.put(key, undefined, { rawYaml: 'version: v1alpha1 # mine\n' }).yamlSpec).toBe(
    'version: v1alpha1 # mine\n',
  )
})

test('what is put off is written when its kind is first looked at, with the time at which it happened', () => {
  let now = 1000
  const store = createResourceStore({ now: () => now })
  const told: string[] = []
  store.subscribe(({ kind, resource }) => told.push(`${kind} ${resource.id}`))
  const member = { namespace: 'cluster', type: 'Members.cluster.talos.dev', id: 'cp-1' }
  store.defer(member.namespace, member.type, () => store.put(member, { addresses: ['10.0.0.1'] }))
  now = 2000
  store.defer(member.namespace, member.type, () => store.put(member, { addresses: ['10.0.0.2'] }))
  now = 3000
  store.put({ ...member, type: 'Infos.cluster.talos.dev', id: 'current' }, {})
  expect(told).toEqual(['created current'])
  expect(store.get(member)).toMatchObject({ version: 2, created: 1000, updated: 2000 })
  expect(told).toEqual(['created current', 'created cp-1', 'updated cp-1'])
  // Somebody looks now, so nothing waits any more.
  store.defer(member.namespace, member.type, () => store.remove(member))
  expect(told.at(-1)).toBe('destroyed cp-1')
  store.clear()
  store.defer(member.namespace, member.type, () => store.put(member, {}))
  expect(store.all()).toMatchObject([{ id: 'cp-1', version: 1, created: 3000 }])
})
