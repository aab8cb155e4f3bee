import { createSecureContext } from 'node:tls'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { generateConfig } from '../../main/simulator/machine/config/generate.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import type { ClusterSecrets } from '../../main/simulator/secrets-api.ts'
import { createClusterSecrets, issueClient, writeTalosconfig } from '../../main/simulator/wire/pki.ts'
import { connectKube, type KubeClient } from '../fakes/kube-client.ts'
import { never } from '../fakes/one-node.ts'
import { ownClient } from '../fakes/own-client.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { createWireClient, PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** Waiting machines become a cluster of their own, beside the one that is there; behaviour.md §7.2, §9.2, §9.5. */
const APPLY = '/machine.MachineService/ApplyConfiguration'
const BOOTSTRAP = '/machine.MachineService/Bootstrap'
const LIST = '/cosi.resource.State/List'

interface Kind {
  readonly talos: string
  readonly contract?: '1.14'
}

const KINDS: readonly Kind[] = [
  { talos: 'v1.9.6' },
  { talos: 'v1.12.11' },
  { talos: 'v1.13.9' },
  { talos: 'v1.14.0' },
  { talos: 'v1.14.0', contract: '1.14' },
]
const nameOf = ({ talos, contract }: Kind): string =>
  `${contract === undefined ? '' : 'nueva-'}${talos.replaceAll('.', '-')}`

let cluster: SimulatedCluster
const clients: { close(): void }[] = []
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    seed: 21,
    speed: 400,
    nodes: [
      { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' },
      { hostname: 'estante-1', role: 'worker', talos: 'v1.13.9' },
    ],
    spares: KINDS.flatMap((kind) =>
      ['mando', 'obra'].map((part) => ({ hostname: `${part}-${nameOf(kind)}`, talos: kind.talos })),
    ),
  })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await cluster[Symbol.asyncDispose]()
})

function kept<T extends { close(): void }>(client: T): T {
  clients.push(client)
  return client
}

const targetOf = ({ spec }: SimulatedMachine): string => `${spec.address}:${spec.port}`

/** As `talosctl --insecure`. */
const insecure = (machine: SimulatedMachine): WireClient =>
  kept(
    createWireClient(
      targetOf(machine),
      credentials.createFromSecureContext(createSecureContext({}), { rejectUnauthorized: false }),
    ),
  )

async function idsOf(client: WireClient, namespace: string, type: string): Promise<(string | undefined)[]> {
  const frames = await client.stream(LIST, { namespace, type: `${type}.talos.dev` }).all()
  return frames.map(({ resource }) => resource?.metadata?.id)
}

async function kubeconfigOf(client: WireClient): Promise<string> {
  const frames = await client.stream('/machine.MachineService/Kubeconfig').all()
  const tar = gunzipSync(Buffer.concat(frames.map(({ bytes }) => bytes)))
  const size = parseInt(tar.subarray(124, 136).toString(), 8)
  return tar.subarray(512, 512 + size).toString()
}

