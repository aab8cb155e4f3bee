import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { WatchEvent } from '../../main/domain/nodes/talos-port.ts'
import type { ParsedContext } from '../../main/domain/talosconfig/parsed-talosconfig.ts'
import { createOsAuthority } from '../../main/simulator/wire/pki.ts'
import type { TalosconfigRole } from '../../main/simulator/wire/serve-cluster.ts'
import { createTalosPort } from '../../main/talos/grpc-talos-port.ts'
import { never } from '../fakes/one-node.ts'
import { type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'
import { protosDir } from '../fakes/talos-node.ts'
import { contextOf } from '../fakes/talosconfig-context.ts'

const SERVICES = { namespace: 'runtime', type: 'Services.v1alpha1.talos.dev' } as const

let cluster: SmallCluster
const ends: (() => void)[] = []
beforeAll(async () => {
  cluster = await startSmallCluster([
    { hostname: 'cp-1', talos: 'v1.13.9' },
    { hostname: 'cp-2', talos: 'v1.14.0' },
    { hostname: 'worker', talos: 'v1.11.6', role: 'worker' },
  ])
})
afterAll(async () => cluster[Symbol.asyncDispose]())
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  for (const hostname of ['cp-1', 'cp-2', 'worker']) {
    if (!cluster.machine(hostname).isUp) await cluster.machine(hostname).powerOn()
  }
  await cluster.served.settled()
})

/** The context of the talosconfig that the cluster itself writes. */
function contextAs(
  role: TalosconfigRole = 'os:admin',
  options: { readonly expired?: boolean } = {},
): ParsedContext {
  return contextOf(cluster.served.talosconfig(role, options))
}

function portAs(context: ParsedContext = contextAs()): ReturnType<typeof createTalosPort> {
  const port = createTalosPort({ context, protosDir, connectTimeoutMs: 2_000 })
  ends.push(() => {
    port.close()
  })
  return port
}

const addressOf = (hostname: string): string => {
  const { address, port } = cluster.machine(hostname).spec
  return `${address}:${port}`
}

describe('with the talosconfig that the cluster writes', () => {
  test('every node answers directly', async () => {
    const port = portAs()
    const tags = await Promise.all(
      ['cp-1', 'cp-2', 'worker'].map(
        async (hostname) => (await port.version(addressOf(hostname), never)).tag,
      ),
    )
    expect(tags).toEqual(['v1.13.9', 'v1.14.0', 'v1.11.6'])
    expect(port.route(addressOf('worker'))).toBe('direct')
  })

  test('a name that only the cluster knows is reached through a control plane', async () => {
    const port = portAs()
    expect((await port.version('worker', never)).tag).toBe('v1.11.6')
    expect(port.route('worker')).toBe(addressOf('cp-1'))
  })

  test('when one control plane is off, the other one forwards', async () => {
    cluster.machine('cp-1').powerOff()
    await cluster.served.settled()
    const port = portAs()
    expect((await port.version('worker', never)).tag).toBe('v1.11.6')
    expect(port.route('worker')).toBe(addressOf('cp-2'))
  })

  test('a node that is off is unreachable, however it is asked', async () => {
    cluster.machine('worker').powerOff()
    await cluster.served.settled()
    const port = portAs()
    await expect(port.version(addressOf('worker'), never)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(port.version('worker', never)).rejects.toMatchObject({ code: 'unreachable' })
  })

  test('a worker as the only endpoint is told as such', async () => {
    const port = portAs({ ...contextAs(), endpoints: [addressOf('worker')] })
    await expect(port.version('cp-1', never)).rejects.toMatchObject({ code: 'worker-as-endpoint' })
    expect((await port.version(addressOf('worker'), never)).tag).toBe('v1.11.6')
  })

  test('another CA is told as another cluster', async () => {
    const stranger = await createOsAuthority()
    const port = portAs({ ...contextAs(), ca: stranger.crt })
    await expect(port.version(addressOf('cp-1'), never)).rejects.toMatchObject({ code: 'wrong-ca' })
  })

  test('an expired certificate is told by its date', async () => {
    const port = portAs(contextAs('os:admin', { expired: true }))
    await expect(port.version(addressOf('cp-1'), never)).rejects.toMatchObject({
      code: 'certificate-expired',
    })
  })
})

describe('with a role that is too low', () => {
  const config = { text: 'version: v1alpha1\n', mode: 'auto', dryRun: true } as const

  test('a reader reads, and may neither reboot nor apply nor see the config', async () => {
    const port = portAs(contextAs('os:reader'))
    const node = addressOf('cp-1')
    expect(await port.services(node, never)).not.toHaveLength(0)
    for (const refused of [
      port.reboot(node, 'default', never),
      port.applyConfiguration(node, config, never),
      port.readMachineConfig(node, 'active', never),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'role-too-low', node })
    }
  })

  test('an operator reboots, and may not apply', async () => {
    const port = portAs(contextAs('os:operator'))
    const node = addressOf('cp-1')
    expect(await port.reboot(node, 'default', never)).toEqual({ actorId: 'a-reboot' })
    const refusal = await port.applyConfiguration(node, config, never).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'role-too-low' })
    expect(String(refusal)).toContain('os:operator')
  })
})

