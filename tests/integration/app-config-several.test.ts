import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RolloutReview } from '#contract/config-rollout.ts'
import type { ConfigForEditing } from '#contract/machine-configs.ts'
import type { ContextName, NodeRef, RunId } from '#contract/names.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import { PASSPHRASE, refOf, rowsOf, startAppWith, untilEnded, untilRun } from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { secretsOf } from '../fakes/cluster-secrets.ts'
import { protosDir } from '../fakes/talos-node.ts'

/** One node of each line that matters: 1.14 and 1.13 and 1.12 are control planes, 1.11 and 1.9 workers. */
const NAMES = ['bronce-1', 'bronce-2', 'bronce-3', 'estante-1', 'estante-2'] as const

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

const refTo = (name: (typeof NAMES)[number]): NodeRef => refOf(cluster, context, name)
const read = (ref: NodeRef): Promise<ConfigForEditing> => window.call('machine-configs.read', ref)
const textOf = async (ref: NodeRef): Promise<string> => (await read(ref)).active.text
const SYSCTL = /^( *)sysctls:\n( *)/m
const withSysctl = (text: string, line: string): string =>
  text.replace(SYSCTL, (_all, outer: string, inner: string) => `${outer}sysctls:\n${inner}${line}\n${inner}`)

async function reviewMany(from: NodeRef, text: string, names: readonly (typeof NAMES)[number][]) {
  return window.call('machine-configs.review-many', {
    context,
    change: { kind: 'draft', node: from.node, text },
    nodes: names.map((name) => refTo(name).node),
  })
}
async function applyMany(
  { parts }: RolloutReview,
  mode: 'auto' | 'no-reboot' | 'staged' | 'reboot',
): Promise<RunId> {
  const sent = parts.flatMap(({ node, review }) =>
    review === undefined
      ? []
      : [{ node, reviewId: review.reviewId, accepted: review.toAccept.map(({ id }) => id) }],
  )
  return (await window.call('machine-configs.apply-many', { context, mode, parts: sent })).runId
}
const stepsOf = (run: Awaited<ReturnType<typeof untilEnded>>): string[] =>
  run.steps.map(({ id, state }) => `${id} ${state}`)

