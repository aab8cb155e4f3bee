import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runningMachines } from '../../../tests/fakes/simulated-machines.ts'
import type { SimulatedMachine } from '../machine-api.ts'

const THREE = [{ talos: 'v1.13.9' }, { talos: 'v1.13.9' }, { talos: 'v1.13.9' }]

function status(machine: SimulatedMachine): unknown {
  const found = machine.resources.get({
    namespace: 'runtime',
    type: 'MachineStatuses.runtime.talos.dev',
    id: 'machine',
  })
  return parse(found?.yamlSpec ?? '')
}

test('an unknown trouble is refused with the names there are', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.13.9' }])
  expect(() => machine.cause('gremlins')).toThrow('unknown trouble "gremlins"; known are node-off, slow-node')
})

test('node-off pulls the plug, and settling it boots the machine', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.cause('node-off')
  expect(machine.isUp).toBe(false)
  machine.settle('node-off')
  await clock.advance(180_000)
  expect(machine.isUp).toBe(true)
  expect(status(machine)).toMatchObject({ stage: 'running', status: { ready: true } })
})

test('the leader moves when its etcd goes down, and the member counts as unhealthy', async () => {
  const { cluster, machines } = await runningMachines(THREE)
  const [first, second] = machines
  const leader = cluster.etcd.statusOf('node-2').leader
  expect(leader).toBe(cluster.memberIdOf('node-1'))
  const { raftTerm } = cluster.etcd.statusOf('node-2')
  first?.cause('etcd-member-down')
  expect(cluster.etcd.healthy('node-1')).toBe(false)
  expect(cluster.etcd.healthy('node-2')).toBe(true)
  expect(cluster.etcd.statusOf('node-2')).toMatchObject({
    leader: cluster.memberIdOf('node-2'),
    raftTerm: raftTerm + 1,
  })
  expect(second?.services().find(({ id }) => id === 'etcd')?.health.healthy).toBe(true)
})

test('two of three members down take the quorum from the third', async () => {
  const { cluster, machines, clock } = await runningMachines(THREE)
  machines[0]?.cause('node-off')
  machines[1]?.cause('etcd-member-down')
  await clock.advance(30_000)
  const third = machines[2]!
  expect(cluster.etcd.statusOf('node-3').errors).toEqual(['etcdserver: no leader'])
  expect(third.services().find(({ id }) => id === 'etcd')?.health).toMatchObject({ healthy: false })
  expect(status(third)).toMatchObject({ stage: 'running', status: { ready: false } })
  machines[1]?.settle('etcd-member-down')
  await clock.advance(60_000)
  expect(status(third)).toMatchObject({ status: { ready: true } })
})

test('a full etcd raises NOSPACE until it is settled', async () => {
  const { machine, cluster } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.cause('etcd-nospace')
  expect(cluster.etcd.alarms()).toEqual([{ memberId: cluster.memberIdOf('node-1'), alarm: 'NOSPACE' }])
  machine.settle('etcd-nospace')
  expect(cluster.etcd.alarms()).toEqual([])
})

test('a locked sequence answers the reboot and then does nothing but say so', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.cause('locked-sequence')
  const { actorId } = machine.reboot('DEFAULT')
  await clock.advance(120_000)
  const locked = machine.eventHistory().find((event) => event.actorId === actorId)
  expect(locked).toMatchObject({
    type: 'SequenceEvent',
    payload: {
      sequence: 'reboot',
      action: 'NOOP',
      error: { code: 'LOCKED', message: 'sequence not started: locked' },
    },
  })
  expect(machine.isUp).toBe(true)
})

test('a reboot that hangs comes back once it is settled', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.cause('reboot-hangs')
  machine.reboot('POWERCYCLE')
  await clock.advance(900_000)
  expect(machine.isUp).toBe(false)
  machine.settle('reboot-hangs')
  await clock.advance(120_000)
  expect(machine.isUp).toBe(true)
})

test('a skewed clock leaves the node running but not ready', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.cause('clock-skew')
  expect(machine.clock.now()).toBe(clock.now() - 3 * 3_600_000)
  expect(status(machine)).toEqual({
    stage: 'running',
    status: { ready: false, unmetConditions: [{ name: 'time', reason: 'time is not synced' }] },
  })
  machine.settle('clock-skew')
  expect(status(machine)).toMatchObject({ status: { ready: true } })
})

test('a staged config differs from the active one until it is settled', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.13.9' }])
  const specs = (): (string | undefined)[] =>
    ['v1alpha1', 'persistent'].map(
      (id) =>
        machine.resources.get({ namespace: 'config', type: 'MachineConfigs.config.talos.dev', id })?.yamlSpec,
    )
  machine.cause('staged-config-pending')
  const [active, persistent] = specs()
  expect(persistent).not.toBe(active)
  machine.settle('staged-config-pending')
  expect(specs()[1]).toBe(active)
})

test('diagnostics come and go as resources', async () => {
  const { machine } = await runningMachines([{ talos: 'v1.13.9' }])
  const ids = (): string[] =>
    machine.resources.list('runtime', 'Diagnostics.runtime.talos.dev').map(({ id }) => id)
  machine.cause('diagnostics')
  expect(ids()).toEqual(['address-overlap'])
  machine.settle('diagnostics')
  expect(ids()).toEqual([])
})

test('a flood writes 5,000 lines a second on the kubelet log, in bounded memory', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  let seen = 0
  machine.onServiceLine('kubelet', (line) => {
    if (line.includes('line of the flood')) seen++
  })
  machine.cause('log-flood')
  await clock.advance(10_000)
  machine.settle('log-flood')
  expect(seen).toBeGreaterThan(49_000)
  expect(seen).toBeLessThanOrEqual(50_000)
  const bytes = machine.serviceLog('kubelet').reduce((sum, line) => sum + line.length + 1, 0)
  expect(bytes).toBeLessThanOrEqual(1024 * 1024)
})

test('only the kubelet and extension services may be acted on', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  expect(() => machine.serviceAction('etcd', 'restart')).toThrow(
    'service "etcd" doesn\'t support restart operation via API',
  )
  expect(() => machine.serviceAction('kubelet', 'stop')).toThrow(
    'service "kubelet" doesn\'t support stop operation via API',
  )
  expect(() => machine.serviceAction('nginx', 'start')).toThrow('service "nginx" not defined')
  expect(machine.serviceAction('kubelet', 'restart')).toBe('Service "kubelet" restarted')
  await clock.advance(500)
  expect(
    machine.resources.get({ namespace: 'runtime', type: 'Services.v1alpha1.talos.dev', id: 'kubelet' }),
  ).toBeUndefined()
  await clock.advance(30_000)
  expect(machine.services().find(({ id }) => id === 'kubelet')).toMatchObject({
    state: 'Running',
    health: { healthy: true },
  })
})
