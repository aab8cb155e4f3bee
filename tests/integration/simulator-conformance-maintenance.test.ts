import { createSecureContext } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import {
  byLine,
  LINES,
  type Line,
  minorOf,
  type MixedCluster,
  startMixedCluster,
} from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'
import { createWireClient, type WireClient } from '../fakes/wire-client.ts'

/**
 * A machine of each line that waits for a config: asked with plain grpc-js and without a certificate, and met by our
 * own client, which has no way to configure one but has to know it, and to see it join. behaviour.md §9.
 */
const APPLY = '/machine.MachineService/ApplyConfiguration'
const VERSION = '/machine.MachineService/Version'
const LIST = '/cosi.resource.State/List'
const IN_MAINTENANCE = { code: 12, details: 'API is not implemented in maintenance mode' }

let mixed: MixedCluster
const clients: WireClient[] = []
const nameOf = (line: Line, which: string): string => `${which}${line.replaceAll('.', '-')}`
beforeAll(async () => {
  mixed = await startMixedCluster({
    controlPlanes: ['v1.14.0'],
    workers: LINES,
    kubernetes: false,
    spares: LINES.flatMap((talos) => [
      {
        talos,
        hostname: nameOf(talos, 'new'),
        bootLoader: minorOf(talos) % 2 === 0 ? 'systemd-boot' : 'grub',
      },
      { talos, hostname: nameOf(talos, 'lost') },
    ]),
  })
})
afterAll(async () => {
  for (const client of clients) client.close()
  await mixed[Symbol.asyncDispose]()
})

const machine = (line: Line, which = 'new'): SimulatedMachine => mixed.cluster.node(nameOf(line, which))
const addressOf = ({ spec }: SimulatedMachine): string => `${spec.address}:${spec.port}`

/** As `talosctl --insecure`: no certificate, nothing verified. */
function insecure(to: SimulatedMachine): WireClient {
  const client = createWireClient(
    addressOf(to),
    credentials.createFromSecureContext(createSecureContext({}), { rejectUnauthorized: false }),
  )
  clients.push(client)
  return client
}

/** The config of the worker of that line, for another machine. */
function configFor(line: Line, to: SimulatedMachine): string {
  const model = mixed.machine(line, 'worker')
  return model
    .readFile('/system/state/config.yaml')
    .toString()
    .replaceAll(model.spec.hostname, to.spec.hostname)
    .replaceAll(model.spec.address, to.spec.address)
}

