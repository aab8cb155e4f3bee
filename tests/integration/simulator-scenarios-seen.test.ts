import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** What a client sees of each trouble, with plain grpc-js; one that is settled leaves nothing behind. */
const SPEED = 200
let cluster: SimulatedCluster
let clients: WireClient[] = []
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    protosDir: PROTOS_DIR,
    seed: 9,
    speed: SPEED,
    kubernetes: false,
    nodes: [
      { hostname: 'v13', role: 'controlplane', talos: 'v1.13.9' },
      { hostname: 'v14', role: 'controlplane', talos: 'v1.14.0', contract: '1.14' },
      { hostname: 'v11', role: 'controlplane', talos: 'v1.11.6', bootLoader: 'grub' },
      { hostname: 'worker', role: 'worker', talos: 'v1.13.9', extensions: ['siderolabs/iscsi-tools'] },
      { hostname: 'old', role: 'worker', talos: 'v1.11.6', bootLoader: 'grub' },
    ],
  })
})
beforeEach(() => {
  for (const client of clients) client.close()
  clients = []
})
afterAll(async () => {
  for (const client of clients) client.close()
  await cluster[Symbol.asyncDispose]()
})

const M = '/machine.MachineService'

function at(hostname: string): WireClient {
  const { address, port } = cluster.node(hostname).spec
  const client = connectWith(cluster.talosconfig(), `${address}:${port}`)
  clients.push(client)
  return client
}

/** The version it tells, or the code with which the call failed; on a connection of its own. */
async function asked(hostname: string): Promise<string | number> {
  const client = at(hostname)
  try {
    const { messages } = await client.unary(`${M}/Version`)
    return messages[0]?.version?.tag ?? ''
  } catch (error) {
    return (error as { readonly code: number }).code
  } finally {
    client.close()
  }
}

const answers = (hostname: string, what: string | number) =>
  expect.poll(() => asked(hostname), { timeout: 20_000 }).toBe(what)

async function resource(hostname: string, namespace: string, type: string, id: string) {
  const { resource: found } = await at(hostname).unary('/cosi.resource.State/Get', {
    namespace,
    type: `${type}.talos.dev`,
    id,
  })
  return found!.spec!.yamlSpec
}

const isReady = (hostname: string) =>
  expect
    .poll(() => resource(hostname, 'runtime', 'MachineStatuses.runtime', 'machine').catch(() => ''), {
      timeout: 20_000,
    })
    .toContain('ready: true')

async function kernelLog(hostname: string): Promise<string> {
  const frames = await at(hostname).stream(`${M}/Dmesg`).all()
  return Buffer.concat(frames.map(({ bytes }) => bytes)).toString()
}

test('node-off: the port refuses, and after it the node has another boot id', async () => {
  const before = cluster.node('worker').bootId
  cluster.cause('node-off', 'worker')
  expect(await asked('worker')).toBe(14)
  expect(await asked('v13')).toBe('v1.13.9')
  cluster.settle('node-off')
  await answers('worker', 'v1.13.9')
  expect(cluster.node('worker').bootId).not.toBe(before)
  await isReady('worker')
})

test('slow-node: the answer is right and late', async () => {
  cluster.cause('slow-node', 'worker')
  const began = performance.now()
  expect(await asked('worker')).toBe('v1.13.9')
  expect(performance.now() - began).toBeGreaterThan(3500 / SPEED - 1)
  cluster.settle('slow-node')
})

test('flapping-link: calls fail and come back, and the kernel says why', async () => {
  cluster.cause('flapping-link', 'worker')
  await answers('worker', 14)
  await answers('worker', 'v1.13.9')
  cluster.settle('flapping-link')
  await answers('worker', 'v1.13.9')
  await expect.poll(() => kernelLog('worker').catch(() => '')).toMatch(/NIC Link is Down[^]*NIC Link is Up/)
})

test('etcd-member-down: its own status fails, the others have a leader, and the service keeps restarting', async () => {
  cluster.cause('etcd-member-down', 'v13')
  await expect(at('v13').unary(`${M}/EtcdStatus`)).rejects.toMatchObject({ code: 2 })
  const { messages } = await at('v14').unary(`${M}/EtcdStatus`)
  const { leader, memberId } = messages[0]!.memberStatus!
  expect(leader).not.toBe('0')
  const members = cluster.state.etcd.members()
  expect(members).toHaveLength(3)
  expect(BigInt(`0x${members.find(({ hostname }) => hostname === 'v13')!.id}`).toString()).not.toBe(leader)
  expect(memberId).not.toBe('0')
  const { messages: lists } = await at('v13').unary(`${M}/ServiceList`)
  const etcd = lists[0]!.services.find(({ id }) => id === 'etcd')
  expect(etcd?.state).not.toBe('Running')
  cluster.settle('etcd-member-down')
  await isReady('v13')
})

