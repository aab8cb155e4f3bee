import { createHash, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { createSecureContext, connect as connectTls } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { createOsAuthority, issueClient, relabelForTls } from '../../main/simulator/wire/pki.ts'
import { createWireClient, PROTOS_DIR, talosCredentials, type WireClient } from '../fakes/wire-client.ts'

const APPLY = '/machine.MachineService/ApplyConfiguration'
const GET = '/cosi.resource.State/Get'
const LIST = '/cosi.resource.State/List'

let cluster: SimulatedCluster
const clients: WireClient[] = []
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    seed: 5,
    speed: 400,
    nodes: [
      { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' },
      { hostname: 'estante-1', role: 'worker', talos: 'v1.13.9' },
      { hostname: 'estante-2', role: 'worker', talos: 'v1.11.6' },
    ],
    spares: [
      { hostname: 'nueva', talos: 'v1.13.9' },
      { hostname: 'mando', talos: 'v1.13.9' },
      { hostname: 'vieja', talos: 'v1.11.6', bootLoader: 'grub' },
      { talos: 'v1.14.0' },
      { hostname: 'ajena', talos: 'v1.13.9' },
      { hostname: 'fallida', talos: 'v1.13.9' },
    ],
  })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await cluster[Symbol.asyncDispose]()
})

const targetOf = ({ spec }: SimulatedMachine): string => `${spec.address}:${spec.port}`

/** As `talosctl --insecure`: no certificate, nothing verified. */
function insecure(machine: SimulatedMachine): WireClient {
  const client = createWireClient(
    targetOf(machine),
    credentials.createFromSecureContext(createSecureContext({}), { rejectUnauthorized: false }),
  )
  clients.push(client)
  return client
}

function admin(machine: SimulatedMachine): WireClient {
  const config = parse(cluster.talosconfig()) as {
    readonly context: string
    readonly contexts: Readonly<
      Record<string, { readonly ca: string; readonly crt: string; readonly key: string }>
    >
  }
  const { ca = '', crt = '', key = '' } = config.contexts[config.context] ?? {}
  const pem = (text: string): string => Buffer.from(text, 'base64').toString()
  const client = createWireClient(
    targetOf(machine),
    credentials.createFromSecureContext(
      createSecureContext({ ca: pem(ca), cert: pem(crt), key: relabelForTls(pem(key)) }),
    ),
  )
  clients.push(client)
  return client
}

async function specOf(client: WireClient, namespace: string, type: string, id: string): Promise<unknown> {
  const { resource } = await client.unary(GET, { namespace, type: `${type}.talos.dev`, id })
  return parse(resource?.spec?.yamlSpec ?? '')
}

async function idsOf(client: WireClient, namespace: string, type: string): Promise<(string | undefined)[]> {
  const frames = await client.stream(LIST, { namespace, type: `${type}.talos.dev` }).all()
  return frames.map(({ resource }) => resource?.metadata?.id)
}

/** The config of a machine of the cluster, for another one. */
async function configLike(model: string, machine: SimulatedMachine, name: string): Promise<string> {
  const { resource } = await admin(cluster.node(model)).unary(GET, {
    namespace: 'config',
    type: 'MachineConfigs.config.talos.dev',
    id: 'v1alpha1',
  })
  const yaml = resource?.spec?.yamlSpec ?? ''
  const quoted = resource?.metadata?.annotations['talos.dev/yaml-spec'] === '1'
  const text = quoted ? (parse(yaml) as string) : yaml
  return text.replaceAll(model, name).replaceAll(cluster.node(model).spec.address, machine.spec.address)
}

const nodeStage = (machine: SimulatedMachine): unknown =>
  parse(
    machine.resources.get({
      namespace: 'runtime',
      type: 'MachineStatuses.runtime.talos.dev',
      id: 'machine',
    })?.yamlSpec ?? '',
  )

async function runsAndReady(machine: SimulatedMachine): Promise<void> {
  await expect
    .poll(() => nodeStage(machine), { timeout: 15_000 })
    .toMatchObject({ stage: 'running', status: { ready: true } })
}

