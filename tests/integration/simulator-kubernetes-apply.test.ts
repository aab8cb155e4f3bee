import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { connectKube, type KubeClient } from '../fakes/kube-client.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

/** Server-side apply and what follows it; behaviour.md §6, step 11. */
let cluster: SimulatedCluster
let kube: KubeClient
beforeAll(async () => {
  cluster = await startSimulatedCluster({ protosDir: PROTOS_DIR, seed: 5, speed: 200 })
  kube = connectKube(await cluster.kubeconfig())
})
afterAll(async () => {
  kube.close()
  await cluster[Symbol.asyncDispose]()
})

interface Applied {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

/** What a control plane renders, as a client reads it. */
function manifestsOf(hostname: string): readonly Applied[] {
  return cluster
    .node(hostname)
    .resources.list('controlplane', 'Manifests.kubernetes.talos.dev')
    .flatMap(({ spec }) => spec as readonly Applied[])
}

function manifest(hostname: string, kind: string, name: string): Applied {
  const found = manifestsOf(hostname).find((one) => one.kind === kind && one.metadata.name === name)
  if (!found) throw new Error(`no ${kind} ${name}`)
  return found
}

const PLURALS: Readonly<Record<string, string>> = {
  Secret: 'api/v1/namespaces/kube-system/secrets',
  ConfigMap: 'api/v1/namespaces/kube-system/configmaps',
  Service: 'api/v1/namespaces/kube-system/services',
  ServiceAccount: 'api/v1/namespaces/kube-system/serviceaccounts',
  DaemonSet: 'apis/apps/v1/namespaces/kube-system/daemonsets',
  Deployment: 'apis/apps/v1/namespaces/kube-system/deployments',
  ClusterRole: 'apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: 'apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
}

const apply = (object: Applied, query: string) =>
  kube.send(
    'PATCH',
    `/${PLURALS[object.kind]}/${object.metadata.name}?${query}`,
    object,
    'application/apply-patch+yaml',
  )

const withImage = (object: Applied, from: RegExp, to: string): Applied =>
  JSON.parse(JSON.stringify(object).replace(from, to)) as Applied

test('all that a control plane renders is there, and applying it again changes nothing', async () => {
  for (const object of manifestsOf('bronce-1')) {
    const path = `/${PLURALS[object.kind]}/${object.metadata.name}`
    const { body: before, code } = await kube.get(path)
    expect(code, path).toBe(200)
    expect((await apply(object, 'fieldManager=talos&force=true')).code, path).toBe(200)
    expect((await kube.get(path)).body.metadata.resourceVersion, path).toBe(before.metadata.resourceVersion)
  }
})

test('a dry run shows what would come and keeps what is', async () => {
  const proxy = withImage(
    manifest('bronce-1', 'DaemonSet', 'kube-proxy'),
    /kube-proxy:v[\d.]+/,
    'kube-proxy:v1.36.2',
  )
  const path = `/${PLURALS['DaemonSet']}/kube-proxy`
  const { body: before } = await kube.get(path)
  const { body: shown, code } = await apply(proxy, 'fieldManager=talos&force=true&dryRun=All')
  expect(code).toBe(200)
  expect(JSON.stringify(shown.spec)).toContain('kube-proxy:v1.36.2')
  expect((await kube.get(path)).body).toEqual(before)
})

test('somebody else’s field is a conflict until it is forced', async () => {
  const proxy = withImage(
    manifest('bronce-1', 'DaemonSet', 'kube-proxy'),
    /kube-proxy:v[\d.]+/,
    'kube-proxy:v1.36.2',
  )
  const { code, body } = await apply(proxy, 'fieldManager=somebody')
  expect(code).toBe(409)
  expect(body.message).toBe(
    'Apply failed with 1 conflict: conflict with "talos" using apps/v1: .spec.template.spec.containers[name="kube-proxy"].image',
  )
  expect((await apply(proxy, 'force=true')).code).toBe(422)
})

test('another image of a DaemonSet replaces its pods one after the other', async () => {
  const proxy = withImage(
    manifest('bronce-1', 'DaemonSet', 'kube-proxy'),
    /kube-proxy:v[\d.]+/,
    'kube-proxy:v1.36.2',
  )
  const path = '/apis/apps/v1/namespaces/kube-system/daemonsets?fieldSelector=metadata.name%3Dkube-proxy'
  const leastReady: number[] = []
  const rolled = kube.until(path, ({ object }) => {
    const status = object.status as unknown as Readonly<Record<string, number>>
    leastReady.push(status['numberReady'] ?? 0)
    return (
      status['observedGeneration'] === 2 &&
      status['updatedNumberScheduled'] === 5 &&
      status['numberReady'] === 5
    )
  })
  expect((await apply(proxy, 'fieldManager=talos&force=true')).code).toBe(200)
  await rolled
  expect(Math.min(...leastReady)).toBe(4)
  const { body } = await kube.get('/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-proxy')
  expect(body.items).toHaveLength(5)
  for (const { spec } of body.items) expect(JSON.stringify(spec)).toContain('kube-proxy:v1.36.2')
})

test('another image of a Deployment brings a ReplicaSet of its own, and the old one shrinks', async () => {
  const dns = withImage(manifest('bronce-1', 'Deployment', 'coredns'), /coredns:v[\d.]+/, 'coredns:v1.14.2')
  const path = '/apis/apps/v1/namespaces/kube-system/deployments?fieldSelector=metadata.name%3Dcoredns'
  const rolled = kube.until(path, ({ object }) => {
    const status = object.status as unknown as Readonly<Record<string, number>>
    return status['observedGeneration'] === 2 && status['updatedReplicas'] === 2 && status['replicas'] === 2
  })
  expect((await apply(dns, 'fieldManager=talos&force=true')).code).toBe(200)
  await rolled
  const { body } = await kube.get('/apis/apps/v1/namespaces/kube-system/replicasets')
  expect(
    body.items
      .filter(({ metadata }) => metadata.name.startsWith('coredns-'))
      .map(({ spec }) => (spec as unknown as { readonly replicas: number }).replicas)
      .sort(),
  ).toEqual([0, 2])
})

test('an object of a client’s own comes, loses the fields it no longer names, and goes', async () => {
  const object = (data: object): Applied & { readonly data: object } => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'inventory', namespace: 'kube-system' },
    data,
  })
  const path = `/${PLURALS['ConfigMap']}/inventory`
  expect((await apply(object({ a: '1', b: '2' }), 'fieldManager=ichor')).code).toBe(201)
  await apply(object({ c: '3' }), 'fieldManager=other')
  expect((await apply(object({ b: '2' }), 'fieldManager=ichor')).code).toBe(200)
  expect((await kube.get(path)).body).toMatchObject({ data: { b: '2', c: '3' } })
  expect((await kube.get(path)).body).not.toHaveProperty('data.a')
  expect((await kube.send('DELETE', path)).code).toBe(200)
  expect((await kube.get(path)).code).toBe(404)
  const { code } = await kube.send('POST', `/${PLURALS['ConfigMap']}`, object({ a: '1' }))
  expect(code).toBe(201)
  expect((await kube.send('POST', `/${PLURALS['ConfigMap']}`, object({}))).body.reason).toBe('AlreadyExists')
})