describe.each(KINDS)('machines of $talos, contract $contract', (kind) => {
  const name = nameOf(kind)
  let secrets: ClusterSecrets
  let talosconfig: string
  let controlPlane: SimulatedMachine
  let worker: SimulatedMachine
  let kube: KubeClient

  beforeAll(async () => {
    controlPlane = cluster.node(`mando-${name}`)
    worker = cluster.node(`obra-${name}`)
    secrets = await createClusterSecrets({ serviceAccountBits: 2048 })
    const { crt, key } = await issueClient(secrets.os, { roles: ['os:admin'] })
    talosconfig = writeTalosconfig({
      context: name,
      endpoints: [targetOf(controlPlane)],
      nodes: [],
      ca: secrets.os.crt,
      crt,
      key,
    })
  })

  function config(machine: SimulatedMachine, role: 'controlplane' | 'worker'): Buffer {
    const { address, kubernetesPort = 6443 } = controlPlane.spec
    return Buffer.from(
      generateConfig({
        spec: { ...machine.spec, role, ...(kind.contract ? { contract: kind.contract } : {}) },
        clusterName: name,
        endpoint: `https://${address}:${kubernetesPort}`,
        secrets,
        link: 'enp0s31f6',
      }),
    )
  }

  const admin = (machine: SimulatedMachine): WireClient => kept(connectWith(talosconfig, targetOf(machine)))

  test('the worker waits for a control plane to sign for it; that one waits to be bootstrapped', async () => {
    await insecure(worker).unary(APPLY, { data: config(worker, 'worker'), mode: 'AUTO' })
    await insecure(controlPlane).unary(APPLY, { data: config(controlPlane, 'controlplane'), mode: 'AUTO' })
    const etcd = async (): Promise<string | undefined> => {
      const { messages } = await admin(controlPlane).unary('/machine.MachineService/ServiceList')
      return messages[0]?.services.find(({ id }) => id === 'etcd')?.state
    }
    await expect.poll(() => etcd().catch(() => undefined), { timeout: 30_000 }).toBe('Preparing')
    expect(await idsOf(admin(controlPlane), 'cluster', 'Members.cluster')).toContain(
      controlPlane.spec.hostname,
    )
    await expect
      .poll(() => idsOf(admin(worker), 'cluster', 'Members.cluster').catch(() => []), { timeout: 30_000 })
      .toEqual([controlPlane.spec.hostname, worker.spec.hostname])
    // No Kubernetes before there is an etcd.
    expect(await idsOf(admin(worker), 'k8s', 'NodeStatuses.kubernetes')).toEqual([])
  })

  test('a worker is not bootstrapped, in the words of its line', async () => {
    const minor = Number(kind.talos.split('.')[1])
    await expect(admin(worker).unary(BOOTSTRAP)).rejects.toMatchObject(
      minor < 13
        ? { code: 9, details: 'bootstrap can only be performed on a control plane node' }
        : { code: 12, details: 'bootstrap is only available on control plane nodes' },
    )
  })

  test('bootstrapped, it runs with an etcd of its own, and only once', async () => {
    await admin(controlPlane).unary(BOOTSTRAP)
    for (const machine of [controlPlane, worker])
      await expect
        .poll(
          () =>
            parse(
              machine.resources.get({
                namespace: 'runtime',
                type: 'MachineStatuses.runtime.talos.dev',
                id: 'machine',
              })?.yamlSpec ?? '',
            ) as unknown,
          { timeout: 30_000 },
        )
        .toMatchObject({ stage: 'running', status: { ready: true } })
    const { messages } = await admin(controlPlane).unary('/machine.MachineService/EtcdMemberList')
    expect(messages[0]?.members.map(({ hostname }) => hostname)).toEqual([controlPlane.spec.hostname])
    await expect(admin(controlPlane).unary(BOOTSTRAP)).rejects.toMatchObject({
      code: 6,
      details: 'etcd data directory is not empty',
    })
  })

  test('its Kubernetes has its own authority and what Talos puts there, and nothing of the other', async () => {
    const text = await kubeconfigOf(admin(controlPlane))
    kube = kept(connectKube(text))
    const nodes = async (): Promise<readonly string[]> =>
      (await kube.get('/api/v1/nodes')).body.items
        .filter(({ status }) =>
          status.conditions.some((one) => one.type === 'Ready' && one.status === 'True'),
        )
        .map(({ metadata }) => metadata.name)
    await expect.poll(nodes, { timeout: 30_000 }).toEqual([controlPlane.spec.hostname, worker.spec.hostname])
    const spaces = (await kube.get('/api/v1/namespaces')).body.items.map(({ metadata }) => metadata.name)
    expect(spaces).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    await expect
      .poll(
        async () =>
          (await kube.get('/api/v1/pods')).body.items.map(({ metadata }) => metadata.name).join(' '),
        { timeout: 30_000 },
      )
      .toMatch(/coredns-.*kube-apiserver-mando.*kube-flannel-.*kube-proxy-/)
    const homes = (await kube.get('/api/v1/pods')).body.items.map(({ metadata }) => metadata.namespace)
    expect([...new Set(homes)]).toEqual(['kube-system'])
    const theirs = kept(connectKube(await cluster.kubeconfig()))
    expect((await theirs.get('/api/v1/nodes')).body.items.map(({ metadata }) => metadata.name)).toEqual([
      'bronce-1',
      'estante-1',
    ])
    // The other cluster's administrator is nobody here.
    const mixed = text.replace(/client-certificate-data: \S+[^]*/, '')
    const other = /client-certificate-data: \S+[^]*/.exec(await cluster.kubeconfig())?.[0] ?? ''
    const stranger = kept(connectKube(`${mixed}${other}`.replaceAll('admin@casa', `admin@${name}`)))
    expect((await stranger.get('/api/v1/nodes')).code).toBe(401)
  })

  test('our own client sees two clusters', async () => {
    const members = { namespace: 'cluster', type: 'Members.cluster.talos.dev' }
    const read = async (text: string, target: string): Promise<readonly string[]> => {
      const port = kept(ownClient(text))
      return (await port.list(target, members, never)).map(({ id }) => id)
    }
    expect(await read(talosconfig, targetOf(controlPlane))).toEqual([
      controlPlane.spec.hostname,
      worker.spec.hostname,
    ])
    const first = cluster.node('bronce-1')
    expect(await read(cluster.talosconfig(), targetOf(first))).toEqual(['bronce-1', 'estante-1'])
    expect(cluster.state.etcd.members().map(({ hostname }) => hostname)).toEqual(['bronce-1'])
    await expect(read(talosconfig, targetOf(first))).rejects.toMatchObject({ code: 'wrong-ca' })
    await expect(read(cluster.talosconfig(), targetOf(worker))).rejects.toMatchObject({
      code: 'wrong-ca',
    })
    // Through its own endpoint a cluster reaches its machines and no others.
    const { spec } = cluster.node('estante-1')
    const port = kept(ownClient(talosconfig))
    await expect(port.list(spec.address, members, never)).rejects.toMatchObject({ code: 'wrong-ca' })
    expect((await port.list(worker.spec.address, members, never)).length).toBe(2)
  })
})

