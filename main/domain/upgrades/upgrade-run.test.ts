import { describe, expect, test } from 'vitest'
import type { Run } from '#contract/runs.ts'
import type { Trouble } from '../../../tests/fakes/fake-node.ts'
import { controlPlane, createUpgradeScene, SCHEMATIC, worker } from '../../../tests/fakes/upgrade-scene.ts'

const three = [controlPlane(1), controlPlane(2), controlPlane(3), worker(1)]

function stepsOf(run: Run): string[] {
  return run.steps.map(({ name, state }) => `${name} ${state}`)
}

function rowsOf(run: Run): string[] {
  return run.verdict.map(({ fact, outcome }) => `${fact} ${outcome}`)
}

async function upgradeWith(trouble: Trouble, hostname = 'estante-1', version = 'v1.14.0') {
  const scene = createUpgradeScene(three)
  const { planId } = await scene.plan(hostname, version)
  scene.talos.node(hostname).troubles.add(trouble)
  const run = await scene.finish(await scene.start(planId))
  return { run, node: scene.talos.node(hostname), scene }
}

describe('an upgrade with the mechanism of 1.13', () => {
  test('of a control plane is snapshot, pull, install, reboot, and nine facts read back', async () => {
    const scene = createUpgradeScene(three)
    const run = await scene.upgrade('bronce-3', 'v1.14.0')
    expect(run.outcome).toBe('proven')
    expect(stepsOf(run)).toEqual([
      'preflight done', 'snapshot done', 'pull done', 'hand-over done', 'install done', 'reboot done', 'answers done', 'ready done', 'verify done',
    ]) // prettier-ignore
    expect(rowsOf(run)).toEqual([
      'boot-id proven', 'talos proven', 'schematic proven', 'extensions proven', 'kernel-arguments proven',
      'boot-entry proven', 'stage proven', 'etcd-member proven', 'kubernetes-node proven',
    ]) // prettier-ignore
    expect(run.verdict.find(({ fact }) => fact === 'boot-entry')).toMatchObject({
      before: 'Talos-v1.13.9.efi',
      expected: 'Talos-v1.14.0.efi',
      found: 'Talos-v1.14.0.efi',
    })
    expect(scene.saved).toEqual([4128])
    const image = `factory.talos.dev/metal-installer/${SCHEMATIC}:v1.14.0`
    expect(scene.talos.node('bronce-3').calls).toEqual([
      'snapshot',
      `pull ${image}`,
      `install ${image}`,
      'reboot default',
    ])
    // No Kubernetes to ask, so nobody is moved; talosctl would try by itself.
    expect(run.talosctl).toBe(
      `talosctl -n 10.0.20.13 upgrade --image factory.talos.dev/metal-installer/${SCHEMATIC}:v1.14.0 --drain=false`,
    )
    expect(run.output.map(({ text }) => text)).toContain('installation complete')
    expect(run.steps.find(({ name }) => name === 'pull')).toMatchObject({ progress: 1 })
  })

  test('of a worker takes no snapshot, and touches no other node', async () => {
    const scene = createUpgradeScene(three)
    const run = await scene.upgrade('estante-1', 'v1.14.0')
    expect(run.outcome).toBe('proven')
    expect(scene.saved).toEqual([])
    for (const other of ['bronce-1', 'bronce-2', 'bronce-3'])
      expect(scene.talos.node(other).calls).toEqual([])
  })

  test('of the same version reinstalls it into a second file', async () => {
    const scene = createUpgradeScene(three)
    const run = await scene.upgrade('estante-1', 'v1.13.9')
    expect(run.outcome).toBe('proven')
    expect(run.verdict.find(({ fact }) => fact === 'boot-entry')?.found).toBe('Talos-v1.13.9~1.efi')
  })

  test('of a GRUB node flips the slot', async () => {
    const scene = createUpgradeScene([worker(1, 'v1.13.9', { bootLoader: 'grub' })])
    const run = await scene.upgrade('estante-1', 'v1.14.0')
    expect(run.outcome).toBe('proven')
    expect(run.verdict.find(({ fact }) => fact === 'boot-entry')).toMatchObject({
      before: 'GRUB A',
      found: 'GRUB B',
    })
  })

  test('a reboot whose answer was lost is proven by the boot id', async () => {
    expect((await upgradeWith('reboot-answer-lost')).run.outcome).toBe('proven')
  })
})

