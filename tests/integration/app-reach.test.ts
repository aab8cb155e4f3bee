import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { NodeAddress, type ContextName } from '#contract/names.ts'
import type { NodesItem } from '#contract/nodes.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { MAINTENANCE_COMMON_NAME } from '../../main/talos/secure-context.ts'
import { systemClock } from '../../main/talos/system-clock.ts'
import { resourcesDir, startApp, type AppUnderTest } from '../fakes/app-host.ts'
import {
  dropped,
  importTalosconfig,
  isReady,
  planOf,
  refOf,
  untilEnded,
  untilNode,
} from '../fakes/app-scene.ts'
import type { AppWindow, OpenStream } from '../fakes/app-window.ts'
import { createThrowawayAuthority, protosDir, startFakeNode } from '../fakes/talos-node.ts'
import { base64 } from '../fakes/talosconfig-material.ts'

const DAY = 24 * 3_600_000

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let dead: string
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: { controlPlanes: 1, workers: 1, talos: ['v1.14.0', 'v1.13.9'] },
    speed: 200,
    protosDir,
    resourcesDir,
  })
  app = await startApp()
  window = app.window()
  // Of the cluster's own net, so that no other cluster is there.
  dead = addressOf('bronce-1').replace(/\d+$/, '200')
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const addressOf = (hostname: string): string => cluster.node(hostname).spec.address

interface Fields {
  readonly endpoints?: readonly string[]
  readonly nodes?: readonly string[]
  readonly ca?: string
}

/** The cluster's talosconfig with some fields of its context replaced. */
function talosconfig(fields: Fields, text = cluster.talosconfig()): string {
  const file = parse(text) as { context: string; contexts: Record<string, object> }
  return stringify({ ...file, contexts: { casa: { ...file.contexts[file.context], ...fields } } })
}

async function fleetWith(
  fields: Fields,
): Promise<{ readonly context: ContextName; readonly fleet: OpenStream<NodesItem> }> {
  const context = await importTalosconfig(window, talosconfig(fields))
  const fleet = window.open('nodes.watch', { context })
  onTestFinished(async () => {
    fleet.close()
    await window.call('contexts.forget', { context })
  })
  return { context, fleet }
}

/** Waits until the node is shown as silent, and why. */
async function silence(fleet: OpenStream<NodesItem>, node: string) {
  const { reach, ...row } = await untilNode(fleet, { node }, (found) => found.reach.kind === 'silent')
  if (reach.kind !== 'silent') throw new Error('not silent')
  return { ...row, reach }
}

describe('an endpoint that is none', () => {
  test('a load balancer still gives the fleet its nodes where they are named, for they are reached directly', async () => {
    const balancer = await balance()
    const { fleet, context } = await fleetWith({ endpoints: [balancer], nodes: [addressOf('bronce-1')] })
    await untilNode(fleet, refOf(cluster, context, 'bronce-1'), isReady)
  })

  test('a load balancer alone is told by the name that its certificate does not have', async () => {
    const balancer = await balance()
    const { fleet } = await fleetWith({ endpoints: [balancer], nodes: [] })
    const { reach } = await silence(fleet, '127.0.0.1')
    expect(reach.error).toMatchObject({ code: 'wrong-host-name', remedy: 'use-node-addresses' })
  })

  test('one that nobody answers at is told as unreachable, and a node named beside it is shown', async () => {
    const { fleet, context } = await fleetWith({ endpoints: [dead], nodes: [addressOf('bronce-1'), dead] })
    await untilNode(fleet, refOf(cluster, context, 'bronce-1'), isReady)
    const { reach } = await silence(fleet, dead)
    expect(reach.error).toMatchObject({ code: 'unreachable', node: dead, retryable: true })
    expect(reach.error.remedy).toBeDefined()
  })

  test('a worker is told as such for the nodes that it would have to forward to', async () => {
    const { fleet, context } = await fleetWith({
      endpoints: [addressOf('estante-1')],
      nodes: [addressOf('estante-1'), dead],
    })
    await untilNode(fleet, refOf(cluster, context, 'estante-1'), isReady)
    const { reach } = await silence(fleet, dead)
    expect(reach.error).toMatchObject({ code: 'worker-as-endpoint', remedy: 'use-control-plane-endpoint' })
    // What it can tell by itself it does: the other members.
    await untilNode(fleet, refOf(cluster, context, 'bronce-1'), isReady)
  })
})

describe('a node that is not of this talosconfig', () => {
  test('of another CA is told as another cluster', async () => {
    const stranger = await createThrowawayAuthority()
    const { fleet } = await fleetWith({ ca: base64(stranger.ca), nodes: [addressOf('bronce-1')] })
    const { reach } = await silence(fleet, addressOf('bronce-1'))
    expect(reach.error).toMatchObject({ code: 'wrong-ca', remedy: 'import-talosconfig', retryable: false })
  })

  test('in maintenance mode is told as one that waits for its configuration', async () => {
    const own = await createThrowawayAuthority()
    const node = await startFakeNode(
      own,
      {},
      {
        material: await own.issue({ commonName: MAINTENANCE_COMMON_NAME, addresses: ['127.0.0.1'] }),
      },
    )
    onTestFinished(() => node[Symbol.asyncDispose]())
    const { fleet, context } = await fleetWith({ endpoints: [node.endpoint], nodes: [node.endpoint] })
    const { reach } = await silence(fleet, node.endpoint)
    expect(reach.error).toMatchObject({ code: 'maintenance-mode', remedy: 'configure-node' })
    const read = await window.refusal('machine-configs.read', {
      context,
      node: NodeAddress.parse(node.endpoint),
    })
    expect(read.code).toBe('maintenance-mode')
  })
})

