import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { connectKube, type KubeBody, type KubeClient } from '../fakes/kube-client.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** What an upgrade of Kubernetes meets, step by step; behaviour.md §6. */
let cluster: SimulatedCluster
let kube: KubeClient
const clients: WireClient[] = []
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    seed: 5,
    speed: 100,
    nodes: [
      { hostname: 'v13', role: 'controlplane', talos: 'v1.13.9' },
      { hostname: 'v14', role: 'controlplane', talos: 'v1.14.0' },
      { hostname: 'v11', role: 'controlplane', talos: 'v1.11.6' },
      { hostname: 'worker', role: 'worker', talos: 'v1.13.9' },
    ],
  })
  // Of a control plane that none of the tests touches.
  const { address, kubernetesPort } = cluster.node('v11').spec
  kube = connectKube(await cluster.kubeconfig(), { server: `https://${address}:${kubernetesPort}` })
})
afterAll(async () => {
  for (const client of clients) client.close()
  kube.close()
  await cluster[Symbol.asyncDispose]()
})

function at(hostname: string): WireClient {
  const { address, port } = cluster.node(hostname).spec
  const client = connectWith(cluster.talosconfig(), `${address}:${port}`)
  clients.push(client)
  return client
}

/** Reads the config over the wire, changes its text and applies it with that mode. */
async function patchConfig(hostname: string, change: (text: string) => string): Promise<void> {
  const client = at(hostname)
  const { resource } = await client.unary('/cosi.resource.State/Get', {
    namespace: 'config',
    type: 'MachineConfigs.config.talos.dev',
    id: 'v1alpha1',
  })
  const bytes = resource!.spec!.protoSpec
  // One bytes field, number 1: a tag, a length, the document.
  const text = bytes.toString('utf8').slice(bytes.toString('utf8').indexOf('version: v1alpha1'))
  const next = change(text)
  expect(next).not.toBe(text)
  await client.unary('/machine.MachineService/ApplyConfiguration', {
    data: Buffer.from(next),
    mode: 'NO_REBOOT',
  })
}

async function configVersion(hostname: string, type: string, id: string): Promise<string> {
  const { resource } = await at(hostname).unary('/cosi.resource.State/Get', {
    namespace: 'controlplane',
    type: `${type}.kubernetes.talos.dev`,
    id,
  })
  return resource!.metadata!.version
}

const imagesOf = ({ spec }: KubeBody): readonly string[] =>
  (spec as unknown as { readonly containers: readonly { readonly image: string }[] }).containers.map(
    ({ image }) => image,
  )

const isReady = ({ status }: KubeBody): boolean =>
  status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True')

const mirror = (component: string, node: string): string =>
  `/api/v1/namespaces/kube-system/pods?fieldSelector=metadata.name%3D${component}-${node}`

test.each([
  ['v13', 'kube-scheduler', 'SchedulerConfigs', 'v1.36.3', 'v1.36.2'],
  ['v14', 'kube-controller-manager', 'ControllerManagerConfigs', 'v1.37.0-rc.0', 'v1.36.2'],
  ['v11', 'kube-scheduler', 'SchedulerConfigs', 'v1.34.1', 'v1.34.3'],
])(
  '%s: another image of %s raises the version of its config, and the pod of that version comes after it',
  async (node, component, type, was, version) => {
    const before = await configVersion(node, type, component)
    const seen: string[] = []
    const arrives = kube.until(mirror(component, node), ({ type: change, object }) => {
      const version = object.metadata.annotations['talos.dev/config-version']
      seen.push(`${change} ${version} ${isReady(object) ? 'ready' : 'unready'} ${imagesOf(object).join()}`)
      return change === 'ADDED' && version !== before
    })
    await patchConfig(node, (text) =>
      text.replace(new RegExp(`${component}:v[\\w.-]+`), `${component}:${version}`),
    )
    const after = await configVersion(node, type, component)
    expect(Number(after)).toBe(Number(before) + 1)
    await arrives
    const old = `registry.k8s.io/${component}:${was}`
    expect(seen).toEqual([
      `ADDED ${before} ready ${old}`,
      `MODIFIED ${before} unready ${old}`,
      `DELETED ${before} unready ${old}`,
      `ADDED ${after} ready registry.k8s.io/${component}:${version}`,
    ])
  },
)