describe('an upgrade with the older mechanism', () => {
  test('leaves the sequence to the node and proves the same facts', async () => {
    const scene = createUpgradeScene([controlPlane(1, 'v1.11.6', { kubernetes: 'v1.34.1' })])
    const run = await scene.upgrade('bronce-1', 'v1.12.11')
    expect(run.outcome).toBe('proven')
    expect(scene.talos.node('bronce-1').calls).toEqual([
      'snapshot',
      `upgradeLegacy factory.talos.dev/metal-installer/${SCHEMATIC}:v1.12.11`,
    ])
    expect(stepsOf(run)).toContain('install done')
    // The node cordons itself for the drain and uncordons after it is ready.
    expect(run.verdict.find(({ fact }) => fact === 'kubernetes-node')?.found).toBe('Ready')
  })

  test('serves a 1.13 GRUB node whose kernel arguments come from its config', async () => {
    const config = 'machine:\n  install:\n    extraKernelArgs: [intel_iommu=on]\n'
    const spec = worker(1, 'v1.13.9', { bootLoader: 'grub', config, kernelArguments: 'intel_iommu=on' })
    const scene = createUpgradeScene([spec])
    const plan = await scene.plan('estante-1', 'v1.14.0')
    expect(plan.mechanism).toBe('legacy')
    expect(plan.rows.find(({ fact }) => fact === 'kernel-arguments')).toMatchObject({ note: 'unchanged' })
    expect((await scene.finish(await scene.start(plan.planId))).outcome).toBe('proven')
  })

  test('says of a GRUB node which arguments it will have, and that talosctl has to be told', async () => {
    const config = 'machine:\n  install:\n    extraKernelArgs: [mitigations=off]\n'
    const grub = { bootLoader: 'grub', config, kernelArguments: 'intel_iommu=on' } as const
    const plan = await createUpgradeScene([worker(1, 'v1.13.9', grub)]).plan('estante-1', 'v1.14.0')
    expect(plan.rows.find(({ fact }) => fact === 'kernel-arguments')).toMatchObject({
      before: 'intel_iommu=on',
      after: 'mitigations=off',
      note: 'changes',
    })
    expect(plan.preflight.find(({ id }) => id === 'kernel-arguments-kept')).toMatchObject({
      outcome: 'warn',
      evidence: 'intel_iommu=on',
      because: 'grub-drops-arguments',
    })
    expect(plan.talosctl).toMatch(/ upgrade --image \S+:v1\.14\.0 --legacy$/)
  })

  test('a sequence that is locked is a conflict, and nothing has changed', async () => {
    const scene = createUpgradeScene([worker(1, 'v1.11.6', { kubernetes: 'v1.34.1' })])
    scene.talos.node('estante-1').troubles.add('locked')
    const run = await scene.upgrade('estante-1', 'v1.12.11')
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'conflict' } })
  })

  test("a sequence that fails ends the run at once with the node's words", async () => {
    const scene = createUpgradeScene([worker(1, 'v1.11.6', { kubernetes: 'v1.34.1' })])
    scene.talos.node('estante-1').troubles.add('sequence-fails')
    const run = await scene.upgrade('estante-1', 'v1.12.11')
    expect(run).toMatchObject({ outcome: 'failed', error: { message: 'sequence failed: drain' } })
  })

  test('from 1.9, which tells neither boot entry nor kernel arguments, asks only what can be read', async () => {
    const scene = createUpgradeScene([worker(1, 'v1.9.6', { kubernetes: 'v1.32.4' })])
    const run = await scene.upgrade('estante-1', 'v1.10.9')
    expect(run.outcome).toBe('proven')
    expect(rowsOf(run)).not.toContainEqual(expect.stringContaining('boot-entry'))
  })
})

