import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SimulatedCluster, startSimulatedCluster } from '../../main/simulator/cluster.ts'
import { LINES, minorOf, startMixedCluster } from '../fakes/mixed-cluster.ts'
import { never } from '../fakes/one-node.ts'
import { ownCaller, ownClient, type OwnCaller } from '../fakes/own-client.ts'
import { connectWith } from '../fakes/talosconfig-client.ts'
import { PROTOS_DIR, type WireClient } from '../fakes/wire-client.ts'

/** etcd lost and found again, and its way back a release; behaviour.md §7.2, §7.3. */
const BOOTSTRAP = '/machine.MachineService/Bootstrap'
const RECOVER = '/machine.MachineService/EtcdRecover'
const REMOVE = '/machine.MachineService/EtcdRemoveMemberByID'
const LEAVE = '/machine.MachineService/EtcdLeaveCluster'

const bytesOf = (frames: readonly { readonly bytes: Buffer }[]): Buffer =>
  Buffer.concat(frames.map(({ bytes }) => bytes))

describe.each(LINES)('the only control plane of %s', (talos) => {
  let cluster: SimulatedCluster
  let wire: WireClient
  /** What our client's answers come over: it has no use for these calls itself. */
  let caller: OwnCaller
  beforeAll(async () => {
    cluster = await startSimulatedCluster({
      protosDir: PROTOS_DIR,
      speed: 500,
      kubernetes: false,
      nodes: [
        { hostname: 'cp', role: 'controlplane', talos },
        { hostname: 'worker', role: 'worker', talos },
      ],
    })
    wire = connect('cp')
    caller = ownCaller(cluster.talosconfig())
  })
  afterAll(async () => {
    caller.close()
    wire.close()
    await cluster[Symbol.asyncDispose]()
  })

  function addressOf(hostname: string): string {
    const { address, port } = cluster.node(hostname).spec
    return `${address}:${port}`
  }
  const connect = (hostname: string): WireClient => connectWith(cluster.talosconfig(), addressOf(hostname))
  const bootstrap = () => caller.ask(addressOf('cp'), BOOTSTRAP, {}, 'write')

  async function etcd() {
    const { messages } = await wire.unary('/machine.MachineService/ServiceList')
    return messages[0]?.services.find(({ id }) => id === 'etcd')
  }

  async function loseEtcd(): Promise<void> {
    const { bootId } = cluster.node('cp')
    await wire.unary('/machine.MachineService/Reset', {
      graceful: false,
      reboot: true,
      systemPartitionsToWipe: [{ label: 'EPHEMERAL', wipe: true }],
    })
    await expect.poll(() => cluster.node('cp').bootId, { timeout: 10_000 }).not.toBe(bootId)
    await expect
      .poll(async () => (await etcd().catch(() => undefined))?.state, { timeout: 10_000 })
      .toBe('Preparing')
  }

  test('takes no snapshot and no bootstrap while it has its data', async () => {
    await expect(wire.upload(RECOVER, [{ bytes: Buffer.alloc(32) }])).rejects.toMatchObject({
      code: 9,
      details: 'etcd service is not ready for recovery yet',
    })
    await expect(wire.unary(BOOTSTRAP)).rejects.toMatchObject({
      code: 6,
      details: 'etcd data directory is not empty',
    })
    await expect(bootstrap()).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('It says: etcd data directory is not empty') as string,
    })
    const worker = connect('worker')
    await expect(worker.upload(RECOVER, [])).rejects.toMatchObject({ code: 9 })
    worker.close()
  })

  test('keeps its only member, whoever asks', async () => {
    const { messages } = await wire.unary('/machine.MachineService/EtcdMemberList')
    const memberId = messages[0]?.members[0]?.id ?? ''
    const text = `failed to remove member ${memberId}: etcdserver: re-configuration failed due to not enough started members`
    await expect(wire.unary(REMOVE, { memberId })).rejects.toMatchObject({
      code: 2,
      details: `failed to remove member: ${text}`,
    })
    await expect(wire.unary(LEAVE)).rejects.toMatchObject({
      code: 2,
      details: `failed to leave cluster: 1 error(s) occurred:\n\t${text}`,
    })
    const own = ownClient(cluster.talosconfig())
    const { address, port } = cluster.node('cp').spec
    const id = BigInt(memberId).toString(16).padStart(16, '0')
    await expect(own.etcdRemoveMember(`${address}:${port}`, id, never)).rejects.toMatchObject({
      code: 'refused',
    })
    own.close()
    expect((await etcd())?.state).toBe('Running')
  })

  test('waits once its data is gone, says so, and starts from a snapshot', async () => {
    const snapshot = bytesOf(await wire.stream('/machine.MachineService/EtcdSnapshot').all())
    await loseEtcd()
    expect((await etcd())?.events?.events.at(-1)?.msg).toBe('Running pre state')
    const log = bytesOf(await wire.stream('/machine.MachineService/Dmesg').all()).toString()
    expect(log).toContain('etcd is waiting to join the cluster, if this node is the first node')
    await expect(wire.unary('/machine.MachineService/EtcdStatus')).rejects.toMatchObject({ code: 2 })

    await expect(wire.unary(BOOTSTRAP, { recoverEtcd: true })).rejects.toMatchObject({ code: 2 })
    await wire.upload(RECOVER, [{ bytes: snapshot.subarray(0, -1) }])
    await expect(wire.unary(BOOTSTRAP, { recoverEtcd: true })).rejects.toMatchObject({
      details: 'error restoring etcd from the snapshot: snapshot missing hash but --skip-hash-check=false',
    })
    const spoilt = Buffer.from(snapshot)
    spoilt.writeUInt8(spoilt.readUInt8(5000) ^ 1, 5000)
    await wire.upload(RECOVER, [{ bytes: spoilt }])
    await expect(wire.unary(BOOTSTRAP, { recoverEtcd: true })).rejects.toMatchObject({
      details: 'error restoring etcd from the snapshot: expected sha256 does not match the snapshot',
    })

    const halves = [snapshot.subarray(0, 7000), snapshot.subarray(7000)]
    await wire.upload(
      RECOVER,
      halves.map((bytes) => ({ bytes })),
    )
    await wire.unary(BOOTSTRAP, { recoverEtcd: true })
    await expect.poll(async () => (await etcd())?.health?.healthy, { timeout: 10_000 }).toBe(true)
    const { messages } = await wire.unary('/machine.MachineService/EtcdStatus')
    expect(Number(messages[0]?.memberStatus?.dbSize)).toBe(snapshot.length)
    await expect(wire.unary(BOOTSTRAP)).rejects.toMatchObject({ code: 6 })
  })

  test('starts empty when it is bootstrapped without one', async () => {
    await loseEtcd()
    await bootstrap()
    await expect.poll(async () => (await etcd())?.health?.healthy, { timeout: 10_000 }).toBe(true)
    const { messages } = await wire.unary('/machine.MachineService/EtcdMemberList')
    expect(messages[0]?.members.map(({ hostname }) => hostname)).toEqual(['cp'])
  })

  const VALIDATE = '/machine.MachineService/EtcdDowngradeValidate'
  const downgrade = (version: string) => caller.ask(addressOf('cp'), VALIDATE, { version })
  // It came with 1.11.
  if (minorOf(talos) < 11) {
    test('does not know how to go back a release', async () => {
      await expect(downgrade('3.5')).rejects.toMatchObject({ code: 'unsupported-by-version' })
    })
    return
  }
  test('goes back one release and no further', async () => {
    const validate = (version: string) => wire.unary(VALIDATE, { version })
    const [now, before] = talos === 'v1.14.0' ? ['3.7.0', '3.6'] : ['3.6.0', '3.5']
    const { messages } = await validate(before)
    expect(messages[0]?.clusterDowngrade?.clusterVersion).toBe(now)
    const ours = await downgrade(before)
    expect(ours.messages[0]?.clusterDowngrade?.clusterVersion).toBe(now)
    await expect(downgrade('3')).rejects.toMatchObject({ code: 'refused' })
    const refusals: readonly (readonly [string, number, string])[] = [
      ['', 3, 'version is required for etcd downgrade'],
      ['3', 3, 'version should be in MAJOR.MINOR format'],
      ['x.5', 3, 'major version should be a number'],
      ['3.y', 3, 'minor version should be a number'],
      ['3.4', 3, 'etcd downgrade is only supported to 3.5 and later versions'],
      ['3.9', 2, 'failed to query etcd status: etcdserver: invalid downgrade target version'],
    ]
    for (const [version, code, details] of refusals)
      await expect(validate(version)).rejects.toMatchObject({ code, details })
    const cancel = () => wire.unary('/machine.MachineService/EtcdDowngradeCancel')
    await expect(cancel()).rejects.toMatchObject({
      details: 'failed to query etcd status: etcdserver: no inflight downgrade',
    })
    await wire.unary('/machine.MachineService/EtcdDowngradeEnable', { version: before })
    await expect(validate(before)).rejects.toMatchObject({
      details: 'failed to query etcd status: etcdserver: cluster has a downgrade job in progress',
    })
    await cancel()
    await expect(validate(before)).resolves.toBeDefined()
  })
})