describe('a change on several nodes', () => {
  test('is carried to every version, read as one table each, sent in turn and proven, in one run', async () => {
    const from = refTo('bronce-1')
    const reviewed = await reviewMany(from, withSysctl(await textOf(from), 'vm.swappiness: "10"'), NAMES)
    expect(
      reviewed.parts.map(({ hostname, talosVersion, left, error }) => [hostname, talosVersion, left, error]),
    ).toEqual([
      ['bronce-1', 'v1.14.0', [], undefined],
      ['bronce-2', 'v1.13.9', [], undefined],
      ['bronce-3', 'v1.12.11', [], undefined],
      ['estante-1', 'v1.11.6', [], undefined],
      ['estante-2', 'v1.9.6', [], undefined],
    ])
    for (const { review } of reviewed.parts) {
      const rows = review?.table.groups.flatMap((group) => group.rows) ?? []
      expect(rows).toMatchObject([{ path: 'sysctls["vm.swappiness"]', after: { text: '"10"' } }])
    }
    expect(reviewed.preselected).toBe('no-reboot')
    expect(reviewed.modes.find(({ mode }) => mode === 'reboot')).toMatchObject({
      offered: false,
      reason: 'refused-since-1-14',
    })
    expect(reviewed.modes.some(({ mode }) => mode === 'try')).toBe(false)

    const sent: string[] = []
    const spies = NAMES.map((name) => {
      const machine = cluster.node(name)
      const original = machine.apply.bind(machine)
      return vi.spyOn(machine, 'apply').mockImplementation(async (request) => {
        sent.push(name)
        return original(request)
      })
    })
    const run = await untilEnded(window, await applyMany(reviewed, 'no-reboot'))
    for (const spy of spies) spy.mockRestore()
    expect(sent).toEqual(NAMES)
    expect(run).toMatchObject({ outcome: 'proven', nodes: NAMES.map((hostname) => ({ hostname })) })
    expect(rowsOf(run).every((row) => row.endsWith(' proven'))).toBe(true)
    expect(new Set(run.verdict.map(({ node }) => node)).size).toBe(5)
    const etcd = run.steps.filter(({ name }) => name === 'etcd')
    expect(etcd.map(({ node, state }) => [node, state])).toEqual([
      [refTo('bronce-2').node, 'done'],
      [refTo('bronce-3').node, 'done'],
    ])
    for (const name of NAMES) expect(await textOf(refTo(name))).toContain('vm.swappiness: "10"')
  })

  test('that a node has already is told, and staging waits on each disk alone', async () => {
    const from = refTo('estante-1')
    const text = withSysctl(await textOf(from), 'vm.dirty_ratio: "20"')
    const reviewed = await reviewMany(from, text, ['estante-1', 'estante-2'])
    const run = await untilEnded(window, await applyMany(reviewed, 'staged'))
    // Before 1.10 a node does not tell what is on its disk, so nothing is proven of it.
    expect(
      run.verdict.filter(({ fact }) => fact === 'config-persistent').map(({ outcome }) => outcome),
    ).toContain('proven')
    const staged = await read(from)
    expect(staged.persistent?.text).toContain('vm.dirty_ratio')
    expect(staged.active.text).not.toContain('vm.dirty_ratio')
    const again = await reviewMany(refTo('bronce-1'), await textOf(refTo('bronce-1')), ['bronce-2'])
    expect(again.parts).toMatchObject([{ unchanged: true, left: [] }])
  })

  test('stops at the first node that refuses; the ones after it get nothing', async () => {
    const from = refTo('bronce-1')
    const reviewed = await reviewMany(from, withSysctl(await textOf(from), 'vm.panic_on_oom: "0"'), [
      'bronce-1',
      'bronce-2',
      'bronce-3',
    ])
    const second = cluster.node('bronce-2')
    const third = vi.spyOn(cluster.node('bronce-3'), 'apply')
    const refusing = vi.spyOn(second, 'apply').mockRejectedValue(new Error('no'))
    const run = await untilEnded(window, await applyMany(reviewed, 'no-reboot'))
    refusing.mockRestore()
    expect(run.outcome).toBe('failed')
    expect(run.error?.node).toBe(refTo('bronce-2').node)
    expect(third).not.toHaveBeenCalled()
    third.mockRestore()
    expect(await textOf(from)).toContain('vm.panic_on_oom')
    expect(await textOf(refTo('bronce-3'))).not.toContain('vm.panic_on_oom')
    const rowsOfThird = run.verdict.filter(({ node }) => node === refTo('bronce-3').node)
    expect(rowsOfThird.every(({ outcome, note }) => outcome === 'unknown' && note === 'not sent')).toBe(true)
    expect(stepsOf(run)).toContain(`${refTo('bronce-3').node}/apply skipped`)
  })

  test('is refused whole when one of them moved since its review: nothing is sent to any', async () => {
    const from = refTo('bronce-2')
    const text = withSysctl(await textOf(from), 'vm.overcommit_memory: "1"')
    const reviewed = await reviewMany(from, text, ['bronce-2', 'bronce-3'])
    const theirs = withSysctl(await textOf(refTo('bronce-3')), 'vm.stat_interval: "9"')
    const { reviewId } = await window.call('machine-configs.review', { ...refTo('bronce-3'), text: theirs })
    const sent = { ...refTo('bronce-3'), reviewId, mode: 'no-reboot' as const, accepted: [] }
    await untilEnded(window, (await window.call('machine-configs.apply', sent)).runId)
    const first = vi.spyOn(cluster.node('bronce-2'), 'apply')
    const run = await untilEnded(window, await applyMany(reviewed, 'no-reboot'))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'config-moved' } })
    expect(first).not.toHaveBeenCalled()
    first.mockRestore()
  })

  test('etcd is asked before the next control plane, whatever the change costs', async () => {
    const from = refTo('bronce-1')
    const text = withSysctl(await textOf(from), 'kernel.panic: "10"')
    const reviewed = await reviewMany(from, text, ['bronce-1', 'bronce-2'])
    const runId = await applyMany(reviewed, 'auto')
    await untilRun(window, runId, ({ steps }) =>
      steps.some(({ name, state }) => name === 'etcd' && state !== 'waiting'),
    )
    const run = await untilEnded(window, runId)
    expect(run.outcome).toBe('proven')
    expect(run.steps.find(({ name }) => name === 'etcd')?.detail).toContain('3 members')
  })
})

