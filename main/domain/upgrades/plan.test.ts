import { describe, expect, test } from 'vitest'
import { UpgradePlan as UpgradePlanSchema } from '#contract/upgrades.ts'
import { SECRET } from '../../../tests/fakes/fake-node.ts'
import {
  controlPlane,
  createUpgradeScene,
  SCHEMATIC,
  worker,
  planOf,
} from '../../../tests/fakes/upgrade-scene.ts'

const three = [controlPlane(1), controlPlane(2), controlPlane(3), worker(1)]

describe('the plan of an upgrade', () => {
  test('shows each fact before and after, what is kept, and the same in talosctl', async () => {
    const plan = await planOf(three)
    expect(UpgradePlanSchema.parse(plan.whole)).toEqual(plan.whole)
    const image = `factory.talos.dev/metal-installer/${SCHEMATIC}:v1.14.0`
    expect(plan).toMatchObject({
      from: 'v1.13.9',
      to: 'v1.14.0',
      image,
      mechanism: 'lifecycle',
      hostname: 'bronce-1',
    })
    expect(plan.rows).toEqual([
      { fact: 'talos', before: 'v1.13.9', after: 'v1.14.0', note: 'changes' },
      { fact: 'kernel', before: '6.18.44', after: '6.18.44 (v1.14.0-rc.1)', note: 'changes' },
      { fact: 'containerd', before: '2.2.7', after: '2.3.3 (v1.14.0-rc.1)', note: 'changes' },
      { fact: 'etcd', before: '3.6.12', after: '3.7.1 (v1.14.0-rc.1)', note: 'changes' },
      { fact: 'kubernetes-support', before: '1.31–1.36', after: '1.33–1.37', note: 'changes' },
      { fact: 'kubernetes', before: 'v1.36.3', after: 'v1.36.3', note: 'unchanged' },
      { fact: 'schematic', before: SCHEMATIC, after: SCHEMATIC, note: 'unchanged' },
      {
        fact: 'extensions',
        before: 'iscsi-tools, util-linux-tools',
        after: 'iscsi-tools, util-linux-tools',
        note: 'unchanged',
      },
      { fact: 'extension', part: 'iscsi-tools', before: 'v1', after: 'v1', note: 'unchanged' },
      { fact: 'extension', part: 'util-linux-tools', before: 'v1', after: 'v1', note: 'unchanged' },
      { fact: 'kernel-arguments', before: '–', after: '–', note: 'unchanged' },
      { fact: 'boot-loader', before: 'systemd-boot', after: 'systemd-boot', note: 'unchanged' },
      { fact: 'secure-boot', before: 'off', after: 'off', note: 'unchanged' },
      { fact: 'boot-entry', before: 'Talos-v1.13.9.efi', after: 'Talos-v1.14.0.efi', note: 'changes' },
      {
        fact: 'image',
        before: `factory.talos.dev/metal-installer/${SCHEMATIC}:v1.13.9`,
        after: image,
        note: 'changes',
      },
      { fact: 'mechanism', after: 'lifecycle', note: 'changes' },
      { fact: 'restart', after: 'kexec', note: 'changes' },
      { fact: 'pods', after: 'unasked', note: 'changes' },
    ])
    expect(plan.kept).toContainEqual({ part: 'longhorn', what: 'user-volume' })
    expect(plan.kept).toContainEqual({ part: 'v1.13.9', what: 'other-slot' })
    expect(plan.steps).toEqual([
      'preflight',
      'snapshot',
      'pull',
      'hand-over',
      'install',
      'reboot',
      'answers',
      'ready',
      'verify',
    ])
    expect(Date.parse(plan.validUntil) - Date.parse(plan.computedAt)).toBe(30 * 60_000)
    expect(
      plan.preflight.filter(({ outcome }) => outcome !== 'pass').map(({ id, outcome }) => `${id} ${outcome}`),
    ).toEqual([])
  })

  test('holds nothing of the configuration but the installer image', async () => {
    expect(JSON.stringify(await planOf(three))).not.toContain(SECRET)
  })

  test('changes nothing on the node', async () => {
    const scene = createUpgradeScene(three)
    await scene.plan('bronce-1', 'v1.14.0')
    await scene.handlers['upgrades.plan-rollback'](scene.ref('bronce-1'), scene.signal)
    await scene.handlers['upgrades.targets'](scene.ref('bronce-1'), scene.signal)
    expect(scene.talos.node('bronce-1').calls).toEqual([])
  })

  test('estimates from earlier runs of the same node', async () => {
    const scene = createUpgradeScene([worker(1)])
    expect((await scene.plan('estante-1', 'v1.13.9')).estimateSeconds).toBeUndefined()
    const run = await scene.upgrade('estante-1', 'v1.13.9')
    const took = Math.round((Date.parse(run.endedAt!) - Date.parse(run.startedAt)) / 1000)
    expect((await scene.plan('estante-1', 'v1.14.0')).estimateSeconds).toBe(took)
  })

  test('of a version that is none is refused', async () => {
    await expect(planOf(three, undefined, 'latest')).rejects.toMatchObject({ code: 'target-illegal' })
    await expect(planOf(three, undefined, 'v3.0.0')).rejects.toMatchObject({ code: 'target-illegal' })
  })

  test('of a node that does not answer fails with why', async () => {
    await expect(
      planOf([worker(1)], (s) => s.talos.node('estante-1').troubles.add('off')),
    ).rejects.toMatchObject({ code: 'unreachable' })
  })
})