test('members of several releases have the version of the oldest, and its storage', async () => {
  const lines = LINES.slice(0, 3)
  await using mixed = await startMixedCluster({ controlPlanes: lines, workers: [], kubernetes: false })
  const wire = mixed.wire('v1.14.0')
  const { messages } = await wire.unary('/machine.MachineService/EtcdStatus')
  expect(messages[0]?.memberStatus).toMatchObject({ protocolVersion: '3.7.1', storageVersion: '3.6.0' })
  const validate = '/machine.MachineService/EtcdDowngradeValidate'
  await expect(wire.unary(validate, { version: '3.6' })).rejects.toMatchObject({
    code: 2,
    details: 'failed to query etcd status: etcdserver: invalid downgrade target version',
  })
  const { messages: valid } = await wire.unary(validate, { version: '3.5' })
  expect(valid[0]?.clusterDowngrade?.clusterVersion).toBe('3.6.0')
})

describe.each([[LINES.slice(0, 3)], [LINES.slice(3)]])('three members of %j, one of them down', (lines) => {
  test('the one that is down may go; one that runs is kept, and cannot leave either', async () => {
    await using mixed = await startMixedCluster({ controlPlanes: lines, workers: [], kubernetes: false })
    const [first = LINES[0], second = LINES[0], third = LINES[0]] = lines
    const wire = mixed.wire(first)
    const { messages } = await wire.unary('/machine.MachineService/EtcdMemberList')
    const idOf = (line: typeof first): string =>
      messages[0]?.members.find(({ hostname }) => hostname === mixed.hostOf(line))?.id ?? ''
    mixed.machine(third).powerOff()
    const text = (line: typeof first): string =>
      `failed to remove member ${idOf(line)}: etcdserver: unhealthy cluster`
    await expect(wire.unary(REMOVE, { memberId: idOf(second) })).rejects.toMatchObject({
      code: 2,
      details: `failed to remove member: ${text(second)}`,
    })
    // For five minutes of the machine's time Talos hopes that the cluster gets well.
    await expect(wire.unary(LEAVE)).rejects.toMatchObject({
      code: 2,
      details: `failed to leave cluster: 2 error(s) occurred:\n\t${text(first)}\n\ttimeout`,
    })
    await wire.unary(REMOVE, { memberId: idOf(third) })
    // Two that both run: either may go.
    await mixed.wire(second).unary(LEAVE)
    const { messages: left } = await wire.unary('/machine.MachineService/EtcdMemberList')
    expect(left[0]?.members.map(({ hostname }) => hostname)).toEqual([mixed.hostOf(first)])
  })
})
