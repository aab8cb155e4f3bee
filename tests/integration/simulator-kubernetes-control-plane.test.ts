import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  type SimulatedCluster,
  type SimulatedClusterOptions,
  startSimulatedCluster,
} from '../../main/simulator/cluster.ts'
import { connectKube, type KubeClient, type WatchEvent } from '../fakes/kube-client.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

const ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function start(options: Partial<SimulatedClusterOptions>): Promise<SimulatedCluster> {
  const cluster = await startSimulatedCluster({ protosDir: PROTOS_DIR, seed: 5, speed: 100, ...options })
  ends.push(async () => cluster[Symbol.asyncDispose]())
  return cluster
}

function serverOf(cluster: SimulatedCluster, hostname: string): string {
  const { address, kubernetesPort } = cluster.node(hostname).spec
  return `https://${address}:${kubernetesPort}`
}

async function client(cluster: SimulatedCluster, hostname: string): Promise<KubeClient> {
  const made = connectKube(await cluster.kubeconfig(), { server: serverOf(cluster, hostname) })
  ends.push(() => made.close())
  return made
}

/** The system's word for why nobody is there; undefined when somebody is. */
function refusal(server: string): Promise<string | undefined> {
  const { hostname, port } = new URL(server)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
  })
}

const THREE = { controlPlanes: 3, workers: 0, talos: ['v1.13.9'] }

const isReady =
  (name: string) =>
  ({ object }: WatchEvent): boolean =>
    object.metadata.name === name &&
    object.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')

test('a control plane without power refuses and drops its watches, and the others go on', async () => {
  const cluster = await start({ nodes: THREE })
  const [first, second] = [await client(cluster, 'bronce-1'), await client(cluster, 'bronce-2')]
  let heard = (): void => undefined
  const follows = new Promise<void>((resolve) => (heard = resolve))
  const watch = first.until('/api/v1/nodes', () => {
    heard()
    return false
  })
  const cut = expect(watch).rejects.toThrow(/aborted|ended/)
  await follows
  cluster.node('bronce-1').powerOff()
  await cut
  expect(await refusal(first.server)).toBe('ECONNREFUSED')
  expect((await second.get('/api/v1/nodes')).code).toBe(200)
})

test('without a majority of etcd no API server stays', async () => {
  const cluster = await start({ nodes: THREE })
  const third = serverOf(cluster, 'bronce-3')
  expect(await refusal(third)).toBeUndefined()
  cluster.node('bronce-1').powerOff()
  cluster.node('bronce-2').powerOff()
  expect(await refusal(third)).toBe('ECONNREFUSED')
})

test('nodes of a cluster that boots become Ready one after the other, and their pods with them', async () => {
  const cluster = await start({
    nodes: { controlPlanes: 1, workers: 1, talos: ['v1.13.9'] },
    instant: false,
    speed: 200,
  })
  expect(await refusal(serverOf(cluster, 'bronce-1'))).toBe('ECONNREFUSED')
  const { power, resources } = cluster.node('bronce-1')
  await new Promise<void>((resolve) => {
    const stop = resources.subscribe(({ resource }) => {
      if (!resource.id.includes('kube-apiserver-') || !resource.yamlSpec.includes('phase: Running')) return
      stop()
      resolve()
    })
    power.on('down', () => stop())
  })
  const kube = await client(cluster, 'bronce-1')
  await kube.until('/api/v1/nodes', isReady('bronce-1'))
  await kube.until('/api/v1/nodes', isReady('estante-1'))
  await kube.until('/api/v1/namespaces/home/pods', isReady('immich-postgres-0'))
})

test('a cluster told to go without Kubernetes has nobody at its endpoint', async () => {
  const cluster = await start({ nodes: THREE, kubernetes: false })
  expect(await refusal(cluster.state.endpoint)).toBe('ECONNREFUSED')
})

test('nobody is left at the endpoint of a cluster that ended', async () => {
  const cluster = await start({ nodes: THREE })
  expect(await refusal(cluster.state.endpoint)).toBeUndefined()
  await cluster[Symbol.asyncDispose]()
  expect(await refusal(cluster.state.endpoint)).toBe('ECONNREFUSED')
})