test('a certificate that expired since it was imported is told by its date, and a new key for it heals the fleet', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ichor-app-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const passphrase = 'correcto caballo pila grapa'
  const before = { now: () => Date.now() - 2 * DAY, sleep: systemClock.sleep }
  const then = await startApp({ dataDir, keystore: 'chosen', clock: before })
  const earlier = then.window()
  await earlier.call('app.choose-keystore', { kind: 'passphrase', passphrase })
  await importTalosconfig(earlier, cluster.talosconfig('os:admin', { expired: true }))
  await then[Symbol.asyncDispose]()

  const today = await startApp({ dataDir, keystore: 'chosen' })
  onTestFinished(() => today[Symbol.asyncDispose]())
  const now = today.window()
  await now.call('app.unlock', { passphrase })
  const contexts = now.open('contexts.watch', {})
  const context = await contexts.until(([first]) =>
    first?.kind === 'context' ? first.context.name : undefined,
  )
  const { reach } = await silence(now.open('nodes.watch', { context }), addressOf('bronce-1'))
  expect(reach.error).toMatchObject({ code: 'certificate-expired', remedy: 'renew-certificate' })

  const { preview } = await now.call('talosconfigs.preview', dropped(cluster.talosconfig()))
  expect(preview?.contexts).toMatchObject([{ existing: { sameAuthority: true } }])
  await now.call('talosconfigs.import', {
    previewId: preview?.previewId ?? '',
    choices: [{ name: 'casa', action: 'renew' }],
  })
  const healed = now.open('nodes.watch', { context })
  await untilNode(healed, refOf(cluster, context, 'bronce-1'), isReady)
})

describe('with a role below admin', () => {
  test.each(['os:reader', 'os:operator'] as const)(
    '%s sees the fleet; configuration and upgrade ask for an admin',
    async (role) => {
      const context = await importTalosconfig(window, cluster.talosconfig(role))
      onTestFinished(async () => {
        await window.call('contexts.forget', { context })
      })
      const fleet = window.open('nodes.watch', { context })
      const ref = refOf(cluster, context, 'estante-1')
      const row = await untilNode(fleet, ref, (node) => isReady(node) && node.memory !== undefined)
      expect(row).toMatchObject({ hostname: 'estante-1', role: 'worker', talosVersion: 'v1.13.9' })
      expect(row.configStaged).toBeUndefined()

      const read = await window.refusal('machine-configs.read', ref)
      expect(read).toMatchObject({ code: 'role-too-low', remedy: 'ask-for-admin', node: ref.node })
      const plan = await window.call('upgrades.plan', planOf(ref, 'v1.14.0'))
      expect(plan.preflight).toContainEqual(
        expect.objectContaining({
          id: 'role-admin',
          outcome: 'block',
          evidence: expect.stringContaining(role) as unknown,
        }),
      )
      expect((await window.refusal('upgrades.start', { planId: plan.planId })).code).toBe('plan-blocked')
    },
  )

  test('a reader may not restart a service and is told so in the run; an operator may', async () => {
    const outcomes: (string | undefined)[] = []
    for (const role of ['os:reader', 'os:operator'] as const) {
      const context = await importTalosconfig(window, cluster.talosconfig(role))
      const ref = refOf(cluster, context, 'estante-1')
      const { runId } = await window.call('services.act', { ...ref, service: 'kubelet', action: 'restart' })
      const run = await untilEnded(window, runId)
      outcomes.push(run.error?.code ?? run.outcome)
      await window.call('contexts.forget', { context })
    }
    expect(outcomes).toEqual(['role-too-low', 'proven'])
  })
})

describe('a node that vanishes', () => {
  test('is silent since then in the fleet, ends its log, and is followed again when it is back', async () => {
    const { fleet, context } = await fleetWith({})
    const ref = refOf(cluster, context, 'estante-1')
    const other = refOf(cluster, context, 'bronce-1')
    await untilNode(fleet, ref, (node) => isReady(node) && node.cpuPercent !== undefined)
    const log = window.open('logs.follow', { ...ref, source: { kind: 'kernel' }, tailLines: 100 })
    const detail = window.open('nodes.watch-detail', ref)
    const services = window.open('services.watch', ref)
    await log.until(([first]) => (first !== undefined && first.lines.length > 0 ? true : undefined))
    await services.until(([first]) => first)

    const gone = Date.now()
    const machine = cluster.node('estante-1')
    machine.cause('node-off')
    const { reach, cpuPercent } = await silence(fleet, ref.node)
    expect(['unreachable', 'interrupted']).toContain(reach.error.code)
    expect(Date.parse(reach.since)).toBeGreaterThanOrEqual(gone)
    expect(cpuPercent).toBeUndefined()
    expect((await log.ended())?.code).toMatch(/unreachable|interrupted/)
    await detail.until((items) => items.find(({ node }) => node.reach.kind === 'silent'))
    await services.until((items) => items.find(({ stale }) => stale !== undefined))
    const { reach: still } = await untilNode(fleet, other, isReady)
    expect(still.kind).toBe('answering')

    machine.settle('node-off')
    await untilNode(fleet, ref, isReady)
    await detail.until((items) => items.at(-1)?.node.reach.kind === 'answering' || undefined)
    await services.until((items) => (items.length > 0 && items.at(-1)?.stale === undefined) || undefined)
    const again = window.open('logs.follow', { ...ref, source: { kind: 'kernel' }, tailLines: 100 })
    await again.until(([first]) => (first !== undefined && first.lines.length > 0 ? true : undefined))
  })
})

/** A TCP load balancer before the control plane: it hands bytes on and has no certificate of its own. */
async function balance(): Promise<string> {
  const { address, port } = cluster.node('bronce-1').spec
  const server = createServer((socket) => {
    const onward = connect({ host: address, port })
    socket.on('error', () => onward.destroy())
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
