import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { never, withOneNode } from '../fakes/one-node.ts'

const portTo = withOneNode()
const BOOT_ID = '0f3c9d6e-6c0a-4f4e-9d3a-2b8f1c7e5a10'

test('services come with their health and their last events', async () => {
  const { node, port } = await portTo({
    machine: {
      ServiceList: (_, callback) => {
        callback(null, {
          messages: [
            {
              services: [
                {
                  id: 'etcd',
                  state: 'Running',
                  health: {
                    healthy: true,
                    lastMessage: 'ok',
                    lastChange: { seconds: 1_700_000_000, nanos: 0 },
                  },
                  events: { events: [{ msg: 'Started', state: 'Running', ts: { seconds: 1_700_000_000 } }] },
                },
                { id: 'dashboard', state: 'Running', health: { unknown: true } },
              ],
            },
          ],
        })
      },
    },
  })
  expect(await port.services(node.host, never)).toEqual([
    {
      id: 'etcd',
      state: 'Running',
      health: { unknown: false, healthy: true, message: 'ok', lastChange: '2023-11-14T22:13:20.000Z' },
      events: [{ message: 'Started', state: 'Running', at: '2023-11-14T22:13:20.000Z' }],
    },
    { id: 'dashboard', state: 'Running', health: { unknown: true, healthy: false, message: '' }, events: [] },
  ])
})

test('counters are in bytes and seconds, and the disk is the one that holds /var', async () => {
  const { node, port } = await portTo({
    machine: {
      SystemStat: (_, callback) => {
        const cpuTotal = {
          user: 10,
          nice: 1,
          system: 5,
          idle: 80,
          iowait: 3,
          irq: 0.5,
          softIrq: 0.5,
          guest: 9,
        }
        callback(null, { messages: [{ bootTime: '1700000000', cpuTotal }] })
      },
      Memory: (_, callback) => {
        callback(null, { messages: [{ meminfo: { memtotal: '8000', memavailable: '5000' } }] })
      },
      Mounts: (_, callback) => {
        const stats = [
          { filesystem: 'tmpfs', mountedOn: '/run', size: '1', available: '1' },
          { filesystem: '/dev/sda6', mountedOn: '/var', size: '100000000000', available: '60000000000' },
        ]
        callback(null, { messages: [{ stats }] })
      },
    },
  })
  expect(await port.counters(node.host, never)).toEqual({
    cpuBusy: 17,
    cpuTotal: 100,
    memoryTotal: 8_192_000,
    memoryAvailable: 5_120_000,
    ephemeral: { size: 100_000_000_000, available: 60_000_000_000 },
    bootTime: 1_700_000_000,
  })
})

describe('the boot id', () => {
  test('comes from its resource on 1.14', async () => {
    const { node, port } = await portTo({
      state: {
        Get: (call, callback) => {
          callback(null, { resource: { metadata: call.request, spec: { yamlSpec: `bootID: ${BOOT_ID}\n` } } })
        },
      },
    })
    expect(await port.bootId(node.host, never)).toBe(BOOT_ID)
  })

  test('comes from procfs before', async () => {
    const paths: string[] = []
    const { node, port } = await portTo({
      state: {
        Get: (_, callback) => {
          const details = 'resource type "BootIDs.runtime.talos.dev" is not supported'
          callback({ code: status.PERMISSION_DENIED, details })
        },
      },
      machine: {
        Read: (call) => {
          paths.push(call.request.path)
          call.write({ bytes: Buffer.from(`${BOOT_ID}\n`) })
          call.end()
        },
      },
    })
    expect(await port.bootId(node.host, never)).toBe(BOOT_ID)
    expect(paths).toEqual(['/proc/sys/kernel/random/boot_id'])
  })

  test('is told as a matter of role where only an admin may read procfs', async () => {
    const { node, port } = await portTo({
      state: {
        Get: (_, callback) => {
          callback({ code: status.PERMISSION_DENIED, details: 'resource type "B" is not supported' })
        },
      },
      machine: {
        Read: (call) => {
          call.emit('error', { code: status.PERMISSION_DENIED, details: 'not authorized' })
        },
      },
    })
    await expect(port.bootId(node.host, never)).rejects.toMatchObject({ code: 'role-too-low' })
  })
})