/** Fields of protobuf with texts or bytes, none of them longer than 127. */
const field = (number: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes])
}
const envelope = (kind: string, object: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, Buffer.concat([field(1, 'v1'), field(2, kind)])),
    field(2, object),
    field(3, ''),
    field(4, ''),
  ])

test("a ConfigMap may come in the API's protobuf, as talosctl keeps its list of what it applied", async () => {
  const type = 'application/vnd.kubernetes.protobuf'
  const path = '/api/v1/namespaces/kube-system/configmaps'
  // Number 8 is when it was made, of two numbers, which none of ours has a use for.
  const meta = [field(1, 'lista'), field(3, 'kube-system'), field(8, Buffer.from([8, 1, 16, 2]))]
  const made = await kube.send('POST', path, envelope('ConfigMap', field(1, Buffer.concat(meta))), type)
  expect(made).toMatchObject({ code: 201, body: { kind: 'ConfigMap', metadata: { name: 'lista' } } })
  const data = field(2, Buffer.concat([field(1, 'kube-system_coredns__ConfigMap'), field(2, '')]))
  const labels = field(11, Buffer.concat([field(1, 'de'), field(2, 'talos')]))
  const version = field(6, made.body.metadata.resourceVersion)
  const object = Buffer.concat([field(1, Buffer.concat([...meta, version, labels])), data])
  const kept = await kube.send('PUT', `${path}/lista`, envelope('ConfigMap', object), type)
  expect(kept).toMatchObject({ code: 200 })
  expect((await kube.get(`${path}/lista`)).body).toMatchObject({
    metadata: { uid: made.body.metadata.uid, labels: { de: 'talos' } },
    data: { 'kube-system_coredns__ConfigMap': '' },
  })
  // Of an older state, cut off, of another kind, and no protobuf at all.
  expect((await kube.send('PUT', `${path}/lista`, envelope('ConfigMap', object), type)).code).toBe(409)
  const whole = envelope('ConfigMap', object)
  expect((await kube.send('POST', path, whole.subarray(0, 40), type)).code).toBe(400)
  expect((await kube.send('POST', path, envelope('Secret', object), type)).code).toBe(415)
  expect((await kube.send('POST', path, { kind: 'ConfigMap' }, type)).code).toBe(400)
})

test('a Deployment says that it is available and that its rollout is done, and since when', async () => {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns'
  const conditions = async () =>
    Object.fromEntries(
      (await kube.get(path)).body.status.conditions.map((one) => [one.type, { ...one, type: undefined }]),
    )
  await expect
    .poll(async () => (await conditions())['Progressing'])
    .toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: expect.stringMatching(/^ReplicaSet "coredns-\w+" has successfully progressed\.$/) as string,
    })
  const before = await conditions()
  expect(before['Available']).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' })
  // What is watched begins with what there is, so that nothing between is missed.
  const under = kube.until('/apis/apps/v1/namespaces/kube-system/deployments', ({ object }) =>
    object.status.conditions.some((one) => 'reason' in one && one.reason === 'ReplicaSetUpdated'),
  )
  const deployment = manifest('bronce-1', 'Deployment', 'coredns')
  await apply(withImage(deployment, /coredns:v[\d.]+/, 'coredns:v1.12.99'), 'fieldManager=talos&force=true')
  expect((await under).object.metadata.name).toBe('coredns')
  await expect
    .poll(async () => (await conditions())['Progressing'])
    .toMatchObject({ reason: 'NewReplicaSetAvailable' })
  expect((await conditions())['Progressing']).not.toEqual(before['Progressing'])
})
