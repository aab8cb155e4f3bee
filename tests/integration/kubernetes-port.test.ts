import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findKubeconfig } from '../../main/domain/kubernetes/find-kubeconfig.ts'
import type { KubePod, KubernetesPort } from '../../main/domain/kubernetes/kubernetes-port.ts'
import { Secret } from '../../main/domain/secret.ts'
import { createKubernetesPort } from '../../main/kubernetes/https-kubernetes-port.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

const { signal } = new AbortController()
const ends: (() => PromiseLike<void> | void)[] = []
let cluster: SimulatedCluster
let talos: ReturnType<typeof createTalosPort>
let endpoints: readonly string[]
let kube: KubernetesPort

/** Kubernetes as Talos leads to it, with `change` done to what it told. */
function connect(
  change: (found: { text: Secret; controlPlanes: readonly string[] }) => {
    text: Secret
    controlPlanes: readonly string[]
  } = (found) => found,
): KubernetesPort {
  const port = createKubernetesPort(async (at) => change(await findKubeconfig(talos, endpoints, at)))
  ends.push(() => port.close())
  return port
}

beforeAll(async () => {
  cluster = await startSimulatedCluster({ protosDir, seed: 5, speed: 100 })
  ends.push(() => cluster[Symbol.asyncDispose]())
  const context = contextOf(cluster.talosconfig())
  endpoints = context.endpoints
  talos = createTalosPort({ context, protosDir, connectTimeoutMs: 1_000 })
  ends.push(() => talos.close())
  kube = connect()
})
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

async function podOn(node: string, is: (pod: KubePod) => boolean): Promise<KubePod> {
  const found = (await kube.pods({ node }, signal)).find(is)
  if (found === undefined) throw new Error(`no such pod on ${node}`)
  return found
}

const worker = (): string =>
  [...cluster.machines.values()].find(({ spec }) => spec.role === 'worker')!.spec.hostname

describe('Kubernetes, by the kubeconfig that Talos gives out', () => {
  test('tells its version, its nodes and which of them are control planes', async () => {
    expect(await kube.version(signal)).toMatch(/^v1\.\d+\.\d+/)
    const nodes = await kube.nodes(signal)
    expect(nodes.map(({ name, controlPlane }) => [name, controlPlane])).toEqual(
      [...cluster.machines.values()].map(({ spec }) => [spec.hostname, spec.role === 'controlplane']),
    )
    const [first] = nodes
    expect(first).toMatchObject({ ready: true, unschedulable: false })
    expect(first?.osImage).toBe(`Talos (${cluster.node(first?.name ?? '').talosVersion})`)
  })

  test('cordons, uncordons and annotates a node, and takes an annotation away', async () => {
    const name = worker()
    await kube.setUnschedulable(name, true, signal)
    await kube.annotateNode(name, { 'ichor.test/run': 'r1' }, signal)
    expect(await kube.node(name, signal)).toMatchObject({
      unschedulable: true,
      annotations: { 'ichor.test/run': 'r1' },
    })
    await kube.setUnschedulable(name, false, signal)
    await kube.annotateNode(name, { 'ichor.test/run': undefined }, signal)
    const after = await kube.node(name, signal)
    expect(after.unschedulable).toBe(false)
    expect(after.annotations).not.toHaveProperty('ichor.test/run')
  })

  test('tells pods with who makes them anew, and which are the kubelet’s own', async () => {
    const pods = await kube.pods({ namespace: 'kube-system', labels: 'k8s-app=kube-apiserver' }, signal)
    expect(pods.map(({ mirror }) => mirror)).toEqual([true, true, true])
    expect(pods[0]?.images['kube-apiserver']).toMatch(/kube-apiserver:v1\./)
    const proxy = await podOn(worker(), ({ name }) => name.startsWith('kube-proxy'))
    expect(proxy.controller).toBe('DaemonSet')
  })

  test('evicts a pod once, and finds it gone afterwards', async () => {
    const pod = await podOn(worker(), ({ controller, leaving }) => controller === 'ReplicaSet' && !leaving)
    expect(await kube.evict(pod, signal)).toEqual({ kind: 'evicted' })
    await expect.poll(() => kube.evict(pod, signal), { timeout: 10_000 }).toEqual({ kind: 'gone' })
    await kube.deletePod(pod, 0, signal)
  })

  test('a node that Kubernetes does not know is not found', async () => {
    await expect(kube.node('nobody', signal)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('a kubeconfig that names a dead address is no matter: the control planes themselves are asked', async () => {
    const port = Number(new URL(cluster.state.endpoint).port)
    const other = connect(({ text, controlPlanes }) => ({
      // 127.9.9.9 is this computer, and nobody listens there.
      text: new Secret(text.reveal().replace(/server: .*/, `server: https://127.9.9.9:${String(port)}`)),
      controlPlanes,
    }))
    expect(await other.version(signal)).toMatch(/^v1\./)
  })

  test('no API server at all is unreachable, and another cluster’s is not trusted', async () => {
    const port = Number(new URL(cluster.state.endpoint).port)
    const dead = connect(({ text }) => ({
      text: new Secret(text.reveal().replace(/server: .*/, `server: https://127.9.9.9:${String(port)}`)),
      controlPlanes: ['127.9.9.8'],
    }))
    await expect(dead.nodes(signal)).rejects.toMatchObject({ code: 'kubernetes-unreachable' })
    const elsewhere = connect(({ text }) => ({
      // apid's certificate is from the OS authority, not from the one in the kubeconfig.
      text: new Secret(
        text.reveal().replace(/server: .*/, `server: https://${cluster.node('bronce-1').spec.address}:50000`),
      ),
      controlPlanes: [],
    }))
    await expect(elsewhere.nodes(signal)).rejects.toMatchObject({ code: 'kubernetes-untrusted' })
  })

  test('a worker gives out no kubeconfig, and the next in line is asked', async () => {
    const address = cluster.node(worker()).spec.address
    await expect(talos.kubeconfig(address, signal)).rejects.toMatchObject({ code: 'control-plane-only' })
    const found = await findKubeconfig(talos, [address, ...endpoints], signal)
    expect(String(found.text)).toBe('[secret]')
    expect([...found.controlPlanes].sort()).toEqual(
      [...cluster.machines.values()]
        .filter(({ spec }) => spec.role === 'controlplane')
        .map(({ spec }) => spec.address)
        .sort(),
    )
  })

  test('a call that is taken back ends as cancelled', async () => {
    const taken = new AbortController()
    const asked = kube.pods({}, taken.signal)
    taken.abort()
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  })
})