/** Sequences and maintenance as they are told, across reboots, and the stages passed. */
function takeNotes(machine: SimulatedMachine): { readonly steps: string[]; readonly stages: unknown[] } {
  const steps: string[] = []
  const stages: unknown[] = []
  machine.onEvent(({ type, payload }) => {
    if (type === 'TaskEvent' && payload['task'] === 'runningMaintenance')
      steps.push(`maintenance ${String(payload['action'])}`)
    if (type === 'SequenceEvent') steps.push(`${String(payload['sequence'])} ${String(payload['action'])}`)
    if (type === 'MachineStatusEvent' && stages.at(-1) !== payload['stage']) stages.push(payload['stage'])
  })
  return { steps, stages }
}

test('a machine without a config shows a certificate of its own, whose fingerprint stands in its dmesg', async () => {
  const machine = cluster.node('nueva')
  const leaf = await new Promise<X509Certificate>((resolve, reject) => {
    const { address, port } = machine.spec
    const socket = connectTls(
      { host: address, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] },
      () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw))
        socket.destroy()
      },
    )
    socket.once('error', reject)
  })
  expect(leaf.subject).toBe('CN=maintenance-service.talos.dev')
  expect(leaf.publicKey.asymmetricKeyType).toBe('ed25519')
  expect(leaf.subjectAltName).toContain(`IP Address:${machine.spec.address}`)
  const fingerprint = createHash('sha256')
    .update(leaf.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
  const log = machine.kernelLog().join('')
  expect(log).toContain('entering maintenance service')
  expect(log).toContain(`{"fingerprint": "${fingerprint}"}`.slice(1, -1))
  await expect(admin(machine).unary('/machine.MachineService/Version')).rejects.toMatchObject({ code: 14 })
})

test('from 1.13 on it answers as usual to anybody, with a reader’s rights', async () => {
  const machine = cluster.node('nueva')
  const client = insecure(machine)
  const { messages } = await client.unary('/machine.MachineService/Version')
  expect(messages[0]?.version?.tag).toBe('v1.13.9')
  expect(await specOf(client, 'runtime', 'MachineStatuses.runtime', 'machine')).toEqual({
    stage: 'maintenance',
    status: { ready: true, unmetConditions: [] },
  })
  const services = await client.unary('/machine.MachineService/ServiceList')
  expect(services.messages[0]?.services.map(({ id }) => id)).toContain('apid')
  await expect(client.unary('/machine.MachineService/Reboot')).rejects.toMatchObject({
    code: 7,
    details: 'not authorized',
  })
  await expect(
    client.unary(GET, { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }),
  ).rejects.toMatchObject({ code: 7 })
})

test.each(['nueva', 'vieja'])('its hardware can be read, and that nothing is installed: %s', async (name) => {
  const client = insecure(cluster.node(name))
  expect(await idsOf(client, 'runtime', 'Disks.block')).toEqual(expect.arrayContaining(['nvme0n1', 'sda']))
  expect(await idsOf(client, 'runtime', 'SystemDisks.block')).toEqual([])
  expect(await idsOf(client, 'runtime', 'DiscoveredVolumes.block')).toEqual(['nvme0n1', 'sda'])
  expect(await idsOf(client, 'network', 'LinkStatuses.net')).toContain('enp0s31f6')
  expect(await idsOf(client, 'network', 'AddressStatuses.net')).toContain(
    `enp0s31f6/${cluster.node(name).spec.address}/24`,
  )
  expect(await idsOf(client, 'hardware', 'SystemInformations.hardware')).toEqual(['systeminformation'])
  expect(await idsOf(client, 'cluster', 'Members.cluster')).toEqual([])
  expect(await idsOf(client, 'k8s', 'NodeStatuses.kubernetes')).toEqual([])
  const { messages } = await client.unary('/storage.StorageService/Disks')
  expect(messages[0]?.disks.some(({ systemDisk }) => systemDisk)).toBe(false)
})

test('up to 1.12 a small server answers, and says of the rest that it does not', async () => {
  const client = insecure(cluster.node('vieja'))
  for (const [path, text] of [
    ['/machine.MachineService/Version', 'API is not implemented in maintenance mode'],
    ['/machine.MachineService/Reboot', 'API is not implemented in maintenance mode'],
    ['/machine.MachineService/ServiceList', 'method ServiceList not implemented'],
    ['/time.TimeService/Time', 'unknown service time.TimeService'],
  ] as const)
    await expect(client.unary(path)).rejects.toMatchObject({ code: 12, details: text })
  expect(await specOf(client, 'runtime', 'Versions.runtime', 'version')).toEqual({ version: 'v1.11.6' })
})

