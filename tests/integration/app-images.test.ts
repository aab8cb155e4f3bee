import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContextName, NodeRef } from '#contract/names.ts'
import type { UpgradePlan } from '#contract/upgrades.ts'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { serveFactory, type ServedFactory } from '../../main/simulator/factory/serve-factory.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { fleetOf, refOf, rowsOf, startAppWith, untilEnded } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { json, startOddFactory } from '../fakes/odd-factory.ts'
import { protosDir } from '../fakes/talos-node.ts'

const EXTENSIONS = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools']
const NODES: readonly NodePlan[] = [
  { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' },
  { hostname: 'v9', role: 'worker', talos: 'v1.9.6', bootLoader: 'grub', extensions: EXTENSIONS },
  { hostname: 'v10', role: 'worker', talos: 'v1.10.2' },
  { hostname: 'v11', role: 'worker', talos: 'v1.11.6', bootLoader: 'grub', kernelArguments: ['quiet'] },
  { hostname: 'v12', role: 'worker', talos: 'v1.12.11', extensions: EXTENSIONS },
  { hostname: 'v13', role: 'worker', talos: 'v1.13.9', extensions: EXTENSIONS, secureBoot: true },
  { hostname: 'v14', role: 'worker', talos: 'v1.14.0', extensions: EXTENSIONS },
  { hostname: 'new14', role: 'worker', talos: 'v1.14.0', contract: '1.14' },
]

let cluster: SimulatedCluster
let factory: ServedFactory
let app: AppUnderTest
let window: AppWindow
let context: ContextName
beforeAll(async () => {
  cluster = await startSimulatedCluster({ nodes: NODES, speed: 200, protosDir, resourcesDir })
  factory = await serveFactory(cluster.registry)
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), {
    clock: createHurriedClock(20),
    factoryUrl: factory.url,
  }))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await factory[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const ref = (hostname: string): NodeRef => refOf(cluster, context, hostname)
const plan = (hostname: string, version: string): Promise<UpgradePlan> =>
  window.call('upgrades.plan', { context, nodes: [ref(hostname).node], version })
/** What a plan asks of pods and storage is another test's. */
const OF_KUBERNETES = ['kubernetes-api', 'pods-can-move', 'storage-settled']
const open = ({ preflight, nodes }: UpgradePlan): readonly string[] =>
  [...preflight, ...nodes.flatMap((node) => node.preflight)]
    .filter(({ id, outcome }) => outcome !== 'pass' && !OF_KUBERNETES.includes(id))
    .map(({ id, outcome, evidence }) => `${id} ${outcome}: ${evidence}`)

describe('from each Talos line', () => {
  test.each([
    ['v9', ['v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.2'], 'v1.10.9'],
    ['v10', ['v1.10.9', 'v1.11.6', 'v1.12.11', 'v1.13.9', 'v1.14.2'], 'v1.10.9'],
    ['v11', ['v1.12.11', 'v1.13.9', 'v1.14.2'], 'v1.12.11'],
    ['v12', ['v1.13.9', 'v1.14.2'], 'v1.13.9'],
    ['v13', ['v1.14.2'], 'v1.14.2'],
    ['v14', ['v1.14.2'], 'v1.14.2'],
  ])(
    '%s: the way to 1.14.2, and a plan of its first stop that nothing stands against',
    async (hostname, path, first) => {
      const told = await window.call('upgrades.targets', ref(hostname))
      expect(told).toMatchObject({ source: 'factory', factory: { url: factory.url } })
      expect(told.targets.find(({ version }) => version === 'v1.14.2')?.path).toEqual(path)
      expect(told.targets.find(({ reason }) => reason === 'recommended')?.version).toBe(first)
      // Before 1.10 a node does not show the configuration on its disk.
      const unknown = hostname === 'v9' ? ['config-not-staged unknown: MachineConfig persistent: –'] : []
      expect(open(await plan(hostname, first))).toEqual(unknown)
    },
  )

  test('a version two ahead stays in the list with the reason, and its plan is blocked', async () => {
    const { targets } = await window.call('upgrades.targets', ref('v11'))
    expect(targets.find(({ version }) => version === 'v1.14.0')).toMatchObject({ legal: false })
    expect(open(await plan('v11', 'v1.13.9'))).toEqual([
      expect.stringContaining('version-path block: v1.11.6 → v1.12.11 → v1.13.9'),
    ])
  })

  test('a step back is blocked where the older version could not read the configuration', async () => {
    const [node] = (await plan('new14', 'v1.13.9')).nodes
    const found = node?.preflight.find(({ id }) => id === 'config-readable')
    expect(found).toMatchObject({ outcome: 'block', because: 'config-unreadable' })
    expect(found?.evidence).toContain('SysctlConfig')
    const [same] = (await plan('new14', 'v1.14.2')).nodes
    expect(same?.preflight.find(({ id }) => id === 'config-readable')?.outcome).toBe('pass')
  })

  test('pre-releases are marked, and a typed version that is not published is said so', async () => {
    const told = await window.call('upgrades.targets', { ...ref('v13'), typed: '1.13.77' })
    expect(told.targets.find(({ version }) => version === 'v1.14.0-rc.1')?.preRelease).toBe(true)
    expect(told.typed).toMatchObject({ version: 'v1.13.77', legal: false, reason: 'not-published' })
    expect(told.matrix.find(({ line }) => line === '1.14')?.latest).toBe('v1.14.2')
  })
})

describe('the image', () => {
  test('of a node with secure boot stays the signed one', async () => {
    const { image } = await window.call('images.read', { ...ref('v13'), version: 'v1.14.2' })
    expect(image).toMatchObject({
      kind: 'custom',
      secureBoot: true,
      bootLoader: 'systemd-boot',
      arch: 'amd64',
    })
    const [node] = (await plan('v13', 'v1.14.2')).nodes
    expect(node?.image).toMatch(/\/metal-installer-secureboot\/[0-9a-f]{64}:v1\.14\.2$/)
    expect(node?.preflight.find(({ id }) => id === 'image')?.outcome).toBe('pass')
  })

  test('with another extension and argument is made, installed and proven', async () => {
    const node = ref('v12').node
    const choice = {
      extensions: [...EXTENSIONS, 'siderolabs/tailscale'],
      kernelArguments: ['intel_iommu=on'],
    }
    const planned = await window.call('upgrades.plan', {
      context,
      nodes: [node],
      version: 'v1.13.9',
      choices: [{ node, choice }],
    })
    expect(open(planned)).toEqual([expect.stringContaining('image unknown')])
    const { image } = await window.call('images.preview', {
      ...ref('v12'),
      version: 'v1.13.9',
      choice,
      register: true,
    })
    expect(image.state).toBe('exists')
    const { runId } = await window.call('upgrades.start', { planId: planned.planId })
    const run = await untilEnded(window, runId)
    expect([rowsOf(run).filter((row) => !row.endsWith(' proven')), run.outcome]).toEqual([[], 'proven'])
    const after = await window.call('images.read', { ...ref('v12'), version: 'v1.14.2' })
    expect(after.image).toMatchObject({
      extensions: choice.extensions,
      kernelArguments: choice.kernelArguments,
    })
  })

  test('with an extension that the target does not have is refused before anything is sent', async () => {
    const node = ref('v14').node
    const extensions = [...EXTENSIONS, 'siderolabs/i915-ucode', 'siderolabs/no-such']
    const planned = await window.call('upgrades.plan', {
      context,
      nodes: [node],
      version: 'v1.14.2',
      choices: [{ node, choice: { extensions } }],
    })
    expect(open(planned)).toContainEqual('extensions-published block: no-such')
    expect((await window.refusal('upgrades.start', { planId: planned.planId })).code).toBe('plan-blocked')
  })

  test('of a control plane that is alone asks for the downtime in words', async () => {
    expect(open(await plan('bronce-1', 'v1.14.2'))).toEqual([
      expect.stringContaining('etcd-quorum warn: 1 member'),
    ])
  })
})

describe('a factory', () => {
  const at = async (factoryUrl: string) => {
    await window.call('app.save-settings', { factoryUrl })
    return window.call('upgrades.targets', { ...ref('v13'), fresh: true })
  }

  test('that is down leaves the table that came with the app, and plans that say what is unknown', async () => {
    const told = await at('http://127.0.0.1:9')
    expect(told).toMatchObject({ source: 'built-in', factory: { failure: { code: 'factory-unreachable' } } })
    expect(told.targets.find(({ reason }) => reason === 'recommended')?.version).toBe('v1.14.0')
    expect(open(await plan('v13', 'v1.14.0')).map((line) => line.split(':')[0])).toEqual([
      'image unknown',
      'extensions-published unknown',
    ])
    // What cannot be told to it cannot be made either.
    const { node } = ref('v13')
    const choices = [{ node, choice: { extensions: [] } }]
    const { planId } = await window.call('upgrades.plan', {
      context,
      nodes: [node],
      version: 'v1.14.0',
      choices,
    })
    expect((await window.refusal('upgrades.start', { planId })).code).toBe('factory-unreachable')
  })

  test('that lies is not believed', async () => {
    await using odd = await startOddFactory()
    for (const answer of [json({ no: 'list' }), json('x'.repeat(5 * 1024 * 1024))]) {
      odd.answer = answer
      expect(await at(odd.url)).toMatchObject({
        source: 'built-in',
        factory: { failure: { code: 'factory-answer', remedy: 'check-factory' } },
      })
    }
    // Another id than ours: nobody knows what would be built.
    odd.answer = json({ id: 'ab'.repeat(32) }, 201)
    const asked = { ...ref('v13'), version: 'v1.14.0', choice: { extensions: [] }, register: true }
    expect((await window.refusal('images.preview', asked)).code).toBe('factory-answer')
  })

  test('that was reached once is remembered, with its age', async () => {
    const before = await at(factory.url)
    await factory[Symbol.asyncDispose]()
    const after = await window.call('upgrades.targets', { ...ref('v13'), fresh: true })
    expect(after).toMatchObject({
      source: 'factory',
      factory: { askedAt: before.factory.askedAt, failure: { code: 'factory-unreachable' } },
    })
  })

  test('is an address and nothing more', async () => {
    for (const factoryUrl of ['ftp://x', 'https://me:pw@x', 'https://x/path', 'javascript:alert(1)']) {
      expect((await window.refusal('app.save-settings', { factoryUrl })).code).toBe('malformed-call')
    }
  })
})

test('the demo asks its own factory and nobody else, whatever the settings and its nodes say', async () => {
  await window.call('app.save-settings', { factoryUrl: 'http://127.0.0.1:9' })
  const { context: demo } = await window.call('demo.start', {})
  const fleet = window.open('nodes.watch', { context: demo })
  const node = await fleet.until((items) =>
    [...fleetOf(items).values()].find((one) => one.hostname === 'bronce-3'),
  )
  fleet.close()
  const at = { context: demo, node: node.address }
  const told = await window.call('upgrades.targets', at)
  expect(told.source).toBe('factory')
  expect(told.factory.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const own = {
    reference: 'registry.example.com/talos/installer:v1.14.2',
    typed: 'registry.example.com/talos/installer',
  }
  const { image } = await window.call('images.preview', {
    ...at,
    version: 'v1.14.2',
    choice: { own },
    register: false,
  })
  expect(image).toMatchObject({
    state: 'missing',
    evidence: expect.stringContaining(told.factory.url) as unknown,
  })
  await window.call('demo.stop', {})
})