describe.each(NAMES)('a draft whose node moved on: %s', (name) => {
  test('is laid out row by row, and becomes a draft with both changes', async () => {
    const ref = refTo(name)
    const before = await read(ref)
    const base = before.persistent ?? before.active
    const mine = withSysctl(base.text, 'net.core.mine: "1"').replace(
      /vm\.swappiness: "\d+"/,
      'vm.swappiness: "33"',
    )
    await window.call('machine-configs.save-draft', { ...ref, text: mine, baseHash: base.hash })
    // Someone else, by any other way.
    const theirs = withSysctl(base.text, 'net.core.theirs: "1"').replace(
      /vm\.swappiness: "\d+"/,
      'vm.swappiness: "66"',
    )
    const { reviewId } = await window.call('machine-configs.review', { ...ref, text: theirs })
    const sent = { ...ref, reviewId, mode: 'no-reboot' as const, accepted: [] }
    await untilEnded(window, (await window.call('machine-configs.apply', sent)).runId)

    const question = { ...ref, text: mine, baseHash: base.hash }
    const table = await window.call('machine-configs.merge', question)
    const states = Object.fromEntries(table.rows.map(({ path, state }) => [path, state]))
    expect(states).toEqual({
      'machine.sysctls["net.core.mine"]': 'yours',
      'machine.sysctls["net.core.theirs"]': 'theirs',
      'machine.sysctls["vm.swappiness"]': 'conflict',
    })
    expect(table.conflicts).toBe(1)
    const choices = [{ id: 'v1alpha1|machine.sysctls["vm.swappiness"]', take: 'theirs' as const }]
    const { nowHash } = table
    const saved = await window.call('machine-configs.save-merged', { ...question, nowHash, choices })
    expect(saved.missed).toEqual([])
    const { draft, active } = await read(ref)
    expect(draft).toMatchObject({ baseHash: active.hash, text: saved.draft.text })
    const review = await window.call('machine-configs.review', { ...ref, text: saved.draft.text })
    const rows = review.table.groups.flatMap((group) => group.rows)
    expect(rows.map(({ path }) => path)).toEqual(['sysctls["net.core.mine"]'])
    const late = { ...question, nowHash: before.active.hash, choices }
    expect((await window.refusal('machine-configs.save-merged', late)).code).toBe('config-moved')
    await window.call('machine-configs.discard-draft', ref)
  })

  test('any earlier state is compared with what runs now, and restored as a reviewed draft', async () => {
    const ref = refTo(name)
    const { entries } = await window.call('machine-configs.history', ref)
    const applied = entries.filter(({ why }) => why === 'applied')
    expect(applied.length).toBeGreaterThan(0)
    expect(applied.every(({ outcome, who }) => outcome !== undefined && who !== '')).toBe(true)
    const oldest = entries.at(-1)
    if (oldest === undefined) throw new Error('no history')
    const compared = await window.call('machine-configs.compare', {
      context,
      before: { kind: 'active', node: ref.node },
      after: { kind: 'history', node: ref.node, hash: oldest.hash },
    })
    expect(compared.table.counts.all).toBeGreaterThan(0)
    expect(compared.folded).toEqual([])
    expect(compared.before).toMatchObject({ hostname: name, talosVersion: cluster.node(name).talosVersion })
    const restored = await window.call('machine-configs.restore', { ...ref, hash: oldest.hash })
    expect(restored.otherSecrets).toBe(0)
    const review = await window.call('machine-configs.review', { ...ref, text: restored.text })
    expect(review.table).toEqual(compared.table)
  })
})

describe('a comparison', () => {
  const file = (text: string | Uint8Array) => ({
    kind: 'file' as const,
    name: 'dropped.yaml',
    base64: Buffer.from(text).toString('base64'),
  })
  const active = (name: (typeof NAMES)[number]) => ({ kind: 'active' as const, node: refTo(name).node })

  test('of two nodes folds what two nodes are meant to differ in', async () => {
    const { folded, table } = await window.call('machine-configs.compare', {
      context,
      before: active('estante-1'),
      after: active('estante-2'),
    })
    const rows = table.groups.flatMap((group) => group.rows)
    expect(rows.length).toBeGreaterThan(0)
    for (const { id } of folded) expect(rows.some((row) => row.id === id)).toBe(true)
  })

  test('with a file shows the same table, and no secret of the file crosses', async () => {
    const text = (await textOf(refTo('bronce-2'))).replaceAll(/«secret:[^»]*»/g, 'hunter2hunter2hunter2')
    const compared = await window.call('machine-configs.compare', {
      context,
      before: active('bronce-2'),
      after: file(text),
    })
    expect(compared.table.counts.all).toBeGreaterThan(0)
    expect(JSON.stringify(compared)).not.toContain('hunter2')
  })

  test.each([
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00, 0x41]), 'config-not-text'],
    ['text that is no YAML', 'a: b: c\n\t- x', 'config-syntax'],
    ['YAML of something else', 'services:\n  web:\n    image: nginx\n', 'config-foreign'],
    ['nothing', '', 'config-foreign'],
  ] as const)('with a file of %s is refused, with the reason', async (_what, content, code) => {
    const error = await window.refusal('machine-configs.compare', {
      context,
      before: active('bronce-1'),
      after: file(content),
    })
    expect(error.code).toBe(code)
    expect(error.message).toContain('dropped.yaml')
  })
})

test('no secret of any node crossed or is on this computer in the clear', async () => {
  const secrets = secretsOf(cluster)
  const crossed = app.crossed.map((message) => JSON.stringify(message)).join('\n')
  const files = [...(await app.files()).values()].join('\n')
  for (const secret of secrets) {
    expect(crossed.includes(secret)).toBe(false)
    expect(files.includes(secret)).toBe(false)
  }
})