describe('an upgrade that goes wrong', () => {
  test('silently boots the old version: fell back, whatever ready says', async () => {
    const { run } = await upgradeWith('falls-back')
    expect(run.outcome).toBe('fell-back')
    expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({
      expected: 'v1.14.0',
      found: 'v1.13.9',
      outcome: 'differs',
    })
    expect(run.verdict.find(({ fact }) => fact === 'stage')?.outcome).toBe('proven')
    expect(run.verdict.find(({ fact }) => fact === 'boot-id')?.outcome).toBe('proven')
  })

  test.each([
    ['systemd-boot', worker(1)],
    ['GRUB', worker(1, 'v1.13.9', { bootLoader: 'grub' })],
  ])('silently boots the old entry of the same version (%s): fell back', async (_, spec) => {
    const scene = createUpgradeScene([spec])
    const { planId } = await scene.plan('estante-1', 'v1.13.9')
    scene.talos.node('estante-1').troubles.add('falls-back')
    const run = await scene.finish(await scene.start(planId))
    expect(run.outcome).toBe('fell-back')
    expect(run.verdict.find(({ fact }) => fact === 'boot-entry')?.outcome).toBe('differs')
    expect(run.verdict.find(({ fact }) => fact === 'talos')?.outcome).toBe('proven')
  })

  test('never gets ready: not ready after half an hour, with what it waits for', async () => {
    const { run } = await upgradeWith('never-ready')
    expect(run.outcome).toBe('not-ready')
    expect(run.steps.find(({ name }) => name === 'ready')).toMatchObject({
      state: 'failed',
      detail: 'booting, services: kubelet not running',
    })
  })

  test('never comes back: unknown, and no row claims anything', async () => {
    const { run } = await upgradeWith('never-returns')
    expect(run).toMatchObject({ outcome: 'unknown', error: { code: 'timeout' } })
    expect(new Set(run.verdict.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']))
  })

  test('comes back in maintenance mode: its config is gone', async () => {
    const { run } = await upgradeWith('comes-back-in-maintenance')
    expect(run).toMatchObject({ outcome: 'not-ready', error: { code: 'maintenance-mode' } })
  })

  test('the image is missing: failed before anything changed', async () => {
    const { run, node } = await upgradeWith('pull-missing')
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'not-found' } })
    expect(node.calls.some((call) => call.startsWith('install'))).toBe(false)
  })

  test('the pull stands still: given up, and the node was not touched', async () => {
    const { run, node } = await upgradeWith('pull-stalls')
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } })
    expect(node.calls.some((call) => call.startsWith('install'))).toBe(false)
  })

  test('the installer fails inside a stream that ends well: no reboot follows', async () => {
    const { run, node } = await upgradeWith('install-fails')
    expect(run.outcome).toBe('failed')
    expect(run.error?.message).toContain('exit code 3 (unsupported)')
    expect(node.calls).not.toContain('reboot default')
  })

  test.each(['install-cut', 'install-without-exit-code'] as const)(
    '%s: nobody knows, so no reboot follows',
    async (trouble) => {
      const { run, node } = await upgradeWith(trouble)
      expect(run).toMatchObject({ outcome: 'failed', error: { code: 'interrupted' } })
      expect(node.calls).not.toContain('reboot default')
      expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({
        found: 'v1.13.9',
        outcome: 'differs',
      })
    },
  )

  test('another sequence holds the node: conflict', async () => {
    expect((await upgradeWith('locked')).run).toMatchObject({
      outcome: 'failed',
      error: { code: 'conflict' },
    })
  })

  test('the node stays up although it was told to reboot', async () => {
    const { run } = await upgradeWith('reboot-hangs')
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'timeout' } })
    expect(run.verdict.find(({ fact }) => fact === 'boot-id')?.outcome).toBe('differs')
  })

  test('the snapshot is cut off: the control plane is left alone', async () => {
    const { run, node } = await upgradeWith('snapshot-cut', 'bronce-2')
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'node-error' } })
    expect(node.calls).toEqual(['snapshot'])
  })

  test('the schematic is gone afterwards: done, with differences', async () => {
    const { run } = await upgradeWith('loses-schematic')
    expect(run.outcome).toBe('proven-with-differences')
    expect(rowsOf(run)).toEqual(
      expect.arrayContaining(['schematic differs', 'extensions differs', 'talos proven']),
    )
  })

  test('the schematic is gone afterwards: the next node is not touched', async () => {
    const scene = createUpgradeScene([worker(1), worker(2)])
    scene.talos.node('estante-1').troubles.add('loses-schematic')
    const nodes = ['estante-1', 'estante-2'].map((name) => scene.ref(name).node)
    const { context } = scene.ref('estante-1')
    const { planId } = await scene.handlers['upgrades.plan'](
      { context, nodes, version: 'v1.14.0' },
      scene.signal,
    )
    const run = await scene.finish(await scene.start(planId))
    expect(run.outcome).toBe('proven-with-differences')
    expect(run.nodes?.map(({ hostname, outcome, state }) => [hostname, outcome ?? state])).toEqual([
      ['estante-1', 'proven-with-differences'],
      ['estante-2', 'not-touched'],
    ])
    // Its image was pulled before the first one was touched.
    expect(scene.talos.node('estante-2').calls).toEqual([expect.stringMatching(/^pull/)])
  })

  test('etcd moved between the click and the first step: refused before anything is touched', async () => {
    const scene = createUpgradeScene(three)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    scene.journal.beforeAppend = ({ event }) => {
      if (event.kind === 'step-started' && event.id.endsWith('/preflight'))
        scene.talos.node('bronce-2').learner = true
    }
    const run = await scene.finish(await scene.start(planId))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'plan-blocked' } })
    expect(scene.talos.node('bronce-1').calls).toEqual([])
  })

  test('another control plane goes between the click and the first step: refused, although etcd lists it as before', async () => {
    const scene = createUpgradeScene(three)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    scene.journal.beforeAppend = ({ event }) => {
      if (event.kind === 'step-started' && event.id.endsWith('/preflight'))
        scene.talos.node('bronce-2').troubles.add('off')
    }
    const run = await scene.finish(await scene.start(planId))
    expect(run).toMatchObject({ outcome: 'refused', error: { code: 'plan-blocked' } })
    expect(scene.talos.node('bronce-1').calls).toEqual([])
  })

  test('another control plane goes during the pull: no reboot follows', async () => {
    const scene = createUpgradeScene(three)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    scene.journal.beforeAppend = ({ event }) => {
      if (event.kind === 'step-started' && event.id.endsWith('/pull'))
        scene.talos.node('bronce-3').troubles.add('off')
    }
    const run = await scene.finish(await scene.start(planId))
    expect(run).toMatchObject({ outcome: 'failed', error: { code: 'plan-blocked' } })
    expect(scene.talos.node('bronce-1').calls).not.toContain('reboot default')
  })

  test('another control plane misses one question before the reboot: it is asked again, and the upgrade goes on', async () => {
    const scene = createUpgradeScene(three)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    const { troubles } = scene.talos.node('bronce-3')
    scene.journal.beforeAppend = ({ event }) => {
      if (event.kind === 'step-started' && event.id === 'reboot') {
        troubles.add('off')
        void scene.clock.sleep(1_000, scene.signal).then(() => troubles.delete('off'))
      }
    }
    const run = await scene.finish(await scene.start(planId))
    expect(run.outcome).toBe('proven')
  })
})

