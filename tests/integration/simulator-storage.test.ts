import { afterEach, expect, test } from 'vitest'
import {
  type SimulatedCluster,
  type SimulatedClusterOptions,
  startSimulatedCluster,
} from '../../main/simulator/cluster.ts'
import { connectKube, type KubeBody, type KubeClient } from '../fakes/kube-client.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

/** Storage as its custom resources show it; behaviour.md §11. */
const ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(
  options: Partial<SimulatedClusterOptions> = {},
): Promise<{ readonly cluster: SimulatedCluster; readonly kube: KubeClient }> {
  const cluster = await startSimulatedCluster({ protosDir: PROTOS_DIR, seed: 5, speed: 200, ...options })
  ends.push(async () => cluster[Symbol.asyncDispose]())
  const kube = connectKube(await cluster.kubeconfig())
  ends.push(() => kube.close())
  return { cluster, kube }
}

const VOLUMES = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/volumes'
const REPLICAS = '/apis/longhorn.io/v1beta2/namespaces/longhorn-system/replicas'
const BUDGETS = '/apis/policy/v1/namespaces/longhorn-system/poddisruptionbudgets'

const field = (object: KubeBody, name: string): unknown =>
  (object.status as unknown as Readonly<Record<string, unknown>>)[name]

async function definitions(kube: KubeClient): Promise<readonly string[]> {
  const { body } = await kube.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
  return body.items.map(({ metadata }) => metadata.name)
}

async function robustness(kube: KubeClient): Promise<readonly unknown[]> {
  const { body } = await kube.get(VOLUMES)
  return body.items.map((volume) => field(volume, 'robustness'))
}

test('Longhorn is found by its definitions, its volumes have two replicas each, and nothing else is served', async () => {
  const { kube } = await start()
  expect(await definitions(kube)).toEqual([
    'replicas.longhorn.io',
    'settings.longhorn.io',
    'volumes.longhorn.io',
  ])
  expect(await robustness(kube)).toEqual(['healthy', 'healthy', 'healthy'])
  const { body } = await kube.get(REPLICAS)
  expect(body.items).toHaveLength(6)
  expect((await kube.get('/apis/ceph.rook.io/v1/cephclusters')).code).toBe(404)
  expect((await kube.get(BUDGETS)).body.items).toEqual([])
})

test('a node that restarts has its replicas rebuilt, and then all is whole again', async () => {
  const { cluster, kube } = await start()
  const seen = new Set<unknown>()
  const whole = kube.until(VOLUMES, ({ object }) => {
    seen.add(field(object, 'robustness'))
    return seen.has('degraded') && field(object, 'robustness') === 'healthy'
  })
  cluster.node('estante-2').reboot('DEFAULT')
  await whole
  expect([...seen]).toEqual(['healthy', 'degraded'])
})

test('the pod that serves the last healthy replica is guarded from drains until others are rebuilt', async () => {
  const { cluster, kube } = await start()
  cluster.cause('storage-degraded', 'estante-2')
  const [budget] = (await kube.get(BUDGETS)).body.items
  const manager = `/api/v1/namespaces/longhorn-system/pods/${budget!.metadata.name}`
  expect((await kube.get(manager)).body.spec.nodeName).toBe('estante-1')
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: budget!.metadata.name } }
  expect((await kube.send('POST', `${manager}/eviction`, eviction)).code).toBe(429)
  const gone = kube.until(BUDGETS, ({ type }) => type === 'DELETED')
  cluster.settle('storage-degraded')
  await gone
  expect((await kube.send('POST', `${manager}/eviction`, eviction)).code).toBe(201)
})

test('storage-degraded keeps volumes degraded until it is settled', async () => {
  const { cluster, kube } = await start()
  expect(cluster.cause('storage-degraded')).toEqual(['estante-1'])
  expect(await robustness(kube)).toEqual(['degraded', 'degraded', 'degraded'])
  const { body } = await kube.get(BUDGETS)
  expect(body.items).toHaveLength(1)
  const whole = kube.until(VOLUMES, ({ object }) => field(object, 'robustness') === 'healthy')
  cluster.settle('storage-degraded')
  expect(await robustness(kube)).toEqual(['degraded', 'degraded', 'degraded'])
  await whole
  expect(() => cluster.cause('storage-degraded', 'bronce-1')).toThrow(/holds no volumes/)
})

test('Rook and CloudNativePG say so when a node is away, and when all is well again', async () => {
  const { cluster, kube } = await start({ storage: ['rook-ceph', 'cloudnative-pg'] })
  expect(await definitions(kube)).toEqual(['cephclusters.ceph.rook.io', 'clusters.postgresql.cnpg.io'])
  const ceph = '/apis/ceph.rook.io/v1/namespaces/rook-ceph/cephclusters'
  const postgres = '/apis/postgresql.cnpg.io/v1/namespaces/home/clusters'
  const health = (object: KubeBody): unknown => (field(object, 'ceph') as { readonly health: string }).health
  const { body: first } = await kube.get(`${postgres}/paperless-db`)
  expect([field(first, 'instances'), field(first, 'readyInstances')]).toEqual([2, 2])
  const warned = kube.until(ceph, ({ object }) => health(object) === 'HEALTH_WARN')
  cluster.node('estante-2').powerOff()
  await warned
  const { body: alone } = await kube.get(`${postgres}/paperless-db`)
  expect(field(alone, 'readyInstances')).toBe(1)
  const well = kube.until(ceph, ({ object }) => health(object) === 'HEALTH_OK')
  await cluster.node('estante-2').powerOn()
  await well
  const { body: both } = await kube.get(`${postgres}/paperless-db`)
  expect(field(both, 'readyInstances')).toBe(2)
})

test('on some node of the demo a drain meets each kind of pod', async () => {
  const { kube } = await start()
  const { body } = await kube.get('/api/v1/pods')
  const kinds = new Map<string, Set<string>>()
  for (const { metadata, spec } of body.items) {
    const owner = (metadata as unknown as { ownerReferences?: readonly { readonly kind: string }[] })
      .ownerReferences?.[0]?.kind
    const volumes = (spec as unknown as { volumes?: readonly object[] }).volumes ?? []
    const found = [
      owner ?? 'unmanaged',
      ...(volumes.some((volume) => 'emptyDir' in volume) ? ['emptyDir'] : []),
    ]
    for (const kind of found) kinds.set(kind, (kinds.get(kind) ?? new Set()).add(spec.nodeName))
  }
  for (const kind of ['unmanaged', 'emptyDir', 'DaemonSet', 'ReplicaSet', 'StatefulSet'])
    expect(
      [...(kinds.get(kind) ?? [])].some((node) => node.startsWith('estante')),
      kind,
    ).toBe(true)
  expect(kinds.get('Node')?.has('bronce-1')).toBe(true)
})