test('up to 1.12 it takes some modes only and words its refusals its own way', async () => {
  const machine = cluster.node('vieja')
  const client = insecure(machine)
  const data = Buffer.from(await configLike('estante-2', machine, 'vieja'))
  await expect(client.unary(APPLY, { data, mode: 'NO_REBOOT' })).rejects.toMatchObject({
    code: 12,
    details: "apply configuration --mode='no-reboot' is not supported in maintenance mode",
  })
  await expect(
    client.unary(APPLY, { data: Buffer.from('machine:\n  typo: 1\n'), mode: 'AUTO' }),
  ).rejects.toMatchObject({ code: 2, details: expect.stringMatching(/^failed to parse config: /) as string })
  const wrongDisk = Buffer.from(
    data.toString().replace('disk: /dev/nvme0n1', 'diskSelector: { size: "> 900TB" }'),
  )
  await expect(client.unary(APPLY, { data: wrongDisk, mode: 'AUTO' })).rejects.toMatchObject({
    code: 3,
    details: expect.stringMatching(
      /^configuration validation failed: [^]*no disks matched the expression: disk\.size > 900000000000000u/,
    ) as string,
  })
  const { messages } = await client.unary(APPLY, { data, mode: 'AUTO', dryRun: true })
  expect(messages[0]?.modeDetails).toMatch(/^Dry run summary:\n.*maintenance mode/)
  expect(machine.maintenance).toBeDefined()
})

test('a worker of 1.13 is installed, reboots and joins, telling each step', async () => {
  const machine = cluster.node('nueva')
  const told = takeNotes(machine)
  const client = insecure(machine)
  const events = client.stream('/machine.MachineService/Events')
  await events.take(1)
  const data = Buffer.from(await configLike('estante-1', machine, 'estante-9'))
  const { messages } = await client.unary(APPLY, { data, mode: 'REBOOT' })
  expect(messages[0]).toMatchObject({
    mode: 'NO_REBOOT',
    modeDetails: 'Applied configuration without a reboot',
  })
  await expect(events.all()).rejects.toMatchObject({ code: 14 })
  await runsAndReady(machine)
  expect(told.steps).toEqual([
    'maintenance STOP',
    'initialize STOP',
    'install START',
    'initialize START',
    'initialize STOP',
    'install START',
    'install STOP',
    'boot START',
    'boot STOP',
  ])
  expect(told.stages).toEqual(['BOOTING', 'INSTALLING', 'REBOOTING', 'BOOTING', 'RUNNING'])
  const secure = admin(machine)
  expect(await specOf(secure, 'runtime', 'SystemDisks.block', 'system-disk')).toMatchObject({
    diskID: 'nvme0n1',
  })
  expect(await idsOf(secure, 'cluster', 'Members.cluster')).toContain('estante-9')
  expect(await idsOf(admin(cluster.node('bronce-1')), 'cluster', 'Members.cluster')).toContain('estante-9')
  expect(await specOf(secure, 'k8s', 'NodeStatuses.kubernetes', 'estante-9')).toMatchObject({
    nodeReady: true,
  })
  await expect(insecure(machine).unary('/machine.MachineService/Version')).rejects.toMatchObject({ code: 14 })
})

test('a machine of 1.11 is out of reach from the reply until it has booted from its disk', async () => {
  const machine = cluster.node('vieja')
  const turns: string[] = []
  machine.power.on('up', () => turns.push('up'))
  machine.power.on('down', () => turns.push('down'))
  const data = Buffer.from(await configLike('estante-2', machine, 'vieja'))
  await insecure(machine).unary(APPLY, { data, mode: 'TRY' })
  await runsAndReady(machine)
  expect(turns).toEqual(['down', 'up'])
  const { messages } = await admin(machine).unary('/machine.MachineService/Version')
  expect(messages[0]?.version?.tag).toBe('v1.11.6')
})

