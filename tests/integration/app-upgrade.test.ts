import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContextName, NodeRef, RunId } from '#contract/names.ts'
import type { Run } from '#contract/runs.ts'
import type { UpgradePlan } from '#contract/upgrades.ts'
import { startSimulatedCluster, type NodePlan, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { isReady, refOf, rowsOf, startAppWith, untilEnded, untilNode } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { secretsOf } from '../fakes/cluster-secrets.ts'
import { createHurriedClock } from '../fakes/hurried-clock.ts'
import { protosDir } from '../fakes/talos-node.ts'

const EXTENSIONS = ['siderolabs/iscsi-tools', 'siderolabs/util-linux-tools']
const NODES: readonly NodePlan[] = [
  ...[1, 2, 3].map((n) => ({ hostname: `bronce-${n}`, role: 'controlplane' as const, talos: 'v1.13.9' })),
  { hostname: 'estante-1', role: 'worker', talos: 'v1.13.9', extensions: EXTENSIONS },
  { hostname: 'estante-2', role: 'worker', talos: 'v1.11.6', bootLoader: 'grub' },
]

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
beforeAll(async () => {
  cluster = await startSimulatedCluster({ nodes: NODES, speed: 200, protosDir, resourcesDir })
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), { clock: createHurriedClock(20) }))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const ref = (hostname: string): NodeRef => refOf(cluster, context, hostname)
const plan = (hostname: string, version: string): Promise<UpgradePlan> =>
  window.call('upgrades.plan', { context, nodes: [ref(hostname).node], version })

async function reboot(hostname: string, mode: 'default' | 'powercycle'): Promise<{ runId: RunId }> {
  const { planId } = await window.call('node-actions.plan-reboot', { ...ref(hostname), mode })
  return window.call('node-actions.start', { planId })
}

async function carryOut({ planId }: UpgradePlan): Promise<Run> {
  const { runId } = await window.call('upgrades.start', { planId })
  return untilEnded(window, runId)
}

const unproven = (run: Run): readonly string[] => rowsOf(run).filter((row) => !row.endsWith(' proven'))

describe('an upgrade', () => {
  test('of a worker from 1.13.9 to 1.14.0 is planned, proven, and keeps its extensions', async () => {
    const { targets } = await window.call('upgrades.targets', ref('estante-1'))
    expect(targets.find(({ reason }) => reason === 'recommended')?.version).toBe('v1.14.0')
    const planned = await plan('estante-1', 'v1.14.0')
    expect(planned.nodes[0]?.preflight.filter(({ outcome }) => outcome === 'block')).toEqual([])
    expect(planned.nodes[0]?.mechanism).toBe('lifecycle')
    expect(planned.nodes[0]?.rows.find(({ fact }) => fact === 'extensions')?.note).toBe('unchanged')
    const fleet = window.open('nodes.watch', { context })
    const run = await carryOut(planned)
    expect([unproven(run), run.outcome]).toEqual([[], 'proven'])
    const row = await untilNode(
      fleet,
      ref('estante-1'),
      (node) => isReady(node) && node.talosVersion === 'v1.14.0',
    )
    expect(row.schematic?.extensions.map(({ name }) => name)).toEqual(['iscsi-tools', 'util-linux-tools'])
    fleet.close()
  })

  test('of a control plane leaves an etcd snapshot on disk, and its rollback is proven too', async () => {
    const run = await carryOut(await plan('bronce-3', 'v1.14.0'))
    expect([unproven(run), run.outcome]).toEqual([[], 'proven'])
    expect(run.steps.find(({ name }) => name === 'snapshot')?.state).toBe('done')
    const snapshots = [...(await app.files())].filter(([path]) => path.endsWith('bronce-3.snapshot'))
    expect(snapshots.map(([, bytes]) => bytes.length % 512)).toEqual([32])

    const back = await carryOut(await window.call('upgrades.plan-rollback', ref('bronce-3')))
    expect([unproven(back), back.outcome]).toEqual([[], 'proven'])
    expect(cluster.node('bronce-3').talosVersion).toBe('v1.13.9')
    expect(['bronce-1', 'bronce-2'].map((name) => cluster.node(name).talosVersion)).toEqual([
      'v1.13.9',
      'v1.13.9',
    ])
  })

  test('of a 1.11.6 worker to 1.12.11 goes the older way', async () => {
    const planned = await plan('estante-2', 'v1.12.11')
    expect(planned.nodes[0]?.mechanism).toBe('legacy')
    const run = await carryOut(planned)
    expect([unproven(run), run.outcome]).toEqual([[], 'proven'])
  })

  test('that falls back silently is found out', async () => {
    const node = cluster.node('bronce-2')
    node.cause('silent-fallback')
    const run = await carryOut(await plan('bronce-2', 'v1.14.0'))
    node.settle('silent-fallback')
    expect(run.outcome).toBe('fell-back')
    expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({
      expected: 'v1.14.0',
      found: 'v1.13.9',
    })
  })

  test('two versions ahead is blocked in the list, in the plan and at the start', async () => {
    const { targets } = await window.call('upgrades.targets', ref('estante-2'))
    expect(targets.find(({ version }) => version === 'v1.14.0')).toMatchObject({
      legal: false,
      reason: 'skips-a-minor',
    })
    const planned = await plan('estante-2', 'v1.14.0')
    expect(planned.nodes[0]?.preflight.find(({ id }) => id === 'version-path')?.outcome).toBe('block')
    const refused = await window.refusal('upgrades.start', { planId: planned.planId })
    expect(refused.code).toBe('plan-blocked')
  })
})

