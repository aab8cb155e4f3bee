import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoNodes } from '../../main/simulator/demo-nodes.ts'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { connectKube, type KubeBody, type KubeClient, type WatchEvent } from '../fakes/kube-client.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

const STRATEGIC = 'application/strategic-merge-patch+json'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

let cluster: SimulatedCluster
let kube: KubeClient
beforeAll(async () => {
  // The demo's machines, and one control plane that is a minor ahead, as in the middle of an upgrade.
  const nodes = demoNodes().map((plan) =>
    plan.hostname === 'bronce-3' ? { ...plan, kubernetes: '1.35.4' } : plan,
  )
  cluster = await startSimulatedCluster({ nodes, protosDir: PROTOS_DIR, seed: 5, speed: 100 })
  kube = connectKube(await cluster.kubeconfig())
})
afterAll(async () => {
  kube.close()
  await cluster[Symbol.asyncDispose]()
})

const podsOn = async (node: string, selector = ''): Promise<readonly KubeBody[]> =>
  (await kube.get(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}&labelSelector=${selector}`)).body.items

const evict = ({ metadata }: KubeBody) =>
  kube.send('POST', `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: metadata.name, namespace: metadata.namespace },
  })

const cordon = (node: string, unschedulable: boolean | null) =>
  kube.send('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable } }, STRATEGIC)

const readyOf = ({ object }: WatchEvent): string | undefined =>
  object.status.conditions.find(({ type }) => type === 'Ready')?.status

const nodeUntil = (node: string, satisfies: (event: WatchEvent) => boolean): Promise<WatchEvent> =>
  kube.until(`/api/v1/nodes?fieldSelector=metadata.name%3D${node}`, satisfies)

function nodeStatusOf(hostname: string): Readonly<Record<string, unknown>> {
  const [status] = cluster.node(hostname).resources.list('k8s', 'NodeStatuses.kubernetes.talos.dev')
  return parse(status?.yamlSpec ?? '') as Readonly<Record<string, unknown>>
}

test('the API answers at the endpoint of the cluster and of every control plane, each with its own version', async () => {
  expect(kube.server).toBe(cluster.state.endpoint)
  const versions = await Promise.all(
    ['bronce-1', 'bronce-3'].map(async (hostname) => {
      const { address, kubernetesPort } = cluster.node(hostname).spec
      const one = connectKube(await cluster.kubeconfig(), { server: `https://${address}:${kubernetesPort}` })
      const { body } = await one.get('/version')
      one.close()
      return body.gitVersion
    }),
  )
  expect(versions).toEqual(['v1.34.1', 'v1.35.4'])
})

test('who comes without a certificate sees the version and nothing else', async () => {
  const anonymous = connectKube(await cluster.kubeconfig(), { anonymous: true })
  expect((await anonymous.get('/version')).code).toBe(200)
  const { code, body } = await anonymous.get('/api/v1/nodes')
  anonymous.close()
  expect(code).toBe(403)
  expect(body).toMatchObject({
    kind: 'Status',
    reason: 'Forbidden',
    message:
      'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
  })
})

test('discovery says no more than what is served, evictions among it', async () => {
  const { body: groups } = await kube.get('/apis')
  expect(groups.groups.map(({ name }) => name)).toEqual([
    'apps',
    'policy',
    'rbac.authorization.k8s.io',
    'apiextensions.k8s.io',
    'longhorn.io',
  ])
  const { body } = await kube.get('/api/v1')
  expect(body.resources.find(({ name }) => name === 'pods/eviction')).toMatchObject({
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
  })
  expect((await kube.get('/api/v1/endpoints')).code).toBe(404)
})

test('every node is Ready and tells what its machine runs', async () => {
  const { body } = await kube.get('/api/v1/nodes')
  const told = body.items.map((node) => [
    node.metadata.name,
    readyOf({ type: 'ADDED', object: node }),
    node.status.nodeInfo['osImage'],
    node.status.nodeInfo['kubeletVersion'],
    node.status.addresses[0]!.address,
  ])
  const addressOf = (hostname: string): string => cluster.node(hostname).spec.address
  expect(told).toEqual([
    ['bronce-1', 'True', 'Talos (v1.13.9)', 'v1.34.1', addressOf('bronce-1')],
    ['bronce-2', 'True', 'Talos (v1.13.9)', 'v1.34.1', addressOf('bronce-2')],
    ['bronce-3', 'True', 'Talos (v1.14.0)', 'v1.35.4', addressOf('bronce-3')],
    ['estante-1', 'True', 'Talos (v1.13.9)', 'v1.34.1', addressOf('estante-1')],
    ['estante-2', 'True', 'Talos (v1.11.6)', 'v1.34.1', addressOf('estante-2')],
  ])
})

test('nodes and pods come as the tables kubectl asks for', async () => {
  const { body } = await kube.get('/api/v1/nodes', TABLE)
  expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' })
  const names = body.columnDefinitions.map(({ name }) => name)
  expect(names.slice(0, 5)).toEqual(['Name', 'Status', 'Roles', 'Age', 'Version'])
  expect(body.rows[0]!.cells.slice(0, 3)).toEqual(['bronce-1', 'Ready', 'control-plane'])
  expect(body.rows[0]!.object.kind).toBe('PartialObjectMetadata')
  const { body: pods } = await kube.get('/api/v1/namespaces/home/pods', TABLE)
  expect(pods.rows.length).toBeGreaterThan(3)
  for (const { cells } of pods.rows) expect(cells.slice(1, 4)).toEqual(['1/1', 'Running', '0'])
  expect((await kube.get('/api/v1/nodes', 'application/yaml')).code).toBe(406)
})

test('each control plane has its static pods, and only workers carry the apps of the home', async () => {
  const mirrors = await podsOn('bronce-2', 'tier%3Dcontrol-plane')
  expect(mirrors.map(({ metadata }) => metadata.name)).toEqual([
    'kube-apiserver-bronce-2',
    'kube-controller-manager-bronce-2',
    'kube-scheduler-bronce-2',
  ])
  const { body } = await kube.get('/api/v1/namespaces/home/pods')
  const places = new Set(body.items.map(({ spec }) => spec.nodeName))
  expect([...places].filter((name) => !name.startsWith('estante'))).toEqual([])
})

test('a cordon through the API shows in the NodeStatus of the machine, and so does its end', async () => {
  expect((await cordon('estante-1', true)).code).toBe(200)
  expect(nodeStatusOf('estante-1')).toMatchObject({ unschedulable: true })
  expect(nodeStatusOf('estante-1')['annotations']).not.toHaveProperty(['talos.dev/cordoned'])
  const { body } = await cordon('estante-1', null)
  expect(body.spec).not.toHaveProperty('unschedulable')
  expect(body.spec).not.toHaveProperty('taints')
  expect(nodeStatusOf('estante-1')).toMatchObject({ unschedulable: false })
})

test('a label set by a person reaches the NodeStatus; one of the node itself cannot be taken away', async () => {
  const labels = { room: 'cellar', 'kubernetes.io/os': null }
  await kube.send('PATCH', '/api/v1/nodes/estante-2', { metadata: { labels } }, STRATEGIC)
  expect(nodeStatusOf('estante-2')['labels']).toMatchObject({ room: 'cellar', 'kubernetes.io/os': 'linux' })
  const { body } = await kube.send(
    'PATCH',
    '/api/v1/nodes/estante-2',
    { metadata: { labels: { room: null } } },
    STRATEGIC,
  )
  expect(body.metadata.labels).not.toHaveProperty('room')
  expect(nodeStatusOf('estante-2')['labels']).not.toHaveProperty('room')
})

test('a write that rests on an older reading is refused', async () => {
  const { body: node } = await kube.get('/api/v1/nodes/estante-2')
  await kube.send('PATCH', '/api/v1/nodes/estante-2', { metadata: { annotations: { a: 'b' } } }, STRATEGIC)
  const { code, body } = await kube.send('PUT', '/api/v1/nodes/estante-2', node)
  expect(code).toBe(409)
  expect(body.reason).toBe('Conflict')
})

test('an evicted pod ends, and its like starts on a node that takes pods', async () => {
  await cordon('estante-1', true)
  const { body: before } = await kube.get(
    '/api/v1/namespaces/home/pods?labelSelector=app.kubernetes.io/name=jellyfin',
  )
  const [pod] = before.items
  const onFirst = pod!.spec.nodeName === 'estante-1'
  if (!onFirst) {
    await cordon('estante-1', null)
    await cordon('estante-2', true)
  }
  expect((await evict(pod!)).code).toBe(201)
  const next = await kube.until(
    '/api/v1/namespaces/home/pods?labelSelector=app.kubernetes.io/name=jellyfin',
    (event) => event.object.metadata.uid !== pod!.metadata.uid && readyOf(event) === 'True',
  )
  expect(next.object.spec.nodeName).toBe(onFirst ? 'estante-2' : 'estante-1')
  await cordon('estante-1', null)
  await cordon('estante-2', null)
})

test('a budget refuses an eviction in the words of the API server until it allows it', async () => {
  const [pod] = await podsOn('estante-2', 'longhorn.io/component%3Dinstance-manager')
  cluster.node('estante-2').cause('drain-blocked-by-pdb')
  const { code, body } = await evict(pod!)
  expect(code).toBe(429)
  expect(body).toMatchObject({
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${pod!.metadata.name} needs 1 healthy pods and has 1 currently`,
        },
      ],
    },
  })
  cluster.node('estante-2').settle('drain-blocked-by-pdb')
  expect((await evict(pod!)).code).toBe(201)
})

test('a node without volumes cannot have its drain blocked by them', () => {
  expect(() => cluster.node('bronce-1').cause('drain-blocked-by-pdb')).toThrow(/wants a worker/)
})

test('of two pods under a budget of one, the second eviction at the same moment is refused', async () => {
  // Nothing comes in their place meanwhile, however long the second one takes to be asked for.
  for (const node of ['estante-1', 'estante-2']) await cordon(node, true)
  const { body } = await kube.get('/api/v1/namespaces/traefik/pods')
  const codes = await Promise.all(body.items.map(async (pod) => (await evict(pod)).code))
  expect(codes.sort()).toEqual([201, 429])
  for (const node of ['estante-1', 'estante-2']) await cordon(node, null)
})

test('a machine without power is NotReady after a while, and Ready again with its pods started anew', async () => {
  const [flannel] = await podsOn('estante-1', 'k8s-app%3Dflannel')
  cluster.node('estante-1').powerOff()
  const lost = await nodeUntil('estante-1', (event) => readyOf(event) === 'Unknown')
  expect(lost.object.spec.taints.map(({ key }) => key)).toContain('node.kubernetes.io/unreachable')
  const booted = cluster.node('estante-1').powerOn()
  await nodeUntil('estante-1', (event) => readyOf(event) === 'True')
  const back = await kube.until(
    '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app=flannel',
    (event) => event.object.metadata.uid === flannel!.metadata.uid && readyOf(event) === 'True',
  )
  expect(back.object.status.containerStatuses[0]!.restartCount).toBe(2)
  await booted
})

test('a shutdown drains the node, and a start lifts the cordon the node set itself', async () => {
  const machine = cluster.node('estante-1')
  const moved = (await podsOn('estante-1', 'app.kubernetes.io/name')).map(({ metadata }) => metadata.uid)
  expect(moved.length).toBeGreaterThan(0)
  machine.shutdown(false)
  await nodeUntil('estante-1', ({ object }) => object.metadata.annotations['talos.dev/cordoned'] === 'true')
  await nodeUntil('estante-1', (event) => readyOf(event) === 'False')
  const { body } = await kube.get('/api/v1/pods')
  const left = body.items.filter(({ metadata }) => moved.includes(metadata.uid))
  expect(left).toEqual([])
  await nodeUntil('estante-1', (event) => readyOf(event) === 'Unknown')
  const booted = machine.powerOn()
  await nodeUntil('estante-1', (event) => readyOf(event) === 'True' && !event.object.spec.unschedulable)
  await booted
})

test('a watch tells what a selection gains and loses, and refuses a past nobody remembers', async () => {
  const { body } = await kube.get('/api/v1/nodes')
  const from = body.metadata.resourceVersion
  const path = `/api/v1/nodes?labelSelector=room&resourceVersion=${from}`
  const patch = (room: string | null) =>
    kube.send('PATCH', '/api/v1/nodes/bronce-1', { metadata: { labels: { room } } }, STRATEGIC)
  await patch('hall')
  expect((await kube.until(path, () => true)).type).toBe('ADDED')
  await patch(null)
  expect((await kube.until(path, ({ type }) => type === 'DELETED')).object.metadata.name).toBe('bronce-1')
  const { type, object } = await kube.until('/api/v1/nodes?resourceVersion=1', () => true)
  expect([type, object.code, object.reason]).toEqual(['ERROR', 410, 'Expired'])
})

test('lists come in pages that together are the whole', async () => {
  const { body: all } = await kube.get('/api/v1/pods')
  const names: string[] = []
  let more = ''
  do {
    const { body } = await kube.get(`/api/v1/pods?limit=7&continue=${more}`)
    expect(body.items.length).toBeLessThanOrEqual(7)
    names.push(...body.items.map(({ metadata }) => metadata.name))
    more = body.metadata.continue ?? ''
  } while (more !== '')
  expect(names).toEqual(all.items.map(({ metadata }) => metadata.name))
})