test('a control plane’s etcd joins the others when it starts, and not before', async () => {
  const machine = cluster.node('mando')
  const members = (): string[] => cluster.state.etcd.members().map(({ hostname }) => hostname)
  expect(members()).toEqual(['bronce-1'])
  const data = Buffer.from(
    (await configLike('bronce-1', machine, 'bronce-2')).replace('disk: /dev/nvme0n1', 'disk: /dev/sda'),
  )
  await insecure(machine).unary(APPLY, { data, mode: 'AUTO' })
  await runsAndReady(machine)
  expect(members()).toEqual(['bronce-1', 'bronce-2'])
  // Until it had caught up it was a learner, which answers no question.
  const etcd = machine.services().find(({ id }) => id === 'etcd')
  const told = etcd?.events
    .map(({ message }) => message)
    .filter((message) => message.startsWith('Health check'))
  expect(told).toEqual([
    'Health check failed: etcdserver: rpc not supported for learner',
    'Health check successful',
  ])
  const { messages: lists } = await admin(machine).unary('/machine.MachineService/EtcdMemberList')
  expect(lists[0]?.members.map(({ isLearner }) => isLearner)).toEqual([false, false])
  const client = admin(machine)
  const { messages } = await client.unary('/machine.MachineService/EtcdStatus')
  expect(messages[0]?.memberStatus?.leader).not.toBe('0')
  expect(await specOf(client, 'runtime', 'SystemDisks.block', 'system-disk')).toMatchObject({ diskID: 'sda' })
  expect(cluster.state.etcd.healthy('bronce-1')).toBe(true)
})

test('with another cluster’s config it obeys that cluster’s authority and is nobody’s member', async () => {
  const machine = cluster.node('ajena')
  const other = await createOsAuthority()
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64')
  const text = (await configLike('bronce-1', machine, 'ajena')).replace(
    /( {4}ca:\n {8}crt: )\S+(\n {8}key: )\S+/,
    `$1${base64(other.crt)}$2${base64(other.key)}`,
  )
  await insecure(machine).unary(APPLY, { data: Buffer.from(text), mode: 'AUTO' })
  await expect
    .poll(
      () =>
        machine
          .services()
          .find(({ id }) => id === 'etcd')
          ?.events.at(-1)?.message,
      {
        timeout: 15_000,
      },
    )
    .toContain('Waiting for etcd spec')
  const { crt, key } = await issueClient(other, { roles: ['os:admin'] })
  const client = createWireClient(targetOf(machine), talosCredentials(other.crt, { crt, key }))
  clients.push(client)
  expect(await idsOf(client, 'cluster', 'Members.cluster')).toEqual(['ajena'])
  expect(await idsOf(admin(cluster.node('bronce-1')), 'cluster', 'Members.cluster')).not.toContain('ajena')
  expect(nodeStage(machine)).toMatchObject({ stage: 'booting', status: { ready: false } })
  await expect(admin(machine).unary('/machine.MachineService/Version')).rejects.toMatchObject({ code: 14 })
})

test('from 1.13 on part of a config is kept, and the machine waits on for the rest', async () => {
  const [machine] = [...cluster.machines.values()].filter(({ talosVersion }) => talosVersion === 'v1.14.0')
  expect(machine?.spec.hostname).toMatch(/^talos-[0-9a-f]{3}-[0-9a-f]{3}$/)
  const client = insecure(machine!)
  const data = Buffer.from('apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: espera\n')
  await client.unary(APPLY, { data, mode: 'NO_REBOOT' })
  expect(await specOf(client, 'network', 'HostnameStatuses.net', 'hostname')).toMatchObject({
    hostname: 'espera',
  })
  expect(nodeStage(machine!)).toMatchObject({ stage: 'maintenance' })
})

test('an image that does not exist fails the installation, and the machine waits again after a restart', async () => {
  const machine = cluster.node('fallida')
  const told = takeNotes(machine)
  const data = Buffer.from(
    (await configLike('estante-1', machine, 'fallida')).replace(
      /image: factory\S+/,
      'image: factory.talos.dev/metal-installer/none:v1.13.9',
    ),
  )
  await insecure(machine).unary(APPLY, { data, mode: 'AUTO' })
  await expect.poll(() => told.steps, { timeout: 15_000 }).toContain('maintenance START')
  expect(told.steps).toContain('install NOOP')
  expect(nodeStage(machine)).toMatchObject({ stage: 'maintenance' })
})
