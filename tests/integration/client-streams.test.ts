import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import type { InstallerEvent, TalosEvent } from '../../main/domain/nodes/talos-port.ts'
import type { DmesgRequest__Output } from '../../main/talos/generated/machine/DmesgRequest.ts'
import type { EventsRequest__Output } from '../../main/talos/generated/machine/EventsRequest.ts'
import type { LogsRequest__Output } from '../../main/talos/generated/machine/LogsRequest.ts'
import { loadProtos } from '../../main/talos/load-protos.ts'
import { never, withOneNode } from '../fakes/one-node.ts'
import { packEvent, protosDir, type FakeNodeHandlers } from '../fakes/talos-node.ts'

const portTo = withOneNode()
const protos = loadProtos(protosDir)

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('logs', () => {
  test('the kernel log comes a message at a time, without newlines and with its continuation lines', async () => {
    const asked: DmesgRequest__Output[] = []
    const { node, port } = await portTo({
      machine: {
        Dmesg: (call) => {
          asked.push(call.request)
          call.write({ bytes: Buffer.from('kern:    info: [2026-03-01T10:00:00Z]: one\n') })
          call.write({ bytes: Buffer.from('kern:    info: [2026-03-01T10:00:01Z]: two\n SUBSYSTEM=net\n') })
          call.end()
        },
      },
    })
    expect(await collect(port.kernelLog(node.host, { follow: true, tail: false }, never))).toEqual([
      'kern:    info: [2026-03-01T10:00:00Z]: one',
      'kern:    info: [2026-03-01T10:00:01Z]: two\n SUBSYSTEM=net',
    ])
    expect(asked).toEqual([{ follow: true, tail: false }])
  })

  test('a service log is whole lines, wherever the node cuts it', async () => {
    const asked: LogsRequest__Output[] = []
    const bytes = Buffer.from('etcd ist bereit: größer\nsegunda línea\nunfinished')
    const { node, port } = await portTo({
      machine: {
        Logs: (call) => {
          asked.push(call.request)
          for (let at = 0; at < bytes.length; at += 5) call.write({ bytes: bytes.subarray(at, at + 5) })
          call.end()
        },
      },
    })
    const options = { id: 'etcd', follow: false, tailLines: 100 }
    expect(await collect(port.serviceLog(node.host, options, never))).toEqual([
      'etcd ist bereit: größer',
      'segunda línea',
      'unfinished',
    ])
    const pod = { id: 'kube-system/coredns-5d:coredns', follow: false, tailLines: -1 }
    await collect(port.serviceLog(node.host, pod, never))
    expect(asked).toMatchObject([
      { namespace: 'system', driver: 'CONTAINERD', id: 'etcd', tailLines: 100 },
      { namespace: 'k8s.io', driver: 'CRI', id: pod.id, tailLines: -1 },
    ])
  })

  test('an unknown log is told as not found', async () => {
    const { node, port } = await portTo({
      machine: {
        Logs: (call) => {
          call.emit('error', { code: status.UNKNOWN, details: 'log "nope" was not registered' })
        },
      },
    })
    const options = { id: 'nope', follow: false, tailLines: 1 }
    await expect(collect(port.serviceLog(node.host, options, never))).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('an error that comes as a frame, as up to 1.13, is an error', async () => {
    const { node, port } = await portTo({
      machine: {
        Dmesg: (call) => {
          call.write({ metadata: { error: 'read /dev/kmsg: broken pipe' } })
          call.end()
        },
      },
    })
    const log = collect(port.kernelLog(node.host, { follow: false, tail: false }, never))
    await expect(log).rejects.toMatchObject({ code: 'node-error' })
  })

  test('leaving a followed log ends it on the wire', async () => {
    let onCancelled: () => void = () => undefined
    const cancelled = new Promise<void>((resolve) => (onCancelled = resolve))
    const { node, port } = await portTo({
      machine: {
        Dmesg: (call) => {
          call.on('cancelled', onCancelled)
          call.write({ bytes: Buffer.from('one\n') })
        },
      },
    })
    for await (const line of port.kernelLog(node.host, { follow: true, tail: false }, never)) {
      expect(line).toBe('one')
      break
    }
    await cancelled
  })

  test('a node that vanishes in the middle of a log is told as unreachable', async () => {
    const { node, port } = await portTo({
      machine: {
        Dmesg: (call) => {
          call.write({ bytes: Buffer.from('one\n') })
        },
      },
    })
    const lines: string[] = []
    const follow = async () => {
      for await (const line of port.kernelLog(node.host, { follow: true, tail: false }, never)) {
        lines.push(line)
        node.kill()
      }
    }
    await expect(follow()).rejects.toMatchObject({ code: 'unreachable', node: node.host })
    expect(lines).toEqual(['one'])
  })
})

test('every kind of event is read, and the frame that only says hello is not one', async () => {
  const asked: EventsRequest__Output[] = []
  const { node, port } = await portTo({
    machine: {
      Events: (call) => {
        asked.push(call.request)
        call.write({})
        const send = (name: string, fields: object) =>
          call.write({ id: 'c1', actorId: 'a1', data: packEvent(name, fields) })
        send('SequenceEvent', { sequence: 'reboot', action: 'START' })
        send('SequenceEvent', {
          sequence: 'upgrade',
          action: 'NOOP',
          error: { code: 'LOCKED', message: 'locked' },
        })
        send('PhaseEvent', { phase: 'kexec', action: 'START' })
        send('TaskEvent', { task: 'stopAllServices', action: 'STOP' })
        send('ServiceStateEvent', { service: 'etcd', action: 'RUNNING', message: 'Health check successful' })
        send('MachineStatusEvent', {
          stage: 'SHUTTING_DOWN',
          status: { ready: false, unmetConditions: [{ name: 'services', reason: 'etcd not healthy' }] },
        })
        send('RestartEvent', { cmd: String(0x45584543) })
        send('RestartEvent', { cmd: '1' })
        send('ConfigLoadErrorEvent', { error: 'unknown key' })
        send('AddressEvent', { hostname: 'cp1' })
        call.write({
          id: 'c2',
          data: { type_url: 'talos/runtime/machine.NewEvent', value: Buffer.from([1]) },
        })
        call.end()
      },
    },
  })
  const events = await collect(port.events(node.host, { tailEvents: -1, actorId: 'a1' }, never))
  expect(asked).toMatchObject([{ tailEvents: -1, withActorId: 'a1' }])
  expect(events.map(({ payload }) => payload)).toEqual<TalosEvent['payload'][]>([
    { kind: 'sequence', sequence: 'reboot', action: 'start' },
    { kind: 'sequence', sequence: 'upgrade', action: 'noop', error: { code: 'locked', message: 'locked' } },
    { kind: 'phase', phase: 'kexec', action: 'start' },
    { kind: 'task', task: 'stopAllServices', action: 'stop' },
    { kind: 'service', service: 'etcd', state: 'Running', message: 'Health check successful' },
    {
      kind: 'machine-status',
      stage: 'shutting down',
      ready: false,
      unmet: [{ name: 'services', reason: 'etcd not healthy' }],
    },
    { kind: 'restart', how: 'kexec' },
    { kind: 'restart' },
    { kind: 'config-error', message: 'unknown key' },
    { kind: 'other', type: 'machine.AddressEvent' },
    { kind: 'other', type: 'machine.NewEvent' },
  ])
  expect(events[0]).toMatchObject({ id: 'c1', actorId: 'a1' })
})

describe('the installer', () => {
  function installer(
    tag: string,
    messages: readonly string[],
    exitCode: number | undefined,
  ): FakeNodeHandlers {
    return {
      machine: {
        Version: (_, callback) => {
          callback(null, { messages: [{ version: { tag } }] })
        },
      },
      lifecycle: {
        Upgrade: (call) => {
          expect(call.request).toEqual({
            containerd: { driver: 'CRI', namespace: 'NS_SYSTEM' },
            source: { imageName: 'factory.talos.dev/metal-installer/abc:v1.14.0' },
          })
          for (const message of messages) call.write({ progress: { message } })
          if (exitCode !== undefined) call.write({ progress: { exitCode } })
          call.end()
        },
      },
    }
  }
  const image = 'factory.talos.dev/metal-installer/abc:v1.14.0'

  test('sends pieces on 1.13, which become lines, and then its exit code', async () => {
    const { node, port } = await portTo(
      installer('v1.13.9', ['running Talos inst', 'aller v1.14.0\npre-fli', 'ght checks\nWARNING: odd'], 0),
    )
    expect(await collect(port.install(node.host, image, never))).toEqual<InstallerEvent[]>([
      { kind: 'line', text: 'running Talos installer v1.14.0' },
      { kind: 'line', text: 'pre-flight checks' },
      { kind: 'line', text: 'WARNING: odd' },
      { kind: 'exit', code: 0 },
    ])
  })

  test('sends lines on 1.14, with or without their newline', async () => {
    const { node, port } = await portTo(installer('v1.14.0', ['running Talos installer', 'done\n'], 5))
    expect(await collect(port.install(node.host, image, never))).toEqual<InstallerEvent[]>([
      { kind: 'line', text: 'running Talos installer' },
      { kind: 'line', text: 'done' },
      { kind: 'exit', code: 5 },
    ])
  })

  test('that is cut off leaves it open what it wrote, and is not started again', async () => {
    const starts: number[] = []
    const { node, port } = await portTo({
      machine: {
        Version: (_, callback) => {
          callback(null, { messages: [{ version: { tag: 'v1.14.0' } }] })
        },
      },
      lifecycle: {
        Upgrade: (call) => {
          starts.push(1)
          call.write({ progress: { message: 'running Talos installer' } })
        },
      },
    })
    const run = async () => {
      for await (const event of port.install(node.host, image, never)) {
        expect(event).toEqual({ kind: 'line', text: 'running Talos installer' })
        node.kill()
      }
    }
    await expect(run()).rejects.toMatchObject({ code: 'interrupted' })
    expect(starts).toHaveLength(1)
  })

  test('does not exist before 1.13', async () => {
    const { node, port } = await portTo({
      machine: {
        Version: (_, callback) => {
          callback(null, { messages: [{ version: { tag: 'v1.12.4' } }] })
        },
      },
    })
    await expect(collect(port.install(node.host, image, never))).rejects.toMatchObject({
      code: 'unsupported-by-version',
    })
  })
})

test('an etcd snapshot comes byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251))
  const { node, port } = await portTo({
    machine: {
      EtcdSnapshot: (call) => {
        for (let at = 0; at < bytes.length; at += 1024) call.write({ bytes: bytes.subarray(at, at + 1024) })
        call.end()
      },
    },
  })
  expect(Buffer.concat(await collect(port.etcdSnapshot(node.host, never)))).toEqual(bytes)
})

test('the protos hold every event that is read', () => {
  expect(protos.decode('machine.SequenceEvent', Buffer.alloc(0))).toMatchObject({ sequence: '' })
  expect(protos.decode('machine.Nothing', Buffer.alloc(0))).toBeUndefined()
})