describe('a run holds its cluster', () => {
  test('while one goes no other starts, on any node, and the plan says so', async () => {
    const other = await plan('bronce-1', 'v1.14.0')
    const restart = await window.call('node-actions.plan-reboot', { ...ref('bronce-1'), mode: 'default' })
    const { runId } = await reboot('estante-1', 'default')
    const started = await window.refusal('upgrades.start', { planId: other.planId })
    expect(started).toMatchObject({ code: 'run-active', node: ref('estante-1').node })
    const second = await window.refusal('node-actions.start', { planId: restart.planId })
    expect(second.code).toBe('run-active')
    const { preflight } = await plan('bronce-1', 'v1.14.0')
    expect(preflight.find(({ id }) => id === 'no-other-run')?.outcome).toBe('block')
    expect((await untilEnded(window, runId)).outcome).toBe('proven')
  })

  test('a service is restarted beside it, and proven', async () => {
    const restart = await reboot('estante-1', 'powercycle')
    const { runId } = await window.call('services.act', {
      ...ref('bronce-1'),
      service: 'kubelet',
      action: 'restart',
    })
    expect((await untilEnded(window, runId)).outcome).toBe('proven')
    expect((await untilEnded(window, restart.runId)).outcome).toBe('proven')
    const services = window.open('services.watch', ref('bronce-1'))
    const item = await services.until(([first]) => first)
    expect(item.services.find(({ id }) => id === 'kubelet')).toMatchObject({ state: 'Running' })
  })

  test('a plan whose node moved since is refused, and so is one that was used', async () => {
    const stale = await plan('estante-1', 'v1.14.0')
    const { runId } = await reboot('estante-1', 'default')
    await untilEnded(window, runId)
    expect((await window.refusal('upgrades.start', { planId: stale.planId })).code).toBe('plan-stale')
    expect((await window.refusal('upgrades.start', { planId: 'never made' })).code).toBe('plan-stale')
  })

  test('a run that is stopped stops between two steps, before the node is touched', async () => {
    const node = cluster.node('bronce-1')
    const { bootId } = node
    const { planId } = await plan('bronce-1', 'v1.14.0')
    const { runId } = await window.call('upgrades.start', { planId })
    await window.call('runs.stop', { runId })
    const run = await untilEnded(window, runId)
    expect(run.outcome).toBe('stopped')
    expect(run.steps.find(({ name }) => name === 'install')?.state).toBe('skipped')
    expect([node.bootId, node.talosVersion]).toEqual([bootId, 'v1.13.9'])
  })
})

test('the task log survives, is exported, and holds no secret', async () => {
  const again = app.window().open('runs.watch', { limit: 1000, context })
  const runs = await again.until((items) => {
    const found = items.flatMap((item) => (item.kind === 'run' ? [item.run] : []))
    return found.length > 0 ? found : undefined
  })
  expect(runs.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['upgrade', 'rollback', 'reboot', 'service']),
  )
  const exports = await Promise.all(runs.map(({ id }) => window.call('runs.export', { runId: id })))
  const secrets = secretsOf(cluster)
  const journals = [...(await app.files())]
    .filter(([path]) => path.includes('/runs/'))
    .map(([, text]) => text)
  expect(journals.length).toBeGreaterThanOrEqual(runs.length)
  const told = [
    ...exports.map(({ markdown }) => markdown),
    ...journals,
    JSON.stringify([app.crossed, app.log]),
  ].join()
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([])
})
