import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PreflightCheck, UpgradePlan } from '#contract/upgrades.ts'
import type { NodePlan } from '../../main/simulator/cluster.ts'
import { witness } from '../fakes/cluster-witness.ts'
import { createRollingScene, toAccept, type RollingScene } from '../fakes/rolling-scene.ts'

const LONG = 120_000
/** Machines that were installed once and never upgraded: nothing is in their other slot. */
const worker = (n: number, bootLoader: NonNullable<NodePlan['bootLoader']>): NodePlan => ({
  hostname: `estante-${n}`,
  role: 'worker',
  talos: 'v1.13.9',
  bootLoader,
})

let scene: RollingScene
beforeAll(async () => {
  scene = await createRollingScene({
    nodes: [
      { hostname: 'bronce-1', role: 'controlplane', talos: 'v1.13.9' },
      worker(1, 'grub'),
      worker(2, 'systemd-boot'),
      worker(3, 'grub'),
    ],
  })
})
afterAll(async () => {
  await scene[Symbol.asyncDispose]()
})

const planOf = (hostname: string): Promise<UpgradePlan> =>
  scene.handlers['upgrades.plan-rollback'](
    { context: scene.context, node: scene.addressOf(hostname) },
    scene.signal,
  )

const otherSlot = ({ nodes }: UpgradePlan): PreflightCheck | undefined =>
  nodes[0]?.preflight.find(({ id }) => id === 'other-slot')

const isCordoned = async (hostname: string): Promise<boolean> =>
  (await scene.kube.node(hostname, scene.signal)).unschedulable

test(
  'of a systemd-boot node whose menu has nothing else: blocked, and nobody is drained',
  async () => {
    using seen = witness(scene.cluster)
    const plan = await planOf('estante-2')
    expect(otherSlot(plan)).toMatchObject({
      outcome: 'block',
      because: 'other-slot-empty',
      readings: [{ source: 'LoaderEntries', found: 'Talos-v1.13.9.efi' }],
    })
    await expect(scene.start(plan.planId, ['other-slot'])).rejects.toMatchObject({ code: 'plan-blocked' })
    expect([seen.story(), await isCordoned('estante-2')]).toEqual([[], false])
  },
  LONG,
)

test(
  'of a GRUB node: unknown until accepted, then refused by Talos after the drain, which is said; the next plan blocks',
  async () => {
    using seen = witness(scene.cluster)
    const bootId = scene.cluster.node('estante-1').bootId
    const plan = await planOf('estante-1')
    expect(otherSlot(plan)).toMatchObject({ outcome: 'unknown', because: 'other-slot-untold', accept: true })
    await expect(scene.start(plan.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(seen.story()).toEqual([])

    const run = await scene.ended(await scene.start(plan.planId, toAccept(plan)))
    expect([run.outcome, scene.nodesOf(run)]).toEqual([
      'refused-after-drain',
      ['estante-1 refused-after-drain'],
    ])
    expect(run.error).toMatchObject({ code: 'rollback-impossible', node: scene.addressOf('estante-1') })
    expect(run.error?.message).toMatch(
      /cannot rollback to B, label does not exist; estante-1 was drained before that and is uncordoned again: it takes pods$/,
    )
    expect(run.steps.find(({ name }) => name === 'drain')?.state).toBe('done')
    expect(await isCordoned('estante-1')).toBe(false)
    expect([scene.cluster.node('estante-1').bootId, seen.story()]).toEqual([bootId, ['estante-1 rollback']])

    expect(otherSlot(await planOf('estante-1'))).toMatchObject({
      outcome: 'block',
      because: 'other-slot-refused',
      readings: [{ source: `run ${run.startedAt}`, found: 'label does not exist' }],
    })
  },
  LONG,
)

test(
  'of a node that was cordoned before the run: it stays so, and the refusal says that',
  async () => {
    await scene.kube.setUnschedulable('estante-3', true, scene.signal)
    const plan = await planOf('estante-3')
    const run = await scene.ended(await scene.start(plan.planId, toAccept(plan)))
    expect(run.outcome).toBe('refused-after-drain')
    expect(run.error?.message).toMatch(
      /; estante-3 was drained before that and stays cordoned, as it was before the run$/,
    )
    expect(await isCordoned('estante-3')).toBe(true)
  },
  LONG,
)
