import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { createWireClient, PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

const APPLY = '/machine.MachineService/ApplyConfiguration'
const STATUS = {
  namespace: 'runtime',
  type: 'UnattendedInstallStatuses.runtime.talos.dev',
  id: 'unattended-install',
}

let cluster: SimulatedCluster
const clients: WireClient[] = []
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    resourcesDir: join(import.meta.dirname, '../../resources'),
    seed: 11,
    speed: 400,
    nodes: [
      { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.14.0', contract: '1.14' },
      { hostname: 'estante-1', role: 'worker', talos: 'v1.14.0', contract: '1.14' },
    ],
    spares: ['sola', 'quieta', 'rota', 'varias', 'mando'].map((hostname) => ({ hostname, talos: 'v1.14.0' })),
  })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await cluster[Symbol.asyncDispose]()
})

/** As `talosctl --insecure`. */
function insecure(machine: SimulatedMachine): WireClient {
  const client = createWireClient(
    `${machine.spec.address}:${machine.spec.port}`,
    credentials.createFromSecureContext(createSecureContext({}), { rejectUnauthorized: false }),
  )
  clients.push(client)
  return client
}

const textOf = (machine: SimulatedMachine, type: string, id: string, namespace = 'runtime'): string =>
  machine.resources.get({ namespace, type, id })?.yamlSpec ?? ''

const statusOf = (machine: SimulatedMachine): unknown =>
  parse(textOf(machine, STATUS.type, STATUS.id)) as unknown

/** The config of a node for another machine, with another selector. */
function configFor(machine: SimulatedMachine, selector: string, like = 'estante-1'): Buffer {
  const model = cluster.node(like)
  const text = model
    .readFile('/system/state/config.yaml')
    .toString()
    .replaceAll(like, machine.spec.hostname)
    .replaceAll(model.spec.address, machine.spec.address)
  const wanted = text.replace('disk.dev_path == "/dev/nvme0n1"', selector)
  expect(wanted).toContain(selector)
  return Buffer.from(wanted)
}

/** The phases of the status as they follow each other. */
function phasesOf(machine: SimulatedMachine): string[] {
  const phases: string[] = []
  machine.resources.subscribe((event) => {
    if (event.kind === 'destroyed' || event.resource.type !== STATUS.type) return
    const { phase } = parse(event.resource.yamlSpec) as { readonly phase: string }
    if (phases.at(-1) !== phase) phases.push(phase)
  })
  return phases
}

async function runsAndReady(machine: SimulatedMachine): Promise<void> {
  await expect
    .poll(() => parse(textOf(machine, 'MachineStatuses.runtime.talos.dev', 'machine')) as unknown, {
      timeout: 20_000,
    })
    .toMatchObject({ stage: 'running', status: { ready: true } })
}

test('a node with the document and Talos on its disk says installed', () => {
  expect(statusOf(cluster.node('estante-1'))).toEqual({
    image: expect.stringContaining(':v1.14.0') as string,
    phase: 'installed',
  })
})

test('a blank machine of 1.14 waits for a disk, installs while it boots, reboots and joins', async () => {
  const machine = cluster.node('sola')
  const phases = phasesOf(machine)
  const sequences: string[] = []
  machine.onEvent(({ type, payload }) => {
    if (type === 'SequenceEvent')
      sequences.push(`${String(payload['sequence'])} ${String(payload['action'])}`)
  })
  const client = insecure(machine)
  await client.unary(APPLY, { data: configFor(machine, 'disk.size > 900u * TB'), mode: 'AUTO' })
  await expect
    .poll(() => statusOf(machine), { timeout: 20_000 })
    .toMatchObject({ phase: 'pending', error: 'no disk matched the selector' })
  expect(parse(textOf(machine, 'MachineStatuses.runtime.talos.dev', 'machine'))).toMatchObject({
    stage: 'booting',
  })
  await machine.apply({
    data: configFor(machine, 'disk.transport == "sata"'),
    mode: 'AUTO',
    dryRun: false,
    tryTimeout: 60_000,
  })
  await runsAndReady(machine)
  expect(phases).toEqual(['pending', 'installing', 'waiting-for-reboot', 'installed'])
  expect(sequences).toEqual(expect.arrayContaining(['reboot START', 'boot NOOP', 'boot STOP']))
  expect(textOf(machine, 'SystemDisks.block.talos.dev', 'system-disk')).toContain('diskID: sda')
  const members = cluster.node('bronce-1').resources.list('cluster', 'Members.cluster.talos.dev')
  expect(members.map(({ id }) => id)).toContain('sola')
})