test('two-control-planes: two members are listed and the third does not answer', async () => {
  expect(cluster.cause('two-control-planes')).toEqual(['v11'])
  const { messages } = await at('v13').unary(`${M}/EtcdMemberList`)
  expect(messages[0]!.members.map(({ hostname }) => hostname)).toEqual(['v13', 'v14'])
  expect(await asked('v11')).toBe(14)
  cluster.settle('two-control-planes')
  await isReady('v11')
  const { messages: after } = await at('v13').unary(`${M}/EtcdMemberList`)
  expect(after[0]!.members).toHaveLength(3)
})

test('etcd-nospace: the alarm names its member, and goes with the trouble', async () => {
  const alarms = async () =>
    (await at('v13').unary(`${M}/EtcdAlarmList`)).messages[0]!.memberAlarms.map(({ alarm }) => alarm)
  expect(await alarms()).toEqual([])
  cluster.cause('etcd-nospace', 'v14')
  expect(await alarms()).toEqual(['NOSPACE'])
  cluster.settle('etcd-nospace')
  expect(await alarms()).toEqual([])
})

const CONTAINERD = { driver: 'CRI', namespace: 'NS_SYSTEM' }
const installer = (talos: string) => `ghcr.io/siderolabs/installer:${talos}`

async function pull(hostname: string, image: string): Promise<void> {
  await at(hostname).stream('/machine.ImageService/Pull', { containerd: CONTAINERD, imageRef: image }).all()
}

async function install(hostname: string, image: string): Promise<number | undefined> {
  const frames = await at(hostname)
    .stream('/machine.LifecycleService/Upgrade', { containerd: CONTAINERD, source: { imageName: image } })
    .all()
  return frames.at(-1)?.progress?.exitCode
}

test('upgrade-wrong-image: the stream ends well and its exit code does not', async () => {
  cluster.cause('upgrade-wrong-image', 'worker')
  await pull('worker', installer('v1.13.8'))
  expect(await install('worker', installer('v1.13.8'))).toBe(1)
  cluster.settle('upgrade-wrong-image')
  expect(await install('worker', installer('v1.13.8'))).toBe(0)
})

test('silent-fallback: after the reboot the old version answers, without a word', async () => {
  cluster.cause('silent-fallback', 'worker')
  await pull('worker', installer('v1.13.7'))
  expect(await install('worker', installer('v1.13.7'))).toBe(0)
  const before = cluster.node('worker').bootId
  await at('worker').unary(`${M}/Reboot`)
  await expect.poll(() => cluster.node('worker').bootId, { timeout: 20_000 }).not.toBe(before)
  await isReady('worker')
  expect(await asked('worker')).toBe('v1.13.9')
  expect(await kernelLog('worker')).not.toContain('reverting')
  cluster.settle('silent-fallback')
})

test('upgrade-never-ready: the new version answers for a while, then the node goes back and says so', async () => {
  cluster.cause('upgrade-never-ready', 'worker')
  await pull('worker', installer('v1.13.6'))
  expect(await install('worker', installer('v1.13.6'))).toBe(0)
  await at('worker').unary(`${M}/Reboot`)
  await answers('worker', 'v1.13.6')
  expect(await resource('worker', 'runtime', 'MachineStatuses.runtime', 'machine')).toContain('ready: false')
  await answers('worker', 'v1.13.9')
  await isReady('worker')
  cluster.settle('upgrade-never-ready')
})

test('pull-stalls: layers move no more and the stream stays open, until it is settled', async () => {
  cluster.cause('pull-stalls', 'worker')
  const stream = at('worker').stream('/machine.ImageService/Pull', {
    containerd: CONTAINERD,
    imageRef: installer('v1.13.5'),
  })
  await stream.take(3)
  let ended = false
  const rest = stream.all().then(() => (ended = true))
  await expect(install('worker', installer('v1.13.5'))).rejects.toMatchObject({ code: 13 })
  expect(ended).toBe(false)
  cluster.settle('pull-stalls')
  await rest
})

