import { describe, expect, test } from 'vitest'
import type { PreflightCheck } from '#contract/upgrades.ts'
import { controlPlane, createUpgradeScene, flat, worker } from '../../../tests/fakes/upgrade-scene.ts'

async function rollBack(scene: ReturnType<typeof createUpgradeScene>, hostname: string) {
  const plan = flat(await scene.handlers['upgrades.plan-rollback'](scene.ref(hostname), scene.signal))
  const accepted = plan.preflight.filter(({ accept }) => accept === true).map(({ id }) => id)
  return { plan, run: await scene.finish(await scene.start(plan.planId, accepted)) }
}

const otherSlot = (plan: { readonly preflight: readonly PreflightCheck[] }) =>
  plan.preflight.find(({ id }) => id === 'other-slot')

describe('rolling back', () => {
  test('after an upgrade goes to the version that this app replaced, and proves it', async () => {
    const scene = createUpgradeScene([controlPlane(1), controlPlane(2), controlPlane(3)])
    await scene.upgrade('bronce-2', 'v1.14.0')
    const { plan, run } = await rollBack(scene, 'bronce-2')
    expect(plan).toMatchObject({ kind: 'rollback', from: 'v1.14.0', to: 'v1.13.9', mechanism: 'rollback' })
    expect(plan.kept.map(({ what }) => what)).toEqual([
      'ephemeral', 'state', 'meta', 'config', 'etcd-data', 'user-volume', 'other-slot',
    ]) // prettier-ignore
    expect(plan.preflight.find(({ id }) => id === 'etcd-quorum')).toMatchObject({
      outcome: 'warn',
      evidence: expect.stringContaining('etcd 3.7 → 3.6') as unknown,
    })
    expect(run.outcome).toBe('proven')
    expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({
      before: 'v1.14.0',
      found: 'v1.13.9',
    })
    expect(run.talosctl).toBe('talosctl -n 10.0.20.12 rollback')
    expect(scene.saved).toHaveLength(2)
  })

  test('and once more goes forward again', async () => {
    const scene = createUpgradeScene([worker(1)])
    await scene.upgrade('estante-1', 'v1.14.0')
    await rollBack(scene, 'estante-1')
    const { plan, run } = await rollBack(scene, 'estante-1')
    expect(plan).toMatchObject({ from: 'v1.13.9', to: 'v1.14.0' })
    expect(run.outcome).toBe('proven')
  })

  test('of a slot nobody wrote down expects another version, and no more', async () => {
    const scene = createUpgradeScene([worker(1)])
    const node = scene.talos.node('estante-1')
    node.other = { ...node.running, version: 'v1.12.11', entry: 'Talos-v1.12.11.efi' }
    const { plan, run } = await rollBack(scene, 'estante-1')
    expect(plan.to).toBe('?')
    expect(plan.rows.find(({ fact }) => fact === 'talos')).toEqual({
      fact: 'talos',
      before: 'v1.13.9',
      note: 'unknown',
    })
    expect(run.outcome).toBe('proven')
    expect(run.title.parameters).toEqual({ from: 'v1.13.9', to: '?' })
    expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({
      expected: '≠ v1.13.9',
      found: 'v1.12.11',
    })
  })

  test('without another slot is refused by the node: rollback-impossible, nothing changed', async () => {
    const scene = createUpgradeScene([worker(1)])
    const { run } = await rollBack(scene, 'estante-1')
    expect(run).toMatchObject({
      outcome: 'refused',
      error: {
        code: 'rollback-impossible',
        message: expect.stringContaining('label does not exist') as unknown,
      },
    })
    expect(run.verdict.find(({ fact }) => fact === 'boot-id')?.outcome).toBe('differs')
  })

  test('where nobody can tell whether there is another slot starts only when that is accepted', async () => {
    const scene = createUpgradeScene([worker(1)])
    const plan = flat(await scene.handlers['upgrades.plan-rollback'](scene.ref('estante-1'), scene.signal))
    expect(otherSlot(plan)).toEqual({
      id: 'other-slot',
      outcome: 'unknown',
      evidence: '–',
      because: 'other-slot-untold',
      accept: true,
    })
    await expect(scene.start(plan.planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(scene.talos.node('estante-1').calls).toEqual([])
  })

  test('is blocked where systemd-boot lists nothing beside what runs', async () => {
    const scene = createUpgradeScene([worker(1)])
    scene.talos.node('estante-1').bootMenu = { entries: ['Talos-v1.13.9.efi'], next: 'Talos-v1.13.9.efi' }
    const plan = flat(await scene.handlers['upgrades.plan-rollback'](scene.ref('estante-1'), scene.signal))
    expect(otherSlot(plan)).toEqual({
      id: 'other-slot',
      outcome: 'block',
      evidence: 'Talos-v1.13.9.efi',
      because: 'other-slot-empty',
      readings: [{ source: 'LoaderEntries', found: 'Talos-v1.13.9.efi' }],
    })
    await expect(scene.start(plan.planId, ['other-slot'])).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(scene.talos.node('estante-1').calls).toEqual([])
  })

  test('is blocked once Talos refused it, until the node starts anew: what was done meanwhile nobody knows', async () => {
    const scene = createUpgradeScene([worker(1)])
    await rollBack(scene, 'estante-1')
    const plan = () => scene.handlers['upgrades.plan-rollback'](scene.ref('estante-1'), scene.signal)
    expect(otherSlot(flat(await plan()))).toMatchObject({
      outcome: 'block',
      because: 'other-slot-refused',
      readings: [{ source: expect.stringMatching(/^run \d{4}-/) as unknown, found: 'label does not exist' }],
    })
    const node = scene.talos.node('estante-1')
    node.boot(node.running)
    expect(otherSlot(flat(await plan()))).toMatchObject({ outcome: 'unknown', accept: true })
  })

  test('passes where a run put something there, or the marker or the menu names it', async () => {
    const scene = createUpgradeScene([worker(1), worker(2), worker(3)])
    const check = async (hostname: string) =>
      otherSlot(flat(await scene.handlers['upgrades.plan-rollback'](scene.ref(hostname), scene.signal)))
    await scene.upgrade('estante-1', 'v1.14.0')
    expect(await check('estante-1')).toMatchObject({
      outcome: 'pass',
      evidence: 'v1.13.9, Talos-v1.13.9.efi',
      readings: [{ source: expect.stringMatching(/^run /) as unknown, found: 'v1.13.9, Talos-v1.13.9.efi' }],
    })
    scene.talos.node('estante-2').fallback = 'Talos-v1.12.11.efi'
    expect(await check('estante-2')).toMatchObject({
      outcome: 'pass',
      readings: [{ source: 'META 0x06', found: 'v1.12.11, Talos-v1.12.11.efi' }],
    })
    scene.talos.node('estante-3').bootMenu = { entries: ['Talos-v1.13.9.efi', 'Talos-v1.12.11.efi'] }
    expect(await check('estante-3')).toMatchObject({
      outcome: 'pass',
      evidence: 'Talos-v1.12.11.efi',
      readings: [{ source: 'LoaderEntries', found: 'Talos-v1.12.11.efi' }],
    })
  })

  test('says nothing of a slot by a menu that is over: kexec started something it does not list', async () => {
    const scene = createUpgradeScene([worker(1)])
    scene.talos.node('estante-1').bootMenu = { entries: ['Talos-v1.12.11.efi'] }
    const plan = flat(await scene.handlers['upgrades.plan-rollback'](scene.ref('estante-1'), scene.signal))
    expect(otherSlot(plan)).toMatchObject({ outcome: 'unknown', accept: true })
  })

  test('after a fallback the new version is the one in the other slot', async () => {
    const scene = createUpgradeScene([worker(1)])
    const { planId } = await scene.plan('estante-1', 'v1.14.0')
    scene.talos.node('estante-1').troubles.add('falls-back')
    expect((await scene.finish(await scene.start(planId))).outcome).toBe('fell-back')
    const plan = flat(await scene.handlers['upgrades.plan-rollback'](scene.ref('estante-1'), scene.signal))
    expect(plan.to).toBe('v1.14.0')
  })
})