test('told not to reboot it goes on from its stick and is a member all the same', async () => {
  const machine = cluster.node('quieta')
  const phases = phasesOf(machine)
  const data = configFor(machine, 'disk.dev_path == "/dev/nvme0n1"')
    .toString()
    .replace('kind: UnattendedInstallConfig\n', 'kind: UnattendedInstallConfig\nreboot: false\n')
  await insecure(machine).unary(APPLY, { data: Buffer.from(data), mode: 'AUTO' })
  await runsAndReady(machine)
  expect(phases).toEqual(['installing', 'installed'])
  expect(machine.kernelLog().join('')).toContain('not rebooting after successful install (reboot disabled)')
  const members = cluster.node('bronce-1').resources.list('cluster', 'Members.cluster.talos.dev')
  expect(members.map(({ id }) => id)).toContain('quieta')
})

test('an image that is nowhere is told as failed, and tried again', async () => {
  const machine = cluster.node('rota')
  const phases = phasesOf(machine)
  const data = configFor(machine, 'disk.dev_path == "/dev/nvme0n1"')
    .toString()
    .replace(/image: factory\S+installer\S+/, 'image: factory.talos.dev/metal-installer/none:v1.14.0')
  await insecure(machine).unary(APPLY, { data: Buffer.from(data), mode: 'AUTO' })
  await expect
    .poll(() => phases, { timeout: 20_000 })
    .toEqual(expect.arrayContaining(['installing', 'failed', 'installing']))
  expect(machine.resources.get({ ...STATUS })?.yamlSpec).toContain('error:')
})

test('of several disks that match, the first by name is taken and the node says so', async () => {
  const machine = cluster.node('varias')
  const data = configFor(machine, 'disk.transport in ["nvme", "sata"]')
  const told: string[] = []
  machine.onKernelLine((line) => told.push(line))
  await insecure(machine).unary(APPLY, { data, mode: 'AUTO' })
  await runsAndReady(machine)
  expect(told.join('')).toMatch(/multiple disks matched the install selector, using the first one.*nvme0n1/)
  expect(textOf(machine, 'SystemDisks.block.talos.dev', 'system-disk')).toContain('diskID: nvme0n1')
})

test('user volumes follow their selectors: none, only full disks, one that fits', async () => {
  const machine = cluster.node('estante-1')
  const volume = (name: string, match: string): string =>
    `---\napiVersion: v1alpha1\nkind: UserVolumeConfig\nname: ${name}\nprovisioning:\n    diskSelector:\n        match: ${match}\n    minSize: 1GB\n`
  const active = machine.readFile('/system/state/config.yaml').toString().trimEnd()
  const apply = (extra: string) =>
    machine.apply({
      data: Buffer.from(`${active}\n${extra}`),
      mode: 'AUTO',
      dryRun: false,
      tryTimeout: 60_000,
    })
  const status = (id: string): unknown =>
    parse(textOf(machine, 'VolumeStatuses.block.talos.dev', id)) as unknown
  await apply(
    volume('nada', 'disk.transport == "usb"') +
      volume('llena', 'disk.size > 1u * GB') +
      volume('ninguna', 'system_disk'),
  )
  expect(status('u-nada')).toMatchObject({
    phase: 'failed',
    errorMessage: 'no disks matched selector for volume',
  })
  const full = (count: number): string =>
    `no disks matched for volume (${count} matched selector): ${count} have not enough space, 0 have wrong format, 0 have other issues`
  // The volume of the cluster's own config has taken all of the second disk.
  expect(status('u-llena')).toMatchObject({ phase: 'failed', errorMessage: full(2) })
  expect(status('u-ninguna')).toMatchObject({ phase: 'failed', errorMessage: full(1) })
  const own = machine.resources
    .list('runtime', 'VolumeStatuses.block.talos.dev')
    .find(({ id, yamlSpec }) => id.startsWith('u-') && !yamlSpec.includes('failed'))
  expect(own?.yamlSpec).toContain('phase: ready')
  await expect(apply(volume('mala', 'disk.size > 10'))).rejects.toMatchObject({
    code: 3,
    message: expect.stringContaining(
      "disk selector is invalid: ERROR: <input>:1:11: found no matching overload for '_>_' applied to '(uint, int)'",
    ) as string,
  })
})

test('a control plane that has not been installed yet is not bootstrapped', async () => {
  const machine = cluster.node('mando')
  await insecure(machine).unary(APPLY, {
    data: configFor(machine, 'disk.transport == "usb"', 'bronce-1'),
    mode: 'NO_REBOOT',
  })
  await expect.poll(() => statusOf(machine), { timeout: 20_000 }).toMatchObject({ phase: 'pending' })
  const client = connectWith(cluster.talosconfig(), `${machine.spec.address}:${machine.spec.port}`)
  clients.push(client)
  await expect
    .poll(
      () =>
        client.unary('/machine.MachineService/Bootstrap').then(
          () => 'bootstrapped',
          (error: unknown) => (error as { readonly details: string }).details,
        ),
      { timeout: 20_000 },
    )
    .toBe('bootstrap is not available yet')
})
