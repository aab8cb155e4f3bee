import { describe, expect, test } from 'vitest'
import { controlPlane, createUpgradeScene, SCHEMATIC, worker } from '../../../tests/fakes/upgrade-scene.ts'

const nodes = [controlPlane(1), controlPlane(2), controlPlane(3), worker(1)]

describe('starting a plan', () => {
  test('that was never made, or was used, is refused', async () => {
    const scene = createUpgradeScene(nodes)
    await expect(scene.start('nothing')).rejects.toMatchObject({ code: 'plan-stale' })
    const { planId } = await scene.plan('estante-1', 'v1.14.0')
    await scene.finish(await scene.start(planId))
    await expect(scene.start(planId)).rejects.toMatchObject({ code: 'plan-stale' })
  })

  test('after its half hour is refused', async () => {
    const scene = createUpgradeScene(nodes)
    const { planId } = await scene.plan('estante-1', 'v1.14.0')
    await scene.clock.advance(30 * 60_000 + 1)
    await expect(scene.start(planId)).rejects.toMatchObject({ code: 'plan-stale' })
  })

  test.each([
    [
      'the config',
      (s: ReturnType<typeof createUpgradeScene>) =>
        (s.talos.node('bronce-1').config = { text: 'x: 1', version: '4' }),
    ],
    [
      'an etcd member',
      (s: ReturnType<typeof createUpgradeScene>) => (s.talos.node('bronce-2').learner = true),
    ],
    [
      'the boot',
      (s: ReturnType<typeof createUpgradeScene>) =>
        s.talos.node('bronce-1').boot(s.talos.node('bronce-1').running),
    ],
  ])('when %s moved is refused and touches nothing', async (_, move) => {
    const scene = createUpgradeScene(nodes)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    move(scene)
    await expect(scene.start(planId)).rejects.toMatchObject({ code: 'plan-stale' })
    expect(scene.talos.node('bronce-1').calls).toEqual([])
    expect(scene.runs.list()).toEqual([])
  })

  test.each([
    [
      'another control plane went off',
      (s: ReturnType<typeof createUpgradeScene>) => s.talos.node('bronce-2').troubles.add('off'),
    ],
    [
      'the node is busy',
      (s: ReturnType<typeof createUpgradeScene>) => (s.talos.node('bronce-1').stage = 'upgrading'),
    ],
  ])('when %s since is refused and touches nothing', async (_, move) => {
    const scene = createUpgradeScene(nodes)
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    move(scene)
    await expect(scene.start(planId)).rejects.toMatchObject({ code: 'plan-blocked' })
    expect(scene.talos.node('bronce-1').calls).toEqual([])
    expect(scene.runs.list()).toEqual([])
  })

  test('that is blocked is refused with every reason', async () => {
    const scene = createUpgradeScene(nodes)
    scene.talos.node('bronce-1').timeSynced = false
    scene.talos.node('bronce-3').learner = true
    const { planId } = await scene.plan('bronce-1', 'v1.14.0')
    await expect(scene.start(planId)).rejects.toMatchObject({
      code: 'plan-blocked',
      message: expect.stringMatching(/time-in-sync.*etcd-quorum: learner: bronce-3/) as unknown,
    })
  })

  test('while another run holds the cluster is refused', async () => {
    const scene = createUpgradeScene(nodes)
    const [one, two] = [await scene.plan('bronce-1', 'v1.14.0'), await scene.plan('bronce-2', 'v1.14.0')]
    const id = await scene.start(one.planId)
    await expect(scene.start(two.planId)).rejects.toMatchObject({ code: 'run-active' })
    await scene.finish(id)
    expect(scene.talos.node('bronce-2').calls).toEqual([])
  })

  test('two at the same moment start one', async () => {
    const scene = createUpgradeScene(nodes)
    const plans = [await scene.plan('bronce-1', 'v1.14.0'), await scene.plan('bronce-2', 'v1.14.0')]
    const started = await Promise.allSettled(plans.map(({ planId }) => scene.start(planId)))
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('only the newest hundred plans are kept', async () => {
    const scene = createUpgradeScene([worker(1)])
    const { planId } = await scene.plan('estante-1', 'v1.14.0')
    for (let n = 0; n < 100; n++) await scene.plan('estante-1', 'v1.14.0')
    await expect(scene.start(planId)).rejects.toMatchObject({ code: 'plan-stale' })
  })
})

describe('where a node can go', () => {
  test('is told from the node, the factory and the table that came with the app', async () => {
    const scene = createUpgradeScene([worker(1)])
    const told = await scene.handlers['upgrades.targets'](scene.ref('estante-1'), scene.signal)
    expect(told).toMatchObject({ current: 'v1.13.9', kubernetes: 'v1.36.3', source: 'factory' })
    expect(told.targets.find(({ reason }) => reason === 'recommended')?.version).toBe('v1.14.0')
  })

  test('of a node that is off fails with why', async () => {
    const scene = createUpgradeScene([worker(1)])
    scene.talos.node('estante-1').troubles.add('off')
    await expect(
      scene.handlers['upgrades.targets'](scene.ref('estante-1'), scene.signal),
    ).rejects.toMatchObject({ code: 'unreachable' })
  })
})

describe('a run that was cut off', () => {
  /** The app dies once the run has said it starts `step`. */
  async function killedIn(step: string) {
    const scene = createUpgradeScene(nodes)
    const id = await scene.start((await scene.plan('estante-1', 'v1.14.0')).planId)
    while (scene.runs.get(id).steps.find(({ name }) => name === step)?.state !== 'running')
      await scene.clock.advance(500)
    await scene.runs.close()
    const again = createUpgradeScene(nodes, scene.journal)
    await again.runs.load()
    return { id: again.runs.get(id).id, again, node: again.talos.node('estante-1') }
  }

  test('in the restart is proven when the node is read and is there', async () => {
    const { id, again, node } = await killedIn('ready')
    node.writeSlot(`factory.talos.dev/metal-installer/${SCHEMATIC}:v1.14.0`)
    node.boot(node.next!)
    await again.clock.advance(60_000)
    await again.handlers['runs.settle']({ runId: id, how: 'observe' }, again.signal)
    expect(again.runs.get(id)).toMatchObject({ outcome: 'proven' })
    expect(node.calls).toEqual([])
  })

  test('in the restart, back on the old version after another boot, fell back', async () => {
    const { id, again, node } = await killedIn('answers')
    node.boot(node.running)
    await again.clock.advance(60_000)
    await again.handlers['runs.settle']({ runId: id, how: 'observe' }, again.signal)
    expect(again.runs.get(id).outcome).toBe('fell-back')
  })

  test("in the pull stays interrupted, with the node's facts beside what was expected", async () => {
    const { id, again } = await killedIn('pull')
    await again.handlers['runs.settle']({ runId: id, how: 'observe' }, again.signal)
    const run = again.runs.get(id)
    expect(run.outcome).toBe('interrupted')
    expect(run.verdict.find(({ fact }) => fact === 'talos')).toMatchObject({
      expected: 'v1.14.0',
      found: 'v1.13.9',
    })
  })

  test('of a node that does not answer can be asked again or closed', async () => {
    const { id, again, node } = await killedIn('pull')
    node.troubles.add('off')
    const settle = again.handlers['runs.settle']
    await expect(settle({ runId: id, how: 'observe' }, again.signal)).rejects.toMatchObject({
      code: 'unreachable',
    })
    await settle({ runId: id, how: 'close' }, again.signal)
    expect(again.runs.get(id)).toMatchObject({
      outcome: 'interrupted',
      endedAt: expect.any(String) as unknown,
    })
  })

  test('that expected nothing is told by the stage of its node', async () => {
    const scene = createUpgradeScene(nodes)
    await scene.journal.begin({
      ...scene.ref('estante-1'),
      id: 'apply-1',
      kind: 'apply',
      hostname: 'estante-1',
      title: { key: 'run.apply', parameters: {} },
      who: 'ana',
      startedAt: '2026-11-22T10:00:00.000Z',
      talosctl: '',
    } as never)
    await scene.runs.load()
    const { id } = scene.runs.get('apply-1')
    await scene.handlers['runs.settle']({ runId: id, how: 'observe' }, scene.signal)
    expect(scene.runs.get(id)).toMatchObject({
      outcome: 'interrupted',
      verdict: [{ fact: 'stage', found: 'running, ready', outcome: 'proven' }],
    })
  })
})

describe('the task log', () => {
  test('exports a run as Markdown: facts, steps, verdict, output, talosctl', async () => {
    const scene = createUpgradeScene(nodes)
    const run = await scene.upgrade('estante-1', 'v1.14.0')
    const { markdown } = await scene.handlers['runs.export']({ runId: run.id }, scene.signal)
    expect(markdown).toContain('# upgrade estante-1 v1.13.9 → v1.14.0\n')
    expect(markdown).toContain('- Outcome: proven\n')
    expect(markdown).toMatch(/\| install \| done \| .* \| exit code 0, 2 s \|/)
    expect(markdown).toContain('| talos | v1.13.9 | v1.14.0 | v1.14.0 | proven | Version |')
    expect(markdown).toContain('installation complete')
    expect(markdown).toContain(run.talosctl)
    await expect(scene.handlers['runs.export']({ runId: 'x' as never }, scene.signal)).rejects.toMatchObject({
      code: 'run-not-found',
    })
  })

  test('is a stream of what there is and what moves', async () => {
    const scene = createUpgradeScene(nodes)
    await scene.upgrade('estante-1', 'v1.14.0')
    const kinds: string[] = []
    for await (const event of scene.handlers['runs.watch']({ limit: 10 }, scene.signal)) {
      kinds.push(event.kind)
      if (event.kind === 'ready') break
    }
    expect(kinds).toEqual(['snapshot', 'ready'])
  })
})
