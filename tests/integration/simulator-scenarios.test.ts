import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { SCENARIOS } from '../../main/simulator/data/scenarios.ts'
import type { SimulatedMachine } from '../../main/simulator/machine-api.ts'
import { createManualClock } from '../../main/simulator/machine/clock.ts'
import { runSimulator } from '../../main/simulator/run-simulator.ts'
import { runningMachines } from '../fakes/simulated-machines.ts'
import { PROTOS_DIR } from '../fakes/wire-client.ts'

let cluster: SimulatedCluster
beforeAll(async () => {
  cluster = await startSimulatedCluster({ protosDir: PROTOS_DIR, seed: 9, speed: 400, kubernetes: false })
})
afterAll(async () => cluster[Symbol.asyncDispose]())

const statusOf = (machine: SimulatedMachine): unknown =>
  parse(
    machine.resources.get({
      namespace: 'runtime',
      type: 'MachineStatuses.runtime.talos.dev',
      id: 'machine',
    })?.yamlSpec ?? '',
  )

async function isReady(machine: SimulatedMachine): Promise<void> {
  await expect
    .poll(() => statusOf(machine), { timeout: 15_000 })
    .toMatchObject({ stage: 'running', status: { ready: true } })
}

const activeOf = (name: string): readonly string[] | undefined =>
  cluster.scenarios().find((scenario) => scenario.name === name)?.active

test('every scenario of the list is there under its name, with its effect in one line', () => {
  const names = cluster.scenarios().map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining(
      (
        'node-off slow-node flapping-link etcd-member-down two-control-planes etcd-nospace upgrade-never-ready ' +
        'upgrade-wrong-image pull-stalls schematic-missing-extension drain-blocked-by-pdb reboot-hangs ' +
        'apply-kills-network staged-config-pending expired-certificate clock-skew mixed-versions silent-fallback ' +
        'locked-sequence disk-failing'
      ).split(' '),
    ),
  )
  expect(new Set(names).size).toBe(names.length)
  for (const { effect } of SCENARIOS) expect(effect).toMatch(/^[A-Z][^\n]+\.$/)
})

test('every scenario of a node can be caused and settled on a machine', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.13.9' }])
  for (const { name } of SCENARIOS.filter(({ scope }) => scope === 'node')) {
    machine.cause(name)
    expect([...(machine.troubles ?? [])], name).toEqual([name])
    machine.settle(name)
    expect([...(machine.troubles ?? [])], name).toEqual([])
  }
})

test('scenarios find a machine that fits, combine, and are settled one by one', () => {
  expect(cluster.cause('etcd-nospace')).toEqual(['bronce-1'])
  expect(cluster.cause('slow-node')).toEqual(['estante-1'])
  expect(cluster.cause('slow-node', 'estante-2')).toEqual(['estante-1', 'estante-2'])
  expect(cluster.cause('staged-config-pending', 'estante-1')).toEqual(['estante-1'])
  expect([...(cluster.node('estante-1').troubles ?? [])]).toEqual(['slow-node', 'staged-config-pending'])
  expect(cluster.settle('slow-node', 'estante-1')).toEqual(['estante-1'])
  expect(activeOf('slow-node')).toEqual(['estante-2'])
  for (const { name } of cluster.scenarios().filter(({ active }) => active.length > 0)) cluster.settle(name)
  expect(cluster.scenarios().flatMap(({ active }) => active)).toEqual([])
  expect(() => cluster.cause('gremlins')).toThrow('unknown scenario "gremlins"; known are node-off')
  expect(() => cluster.cause('slow-node', 'nadie')).toThrow('the cluster has no nadie')
  expect(() => cluster.cause('etcd-nospace', 'estante-1')).toThrow('estante-1 is a worker')
})

test('two control planes are left, and the third comes back as a new member', async () => {
  const members = (): string[] => cluster.state.etcd.members().map(({ hostname }) => hostname)
  const [, , third] = cluster.state.etcd.members()
  expect(cluster.cause('two-control-planes')).toEqual(['bronce-3'])
  expect(members()).toEqual(['bronce-1', 'bronce-2'])
  expect(cluster.node('bronce-3').isUp).toBe(false)
  const seen = cluster
    .node('bronce-1')
    .resources.list('cluster', 'Members.cluster.talos.dev')
    .map(({ id }) => id)
  expect(seen).toEqual(['bronce-1', 'bronce-2', 'estante-1', 'estante-2'])
  cluster.settle('two-control-planes')
  await isReady(cluster.node('bronce-3'))
  expect(members()).toEqual(['bronce-1', 'bronce-2', 'bronce-3'])
  expect(cluster.state.etcd.members()[2]?.id).not.toBe(third?.id)
})

test('mixed versions: every second node runs another line, each with a config of its own, and comes back', async () => {
  const moved = cluster.cause('mixed-versions')
  expect(moved).toHaveLength(2)
  for (const name of moved) {
    const machine = cluster.node(name)
    await expect.poll(() => machine.talosVersion).not.toBe(machine.spec.talos)
    await isReady(machine)
    expect(machine.maintenance).toBeUndefined()
  }
  cluster.settle('mixed-versions')
  for (const name of moved) {
    await expect.poll(() => cluster.node(name).talosVersion).toBe(cluster.node(name).spec.talos)
    await isReady(cluster.node(name))
  }
})

