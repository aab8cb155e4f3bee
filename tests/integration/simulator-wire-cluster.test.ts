import { createSecureContext } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { relabelForTls } from '../../main/simulator/wire/pki.ts'
import { metadataOf } from '../fakes/small-cluster.ts'
import { createWireClient, PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

const VERSION = '/machine.MachineService/Version'

let cluster: SimulatedCluster
const clients: WireClient[] = []
beforeAll(async () => {
  cluster = await startSimulatedCluster({ protosDir: PROTOS_DIR, seed: 3, speed: 200 })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await cluster[Symbol.asyncDispose]()
})

interface Talosconfig {
  readonly context: string
  readonly contexts: Readonly<
    Record<
      string,
      {
        readonly endpoints: readonly string[]
        readonly nodes: readonly string[]
        readonly ca: string
        readonly crt: string
        readonly key: string
      }
    >
  >
}

/** As a user's tool would: only what the talosconfig says. */
function connect(talosconfig: string, target?: string): WireClient {
  const config = parse(talosconfig) as Talosconfig
  const context = config.contexts[config.context]
  if (!context) throw new Error(`no context ${config.context}`)
  const pem = (text: string): string => Buffer.from(text, 'base64').toString()
  const host = target ?? context.endpoints[0] ?? ''
  const client = createWireClient(
    host.includes(':') ? host : `${host}:50000`,
    credentials.createFromSecureContext(
      createSecureContext({
        ca: pem(context.ca),
        cert: pem(context.crt),
        key: relabelForTls(pem(context.key)),
      }),
    ),
  )
  clients.push(client)
  return client
}

const addressOf = (hostname: string): string => {
  const { address, port } = cluster.node(hostname).spec
  return `${address}:${port}`
}

test('the demo is casa: three control planes and two workers of three Talos lines', async () => {
  expect(cluster.name).toBe('casa')
  expect(cluster.endpoints).toHaveLength(3)
  const versions = await Promise.all(
    [...cluster.machines.keys()].map(async (hostname) => {
      const { messages } = await connect(cluster.talosconfig(), addressOf(hostname)).unary(VERSION)
      return `${hostname} ${messages[0]?.version?.tag ?? ''}`
    }),
  )
  expect(versions).toEqual([
    'bronce-1 v1.13.9',
    'bronce-2 v1.13.9',
    'bronce-3 v1.14.0',
    'estante-1 v1.13.9',
    'estante-2 v1.11.6',
  ])
})

test('every node says it is running and ready, and knows its fellows', async () => {
  const client = connect(cluster.talosconfig('os:reader'))
  const status = await client.unary('/cosi.resource.State/Get', {
    namespace: 'runtime',
    type: 'MachineStatuses.runtime.talos.dev',
    id: 'machine',
  })
  expect(parse(status.resource?.spec?.yamlSpec ?? '')).toMatchObject({
    stage: 'running',
    status: { ready: true },
  })
  const members = await client
    .stream('/cosi.resource.State/List', { namespace: 'cluster', type: 'Members.cluster.talos.dev' })
    .all()
  expect(members.map(({ resource }) => resource?.metadata?.id)).toEqual([...cluster.machines.keys()])
})

test('every resource a node holds is of a type and namespace that its version registers', async () => {
  // Stores cannot be listed whole, so the machines are rebooted with somebody taking notes.
  await using fresh = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    nodes: { controlPlanes: 3, workers: 0, talos: ['v1.11.6', 'v1.13.9', 'v1.14.0'] },
    speed: 1000,
  })
  const client = connect(fresh.talosconfig())
  for (const machine of fresh.machines.values()) {
    const kinds = new Map<string, { readonly namespace: string; readonly type: string }>()
    const back = new Promise<void>((resolve) => machine.power.once('up', () => resolve()))
    machine.resources.subscribe(({ resource: { namespace, type } }) =>
      kinds.set(`${namespace}/${type}`, { namespace, type }),
    )
    machine.reboot('POWERCYCLE')
    await back
    expect(kinds.size).toBeGreaterThan(20)
    await expect.poll(() => machine.isUp).toBe(true)
    for (const kind of kinds.values())
      await expect
        .soft(
          client.stream('/cosi.resource.State/List', kind, metadataOf({ node: machine.spec.hostname })).all(),
        )
        .resolves.toBeDefined()
  }
})

test('a reader, an operator and an expired admin get what their certificates allow', async () => {
  const config = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
  const operator = connect(cluster.talosconfig('os:operator'))
  await expect(operator.unary('/cosi.resource.State/Get', config)).rejects.toMatchObject({ code: 7 })
  const admin = connect(cluster.talosconfig())
  await expect(admin.unary('/cosi.resource.State/Get', config)).resolves.toBeDefined()
  const expired = connect(cluster.talosconfig('os:admin', { expired: true }))
  await expect(expired.unary(VERSION)).rejects.toMatchObject({ code: 14 })
})

test('a reboot is seen from outside: events, the lost connection, a refused port, then a new boot id', async () => {
  const machine = cluster.node('bronce-3')
  const bootIdOf = async (client: WireClient): Promise<unknown> => {
    const { resource } = await client.unary('/cosi.resource.State/Get', {
      namespace: 'runtime',
      type: 'BootIDs.runtime.talos.dev',
      id: 'boot-id',
    })
    return parse(resource?.spec?.yamlSpec ?? '')
  }
  const client = connect(cluster.talosconfig(), addressOf('bronce-3'))
  const before = await bootIdOf(client)
  const events = client.stream('/machine.MachineService/Events')
  await events.take(1)
  const back = new Promise<void>((resolve) => machine.power.once('up', () => resolve()))
  const { messages } = await client.unary('/machine.MachineService/Reboot', { mode: 'DEFAULT' })
  const [first] = await events.take(1)
  expect(first).toMatchObject({
    actorId: messages[0]?.actorId,
    data: { type_url: 'talos/runtime/machine.SequenceEvent' },
  })
  await expect(events.all()).rejects.toMatchObject({ code: 14 })
  await back
  await expect
    .poll(async () => bootIdOf(connect(cluster.talosconfig(), addressOf('bronce-3'))).catch(() => before), {
      timeout: 10_000,
    })
    .not.toEqual(before)
})

test('two clusters live side by side', async () => {
  await using second = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    name: 'otra',
    nodes: { controlPlanes: 1, workers: 1, talos: ['v1.14.0', 'v1.12.11'] },
  })
  const { messages } = await connect(second.talosconfig()).unary(VERSION)
  expect(messages[0]?.version?.tag).toBe('v1.14.0')
  expect([...second.machines.keys()]).toEqual(['bronce-1', 'estante-1'])
  const [address = ''] = second.endpoints
  await expect(
    connect(cluster.talosconfig(), address.includes(':') ? address : `${address}:50000`).unary(VERSION),
  ).rejects.toMatchObject({
    code: 14,
  })
})
