import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import { RunId } from '#contract/names.ts'
import type { NodePlan } from '../../main/simulator/cluster.ts'
import { witness, type ClusterWitness } from '../fakes/cluster-witness.ts'
import { createRollingScene, five, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
const WORKERS = ['estante-1', 'estante-2']
const QUICK = { settleSeconds: 0, order: 'workers-first' } as const

const home: readonly NodePlan[] = five('v1.13.9').filter(({ hostname }) => !/bronce-[23]/.test(hostname))

const MINUTE = 60_000
/** Longer than a node is waited for. */
const TOO_LONG = 31 * MINUTE

let scene: RollingScene
let seen: ClusterWitness

/** What must hold of the node that was not reached, by the simulator and by Kubernetes. */
async function expectUntouched(run: Run, hostname: string, version = 'v1.13.9'): Promise<void> {
  expect(scene.nodesOf(run)).toContain(`${hostname} not-touched`)
  expect(seen.touched()).not.toContain(hostname)
  expect(scene.cluster.node(hostname).talosVersion).toBe(version)
  const node = await scene.kube.node(hostname, scene.signal)
  expect([node.unschedulable, node.annotations['ichor/run']]).toEqual([false, undefined])
}

async function isCordoned(hostname: string): Promise<boolean> {
  return (await scene.kube.node(hostname, scene.signal)).unschedulable
}

const isIn =
  (step: string, hostname: string, state: 'running' | 'done' = 'running') =>
  ({ steps }: Run): boolean =>
    steps.some((one) => one.name === step && one.state === state && one.node === scene.addressOf(hostname))

describe('a node that cannot be upgraded freezes the rest, before it was restarted', () => {
  beforeAll(async () => {
    scene = await createRollingScene({ nodes: home, patience: 100 })
  })
  afterAll(async () => {
    await scene[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    seen = witness(scene.cluster)
  })
  afterEach(() => seen[Symbol.dispose]())

  test(
    'a pull that stalls on the second node stops the run while both are well',
    async () => {
      const node = scene.cluster.node('estante-2')
      node.cause('pull-stalls')
      const id = await scene.start((await scene.plan(WORKERS, 'v1.14.0', QUICK)).planId)
      // The other one has its image; this one's has come to a stand, and nobody waits longer than ten minutes for it.
      await scene.until(id, isIn('pull', 'estante-1', 'done'))
      scene.clock.skip(11 * MINUTE)
      const run = await scene.ended(id)
      node.settle('pull-stalls')
      expect(run).toMatchObject({ outcome: 'failed', error: { code: 'timeout', node: node.spec.address } })
      expect(scene.nodesOf(run)).toContain('estante-2 failed')
      expect(seen.touched()).toEqual([])
    },
    LONG,
  )

  test(
    'an extension that the factory does not build for the target stops it in the pull',
    async () => {
      const { planId } = await scene.plan(WORKERS, 'v1.14.0', QUICK)
      const node = scene.cluster.node('estante-1')
      node.cause('schematic-missing-extension')
      const run = await scene.ended(await scene.start(planId))
      node.settle('schematic-missing-extension')
      expect(run).toMatchObject({
        outcome: 'failed',
        error: { message: expect.stringContaining('iscsi-tools') as unknown },
      })
      expect(seen.touched()).toEqual([])
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'a pod that its budget holds is told, and stopping there leaves the node as it was',
    async () => {
      const node = scene.cluster.node('estante-1')
      node.cause('drain-blocked-by-pdb')
      const planned = await scene.plan(WORKERS, 'v1.14.0', QUICK)
      expect(planned.preflight.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
      const check = planned.nodes[0]?.preflight.find(({ id }) => id === 'pods-can-move')
      expect(check?.outcome).toBe('warn')
      const id = await scene.start(planned.planId)
      const asking = await scene.until(id, ({ question }) => question !== undefined)
      expect(asking.question).toMatchObject({ kind: 'drain', node: node.spec.address, installed: false })
      const [blocker] = asking.question?.blockers ?? []
      expect(blocker).toMatchObject({ why: 'budget' })
      expect(check?.evidence).toContain(`${blocker?.namespace}/${blocker?.name}`)
      expect(await isCordoned('estante-1')).toBe(true)
      await scene.handlers['runs.answer'](
        { runId: id, questionId: asking.question?.id ?? '', answer: 'stop' },
        scene.signal,
      )
      const run = await scene.ended(id)
      node.settle('drain-blocked-by-pdb')
      expect(run.outcome).toBe('stopped')
      expect(scene.nodesOf(run)).toEqual(['estante-1 stopped', 'estante-2 not-touched'])
      expect(seen.touched()).toEqual([])
      expect(await isCordoned('estante-1')).toBe(false)
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'an installer that cannot run leaves the node on its version, and gives it its pods back',
    async () => {
      const node = scene.cluster.node('estante-1')
      node.cause('upgrade-wrong-image')
      const run = await scene.upgrade(WORKERS, 'v1.14.0', QUICK)
      node.settle('upgrade-wrong-image')
      expect(run).toMatchObject({
        outcome: 'failed',
        error: { message: expect.stringContaining('exit code 1') as unknown },
      })
      expect(run.output.map(({ text }) => text).join('')).toContain('exec format error')
      expect(
        run.steps.find(({ name, node: of }) => name === 'reboot' && of === node.spec.address)?.state,
      ).toBe('skipped')
      expect(seen.touched()).toEqual(['estante-1'])
      expect(seen.restarted()).toEqual([])
      expect(await isCordoned('estante-1')).toBe(false)
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'a reboot that another sequence locks out is a conflict, and the next node is not touched',
    async () => {
      const { planId } = await scene.plan(WORKERS, 'v1.14.0', QUICK)
      const node = scene.cluster.node('estante-1')
      node.cause('locked-sequence')
      const run = await scene.ended(await scene.start(planId))
      node.settle('locked-sequence')
      expect(run).toMatchObject({ outcome: 'failed', error: { code: 'conflict' } })
      expect(seen.restarted()).toEqual([])
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )
})

/** What the simulator notes of one node by the newer way. */
const upgraded = (hostname: string): readonly string[] =>
  ['install', 'reboot', 'down', 'up'].map((what) => `${hostname} ${what}`)

/** Upgrades both; once the first one stands in `step` and says that, as long goes by as nobody waits. */
async function upgradeAndGiveUp(step: 'answers' | 'ready', says?: string): Promise<Run> {
  const id = await scene.start((await scene.plan(WORKERS, 'v1.14.0', QUICK)).planId)
  const node = scene.addressOf('estante-1')
  await scene.until(
    id,
    ({ steps, endedAt }) =>
      endedAt !== undefined ||
      steps.some(
        (one) =>
          one.name === step &&
          one.node === node &&
          one.state === 'running' &&
          (says === undefined || one.detail?.includes(says) === true),
      ),
  )
  scene.clock.skip(TOO_LONG)
  return scene.ended(id)
}

describe('a node that does not come back as it should freezes the rest', () => {
  beforeEach(async () => {
    scene = await createRollingScene({ nodes: home, patience: 150 })
    seen = scene.witness
  })
  afterEach(async () => {
    await scene[Symbol.asyncDispose]()
  })

  test(
    'one that falls back silently is named as such, uncordoned, and the next one is not touched',
    async () => {
      scene.cluster.node('estante-1').cause('silent-fallback')
      const run = await scene.upgrade(WORKERS, 'v1.14.0', QUICK)
      expect(run.outcome).toBe('fell-back')
      expect(scene.nodesOf(run)).toEqual(['estante-1 fell-back', 'estante-2 not-touched'])
      expect(run.verdict.find(({ fact }) => fact === 'kubernetes-image')).toMatchObject({
        expected: 'Talos (v1.14.0)',
        found: 'Talos (v1.13.9)',
        outcome: 'differs',
      })
      expect(seen.restarted()).toEqual(['estante-1'])
      expect(await isCordoned('estante-1')).toBe(false)
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'one that falls back to the same version without the new image is named as such too',
    async () => {
      scene.cluster.node('estante-1').cause('silent-fallback')
      const run = await scene.upgrade(WORKERS, 'v1.13.9', QUICK)
      expect(scene.nodesOf(run)).toEqual(['estante-1 fell-back', 'estante-2 not-touched'])
      expect(run.verdict.find(({ fact }) => fact === 'boot-entry')).toMatchObject({
        expected: 'Talos-v1.13.9~1.efi',
        found: 'Talos-v1.13.9.efi',
        outcome: 'differs',
      })
      expect(seen.restarted()).toEqual(['estante-1'])
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'one that never gets ready goes back by itself, is told so, and the next one is not touched',
    async () => {
      scene.cluster.node('estante-1').cause('upgrade-never-ready')
      const run = await scene.upgrade(WORKERS, 'v1.14.0', QUICK)
      expect(scene.nodesOf(run)).toEqual(['estante-1 fell-back', 'estante-2 not-touched'])
      expect(scene.cluster.node('estante-1').talosVersion).toBe('v1.13.9')
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'one whose firmware hangs is unknown, and the next one is not touched',
    async () => {
      scene.cluster.node('estante-1').cause('reboot-hangs')
      const run = await upgradeAndGiveUp('answers')
      expect(scene.nodesOf(run)).toEqual(['estante-1 unknown', 'estante-2 not-touched'])
      expect(run.verdict.every(({ outcome }) => outcome === 'unknown')).toBe(true)
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'one that runs the new version and never gets ready is told so, may be rolled back, and freezes the rest',
    async () => {
      const node = scene.cluster.node('estante-1')
      node.power.once('down', () => node.cause('clock-skew'))
      const run = await upgradeAndGiveUp('ready', 'time: ')
      expect(scene.nodesOf(run)).toEqual(['estante-1 not-ready', 'estante-2 not-touched'])
      const rows = run.verdict.filter((row) => row.node === scene.addressOf('estante-1'))
      expect(rows.find(({ fact }) => fact === 'talos')).toMatchObject({ found: 'v1.14.0', outcome: 'proven' })
      expect(rows.find(({ fact }) => fact === 'stage')).toMatchObject({
        found: expect.stringMatching(/^booting, time: time is not synced/) as unknown,
        outcome: 'differs',
      })
      expect([node.talosVersion, seen.story()]).toEqual(['v1.14.0', upgraded('estante-1')])
      const { next } = await scene.handlers['runs.next']({ runId: RunId.parse(run.id) }, scene.signal)
      // Out of service for as long as it is not well.
      expect(await isCordoned('estante-1')).toBe(true)
      expect(next.map(({ kind, node: of }) => [kind, of])).toEqual([
        ['rollback', scene.addressOf('estante-1')],
        ['upgrade', scene.addressOf('estante-2')],
      ])
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )

  test(
    'one that comes back with a certificate that ran out is unknown with that reason, and freezes the rest',
    async () => {
      const node = scene.cluster.node('estante-1')
      node.power.once('down', () => node.cause('expired-certificate'))
      const run = await upgradeAndGiveUp('answers', 'certificate')
      expect(scene.nodesOf(run)).toEqual(['estante-1 unknown', 'estante-2 not-touched'])
      const own = run.verdict.filter((row) => row.node === scene.addressOf('estante-1'))
      // Only Kubernetes can be asked, once it knows.
      const asked = own.filter(({ fact }) => fact !== 'kubernetes-image')
      expect(new Set(asked.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']))
      expect(own.find(({ fact }) => fact === 'talos')?.note).toMatch(/certificate/i)
      expect(run.error?.message).toMatch(/did not come back within 30:00.*certificate/i)
      expect(seen.story()).toEqual(upgraded('estante-1'))
      await expectUntouched(run, 'estante-2')
    },
    LONG,
  )
})

describe('what cannot be asked is not begun with', () => {
  afterEach(async () => {
    await scene[Symbol.asyncDispose]()
  })
  test(
    'a control plane whose own certificate ran out cannot be read, so nothing is planned',
    async () => {
      scene = await createRollingScene({ nodes: home })
      scene.cluster.node('bronce-1').cause('expired-certificate')
      await expect(scene.plan(['bronce-1'], 'v1.14.0')).rejects.toMatchObject({
        node: scene.cluster.node('bronce-1').spec.address,
      })
      expect(scene.witness.seen.filter(({ what }) => what === 'install' || what === 'reboot')).toEqual([])
    },
    LONG,
  )

  test(
    'a worker whose own certificate ran out since the plan is not started on, and neither is the other',
    async () => {
      scene = await createRollingScene({ nodes: home })
      const { planId } = await scene.plan(WORKERS, 'v1.14.0')
      const node = scene.cluster.node('estante-1')
      node.cause('expired-certificate')
      using since = witness(scene.cluster)
      await expect(scene.start(planId)).rejects.toMatchObject({
        code: 'certificate-not-yet-valid',
        node: node.spec.address,
      })
      expect(scene.runs.list()).toEqual([])
      expect(since.story()).toEqual([])
    },
    LONG,
  )

  test(
    'a key that ends before the run could blocks it',
    async () => {
      const soon = new Date(Date.now() + 20 * 60_000).toISOString()
      scene = await createRollingScene({ nodes: home, certificateUntil: soon })
      const planned = await scene.plan(WORKERS, 'v1.14.0')
      const check = planned.preflight.find(({ id }) => id === 'certificate-outlives-run')
      expect(check?.outcome).toBe('block')
      await expect(scene.start(planned.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
      expect(scene.witness.touched()).toEqual([])
    },
    LONG,
  )

  test(
    'without Kubernetes the person has to say yes, and then no pod is moved',
    async () => {
      scene = await createRollingScene({
        nodes: home.slice(1, 2).concat(home.slice(0, 1)),
        kubernetes: false,
      })
      const planned = await scene.plan(['estante-1'], 'v1.14.0', QUICK)
      expect(planned.preflight.find(({ id }) => id === 'kubernetes-api')).toMatchObject({
        outcome: 'unknown',
        accept: true,
      })
      expect(planned.nodes[0]?.steps).not.toContain('drain')
      await expect(scene.start(planned.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
      const run = await scene.ended(await scene.start(planned.planId, ['kubernetes-api']))
      expect(scene.nodesOf(run)).toEqual(['estante-1 proven'])
    },
    LONG,
  )
})
