import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConfigForEditing, Review } from '#contract/machine-configs.ts'
import type { ContextName, NodeRef } from '#contract/names.ts'
import { startSimulatedCluster, type SimulatedCluster } from '../../main/simulator/cluster.ts'
import { type AppUnderTest, resourcesDir } from '../fakes/app-host.ts'
import {
  isReady,
  PASSPHRASE,
  refOf,
  rowsOf,
  startAppWith,
  untilEnded,
  untilNode,
} from '../fakes/app-scene.ts'
import type { AppWindow } from '../fakes/app-window.ts'
import { secretsOf } from '../fakes/cluster-secrets.ts'
import { protosDir } from '../fakes/talos-node.ts'

let cluster: SimulatedCluster
let app: AppUnderTest
let window: AppWindow
let context: ContextName
let controlPlane: NodeRef
let worker: NodeRef
beforeAll(async () => {
  cluster = await startSimulatedCluster({
    nodes: { controlPlanes: 1, workers: 1, talos: ['v1.14.0', 'v1.13.9'] },
    speed: 200,
    protosDir,
    resourcesDir,
  })
  // Sealed on disk, so that drafts and history are there to be looked through.
  ;({ app, window, context } = await startAppWith(cluster.talosconfig(), { passphrase: PASSPHRASE }))
  controlPlane = refOf(cluster, context, 'bronce-1')
  worker = refOf(cluster, context, 'estante-1')
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

const SYSCTL = '        vm.max_map_count: "262144"\n'
const withSysctl = (text: string, line: string): string => text.replace(SYSCTL, `${SYSCTL}        ${line}\n`)
const read = (ref: NodeRef): Promise<ConfigForEditing> => window.call('machine-configs.read', ref)
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length
const allOf = ({ toAccept }: Review): string[] => toAccept.map(({ id }) => id)

/** What each change of the table says, as `path: before → after`. */
function changesOf({ table }: Review): readonly string[] {
  return table.groups.flatMap(({ kind, section, rows }) =>
    rows.map(({ path, before, after, effect }) => {
      const cell = (value: typeof before): string => (value.kind === 'value' ? value.text : value.kind)
      return `${kind} ${section} ${path}: ${cell(before)} → ${cell(after)}, ${effect.kind}`
    }),
  )
}

describe('a configuration is changed', () => {
  test('from reading through draft, review and dry run to a verdict, on 1.14 with auto', async () => {
    const config = await read(controlPlane)
    expect(config).toMatchObject({ talosVersion: 'v1.14.0', schemaVersion: 'v1.14' })
    expect(config.active.text).toContain('token: «secret:machine.token»')
    const text = withSysctl(config.active.text, 'vm.swappiness: "10"')
    await window.call('machine-configs.save-draft', { ...controlPlane, text, baseHash: config.active.hash })
    expect((await read(controlPlane)).draft?.text).toBe(text)

    const review = await window.call('machine-configs.review', { ...controlPlane, text })
    expect(changesOf(review)).toEqual(['v1alpha1 machine sysctls["vm.swappiness"]: absent → "10", live'])
    expect(review.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(review.preselected).toBe('auto')
    const { reviewId } = review
    const dryRun = await window.call('machine-configs.dry-run', { ...controlPlane, reviewId, mode: 'auto' })
    expect(dryRun).toMatchObject({ agrees: true, linesAdded: 1, linesRemoved: 0 })
    expect(dryRun.diff).toContain('vm.swappiness')

    const { runId } = await window.call('machine-configs.apply', {
      ...controlPlane,
      reviewId,
      mode: 'auto',
      accepted: [],
    })
    const run = await untilEnded(window, runId)
    expect(rowsOf(run)).toEqual(['config-active proven', 'config-persistent proven', 'stage proven'])
    expect(run.outcome).toBe('proven')
    expect((await read(controlPlane)).active.text).toBe(text)

    const { entries } = await window.call('machine-configs.history', controlPlane)
    expect(entries.map(({ why }) => why)).toEqual(expect.arrayContaining(['read', 'before-apply', 'applied']))
    const before = entries.find(({ why }) => why === 'before-apply')
    const old = await window.call('machine-configs.history-text', {
      ...controlPlane,
      hash: before?.hash ?? '',
    })
    expect(old.text).toBe(config.active.text)
  })

  test('without a reboot on 1.13', async () => {
    const { active } = await read(worker)
    const text = withSysctl(active.text, 'vm.dirty_ratio: "20"')
    const review = await window.call('machine-configs.review', { ...worker, text })
    expect(review.preselected).toBe('no-reboot')
    const { reviewId } = review
    const { runId } = await window.call('machine-configs.apply', {
      ...worker,
      reviewId,
      mode: 'no-reboot',
      accepted: [],
    })
    const run = await untilEnded(window, runId)
    expect(rowsOf(run)).toEqual(['config-active proven', 'config-persistent proven', 'stage proven'])
    expect(run.outcome).toBe('proven')
  })

  test('staged: the fleet shows it until the reboot that brings it into force', async () => {
    const fleet = window.open('nodes.watch', { context })
    await untilNode(fleet, worker, (node) => isReady(node) && node.configStaged === false)
    const { active } = await read(worker)
    const text = withSysctl(active.text, 'vm.overcommit_memory: "1"')
    const { reviewId } = await window.call('machine-configs.review', { ...worker, text })
    const { runId } = await window.call('machine-configs.apply', {
      ...worker,
      reviewId,
      mode: 'staged',
      accepted: [],
    })
    expect((await untilEnded(window, runId)).outcome).toBe('proven')
    await untilNode(fleet, worker, ({ configStaged }) => configStaged === true)
    const staged = await read(worker)
    expect(staged.active.text).toBe(active.text)
    expect(staged.persistent?.text).toBe(text)

    const { planId } = await window.call('node-actions.plan-reboot', { ...worker, mode: 'default' })
    const reboot = await window.call('node-actions.start', { planId })
    expect((await untilEnded(window, reboot.runId)).outcome).toBe('proven')
    await untilNode(fleet, worker, (node) => isReady(node) && node.configStaged === false)
    const after = await read(worker)
    expect(after.active.text).toBe(text)
    expect(after.persistent).toBeUndefined()
  })

  test('with a reboot only where the version has that mode', async () => {
    const { active } = await read(controlPlane)
    const text = withSysctl(active.text, 'vm.panic_on_oom: "0"')
    const review = await window.call('machine-configs.review', { ...controlPlane, text })
    const mode = review.modes.find((choice) => choice.mode === 'reboot')
    expect(mode).toMatchObject({ offered: false, reason: 'refused-since-1-14' })
    const refused = { ...controlPlane, reviewId: review.reviewId, mode: 'reboot' as const, accepted: [] }
    expect((await window.refusal('machine-configs.apply', refused)).code).toBe('plan-blocked')
    expect((await read(controlPlane)).active.text).toBe(active.text)
  })
})

describe('a draft that cannot be sent', () => {
  const drafts: readonly {
    readonly what: string
    readonly problem: string
    readonly refusal: string
    /** What stands where the problem is; the first line when absent. */
    readonly at?: string
    readonly edit: (text: string) => string
  }[] = [
    {
      what: 'a tab',
      problem: 'tab-indent',
      refusal: 'config-syntax',
      at: '\tvm.swappiness',
      edit: (text) => text.replace(SYSCTL, `${SYSCTL}\tvm.swappiness: "10"\n`),
    },
    {
      what: 'a key that stands twice',
      problem: 'duplicate-key',
      refusal: 'config-syntax',
      at: 'vm.max_map_count: "1"',
      edit: (text) => withSysctl(text, 'vm.max_map_count: "1"'),
    },
    {
      what: 'a missing v1alpha1 document',
      problem: 'missing-v1alpha1',
      refusal: 'config-missing-v1alpha1',
      edit: (text) => text.slice(text.indexOf('---\napiVersion')),
    },
    { what: 'nothing at all', problem: 'empty', refusal: 'config-syntax', edit: () => '' },
    {
      what: 'a placeholder of no secret here',
      problem: 'placeholder-unresolved',
      refusal: 'config-placeholder-unresolved',
      at: '«secret:machine.tokn»',
      edit: (text) => text.replace('«secret:machine.token»', '«secret:machine.tokn»'),
    },
  ]
  test.each(drafts)(
    '$what is told at its line, is not reviewed, and the draft stays',
    async ({ problem, refusal, at, edit }) => {
      const { active } = await read(worker)
      const text = edit(active.text)
      await window.call('machine-configs.save-draft', { ...worker, text, baseHash: active.hash })
      const { problems } = await window.call('machine-configs.problems', { ...worker, text })
      const line = at === undefined ? 1 : lineOf(text, at)
      expect(problems.filter(({ severity }) => severity === 'error')).toContainEqual(
        expect.objectContaining({ code: problem, from: expect.objectContaining({ line }) as unknown }),
      )
      const error = await window.refusal('machine-configs.review', { ...worker, text })
      expect(error.code).toBe(refusal)
      if (at !== undefined) expect(error.at?.line).toBe(line)
      const after = await read(worker)
      expect(after.active.text).toBe(active.text)
      expect(after.draft?.text).toBe(text)
      await window.call('machine-configs.discard-draft', worker)
    },
  )

  test('a kind that Talos does not know is told at its document and is not sent', async () => {
    const { active } = await read(worker)
    const text = `${active.text}---\napiVersion: v1alpha1\nkind: CoffeeConfig\nstrength: high\n`
    const review = await window.call('machine-configs.review', { ...worker, text })
    expect(review.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'unknown-kind', document: 'CoffeeConfig' }),
    )
    const { reviewId } = review
    const sent = { ...worker, reviewId, mode: 'staged' as const, accepted: allOf(review) }
    expect((await window.refusal('machine-configs.apply', sent)).code).toBe('plan-blocked')
    expect((await read(worker)).active.text).toBe(active.text)
  })

  test('what only the node refuses comes back in its words, at the line of the draft', async () => {
    const { active } = await read(worker)
    const text = active.text.replace('kind: LinkConfig\n', 'kind: LinkConfig\nspeling: 1500\n')
    const review = await window.call('machine-configs.review', { ...worker, text })
    const { reviewId } = review
    const line = lineOf(text, 'speling')
    const dryRun = await window.refusal('machine-configs.dry-run', { ...worker, reviewId, mode: 'no-reboot' })
    expect(dryRun).toMatchObject({ code: 'config-refused', at: { line } })
    expect(dryRun.message).toContain('speling')

    const { runId } = await window.call('machine-configs.apply', {
      ...worker,
      reviewId,
      mode: 'no-reboot',
      accepted: allOf(review),
    })
    const run = await untilEnded(window, runId)
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'config-refused', at: { line } } })
    expect((await read(worker)).active.text).toBe(active.text)
  })

  test('a config that moved since its review is left alone', async () => {
    const { active } = await read(worker)
    const mine = withSysctl(active.text, 'vm.swappiness: "1"')
    const theirs = withSysctl(active.text, 'vm.swappiness: "2"')
    const [first, second] = await Promise.all(
      [mine, theirs].map((text) => window.call('machine-configs.review', { ...worker, text })),
    )
    const send = async (review: Review | undefined) => {
      const reviewId = review?.reviewId ?? ''
      const request = { ...worker, reviewId, mode: 'no-reboot' as const, accepted: [] }
      return untilEnded(window, (await window.call('machine-configs.apply', request)).runId)
    }
    expect((await send(second)).outcome).toBe('proven')
    expect(await send(first)).toMatchObject({ outcome: 'refused', error: { code: 'config-moved' } })
    expect((await read(worker)).active.text).toBe(theirs)
  })
})

