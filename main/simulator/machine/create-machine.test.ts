import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runningMachines } from '../../../tests/fakes/simulated-machines.ts'
import type { SimulatedMachine } from '../machine-api.ts'

function read(machine: SimulatedMachine, namespace: string, type: string, id: string): unknown {
  const found = machine.resources.get({ namespace, type: `${type}.talos.dev`, id })
  return found === undefined ? undefined : parse(found.yamlSpec)
}

const LINES = ['v1.9.6', 'v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.0']

test.each(LINES)('a control plane of %s comes up running and ready', async (talos) => {
  const { machine } = await runningMachines([{ talos }])
  expect(machine.isUp).toBe(true)
  expect(read(machine, 'runtime', 'MachineStatuses.runtime', 'machine')).toEqual({
    stage: 'running',
    status: { ready: true, unmetConditions: [] },
  })
})

test('a worker that joins three control planes becomes a Ready Kubernetes node', async () => {
  const { machines } = await runningMachines([
    { talos: 'v1.13.9' },
    { talos: 'v1.13.9' },
    { talos: 'v1.14.0' },
    { talos: 'v1.11.6', role: 'worker' },
  ])
  const worker = machines[3]!
  expect(read(worker, 'k8s', 'NodeStatuses.kubernetes', 'node-4')).toMatchObject({ nodeReady: true })
  expect(worker.resources.list('cluster', 'Members.cluster.talos.dev').map(({ id }) => id)).toEqual([
    'node-1',
    'node-2',
    'node-3',
    'node-4',
  ])
})

test('a reboot drops the connection, gives a new boot id and comes back ready', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  const power: string[] = []
  machine.power.on('down', () => power.push('down'))
  machine.power.on('up', () => power.push('up'))
  const before = machine.bootId
  const { actorId } = machine.reboot('DEFAULT')
  const restarts: unknown[] = []
  machine.onEvent((event) => {
    if (event.type === 'RestartEvent') restarts.push([event.actorId, event.payload['cmd']])
  })
  await clock.advance(180_000)
  expect(power).toEqual(['down', 'up'])
  expect(restarts).toEqual([[actorId, 0x45584543]])
  expect(machine.bootId).not.toBe(before)
  expect(read(machine, 'runtime', 'MachineStatuses.runtime', 'machine')).toMatchObject({ stage: 'running' })
})

test('the same seed gives the same events, another seed others', async () => {
  const log = async (seed: number): Promise<unknown> => {
    const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }], seed)
    machine.reboot('POWERCYCLE')
    await clock.advance(180_000)
    return [machine.eventHistory(), machine.kernelLog()]
  }
  const [first, again, other] = [await log(1), await log(1), await log(2)]
  expect(again).toEqual(first)
  expect(other).not.toEqual(first)
})

test('pulling the plug stops every timer and leaves nothing in memory', async () => {
  const { machine, clock } = await runningMachines([{ talos: 'v1.13.9' }])
  machine.powerOff()
  expect(machine.isUp).toBe(false)
  const lines = machine.kernelLog().length
  await clock.advance(600_000)
  expect(machine.kernelLog()).toHaveLength(lines)
  const on = machine.powerOn()
  await clock.advance(120_000)
  await on
  expect(machine.isUp).toBe(true)
})
