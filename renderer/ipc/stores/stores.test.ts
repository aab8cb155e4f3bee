import { describe, expect, test } from 'vitest'
import type { NodesItem, NodeSummary } from '#contract/nodes.ts'
import type { Run, RunsItem } from '#contract/runs.ts'
import type { StreamReader, TalosClient } from '../talos-client.ts'
import { createAppStore } from './app-store.ts'
import { createNodesStore } from './nodes-store.ts'
import { createRunsStore } from './runs-store.ts'

function clientByHand<T>() {
  const readers: StreamReader<T>[] = []
  const client = {
    open: (_name: string, _input: unknown, reader: StreamReader<T>) => {
      readers.push(reader)
      return () => undefined
    },
  } as unknown as TalosClient
  return { client, latest: () => readers.at(-1) }
}

function item(hostname: string, role: NodeSummary['role'], more: Partial<NodeSummary> = {}): NodesItem {
  const node = { context: 'casa', address: `${hostname}.lan`, hostname, role, ...more } as NodeSummary
  return { kind: 'node', node }
}

describe('the nodes of a cluster', () => {
  test('stand with control planes first, ten after nine', () => {
    const { client, latest } = clientByHand<NodesItem>()
    const store = createNodesStore(client, () => 7)
    store.follow('casa')
    latest()?.onItems(
      [item('estante-1', 'worker'), item('bronce-10', 'controlplane'), item('bronce-9', 'controlplane')],
      'snapshot',
    )
    latest()?.onReady?.()
    expect(store.getState().nodes.map((node) => node.hostname)).toEqual([
      'bronce-9',
      'bronce-10',
      'estante-1',
    ])
    expect(store.getState().lastEventMs).toBe(7)
  })

  test('stay on screen while a broken stream starts over, and are replaced by its snapshot', () => {
    const { client, latest } = clientByHand<NodesItem>()
    const store = createNodesStore(client)
    store.follow('casa')
    latest()?.onItems([item('bronce-1', 'controlplane')], 'snapshot')
    latest()?.onReady?.()
    store.follow('casa')
    expect(store.getState().nodes).toHaveLength(1)
    latest()?.onItems([item('bronce-2', 'controlplane')], 'snapshot')
    latest()?.onReady?.()
    expect(store.getState().nodes.map((node) => node.hostname)).toEqual(['bronce-2'])
  })

  test('are neither ready nor silent when nothing more is heard of them, whatever they said last', () => {
    const { client, latest } = clientByHand<NodesItem>()
    const store = createNodesStore(client)
    store.follow('casa')
    const reach = { kind: 'answering', via: 'direct' } as const
    const told = { reach, talosVersion: 'v1.13.9', etcd: { leader: true } }
    latest()?.onItems([item('bronce-1', 'controlplane', told)], 'snapshot')
    latest()?.onReady?.()
    const error = { code: 'interrupted', message: 'lost', retryable: false } as const
    latest()?.onError?.(error)
    expect(store.getState()).toMatchObject({
      error,
      nodes: [{ talosVersion: 'v1.13.9', reach: { kind: 'connecting' } }],
    })
    expect(store.getState().nodes[0]).not.toHaveProperty('etcd')
  })

  test('of one cluster are never shown as those of another', () => {
    const { client, latest } = clientByHand<NodesItem>()
    const store = createNodesStore(client)
    store.follow('casa')
    latest()?.onItems([item('bronce-1', 'controlplane')], 'snapshot')
    latest()?.onReady?.()
    store.follow('rack')
    expect(store.getState()).toMatchObject({ context: 'rack', known: false, nodes: [] })
  })

  test('go when they are gone', () => {
    const { client, latest } = clientByHand<NodesItem>()
    const store = createNodesStore(client)
    store.follow('casa')
    latest()?.onReady?.()
    latest()?.onItems([item('bronce-1', 'controlplane')], 'changes')
    latest()?.onItems([{ kind: 'gone', address: 'bronce-1.lan' } as NodesItem], 'changes')
    expect(store.getState().nodes).toEqual([])
  })
})

test('runs stand newest first, wherever a change puts them', () => {
  const { client, latest } = clientByHand<RunsItem>()
  const store = createRunsStore(client)
  store.start()
  const run = (id: string, startedAt: string) => ({ kind: 'run' as const, run: { id, startedAt } as Run })
  latest()?.onItems([run('1', '2026-11-21'), run('2', '2026-11-22')], 'snapshot')
  latest()?.onReady?.()
  latest()?.onItems([run('3', '2026-11-23'), run('1', '2026-11-21')], 'changes')
  expect(store.getState().runs.map((one) => one.id)).toEqual(['3', '2', '1'])
})

test('a setting that cannot be kept goes back to what it was', async () => {
  const readers: StreamReader<unknown>[] = []
  const client = {
    open: (_name: string, _input: unknown, reader: StreamReader<unknown>) => {
      readers.push(reader)
      return () => undefined
    },
    call: () =>
      Promise.resolve({ ok: false, error: { code: 'disk-write-failed', message: 'full', retryable: true } }),
  } as unknown as TalosClient
  const store = createAppStore(client)
  store.start()
  readers[0]?.onItems([{ settings: { theme: 'light' } }], 'snapshot')
  readers[0]?.onReady?.()
  const saving = store.saveSettings({ theme: 'dark' })
  expect(store.getState().app?.settings.theme).toBe('dark')
  expect(await saving).toMatchObject({ code: 'disk-write-failed' })
  expect(store.getState().app?.settings.theme).toBe('light')
})
