import { afterEach, beforeEach, expect, test } from 'vitest'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import type { ResetRequest__Output } from '../../main/talos/generated/machine/ResetRequest.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** Reset, META and leaving etcd, over the wire; behaviour.md §7.1. */
let cluster: SimulatedCluster
const clients: WireClient[] = []
beforeEach(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    speed: 1000,
    nodes: [
      { hostname: 'one', role: 'controlplane', talos: 'v1.14.0' },
      { hostname: 'two', role: 'controlplane', talos: 'v1.13.9' },
      { hostname: 'three', role: 'controlplane', talos: 'v1.12.11' },
      { hostname: 'worker', role: 'worker', talos: 'v1.13.9' },
    ],
  })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await cluster[Symbol.asyncDispose]()
})

function at(hostname: string): WireClient {
  const { address, port } = cluster.node(hostname).spec
  const client = connectWith(cluster.talosconfig(), `${address}:${port}`)
  clients.push(client)
  return client
}

const reset = (hostname: string, request: Partial<ResetRequest__Output>) =>
  at(hostname).unary('/machine.MachineService/Reset', request)

const labels = (...names: string[]) => names.map((label) => ({ label, wipe: true }))

const memberNames = () => cluster.state.etcd.members().map(({ hostname }) => hostname)

test('a reset of STATE and EPHEMERAL leads to maintenance and out of the cluster', async () => {
  const { messages } = await reset('worker', {
    graceful: true,
    reboot: true,
    systemPartitionsToWipe: labels('STATE', 'EPHEMERAL'),
  })
  expect(messages[0]?.actorId).toMatch(/^[\da-f-]{36}$/)
  const worker = cluster.node('worker')
  await expect.poll(() => worker.maintenance !== undefined, { timeout: 10_000 }).toBe(true)
  expect(cluster.state.machines()).not.toContain(worker)
  const tasks = worker.eventHistory().filter(({ type }) => type === 'TaskEvent')
  expect(tasks.map(({ payload }) => payload['task'])).toContain('runningMaintenance')
})

test('a reset tells its sequence under the actor it answered with', async () => {
  const phases: unknown[] = []
  const actors = new Set<string>()
  cluster.node('three').onEvent(({ type, payload, actorId }) => {
    if (type === 'PhaseEvent' && payload['action'] === 'START') {
      phases.push(payload['phase'])
      actors.add(actorId)
    }
  })
  const { messages } = await reset('three', {
    graceful: true,
    reboot: true,
    systemPartitionsToWipe: labels('EPHEMERAL'),
  })
  await expect.poll(() => phases.includes('reboot'), { timeout: 10_000 }).toBe(true)
  expect(phases.slice(0, 5)).toEqual(['drain', 'cleanup', 'dbus', 'leave', 'preReset'])
  expect(phases).toContain('resetSpec')
  expect(actors.has(messages[0]?.actorId ?? '')).toBe(true)
})

test('a control plane that was reset gracefully comes back as another member', async () => {
  const before = cluster.state.etcd.members().find(({ hostname }) => hostname === 'three')?.id
  await reset('three', { graceful: true, reboot: true, systemPartitionsToWipe: labels('EPHEMERAL') })
  await expect.poll(memberNames, { timeout: 10_000 }).toEqual(['one', 'two'])
  await expect.poll(memberNames, { timeout: 15_000 }).toEqual(['one', 'two', 'three'])
  const after = cluster.state.etcd.members().find(({ hostname }) => hostname === 'three')?.id
  expect(after).not.toBe(before)
})

test('one that was wiped without grace stays a member until it is removed', async () => {
  const id = cluster.state.etcd.members().find(({ hostname }) => hostname === 'two')?.id ?? ''
  await reset('two', { graceful: false, reboot: false })
  await expect.poll(() => cluster.state.machines().length, { timeout: 10_000 }).toBe(3)
  await expect.poll(() => cluster.node('two').isUp, { timeout: 10_000 }).toBe(false)
  expect(memberNames()).toContain('two')
  expect(cluster.state.etcd.healthy('two')).toBe(false)
  await at('one').unary('/machine.MachineService/EtcdRemoveMemberByID', {
    memberId: BigInt(`0x${id}`).toString(),
  })
  expect(memberNames()).toEqual(['one', 'three'])
})

test("what cannot be wiped is refused in Talos' words, and nothing begins", async () => {
  const refused = async (request: Partial<ResetRequest__Output>): Promise<string> => {
    try {
      await reset('worker', request)
      return 'accepted'
    } catch (error) {
      const { code, details } = error as { readonly code: number; readonly details: string }
      return `${code} ${details}`
    }
  }
  expect(await refused({ systemPartitionsToWipe: labels('NONE') })).toMatch(
    /^2 failed to get volume status with label "NONE": /,
  )
  expect(await refused({ mode: 'USER_DISKS', systemPartitionsToWipe: labels('STATE') })).toBe(
    "2 reset failed: invalid input, wipe mode USER_DISKS doesn't support SystemPartitionsToWipe parameter",
  )
  expect(await refused({ mode: 'SYSTEM_DISK', userDisksToWipe: ['/dev/sda'] })).toBe(
    "2 reset failed: invalid input, wipe mode SYSTEM_DISK doesn't support UserDisksToWipe parameter",
  )
  expect(await refused({ userDisksToWipe: ['/dev/sdx'] })).toBe(
    "2 reset user disk failed: device /dev/sdx wasn't found",
  )
  expect(cluster.node('worker').isUp).toBe(true)
})

test('a member that leaves is gone from the list, and its etcd has finished', async () => {
  await at('two').unary('/machine.MachineService/EtcdLeaveCluster')
  expect(memberNames()).toEqual(['one', 'three'])
  const { messages } = await at('two').unary('/machine.MachineService/ServiceList')
  expect(messages[0]?.services.find(({ id }) => id === 'etcd')?.state).toBe('Finished')
})

test('a META value is a resource until it is deleted, and outlives a reboot', async () => {
  const meta = '0x0c'
  const keys = () =>
    cluster
      .node('worker')
      .resources.list('runtime', 'MetaKeys.runtime.talos.dev')
      .map(({ id, yamlSpec }) => `${id} ${yamlSpec.trim()}`)
  await at('worker').unary('/machine.MachineService/MetaWrite', { key: 0x0c, value: Buffer.from('hello') })
  expect(keys()).toEqual([`${meta} value: hello`])
  const { bootId } = cluster.node('worker')
  await at('worker').unary('/machine.MachineService/Reboot')
  await expect.poll(() => cluster.node('worker').bootId, { timeout: 10_000 }).not.toBe(bootId)
  await expect.poll(keys, { timeout: 10_000 }).toEqual([`${meta} value: hello`])
  await expect.poll(() => cluster.node('worker').isUp, { timeout: 10_000 }).toBe(true)
  await at('worker').unary('/machine.MachineService/MetaDelete', { key: 0x0c })
  await expect(at('worker').unary('/machine.MachineService/MetaDelete', { key: 0x0c })).rejects.toMatchObject(
    {
      code: 5,
      details: 'meta key not found',
    },
  )
  await expect(at('worker').unary('/machine.MachineService/MetaWrite', { key: 256 })).rejects.toMatchObject({
    code: 3,
    details: 'key must be a uint8',
  })
})
