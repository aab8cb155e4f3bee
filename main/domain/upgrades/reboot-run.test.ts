import { describe, expect, test } from 'vitest'
import type { Trouble } from '../../../tests/fakes/fake-node.ts'
import { controlPlane, createUpgradeScene, worker } from '../../../tests/fakes/upgrade-scene.ts'

const three = [controlPlane(1), controlPlane(2), controlPlane(3), worker(1)]

async function reboot(
  hostname: string,
  options: {
    troubles?: readonly Trouble[]
    /** What happens between the plan and the run. */
    later?: (scene: ReturnType<typeof createUpgradeScene>) => void
    mode?: 'default' | 'powercycle'
    specs?: typeof three
  } = {},
) {
  const scene = createUpgradeScene(options.specs ?? three)
  for (const trouble of options.troubles ?? []) scene.talos.node(hostname).troubles.add(trouble)
  const id = await scene.reboot(hostname, options.mode, () => options.later?.(scene))
  return { scene, run: await scene.finish(id) }
}

describe('rebooting a node', () => {
  test('is proven by another boot id, and the time it took is told', async () => {
    const { run, scene } = await reboot('bronce-1')
    expect(run.outcome).toBe('proven')
    expect(run.verdict.map(({ fact }) => fact)).toEqual([
      'boot-id',
      'talos',
      'stage',
      'etcd-member',
      'kubernetes-node',
    ])
    expect(run.steps.find(({ name }) => name === 'ready')?.detail).toMatch(/^\d+ s, \d+ s from kernel start$/)
    expect(scene.talos.node('bronce-1').calls).toEqual(['forfeit', 'reboot default'])
    expect(run.talosctl).toBe('talosctl -n 10.0.20.11 reboot')
  })

  test('through a power cycle says so to the node and in talosctl', async () => {
    const { run, scene } = await reboot('estante-1', { mode: 'powercycle' })
    expect(scene.talos.node('estante-1').calls).toEqual(['reboot powercycle'])
    expect(run.talosctl).toBe('talosctl -n 10.0.20.21 reboot --mode powercycle')
  })

  test('a control plane that etcd can no longer spare stays up', async () => {
    const { run, scene } = await reboot('bronce-1', {
      later: (s) => s.talos.node('bronce-3').troubles.add('off'),
    })
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'plan-blocked' } })
    expect(scene.talos.node('bronce-1').calls).toEqual([])
  })

  test('one of five may go while another is away, and none while two are', async () => {
    const five = [1, 2, 3, 4, 5].map((n) => controlPlane(n))
    const off = (...names: string[]) => ({
      specs: five,
      later: (s: ReturnType<typeof createUpgradeScene>) => {
        for (const name of names) s.talos.node(name).troubles.add('off')
      },
    })
    expect((await reboot('bronce-1', off('bronce-3'))).run.outcome).toBe('proven')
    const { run } = await reboot('bronce-1', off('bronce-3', 'bronce-4'))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'plan-blocked' } })
  })

  test.each([
    ['the only control plane', [controlPlane(1)]],
    ['one of two', [controlPlane(1), controlPlane(2)]],
  ])("%s may be rebooted, with etcd's word written down", async (_, specs) => {
    const { run } = await reboot('bronce-1', { specs })
    expect(run.outcome).toBe('proven')
    expect(run.steps[0]?.detail).toContain('member')
  })

  test('a node with a silent etcd may be rebooted: that is how it is mended', async () => {
    const { run } = await reboot('bronce-1', { troubles: ['etcd-silent'] })
    expect(run.outcome).toBe('proven-with-differences')
  })

  test('a node that was cordoned stays cordoned and that is as expected', async () => {
    const scene = createUpgradeScene(three)
    const node = scene.talos.node('estante-1')
    node.unschedulable = true
    const runId = await scene.reboot('estante-1')
    const boot = node.boot.bind(node)
    node.boot = (slot) => {
      boot(slot)
      node.after(18_001, () => (node.unschedulable = true))
    }
    const run = await scene.finish(runId)
    expect(run.verdict.find(({ fact }) => fact === 'kubernetes-node')).toMatchObject({
      expected: 'Ready,SchedulingDisabled',
      outcome: 'proven',
    })
  })

  test.each([
    ['locked', 'refused', 'conflict'],
    ['sequence-fails', 'failed', 'node-error'],
    ['reboot-hangs', 'failed', 'timeout'],
    ['never-returns', 'unknown', 'timeout'],
  ] as const)('%s: %s', async (trouble, outcome, code) => {
    expect((await reboot('estante-1', { troubles: [trouble] })).run).toMatchObject({
      outcome,
      error: { code },
    })
  })

  test('a node that is off fails before anything is asked of it', async () => {
    const { run, scene } = await reboot('estante-1', {
      later: (s) => s.talos.node('estante-1').troubles.add('off'),
    })
    expect(run).toMatchObject({ hostname: 'estante-1', outcome: 'failed', error: { code: 'unreachable' } })
    expect(scene.talos.node('estante-1').calls).toEqual([])
  })

  test("with a certificate that may not read the boot id is told by the kernel's start", async () => {
    const scene = createUpgradeScene(three)
    const { TalosFailure } = await import('../talos-failure.ts')
    scene.talos.bootId = () => Promise.reject(new TalosFailure('role-too-low', 'not admin'))
    const runId = await scene.reboot('estante-1')
    const run = await scene.finish(runId)
    expect(run.steps.every(({ state }) => state === 'done')).toBe(true)
    expect(run.verdict.map(({ fact }) => fact)).not.toContain('boot-id')
    expect(run.outcome).toBe('proven')
  })
})