test('10,000 lines are reviewed and applied like ten', async () => {
  const { active } = await read(controlPlane)
  const manifests = Array.from({ length: 1_000 }, (_none, index) => {
    const lines = Array.from({ length: 8 }, (_nothing, line) => `            key-${line}: ${index}`)
    return `        - name: manifest-${index}\n          contents: |\n${lines.join('\n')}\n`
  })
  const anchor = '    # Configures cluster member discovery.\n'
  const text = active.text.replace(anchor, `    inlineManifests:\n${manifests.join('')}${anchor}`)
  expect(text).not.toBe(active.text)
  const review = await window.call('machine-configs.review', { ...controlPlane, text })
  expect(review.table.linesAdded).toBe(10_001)
  const { runId } = await window.call('machine-configs.apply', {
    ...controlPlane,
    reviewId: review.reviewId,
    mode: 'auto',
    accepted: allOf(review),
  })
  expect((await untilEnded(window, runId)).outcome).toBe('proven')
  expect((await read(controlPlane)).active.text).toBe(text)
})

test('no secret of any node crossed, was logged, was journalled or is in an export; one is revealed when asked for', async () => {
  const secrets = secretsOf(cluster)
  expect(secrets.length).toBeGreaterThan(15)
  const log = window.open('runs.watch', { limit: 1000 })
  const runs = await log.until((items) =>
    items.length > 0 ? items.flatMap((item) => (item.kind === 'run' ? [item.run] : [])) : undefined,
  )
  const exports = await Promise.all(runs.map(({ id }) => window.call('runs.export', { runId: id })))
  const places = {
    crossed: app.crossed.map((message) => JSON.stringify(message)),
    log: app.log.map((entry) => JSON.stringify([entry, String(entry.error)])),
    files: [...(await app.files()).values()],
    exports: exports.map(({ markdown }) => markdown),
  }
  for (const [place, texts] of Object.entries(places)) {
    expect(texts.length, place).toBeGreaterThan(0)
    for (const secret of secrets) {
      const held = texts.find((text) => text.includes(secret))
      expect(held?.replaceAll(secret, '<<secret>>').slice(0, 400), `a secret in ${place}`).toBeUndefined()
    }
  }

  const { value } = await window.call('machine-configs.reveal', {
    ...controlPlane,
    placeholder: '«secret:machine.token»',
  })
  expect(secrets).toContain(value)
  expect(app.crossed.map((message) => JSON.stringify(message)).join('')).toContain(value)
  const other = { ...controlPlane, placeholder: '«secret:machine.type»' }
  expect((await window.refusal('machine-configs.reveal', other)).code).toBe('config-placeholder-unresolved')
})