test('an expired certificate is what a client gets to see, and a new one once it is settled', async () => {
  const machine = cluster.node('estante-1')
  const validTo = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const { address, port } = machine.spec
      const options = { host: address, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }
      const socket = connectTls(options, () => {
        resolve(Date.parse(socket.getPeerCertificate().valid_to))
        socket.destroy()
      })
      socket.once('error', reject)
    })
  cluster.cause('expired-certificate', 'estante-1')
  await expect.poll(() => validTo().catch(() => Infinity)).toBeLessThan(Date.now())
  cluster.settle('expired-certificate')
  await expect.poll(() => validTo().catch(() => 0)).toBeGreaterThan(Date.now())
})

test('a tried config takes the node off the network until the try reverts', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.cause('apply-kills-network')
  const text = machine.readFile('/system/state/config.yaml').toString()
  const data = Buffer.from(text.replace('262144', '524288'))
  const [{ mode }] = await Promise.all([
    machine.apply({ data, mode: 'TRY', dryRun: false, tryTimeout: 60_000 }),
    clock.advance(1000),
  ])
  expect([mode, machine.isUp]).toEqual(['TRY', false])
  await clock.advance(60_000)
  expect(machine.isUp).toBe(true)
})

test.each([
  ['etcd and the network', ['etcd-member-down@bronce-2', 'flapping-link@estante-1'], 'etcd-member-down'],
  [
    'power, disk and clock',
    ['node-off@estante-1', 'disk-failing@bronce-1', 'clock-skew@bronce-2'],
    'node-off',
  ],
  [
    'versions, storage and a lock',
    ['mixed-versions', 'storage-degraded', 'locked-sequence'],
    'mixed-versions',
  ],
  ['a drain that a budget blocks', ['drain-blocked-by-pdb@estante-1'], 'drain-blocked-by-pdb'],
] as const)(
  'the same seed and the same troubles of %s give the same events, to the millisecond',
  async (_name, troubles, settled) => {
    async function story(): Promise<readonly unknown[]> {
      const clock = createManualClock()
      await using small = await startSimulatedCluster({
        protosDir: PROTOS_DIR,
        nodes: { controlPlanes: 3, workers: 1, talos: ['v1.13.9', 'v1.11.6'] },
        seed: 'same',
        clock,
      })
      const events: unknown[] = []
      for (const machine of small.machines.values())
        machine.onEvent((event) => events.push([clock.now(), machine.spec.hostname, event]))
      for (const trouble of troubles) {
        const [name = '', hostname] = trouble.split('@')
        small.cause(name, hostname)
      }
      small.node('bronce-1').reboot('DEFAULT')
      small.node('estante-1').shutdown(false)
      await clock.advance(240_000)
      small.settle(settled)
      await clock.advance(60_000)
      return events
    }
    const first = await story()
    expect(first.length).toBeGreaterThan(100)
    expect(await story()).toEqual(first)
  },
)

test('a running simulator is switched through the address and token in control.json', async () => {
  const out = await mkdtemp(join(tmpdir(), 'ichor-control-'))
  let stop: () => void = () => undefined
  let ready: () => void = () => undefined
  const started = new Promise<void>((resolve) => (ready = resolve))
  const run = runSimulator(
    [
      '--controlplanes',
      '3',
      '--talos',
      'v1.13.9',
      '--maintenance',
      '1',
      '--scenario',
      'slow-node',
      '--out',
      out,
    ],
    {
      installed: join(import.meta.dirname, '../..'),
      end: new Promise<void>((resolve) => (stop = resolve)),
      print: () => ready(),
    },
  )
  await Promise.race([started, run])
  const file = join(out, 'control.json')
  const { url, token, factory } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
  const call = async (
    path: string,
    body?: object,
    bearer = token,
  ): Promise<{ status: number; reply: unknown }> => {
    const response = await fetch(`${url ?? ''}${path}`, {
      headers: { authorization: `Bearer ${bearer ?? ''}` },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    })
    return { status: response.status, reply: await response.json() }
  }
  expect((await call('/state', undefined, 'guess')).status).toBe(401)
  expect(await call('/state')).toMatchObject({
    status: 200,
    reply: {
      name: 'casa',
      nodes: [
        { hostname: 'bronce-1', up: true, maintenance: false, troubles: [] },
        { hostname: 'bronce-2' },
        { hostname: 'bronce-3', troubles: ['slow-node'] },
        { maintenance: true, up: true, talos: 'v1.13.9' },
      ],
    },
  })
  expect(await call('/cause', { scenario: 'two-control-planes' })).toEqual({
    status: 200,
    reply: { scenario: 'two-control-planes', nodes: ['bronce-3'] },
  })
  expect((await call('/settle', { scenario: 'two-control-planes' })).status).toBe(200)
  expect(await call('/cause', { scenario: 'gremlins' })).toMatchObject({
    status: 400,
    reply: { error: expect.stringContaining('unknown scenario "gremlins"') as string },
  })
  expect((await call('/cause', {})).reply).toEqual({ error: 'scenario is missing' })
  expect((await fetch(`${factory ?? ''}/healthz`)).status).toBe(200)
  stop()
  await run
  await expect(stat(file)).rejects.toThrow('ENOENT')
  await expect(fetch(`${url ?? ''}/state`)).rejects.toThrow()
  await rm(out, { recursive: true })
})
