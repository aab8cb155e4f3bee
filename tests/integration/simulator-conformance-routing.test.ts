import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOsAuthority, issueClient } from '../../main/simulator/wire/pki.ts'
import { LINES, type Line, minorOf } from '../fakes/mixed-cluster.ts'
import { type OwnClient, ownClient } from '../fakes/own-client.ts'
import { never } from '../fakes/one-node.ts'
import { metadataOf, type SmallCluster, startSmallCluster } from '../fakes/small-cluster.ts'
import { createWireClient, talosCredentials, type WireClient } from '../fakes/wire-client.ts'

/** Routing and envelope on every line, with plain grpc-js and with our own client; behaviour.md §2.2, §2.3, §2.4. */
const VERSION = '/machine.MachineService/Version'
const LIST = '/cosi.resource.State/List'
const STATUSES = { namespace: 'runtime', type: 'MachineStatuses.runtime.talos.dev' }
const NOBODY = '127.255.0.9'

let cluster: SmallCluster
const plain = new Map<string, WireClient>()
const ends: (() => void)[] = []
const cpOf = (line: Line): string => `cp${line.replaceAll('.', '-')}`
const workerOf = (line: Line): string => `worker${line.replaceAll('.', '-')}`
beforeAll(async () => {
  cluster = await startSmallCluster(
    LINES.flatMap((talos) => [
      { hostname: cpOf(talos), talos },
      { hostname: workerOf(talos), talos, role: 'worker' as const },
    ]),
  )
  for (const hostname of LINES.flatMap((line) => [cpOf(line), workerOf(line)]))
    plain.set(hostname, await cluster.client(hostname))
})
afterAll(async () => {
  for (const end of ends) end()
  await cluster[Symbol.asyncDispose]()
})

function at(hostname: string): WireClient {
  const client = plain.get(hostname)
  if (!client) throw new Error(`no client for ${hostname}`)
  return client
}

const addressOf = (hostname: string): string => {
  const { address, port } = cluster.machine(hostname).spec
  return `${address}:${port}`
}

/** Our own client with these endpoints alone. */
function ownThrough(...hostnames: readonly string[]): OwnClient {
  const text = cluster.served.talosconfig()
  const endpoints = hostnames.map((hostname) => `            - ${addressOf(hostname)}\n`).join('')
  const port = ownClient(text.replace(/( +endpoints:\n)(?: +- .*\n)+/, `$1${endpoints}`))
  ends.push(() => port.close())
  return port
}