test('what a node answers is read whole', async () => {
  const port = portAs()
  const node = addressOf('cp-1')
  expect(await port.counters(node, never)).toMatchObject({
    memoryTotal: 8_192_000_000,
    ephemeral: { size: 120e9, available: 80e9 },
  })
  expect(await port.etcdMembers(node, never)).toMatchObject([
    { id: 'f000000000000001', hostname: 'cp-1', started: true, learner: false },
    { id: 'f000000000000002', hostname: 'cp-2' },
  ])
  expect(await port.etcdAlarms(node, never)).toEqual([{ memberId: 'f000000000000001', alarm: 'NOSPACE' }])
  expect(await port.logSources(node, never)).toContain('kubelet')
  await expect(port.etcdMembers(addressOf('worker'), never)).rejects.toMatchObject({
    code: 'control-plane-only',
  })
})

test('applying says its mode on the wire', async () => {
  const port = portAs()
  const request = { text: 'version: v1alpha1\n', mode: 'no-reboot', dryRun: false } as const
  expect(await port.applyConfiguration(addressOf('cp-2'), request, never)).toMatchObject({
    mode: 'no-reboot',
  })
  expect(cluster.machine('cp-2').asked.at(-1)).toMatch(/^apply 18 bytes NO_REBOOT false/)
})

test('cancelling an install reaches the installer', async () => {
  const machine = cluster.machine('cp-2')
  machine.installerOutput = [{ message: 'running Talos installer' }]
  const port = portAs()
  const controller = new AbortController()
  const run = async () => {
    for await (const event of port.install(addressOf('cp-2'), 'image', controller.signal)) {
      expect(event).toEqual({ kind: 'line', text: 'running Talos installer' })
      controller.abort()
    }
  }
  await expect(run()).rejects.toMatchObject({ code: 'cancelled' })
  await machine.installerAborted
})

describe('a watch', () => {
  function told(event: WatchEvent): string {
    if (event.kind === 'present' || event.kind === 'changed') return `${event.kind} ${event.resource.id}`
    return event.kind === 'gone' ? `gone ${event.id}` : event.kind
  }

  test('goes on after a reboot with a fresh snapshot, without what was there before', async () => {
    const machine = cluster.machine('cp-1')
    machine.resources.put({ ...SERVICES, id: 'before' }, { running: true })
    machine.resources.put({ ...SERVICES, id: 'always' }, { running: true })
    const port = portAs()
    const controller = new AbortController()
    const events: string[] = []
    const specs: unknown[] = []
    for await (const event of port.watch(addressOf('cp-1'), SERVICES, controller.signal)) {
      events.push(told(event))
      if (event.kind === 'present') specs.push(event.resource.spec)
      if (event.kind === 'ready' && !events.includes('lost')) {
        machine.resources.put({ ...SERVICES, id: 'always' }, { running: false })
      } else if (event.kind === 'changed') {
        machine.powerOff()
        await cluster.served.settled()
        await machine.powerOn()
        machine.resources.put({ ...SERVICES, id: 'always' }, { running: true, fresh: true })
        await cluster.served.settled()
      } else if (event.kind === 'ready') break
    }
    expect(events.filter((event) => event !== 'lost')).toEqual([
      'present always',
      'present before',
      'ready',
      'changed always',
      'present always',
      'ready',
    ])
    expect(events).toContain('lost')
    expect(specs.at(-1)).toEqual({ running: true, fresh: true })
  })

  test('goes through an endpoint as it goes direct', async () => {
    const machine = cluster.machine('worker')
    machine.resources.put({ ...SERVICES, id: 'kubelet' }, { running: true })
    const port = portAs()
    const events: string[] = []
    for await (const event of port.watch('worker', SERVICES, never)) {
      events.push(told(event))
      if (event.kind === 'ready') machine.resources.remove({ ...SERVICES, id: 'kubelet' })
      if (event.kind === 'gone') break
    }
    expect(events).toEqual(['present kubelet', 'ready', 'gone kubelet'])
  })

  test('carries a resource of twenty megabytes', async () => {
    const machine = cluster.machine('cp-2')
    const text = 'x'.repeat(20 * 1024 * 1024)
    machine.resources.put({ ...SERVICES, id: 'large' }, {}, { rawYaml: `text: ${text}\n` })
    const port = portAs()
    for await (const event of port.watch(addressOf('cp-2'), SERVICES, never)) {
      if (event.kind !== 'present') break
      expect((event.resource.spec as { text: string }).text).toHaveLength(text.length)
    }
    machine.resources.remove({ ...SERVICES, id: 'large' })
  })
})