test('schematic-missing-extension: the pull is refused as not found, with the factory’s reason', async () => {
  cluster.cause('schematic-missing-extension', 'worker')
  const id = cluster.registry.registerSchematic({ extensions: ['siderolabs/iscsi-tools'] })
  const image = `factory.talos.dev/metal-installer/${id}:v1.13.9`
  await expect(pull('worker', image)).rejects.toMatchObject({
    code: 5,
    details: expect.stringContaining('siderolabs/iscsi-tools') as string,
  })
  cluster.settle('schematic-missing-extension')
  await pull('worker', image)
})

test('reboot-hangs: the node stays away until it is settled', async () => {
  cluster.cause('reboot-hangs', 'old')
  await at('old').unary(`${M}/Reboot`)
  await answers('old', 14)
  cluster.settle('reboot-hangs')
  await answers('old', 'v1.11.6')
  await isReady('old')
})

test('staged-config-pending: what is on disk differs from what runs', async () => {
  for (const hostname of ['worker', 'v14']) {
    const of = (id: string) => resource(hostname, 'config', 'MachineConfigs.config', id)
    expect(await of('persistent')).toBe(await of('v1alpha1'))
    cluster.cause('staged-config-pending', hostname)
    expect(await of('persistent')).toContain('staged.ichor.invalid/pending')
    expect(await of('v1alpha1')).not.toContain('staged.ichor.invalid/pending')
    cluster.settle('staged-config-pending', hostname)
    expect(await of('persistent')).toBe(await of('v1alpha1'))
  }
})

test('clock-skew: its time is three hours behind, and it says that it is not synced', async () => {
  cluster.cause('clock-skew', 'worker')
  for (const call of ['Time', 'TimeCheck'] as const) {
    const { messages } = await at('worker').unary(`/time.TimeService/${call}`, {
      server: 'time.cloudflare.com',
    })
    const [times] = messages
    const behind = Number(times?.remotetime?.seconds) - Number(times?.localtime?.seconds)
    expect(behind).toBe(3 * 3600)
    expect(Math.abs(Number(times?.remotetime?.seconds) - Date.now() / 1000)).toBeLessThan(60)
  }
  expect(await resource('worker', 'runtime', 'TimeStatuses.v1alpha1', 'node')).toContain('synced: false')
  cluster.settle('clock-skew')
  await isReady('worker')
})

test('locked-sequence: a reboot is answered and does not come; the events say LOCKED', async () => {
  cluster.cause('locked-sequence', 'worker')
  const before = cluster.node('worker').bootId
  const events = at('worker').stream(`${M}/Events`)
  await events.take(1)
  const { messages } = await at('worker').unary(`${M}/Reboot`)
  expect(messages[0]?.actorId).toMatch(/^[\da-f-]{36}$/)
  await expect
    .poll(async () => Buffer.from((await events.take(1))[0]?.data?.value ?? []).toString('latin1'))
    .toMatch(/locked/i)
  events.cancel()
  expect(cluster.node('worker').bootId).toBe(before)
  cluster.settle('locked-sequence')
})

test('disk-failing and diagnostics: the kernel log and a resource tell of it', async () => {
  cluster.cause('disk-failing', 'worker')
  cluster.cause('diagnostics', 'worker')
  await expect.poll(() => kernelLog('worker')).toContain('critical medium error')
  expect(await resource('worker', 'runtime', 'Diagnostics.runtime', 'address-overlap')).toContain('overlap')
  cluster.settle('disk-failing')
  cluster.settle('diagnostics')
  await expect(resource('worker', 'runtime', 'Diagnostics.runtime', 'address-overlap')).rejects.toMatchObject(
    { code: 5 },
  )
})

test('mixed-versions: neighbouring lines answer, and the old ones come back', async () => {
  const moved = cluster.cause('mixed-versions')
  expect(moved).toHaveLength(2)
  const [first = '', second = ''] = moved
  const own = moved.map((hostname) => cluster.node(hostname).spec.talos)
  await expect.poll(() => asked(first), { timeout: 20_000 }).toMatch(/^v1\./)
  await expect.poll(() => asked(second), { timeout: 20_000 }).toMatch(/^v1\./)
  expect([await asked(first), await asked(second)]).not.toEqual(own)
  await isReady(first)
  cluster.settle('mixed-versions')
  await answers(first, own[0] ?? '')
  await answers(second, own[1] ?? '')
  await isReady(second)
})