describe.each(LINES)('%s', (line) => {
  const minor = minorOf(line)
  // Another line behind it: the target judges by its own version.
  const other = LINES[(LINES.indexOf(line) + 1) % LINES.length] ?? line

  test('a control plane answers for itself and hands on what names another node, without metadata in the reply', async () => {
    const { address } = cluster.machine(workerOf(other)).spec
    for (const [metadata, tag] of [
      [metadataOf({}), line],
      [metadataOf({ node: address }), other],
      [metadataOf({ node: workerOf(other) }), other],
    ] as const) {
      const { messages } = await at(cpOf(line)).unary(VERSION, {}, metadata)
      expect(messages).toMatchObject([{ metadata: null, version: { tag } }])
    }
    const own = ownThrough(cpOf(line))
    expect((await own.version(addressOf(cpOf(line)), never)).tag).toBe(line)
    // A name that this computer cannot resolve.
    expect((await own.version(workerOf(other), never)).tag).toBe(other)
    expect(own.route(workerOf(other))).toBe(addressOf(cpOf(line)))
  })

  test('several answers come one per target, each under the name it was called by, a failure among them', async () => {
    const { address } = cluster.machine(workerOf(other)).spec
    const { messages } = await at(cpOf(line)).unary(
      VERSION,
      {},
      metadataOf({ nodes: [cpOf(line), address, NOBODY] }),
    )
    expect(messages).toMatchObject([
      { metadata: { hostname: cpOf(line), error: '' }, version: { tag: line } },
      { metadata: { hostname: address, error: '' }, version: { tag: other } },
      { metadata: { hostname: NOBODY, status: { code: 14 } }, version: null },
    ])
    expect(messages[2]?.metadata?.error).toMatch(/^rpc error: code = Unavailable desc = connection error: /)
  })

  test('a stream of several goes on when one of them fails, and names each frame', async () => {
    cluster.machine(workerOf(other)).print('kern:    info: [2026-03-01T10:00:00Z]: booted\n')
    const frames = await at(cpOf(line))
      .stream('/machine.MachineService/Dmesg', {}, metadataOf({ nodes: [workerOf(other), NOBODY] }))
      .all()
    const failed = frames.filter(({ metadata }) => metadata?.hostname === NOBODY)
    expect(failed).toMatchObject([{ metadata: { status: { code: 14 } }, bytes: Buffer.alloc(0) }])
    const told = frames.filter(({ metadata }) => metadata?.hostname === workerOf(other))
    expect(Buffer.concat(told.map(({ bytes }) => bytes)).toString()).toContain('booted\n')
  })

  test('COSI and the newer services are asked of one node only, in the words of the version', async () => {
    const many = metadataOf({ nodes: [cpOf(line)] })
    await expect(at(cpOf(line)).stream(LIST, STATUSES, many).all()).rejects.toMatchObject({
      code: 3,
      details:
        minor >= 13
          ? `one-2-many proxying is not supported for method ${LIST}`
          : 'one-2-many proxying is not supported for COSI methods',
    })
    const { messages } = await at(cpOf(line)).unary('/time.TimeService/Time', {}, many)
    expect(messages).toHaveLength(1)
    if (minor < 13) return
    await expect(at(cpOf(line)).stream('/machine.ImageService/List', {}, many).all()).rejects.toMatchObject({
      code: 3,
      details: 'one-2-many proxying is not supported for method /machine.ImageService/List',
    })
  })

  test('two targets where one may be, none and one with a port are refused', async () => {
    for (const [node, code, details] of [
      [[cpOf(line), workerOf(line)], 3, 'node metadata must be single-valued'],
      [[`${workerOf(line)}:50000`], 13, `invalid target "${workerOf(line)}:50000"`],
      [[''], 13, 'invalid target ""'],
    ] as const)
      await expect(at(cpOf(line)).unary(VERSION, {}, metadataOf({ node }))).rejects.toMatchObject({
        code,
        details,
      })
  })

  test('a worker forwards nothing, answers for itself and is told as no endpoint', async () => {
    const { address } = cluster.machine(workerOf(line)).spec
    const worker = at(workerOf(line))
    for (const key of ['node', 'nodes'])
      await expect(worker.unary(VERSION, {}, metadataOf({ [key]: cpOf(other) }))).rejects.toMatchObject({
        code: 7,
        details: 'no request forwarding',
      })
    for (const node of [address, workerOf(line)])
      expect((await worker.unary(VERSION, {}, metadataOf({ node }))).messages[0]?.version?.tag).toBe(line)
    // As between two apids: never handed on twice.
    await expect(
      worker.unary(VERSION, {}, metadataOf({ node: cpOf(other), proxyfrom: 'x' })),
    ).resolves.toBeDefined()
    const own = ownThrough(workerOf(line))
    expect((await own.version(addressOf(workerOf(line)), never)).tag).toBe(line)
    await expect(own.version(cpOf(other), never)).rejects.toMatchObject({ code: 'worker-as-endpoint' })
  })

  test('what exists on control planes alone, and what its version lacks, is unimplemented', async () => {
    await expect(at(workerOf(line)).unary('/machine.MachineService/EtcdMemberList')).rejects.toMatchObject({
      code: 12,
      details: 'member list is only available on control plane nodes',
    })
    const own = ownThrough(cpOf(line))
    await expect(own.etcdMembers(addressOf(workerOf(line)), never)).rejects.toMatchObject({
      code: 'control-plane-only',
    })
    const since = { '/machine.MDService/Destroy': 14, '/machine.ImageService/Verify': 13 } as const
    for (const [path, release] of Object.entries(since)) {
      if (minor >= release) continue
      await expect(at(cpOf(line)).unary(path as keyof typeof since)).rejects.toMatchObject({
        code: 12,
        details: `unknown service ${path.split('/')[1]}`,
      })
    }
  })

  test('a stranger, one that came too late and one for servers too do not get in', async () => {
    const { os } = cluster.secrets
    const stranger = await createOsAuthority()
    const day = 24 * 3_600_000
    const past = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }
    const both = await issueClient(os, { roles: ['os:admin'], usages: ['clientAuth', 'serverAuth'] })
    const ask = async (pair: typeof both): Promise<string | number> => {
      const client = createWireClient(addressOf(cpOf(line)), talosCredentials(os.crt, pair))
      const code = ({ code }: { readonly code: number }): number => code
      return client
        .unary(VERSION)
        .then(() => 'let in', code)
        .finally(() => client.close())
    }
    expect(await ask(await issueClient(stranger, { roles: ['os:admin'] }))).toBe(14)
    expect(await ask(await issueClient(os, { roles: ['os:admin'], ...past }))).toBe(14)
    // Up to 1.11 the config of the node has to ask for this check, as generated ones do.
    expect(await ask(both)).toBe(minor >= 12 ? 14 : 'let in')
    const machine = cluster.machine(cpOf(line))
    machine.powerOff()
    await cluster.served.settled()
    const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
    const rawYaml = 'machine:\n    features:\n        apidCheckExtKeyUsage: true\n'
    machine.resources.put(key, {}, { rawYaml })
    await machine.powerOn()
    await cluster.served.settled()
    expect(await ask(both)).toBe(14)
    const expired = ownClient(cluster.served.talosconfig('os:admin', { expired: true }))
    ends.push(() => expired.close())
    await expect(expired.version(addressOf(cpOf(line)), never)).rejects.toMatchObject({
      code: 'certificate-expired',
    })
  })

  test('a node without power is out of reach, directly and behind a control plane, until it is back', async () => {
    const machine = cluster.machine(workerOf(other))
    const own = ownThrough(cpOf(line))
    const through = at(cpOf(line))
    await own.version(workerOf(other), never)
    machine.powerOff()
    await cluster.served.settled()
    await expect(through.unary(VERSION, {}, metadataOf({ node: workerOf(other) }))).rejects.toMatchObject({
      code: 14,
      details: `connection error: desc = "transport: Error while dialing: dial tcp ${workerOf(other)}:50000: connect: connection refused"`,
    })
    await expect(own.version(workerOf(other), never)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(own.version(addressOf(workerOf(other)), never)).rejects.toMatchObject({
      code: 'unreachable',
    })
    await machine.powerOn()
    await cluster.served.settled()
    expect((await own.version(workerOf(other), never)).tag).toBe(other)
  })
})