describe('stopping', () => {
  test('is heard between two steps, never inside the installer', async () => {
    const scene = createUpgradeScene(three)
    const id = await scene.start((await scene.plan('estante-1', 'v1.14.0')).planId)
    while (scene.runs.get(id).steps.find(({ name }) => name === 'install')?.state !== 'running')
      await scene.clock.advance(500)
    await scene.handlers['runs.stop']({ runId: scene.runs.get(id).id }, scene.signal)
    const run = await scene.finish(id)
    expect(run.outcome).toBe('stopped')
    expect(stepsOf(run)).toEqual([
      'preflight done', 'pull done', 'install done', 'reboot skipped', 'answers skipped', 'ready skipped', 'verify skipped',
    ]) // prettier-ignore
  })
})

describe('killing the app', () => {
  test('after any event of an upgrade repeats nothing, and observing tells where the node stands', async () => {
    const whole = createUpgradeScene(three)
    const complete = await whole.upgrade('estante-1', 'v1.14.0')
    const events = whole.journal.kept.get(complete.id)!.events.length
    expect(events).toBeGreaterThan(20)
    for (let killedAfter = 1; killedAfter < events; killedAfter++) {
      const scene = createUpgradeScene(three)
      const id = await scene.start((await scene.plan('estante-1', 'v1.14.0')).planId)
      const journal = scene.journal
      const kept = journal.kept.get(id)!.events
      const append = journal.append
      // The process is gone: what it still does reaches neither disk nor node.
      journal.append = async (to, stamped) => {
        if (kept.length >= killedAfter) await new Promise(() => undefined)
        await append(to, stamped)
      }
      for (let turns = 0; kept.length < killedAfter && turns < 1000; turns++) await scene.clock.advance(500)
      expect(kept).toHaveLength(killedAfter)
      const calls = [...scene.talos.node('estante-1').calls]
      journal.append = append

      const again = createUpgradeScene(three, journal)
      await again.runs.load()
      expect(again.runs.get(id).outcome).toBe('interrupted')
      await again.clock.advance(60_000)
      expect(again.talos.node('estante-1').calls).toEqual([])
      expect(scene.talos.node('estante-1').calls.slice(0, calls.length)).toEqual(calls)
      await again.handlers['runs.settle']({ runId: again.runs.get(id).id, how: 'observe' }, again.signal)
      const settled = again.runs.get(id)
      expect(settled.endedAt).toBeDefined()
      expect(settled.outcome).not.toBe('proven')
      expect(again.talos.node('estante-1').calls).toEqual([])
    }
  }, 30_000)
})