const stageOf = (of: SimulatedMachine): unknown =>
  parse(
    of.resources.get({ namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev', id: 'machine' })
      ?.yamlSpec ?? '',
  )

describe.each(LINES)('%s', (line) => {
  const isOld = minorOf(line) <= 12
  const apply = (request: { readonly data: string; readonly mode: string; readonly dryRun?: boolean }) =>
    insecure(machine(line)).unary(APPLY, { ...request, data: Buffer.from(request.data) })

  test('is known for what it is by our client, and refuses a certificate of the cluster', async () => {
    await expect(mixed.port().version(addressOf(machine(line)), never)).rejects.toMatchObject({
      code: 'maintenance-mode',
    })
    await expect(mixed.wireTo(nameOf(line, 'new')).unary(VERSION)).rejects.toMatchObject({ code: 14 })
  })

  test('shows its disks, links and what it is to anybody', async () => {
    const client = insecure(machine(line))
    const ids = async (namespace: string, type: string) => {
      const frames = await client.stream(LIST, { namespace, type: `${type}.talos.dev` }).all()
      return frames.map(({ resource }) => resource?.metadata?.id)
    }
    expect(await ids('runtime', 'Disks.block')).toEqual(expect.arrayContaining(['nvme0n1', 'sda']))
    expect(await ids('runtime', 'DiscoveredVolumes.block')).toContain('nvme0n1')
    expect(await ids('runtime', 'SystemDisks.block')).toEqual([])
    expect(await ids('network', 'LinkStatuses.net')).toContain('enp0s31f6')
    expect(await ids('network', 'AddressStatuses.net')).toContain(
      `enp0s31f6/${machine(line).spec.address}/24`,
    )
    expect(await ids('hardware', 'SystemInformations.hardware')).toEqual(['systeminformation'])
    expect(await ids('runtime', 'Versions.runtime').catch(() => 'no such type')).toEqual(
      minorOf(line) >= 10 ? ['version'] : 'no such type',
    )
    expect(await ids('cluster', 'Members.cluster')).toEqual([])
    const { messages } = await client.unary('/storage.StorageService/Disks')
    expect(messages[0]?.disks.map(({ systemDisk }) => systemDisk)).not.toContain(true)
    expect(stageOf(machine(line))).toEqual({
      stage: 'maintenance',
      status: { ready: true, unmetConditions: [] },
    })
  })

  test('answers the rest in the manner of its version', async () => {
    const client = insecure(machine(line))
    const secrets = client.stream(LIST, { namespace: 'secrets', type: 'OSRootSecrets.secrets.talos.dev' })
    await expect(secrets.all()).rejects.toMatchObject({ code: 7 })
    if (isOld) {
      await expect(client.unary(VERSION)).rejects.toMatchObject(IN_MAINTENANCE)
      await expect(client.unary('/machine.MachineService/Reboot')).rejects.toMatchObject(IN_MAINTENANCE)
      await expect(client.unary('/machine.MachineService/ServiceList')).rejects.toMatchObject({ code: 12 })
      await expect(client.stream('/machine.MachineService/Events').all()).rejects.toMatchObject({ code: 12 })
      return
    }
    expect((await client.unary(VERSION)).messages[0]?.version?.tag).toBe(line)
    const services = await client.unary('/machine.MachineService/ServiceList')
    expect(services.messages[0]?.services.map(({ id }) => id)).toContain('apid')
    const log = await client.stream('/machine.MachineService/Dmesg').all()
    expect(log.map(({ bytes }) => bytes.toString()).join('')).toContain('entering maintenance service')
    for (const path of ['Reboot', 'Rollback', 'Upgrade'] as const)
      await expect(client.unary(`/machine.MachineService/${path}`)).rejects.toMatchObject({
        code: 7,
        details: 'not authorized',
      })
  })

  test('says what is wrong with a config in the words of its version', async () => {
    const data = configFor(line, machine(line))
    const prefix = isOld ? 'configuration validation failed: ' : ''
    await expect(apply({ data: 'machine:\n  typo: 1\n', mode: 'AUTO' })).rejects.toMatchObject({
      code: isOld ? 2 : 3,
      details: expect.stringMatching(
        isOld ? /^failed to parse config: .*\n/ : /unknown keys found/,
      ) as string,
    })
    const selector = data.replace('disk: /dev/nvme0n1', 'diskSelector: { size: "> 900TB", type: ssd }')
    expect(selector).not.toBe(data)
    await expect(apply({ data: selector, mode: 'AUTO' })).rejects.toMatchObject({
      code: 3,
      details: `${prefix}1 error occurred:\n\t* v1alpha1.Config: 1 error occurred:\n\t* no disks matched the expression: disk.size > 900000000000000u && disk.transport != "" && !disk.rotational && !disk.readonly &&\n!disk.cdrom\n\n\n\n`,
    })
    const staged = apply({ data, mode: 'NO_REBOOT', dryRun: true })
    if (isOld)
      await expect(staged).rejects.toMatchObject({
        code: 12,
        details: "apply configuration --mode='no-reboot' is not supported in maintenance mode",
      })
    else expect((await staged).messages[0]?.modeDetails).toContain('(skipped in dry-run).\nConfig diff:\n')
    const { messages } = await apply({ data, mode: 'AUTO', dryRun: true })
    expect(messages[0]?.modeDetails).toMatch(/^Dry run summary:\n/)
    expect(machine(line).maintenance).toBeDefined()
  })
})

/** The node stops serving as it answers: an answer that got lost is one (behaviour.md §9.2). */
async function send(to: SimulatedMachine, text: string): Promise<void> {
  const answer = insecure(to).unary(APPLY, { data: Buffer.from(text), mode: 'AUTO' })
  await answer.catch((error: unknown) => {
    if ((error as { readonly code: number }).code !== 14) throw error
  })
}

test('a disk that is named and not there fails the installation, and each waits again', async () => {
  await byLine(async (line) => {
    const lost = machine(line, 'lost')
    const lines: string[] = []
    lost.onKernelLine((text) => lines.push(text))
    const data = configFor(line, lost).replace('disk: /dev/nvme0n1', 'disk: /dev/sdx')
    await send(lost, data)
    await expect
      .poll(() => lines.some((text) => text.includes('lstat /dev/sdx: no such file or directory')), {
        timeout: 15_000,
      })
      .toBe(true)
    await expect
      .poll(() => lost.isUp && lost.maintenance !== undefined && stageOf(lost), { timeout: 15_000 })
      .toMatchObject({ stage: 'maintenance' })
    await expect
      .poll(
        () =>
          mixed
            .port()
            .version(addressOf(lost), never)
            .catch((error: unknown) => (error as { readonly code: string }).code),
        { timeout: 10_000 },
      )
      .toBe('maintenance-mode')
  })
})

test('a config makes it install to the disk it selects, reboot and join, and our client sees that', async () => {
  const joined = await byLine(async (line) => {
    const to = machine(line)
    const data = configFor(line, to).replace(
      'disk: /dev/nvme0n1',
      'disk: /dev/nvme0n1\n        diskSelector:\n            busPath: "*/ata*"\n            size: ">= 1TB"',
    )
    const before = to.bootId
    await send(to, data)
    await expect
      .poll(() => stageOf(to), { timeout: 25_000 })
      .toMatchObject({ stage: 'running', status: { ready: true } })
    expect(to.bootId).not.toBe(before)
    const own = mixed.port()
    const systemDisk = { namespace: 'runtime', type: 'SystemDisks.block.talos.dev', id: 'system-disk' }
    await expect.poll(async () => own.version(addressOf(to), never).catch(() => undefined)).toBeDefined()
    const members = { namespace: 'cluster', type: 'Members.cluster.talos.dev' }
    const listed = async (node: string) => (await own.list(node, members, never)).map(({ id }) => id)
    await expect.poll(() => listed(mixed.addressOf('v1.14.0'))).toContain(to.spec.hostname)
    return {
      tag: (await own.version(addressOf(to), never)).tag,
      disk: (await own.get(addressOf(to), systemDisk, never))?.spec,
      isMember: (await listed(addressOf(to))).includes(to.spec.hostname),
      isForeign: await insecure(to)
        .unary(VERSION)
        .then(
          () => false,
          () => true,
        ),
    }
  })
  expect(joined).toEqual(
    await byLine((line) => ({
      tag: line,
      disk: { diskID: 'sda', devPath: '/dev/sda' },
      isMember: true,
      isForeign: true,
    })),
  )
})