test('while the API server of a node changes, connections through it break and the others go on', async () => {
  const { address, kubernetesPort } = cluster.node('v13').spec
  const through = connectKube(await cluster.kubeconfig(), { server: `https://${address}:${kubernetesPort}` })
  expect((await through.get('/version')).body.gitVersion).toBe('v1.36.3')
  const cut = expect(through.until('/api/v1/nodes', () => false)).rejects.toThrow(/aborted|ended/)
  await patchConfig('v13', (text) => text.replace(/kube-apiserver:v[\w.-]+/, 'kube-apiserver:v1.36.2'))
  await cut
  expect((await kube.get('/version')).code).toBe(200)
  const scheduler = await kube.get(mirror('kube-scheduler', 'v13'))
  expect(isReady(scheduler.body.items[0]!)).toBe(true)
  await kube.until(
    mirror('kube-apiserver', 'v13'),
    ({ object }) => isReady(object) && imagesOf(object)[0] === 'registry.k8s.io/kube-apiserver:v1.36.2',
  )
  await expect
    .poll(async () =>
      through.get('/version').then(
        ({ body }) => body.gitVersion,
        () => 'nobody',
      ),
    )
    .toBe('v1.36.2')
  through.close()
})

test('another kubelet: its Service goes and comes, then the node shows its version and is Ready', async () => {
  const watch = at('worker').stream('/cosi.resource.State/Watch', {
    namespace: 'runtime',
    type: 'Services.v1alpha1.talos.dev',
    id: 'kubelet',
    options: {},
    apiVersion: 1,
  })
  // The frame before anything, then the service as it is.
  await watch.take(2)
  const moves = watch.take(2)
  await patchConfig('worker', (text) => text.replace(/kubelet:v[\w.-]+/, 'kubelet:v1.36.2'))
  expect((await moves).flatMap(({ event }) => event).map(({ eventType }) => eventType)).toEqual([
    'DESTROYED',
    'CREATED',
  ])
  watch.cancel()
  const { object } = await kube.until(
    '/api/v1/nodes?fieldSelector=metadata.name%3Dworker',
    (event) => event.object.status.nodeInfo['kubeletVersion'] === 'v1.36.2' && isReady(event.object),
  )
  expect(object.status.nodeInfo['osImage']).toBe('Talos (v1.13.9)')
})

test('a kubelet that no registry has fails and leaves the node NotReady under its old version', async () => {
  await patchConfig('worker', (text) => text.replace(/siderolabs\/kubelet:/, 'nobody/kubelet:'))
  const { object } = await kube.until(
    '/api/v1/nodes?fieldSelector=metadata.name%3Dworker',
    (event) => !isReady(event.object),
  )
  expect(object.status.nodeInfo['kubeletVersion']).toBe('v1.36.2')
  await patchConfig('worker', (text) => text.replace(/nobody\/kubelet:/, 'siderolabs/kubelet:'))
  await kube.until('/api/v1/nodes?fieldSelector=metadata.name%3Dworker', (event) => isReady(event.object))
})

test('the components are found by their label, and the manifests by their resource', async () => {
  for (const [label, count] of [
    ['kube-apiserver', 3],
    ['kube-controller-manager', 3],
    ['kube-scheduler', 3],
    ['kube-proxy', 4],
    ['kube-dns', 2],
    ['flannel', 4],
  ] as const) {
    const { body } = await kube.get(`/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3D${label}`)
    expect(body.items, label).toHaveLength(count)
  }
  const frames = await at('v13')
    .stream('/cosi.resource.State/List', {
      namespace: 'controlplane',
      type: 'Manifests.kubernetes.talos.dev',
      options: {},
    })
    .all()
  const ids = frames.map(({ resource }) => resource!.metadata!.id)
  expect(ids).toEqual([
    '00-kubelet-bootstrapping-token',
    '01-csr-approver-role-binding',
    '01-csr-node-bootstrap',
    '01-csr-renewal-role-binding',
    '05-flannel',
    '10-kube-proxy',
    '11-core-dns',
    '11-core-dns-svc',
    '11-kube-config-in-cluster',
  ])
})