test('two control planes that are both bootstrapped have an etcd each, and see only themselves', async () => {
  await using twins = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    seed: 22,
    // Slow enough for the second call to come before the first etcd runs.
    speed: 60,
    nodes: [{ hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' }],
    spares: ['uno', 'dos'].map((hostname) => ({ hostname, talos: 'v1.13.9' })),
  })
  const secrets = await createClusterSecrets({ serviceAccountBits: 2048 })
  const { crt, key } = await issueClient(secrets.os, { roles: ['os:admin'] })
  const machines = ['uno', 'dos'].map((hostname) => twins.node(hostname))
  const [first] = machines
  const admins = machines.map((machine) =>
    kept(
      connectWith(
        writeTalosconfig({ context: 'par', endpoints: [], nodes: [], ca: secrets.os.crt, crt, key }),
        targetOf(machine),
      ),
    ),
  )
  for (const machine of machines)
    await insecure(machine).unary(APPLY, {
      data: Buffer.from(
        generateConfig({
          spec: { ...machine.spec, role: 'controlplane' },
          clusterName: 'par',
          endpoint: `https://${first?.spec.address ?? ''}:6443`,
          secrets,
          link: 'enp0s31f6',
        }),
      ),
      mode: 'AUTO',
    })
  const etcdOf = async (client: WireClient): Promise<string | undefined> => {
    const { messages } = await client.unary('/machine.MachineService/ServiceList')
    return messages[0]?.services.find(({ id }) => id === 'etcd')?.state
  }
  for (const client of admins)
    await expect.poll(() => etcdOf(client).catch(() => undefined), { timeout: 30_000 }).toBe('Preparing')
  await Promise.all(admins.map((client) => client.unary(BOOTSTRAP)))
  for (const client of admins)
    await expect.poll(() => etcdOf(client).catch(() => undefined), { timeout: 30_000 }).toBe('Running')
  const seen = await Promise.all(
    admins.map(async (client) => {
      const { messages } = await client.unary('/machine.MachineService/EtcdMemberList')
      return messages[0]?.members.map(({ hostname }) => hostname)
    }),
  )
  expect(seen).toEqual([['uno'], ['dos']])
  await expect(admins[1]?.unary(BOOTSTRAP)).rejects.toMatchObject({ code: 6 })
})
