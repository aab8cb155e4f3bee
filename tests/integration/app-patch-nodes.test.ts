import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { RolloutReview } from '#contract/config-rollout.ts'
import type { ContextName, NodeRef } from '#contract/names.ts'
import type { PatchScope } from '#contract/patches.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { PASSPHRASE, refOf, rowsOf, startAppWith, untilEnded } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { protosDir } from '../fakes/talos-node.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** One node of each line that matters. */
const NAMES = ['bronce-1', 'bronce-2', 'bronce-3', 'estante-1', 'estante-2'] as const
type Name = (typeof NAMES)[number]

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: {
      controlPlanes: 3,
      workers: 2,
      talos: ['v1.14.0', 'v1.13.9', 'v1.12.11', 'v1.11.6', 'v1.9.6'],
    },
    speed: 200,
    protosDir,
    resourcesDir,
  })
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), { passphrase: PASSPHRASE }))
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const refTo = (name: Name): NodeRef => refOf(cluster, context, name)
const read = (name: Name) => window.call('machine-configs.read', refTo(name))

function savePatch(name: string, scope: PatchScope, text: string) {
  return window.call('patches.save', { context, name, scope, text })
}

/** As the screen does: the patch's text for each node, and a review of those that change. */
async function reviewPatch(id: string, names: readonly Name[]) {
  const { nodes } = await window.call('patches.for-nodes', {
    context,
    id,
    nodes: names.map((name) => refTo(name).node),
  })
  const texts = nodes.flatMap((one) => (one.kind === 'draft' && !one.unchanged ? [one] : []))
  const reviewed = await window.call('machine-configs.review-many', {
    context,
    change: { kind: 'texts', texts: texts.map(({ node, text }) => ({ node, text })) },
    nodes: texts.map(({ node }) => node),
  })
  return { nodes, reviewed }
}

async function send({ parts }: RolloutReview, mode: 'no-reboot' | 'staged') {
  const { runId } = await window.call('machine-configs.apply-many', {
    context,
    mode,
    parts: parts.flatMap(({ node, review }) =>
      review === undefined
        ? []
        : [{ node, reviewId: review.reviewId, accepted: review.toAccept.map(({ id }) => id) }],
    ),
  })
  return untilEnded(window, runId)
}

const PASSWORD = 'abretesesamo-9'

test('a saved patch goes to the nodes of its scope, with its secret, in every version', async () => {
  const patch = await savePatch(
    'NAS mirror',
    { kind: 'cluster' },
    `machine:\n  registries:\n    config:\n      nas.lan:\n        auth:\n          username: ana\n          password: ${PASSWORD}\n`,
  )
  expect(patch).toMatchObject({ secrets: 1, scope: { kind: 'cluster' } })
  const { reviewed } = await reviewPatch(patch.id, NAMES)
  expect(reviewed.parts.map(({ hostname, error }) => [hostname, error])).toEqual(
    NAMES.map((name) => [name, undefined]),
  )
  for (const { review } of reviewed.parts) {
    const rows = review?.table.groups.flatMap((group) => group.rows) ?? []
    expect(rows.some(({ after }) => after.kind === 'secret')).toBe(true)
  }
  const run = await send(reviewed, 'no-reboot')
  expect(rowsOf(run).filter((row) => !row.endsWith(' proven'))).toEqual([])
  expect(run).toMatchObject({ outcome: 'proven', nodes: NAMES.map((hostname) => ({ hostname })) })
  for (const name of NAMES) {
    const { text } = (await read(name)).active
    expect(text).toContain('username: ana')
    expect(text).toMatch(/password: «secret:machine\.registries/)
    const key = { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' }
    expect(cluster.node(name).resources.get(key)?.yamlSpec).toContain(PASSWORD)
  }
  expect(JSON.stringify(app.crossed)).not.toContain(PASSWORD)
  expect(JSON.stringify(app.log)).not.toContain(PASSWORD)
  for (const [path, text] of await app.files()) expect(text.includes(PASSWORD), path).toBe(false)
})

test('a node that has the patch already is told as such and gets nothing', async () => {
  const text = 'machine:\n  nodeLabels:\n    shelf: "2"\n'
  const patch = await savePatch('Shelf', { kind: 'role', role: 'worker' }, text)
  const first = await reviewPatch(patch.id, ['estante-1'])
  expect((await send(first.reviewed, 'no-reboot')).outcome).toBe('proven')
  const { nodes } = await reviewPatch(patch.id, ['estante-1', 'estante-2'])
  expect(nodes).toMatchObject([{ unchanged: true }, { unchanged: false }])
})

test('what waits on the disk of a node stays in it when a patch is added', async () => {
  const { active } = await read('bronce-2')
  const waiting = `${active.text}---\napiVersion: v1alpha1\nkind: DummyLinkConfig\nname: dummy5\n`
  const { reviewId, toAccept } = await window.call('machine-configs.review', {
    ...refTo('bronce-2'),
    text: waiting,
  })
  const { runId } = await window.call('machine-configs.apply', {
    ...refTo('bronce-2'),
    reviewId,
    mode: 'staged',
    accepted: toAccept.map(({ id }) => id),
  })
  expect((await untilEnded(window, runId)).outcome).toBe('proven')
  const patch = await savePatch(
    'Swappiness',
    { kind: 'role', role: 'controlplane' },
    'machine:\n  sysctls:\n    vm.swappiness: "7"\n',
  )
  const { reviewed } = await reviewPatch(patch.id, ['bronce-2'])
  expect((await send(reviewed, 'staged')).outcome).toBe('proven')
  const staged = (await read('bronce-2')).persistent?.text
  expect(staged).toContain('dummy5')
  expect(staged).toContain('vm.swappiness: "7"')
})

test('a node that cannot be read does not keep the others from their review', async () => {
  const patch = await savePatch(
    'Dirty ratio',
    { kind: 'cluster' },
    'machine:\n  sysctls:\n    vm.dirty_ratio: "12"\n',
  )
  cluster.cause('node-off', 'estante-2')
  const { nodes, reviewed } = await reviewPatch(patch.id, ['estante-1', 'estante-2'])
  cluster.settle('node-off', 'estante-2')
  expect(nodes).toMatchObject([
    { kind: 'draft' },
    { kind: 'failed', node: refTo('estante-2').node, error: { code: 'unreachable' } },
  ])
  expect(reviewed.parts).toMatchObject([{ hostname: 'estante-1', unchanged: false }])
})