test('services are started, stopped and restarted by their own calls, and refusals stay refusals', async () => {
  const { node, port } = await portTo({
    machine: {
      ServiceStart: (call, callback) => {
        callback(null, { messages: [{ resp: `Service "${call.request.id}" started` }] })
      },
      ServiceRestart: (call, callback) => {
        callback(null, { messages: [{ resp: `Service "${call.request.id}" restarted` }] })
      },
      ServiceStop: (_, callback) => {
        const details = 'service "kubelet" doesn\'t support stop operation via API'
        callback({ code: status.UNKNOWN, details })
      },
    },
  })
  expect(await port.serviceAction(node.host, 'kubelet', 'start', never)).toBe('Service "kubelet" started')
  expect(await port.serviceAction(node.host, 'kubelet', 'restart', never)).toBe('Service "kubelet" restarted')
  await expect(port.serviceAction(node.host, 'kubelet', 'stop', never)).rejects.toMatchObject({
    code: 'refused',
  })
})

test('a reboot says its mode and gives the actor that its events carry', async () => {
  const modes: string[] = []
  const { node, port } = await portTo({
    machine: {
      Reboot: (call, callback) => {
        modes.push(call.request.mode)
        callback(null, { messages: [{ actorId: 'actor' }] })
      },
    },
  })
  expect(await port.reboot(node.host, 'default', never)).toEqual({ actorId: 'actor' })
  await port.reboot(node.host, 'powercycle', never)
  expect(modes).toEqual(['DEFAULT', 'POWERCYCLE'])
})

test('a write is sent once, even when its answer is lost', async () => {
  const calls: string[] = []
  const { node, port } = await portTo({
    machine: {
      Rollback: (_, callback) => {
        calls.push('Rollback')
        callback({ code: status.UNAVAILABLE, details: 'transport is closing' })
      },
    },
  })
  await expect(port.rollback(node.host, never)).rejects.toMatchObject({ code: 'interrupted' })
  expect(calls).toEqual(['Rollback'])
})

test('a legacy upgrade keeps the etcd check: neither forced nor preserved', async () => {
  const { node, port } = await portTo({
    machine: {
      Upgrade: (call, callback) => {
        expect(call.request).toEqual({
          image: 'ghcr.io/siderolabs/installer:v1.12.4',
          stage: true,
          preserve: false,
          force: false,
          rebootMode: 'DEFAULT',
        })
        callback(null, { messages: [{ ack: 'Upgrade request received', actorId: 'actor' }] })
      },
    },
  })
  const request = { image: 'ghcr.io/siderolabs/installer:v1.12.4', stage: true }
  expect(await port.upgradeLegacy(node.host, request, never)).toEqual({ actorId: 'actor' })
})

describe('etcd', () => {
  test('members have their ids in hex, exact beyond 2^53, and tell whether they ever started', async () => {
    const { node, port } = await portTo({
      machine: {
        EtcdMemberList: (_, callback) => {
          const members = [
            { id: '17293822569102704641', hostname: 'cp1', clientUrls: ['https://10.0.20.11:2379'] },
            { id: '255', hostname: '', clientUrls: [], isLearner: true },
          ]
          callback(null, { messages: [{ members }] })
        },
      },
    })
    expect(await port.etcdMembers(node.host, never)).toEqual([
      { id: 'f000000000000001', hostname: 'cp1', learner: false, started: true },
      { id: '00000000000000ff', hostname: '', learner: true, started: false },
    ])
  })

  test('the state of a member and the alarms that are raised', async () => {
    const { node, port } = await portTo({
      machine: {
        EtcdStatus: (_, callback) => {
          const memberStatus = { memberId: '1', leader: '2', dbSize: '4096', errors: ['etcd: no space'] }
          callback(null, { messages: [{ memberStatus }] })
        },
        EtcdAlarmList: (_, callback) => {
          const memberAlarms = [
            { memberId: '1', alarm: 'NOSPACE' as const },
            { memberId: '2', alarm: 'NONE' as const },
          ]
          callback(null, { messages: [{ memberAlarms }] })
        },
      },
    })
    expect(await port.etcdStatus(node.host, never)).toEqual({
      memberId: '0000000000000001',
      leaderId: '0000000000000002',
      dbSize: 4096,
      errors: ['etcd: no space'],
      learner: false,
    })
    expect(await port.etcdAlarms(node.host, never)).toEqual([
      { memberId: '0000000000000001', alarm: 'NOSPACE' },
    ])
  })

  test('does not exist on a worker', async () => {
    const { node, port } = await portTo({
      machine: {
        EtcdMemberList: (_, callback) => {
          const details = 'etcd members is only available on control plane nodes'
          callback({ code: status.UNIMPLEMENTED, details })
        },
      },
    })
    await expect(port.etcdMembers(node.host, never)).rejects.toMatchObject({ code: 'control-plane-only' })
  })
})

test('an answer with nothing in it is an error, not an empty result', async () => {
  const { node, port } = await portTo({
    machine: {
      Version: (_, callback) => {
        callback(null, { messages: [] })
      },
    },
  })
  await expect(port.version(node.host, never)).rejects.toMatchObject({ code: 'node-error' })
})
